//! The journal's SQL, all of it.

use sha2::{Digest, Sha256};

use super::{Entry, Event, JournalError, store_error};
use crate::store::{Row, Statement, Store, StoreError};

/// Bytes of a text that stays in its entry; a longer one goes to a row of its own.
const INLINE: usize = 16 << 10;
/// Unfinished runs that are taken up at a start; more wait for their query to be seen by its controller.
const MAX_UNFINISHED: i64 = 100_000;

/// A run's row: whose it is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// UID of the query.
    pub id: String,
    /// Namespace of the query.
    pub namespace: String,
    /// Name of the query.
    pub name: String,
    /// When the engine accepted it; the budget of time counts from here.
    pub created_ms: i64,
    /// When its outcome was written to the query's status.
    pub finished_ms: Option<i64>,
}

impl RunRecord {
    pub(super) fn insert(&self) -> Statement {
        Statement::new(
            "INSERT INTO runs (id, namespace, name, created_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(self.id.as_str())
        .bind(self.namespace.as_str())
        .bind(self.name.as_str())
        .bind(self.created_ms)
    }

    fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            namespace: row.get(1)?,
            name: row.get(2)?,
            created_ms: row.get(3)?,
            finished_ms: row.get(4)?,
        })
    }
}

/// What appends an entry. `owner` is whose the run must be, where it can be another's: the row is kept from changing until the
/// commit. A long text goes to a row of its own, which it shares with other entries of the run.
pub(super) fn insert(run: &str, entry: &Entry, owner: Option<&str>) -> Result<Vec<Statement>, JournalError> {
    let unreadable = |error: serde_json::Error| unreadable(run, entry.seq, &error);
    let mut statements = Vec::with_capacity(1);
    let (json, hash) = match entry.event.text().filter(|text| text.len() > INLINE) {
        None => (serde_json::to_string(&(entry.target, &entry.event)).map_err(unreadable)?, None),
        Some(text) => {
            let mut short = entry.event.clone();
            if let Some(text) = short.text_mut() {
                text.clear();
            }
            // As JSON, like the entry: no database has to hold what only JSON can.
            let body = serde_json::to_string(text).map_err(unreadable)?;
            let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
            let payload = Statement::new(
                "INSERT INTO payloads (run, hash, body) VALUES ($1, $2, $3) ON CONFLICT (run, hash) DO NOTHING",
            );
            statements.push(payload.bind(run).bind(hash.as_str()).bind(body));
            (serde_json::to_string(&(entry.target, short)).map_err(unreadable)?, Some(hash))
        }
    };
    let insert = match owner {
        None => Statement::new(
            "INSERT INTO journal (run, seq, at_ms, entry, payload) VALUES ($1, $2, $3, $4, nullif($5, ''))",
        ),
        Some(_) => Statement::new(
            "INSERT INTO journal (run, seq, at_ms, entry, payload) \
             SELECT $1, $2, $3, $4, nullif($5, '') FROM runs WHERE id = $1 AND owner = $6 FOR SHARE",
        )
        .must(),
    };
    let insert = insert
        .bind(run)
        .bind(entry.seq.cast_signed())
        .bind(entry.at_ms)
        .bind(json)
        .bind(hash.unwrap_or_default());
    statements.push(match owner {
        None => insert,
        Some(owner) => insert.bind(owner),
    });
    Ok(statements)
}

pub(super) async fn all(store: &Store, run: &str) -> Result<Vec<Entry>, JournalError> {
    after(store, run, 0, usize::MAX).await
}

pub(super) async fn after(
    store: &Store,
    run: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Entry>, JournalError> {
    let find = Statement::new(
        "SELECT j.seq, j.at_ms, j.entry, j.payload, p.body FROM journal j \
         LEFT JOIN payloads p ON p.run = j.run AND p.hash = j.payload \
         WHERE j.run = $1 AND j.seq > $2 ORDER BY j.seq LIMIT $3",
    )
    .bind(run)
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = store.rows(find).await.map_err(|error| store_error(run, error))?;
    rows.iter().map(|row| decode(run, row)).collect()
}

pub(super) async fn before(
    store: &Store,
    run: &str,
    before: u64,
    limit: usize,
) -> Result<Vec<Entry>, JournalError> {
    let find = Statement::new(
        "SELECT j.seq, j.at_ms, j.entry, j.payload, p.body FROM journal j \
         LEFT JOIN payloads p ON p.run = j.run AND p.hash = j.payload \
         WHERE j.run = $1 AND j.seq < $2 ORDER BY j.seq DESC LIMIT $3",
    )
    .bind(run)
    .bind(i64::try_from(before).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = store.rows(find).await.map_err(|error| store_error(run, error))?;
    rows.iter().rev().map(|row| decode(run, row)).collect()
}

pub(super) async fn record(store: &Store, run: &str) -> Result<Option<RunRecord>, JournalError> {
    let find = Statement::new("SELECT id, namespace, name, created_ms, finished_ms FROM runs WHERE id = $1")
        .bind(run);
    one(run, store.row(find).await)
}

pub(super) async fn run_of(
    store: &Store,
    namespace: &str,
    name: &str,
) -> Result<Option<RunRecord>, JournalError> {
    let find = Statement::new(
        "SELECT id, namespace, name, created_ms, finished_ms FROM runs WHERE namespace = $1 AND name = $2 \
         ORDER BY created_ms DESC LIMIT 1",
    )
    .bind(namespace)
    .bind(name);
    one(name, store.row(find).await)
}

pub(super) async fn unfinished(store: &Store) -> Result<Vec<RunRecord>, JournalError> {
    let find = Statement::new(
        "SELECT id, namespace, name, created_ms, finished_ms FROM runs WHERE finished_ms IS NULL \
         ORDER BY created_ms LIMIT $1",
    )
    .bind(MAX_UNFINISHED);
    let all = |error| store_error("(all)", error);
    store.rows(find).await.map_err(all)?.iter().map(|row| RunRecord::of(row).map_err(all)).collect()
}

pub(super) async fn ids(store: &Store) -> Result<Vec<String>, JournalError> {
    let all = |error| store_error("(all)", error);
    let rows = store.rows(Statement::new("SELECT id FROM runs")).await.map_err(all)?;
    rows.iter().map(|row| row.get(0).map_err(all)).collect()
}

fn one(run: &str, row: Result<Option<Row>, StoreError>) -> Result<Option<RunRecord>, JournalError> {
    row.and_then(|row| row.as_ref().map(RunRecord::of).transpose()).map_err(|error| store_error(run, error))
}

fn decode(run: &str, row: &Row) -> Result<Entry, JournalError> {
    let get = |error| store_error(run, error);
    let seq = row.get::<i64>(0).map_err(get)?.cast_unsigned();
    let at_ms = row.get(1).map_err(get)?;
    let json: &str = row.get(2).map_err(get)?;
    let (target, mut event): (Option<usize>, Event) =
        serde_json::from_str(json).map_err(|error| unreadable(run, seq, &error))?;
    if row.get::<Option<&str>>(3).map_err(get)?.is_some()
        && let Some(text) = event.text_mut()
    {
        let body: Option<&str> = row.get(4).map_err(get)?;
        *text =
            serde_json::from_str(body.unwrap_or_default()).map_err(|error| unreadable(run, seq, &error))?;
    }
    Ok(Entry { seq, at_ms, target, event })
}

fn unreadable(run: &str, seq: u64, error: &serde_json::Error) -> JournalError {
    JournalError::Unreadable { run: run.to_owned(), seq, detail: error.to_string() }
}
