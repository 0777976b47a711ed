//! The journal's SQL, all of it.

use super::{Entry, Event, JournalError, store_error};
use crate::store::{Row, Statement, Store, StoreError};

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

/// `owner` is whose the run must be, where it can be another's: the row is kept from changing until the commit.
pub(super) fn insert(run: &str, entry: &Entry, owner: Option<&str>) -> Result<Statement, JournalError> {
    let json = serde_json::to_string(&(entry.target, &entry.event))
        .map_err(|error| unreadable(run, entry.seq, &error))?;
    let values =
        |insert: Statement| insert.bind(run).bind(entry.seq.cast_signed()).bind(entry.at_ms).bind(json);
    Ok(match owner {
        None => {
            values(Statement::new("INSERT INTO journal (run, seq, at_ms, entry) VALUES ($1, $2, $3, $4)"))
        }
        Some(owner) => values(Statement::new(
            "INSERT INTO journal (run, seq, at_ms, entry) \
             SELECT $1, $2, $3, $4 FROM runs WHERE id = $1 AND owner = $5 FOR SHARE",
        ))
        .bind(owner)
        .must(),
    })
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
        "SELECT seq, at_ms, entry FROM journal WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3",
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
        "SELECT seq, at_ms, entry FROM journal WHERE run = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
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
    let (target, event): (Option<usize>, Event) =
        serde_json::from_str(json).map_err(|error| unreadable(run, seq, &error))?;
    Ok(Entry { seq, at_ms, target, event })
}

fn unreadable(run: &str, seq: u64, error: &serde_json::Error) -> JournalError {
    JournalError::Unreadable { run: run.to_owned(), seq, detail: error.to_string() }
}
