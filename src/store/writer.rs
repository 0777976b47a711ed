//! The one writer: takes queued writes in groups, one commit for each group.

use bytes::Bytes;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Connection, Executor, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Writes that may wait; a further caller waits for a place, which is the back-pressure.
const QUEUE: usize = 4096;
/// Writes in one commit at the most, so that one commit stays within a few milliseconds.
const GROUP: usize = 512;

/// One SQL statement with its arguments.
#[derive(Debug, Clone)]
pub struct Statement {
    sql: &'static str,
    args: Vec<Value>,
}

impl Statement {
    /// A statement of fixed text; values only ever come in by [`bind`](Self::bind).
    pub fn new(sql: &'static str) -> Self {
        Self { sql, args: Vec::new() }
    }

    /// Adds the next `?` argument.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }
}

/// A value for a `?`.
#[derive(Debug, Clone)]
pub enum Value {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT.
    Text(String),
    /// BLOB.
    Blob(Bytes),
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Self::Integer(v)
    }
}
impl From<f64> for Value {
    fn from(v: f64) -> Self {
        Self::Real(v)
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}
impl From<Bytes> for Value {
    fn from(v: Bytes) -> Self {
        Self::Blob(v)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

type Reply = oneshot::Sender<Result<(), StoreError>>;

enum Job {
    Write(Vec<Statement>, Reply),
    Close(oneshot::Sender<()>),
}

#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, queue));
        Self { jobs }
    }

    pub(super) async fn write(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let (reply, done) = oneshot::channel();
        self.jobs.send(Job::Write(statements, reply)).await.map_err(|_| StoreError::Closed)?;
        done.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).await.is_ok() {
            let _ = done.await;
        }
    }
}

async fn run(mut connection: SqliteConnection, mut queue: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let mut writes = Vec::with_capacity(group.len());
        let mut closing = None;
        for job in group.drain(..) {
            match job {
                Job::Write(statements, reply) => writes.push((statements, reply)),
                Job::Close(reply) => closing = Some(reply),
            }
        }
        commit(&mut connection, writes).await;
        if let Some(reply) = closing {
            queue.close();
            let _ = connection.close().await;
            let _ = reply.send(());
            return;
        }
    }
}

/// Commits the group as one transaction; if any write in it is refused, each is tried alone, so that one bad
/// write costs its neighbours time and nothing else.
async fn commit(connection: &mut SqliteConnection, writes: Vec<(Vec<Statement>, Reply)>) {
    if writes.is_empty() {
        return;
    }
    match transact(connection, writes.iter().flat_map(|(statements, _)| statements)).await {
        Ok(()) => {
            for (_, reply) in writes {
                let _ = reply.send(Ok(()));
            }
        }
        Err(error) if writes.len() == 1 => {
            for (_, reply) in writes {
                let _ = reply.send(Err(StoreError::Sql(clone_message(&error))));
            }
        }
        Err(_) => {
            for (statements, reply) in writes {
                let _ = reply.send(transact(connection, statements.iter()).await.map_err(StoreError::Sql));
            }
        }
    }
}

/// `sqlx::Error` is not `Clone`; the words are what the caller needs.
fn clone_message(error: &sqlx::Error) -> sqlx::Error {
    sqlx::Error::Protocol(error.to_string())
}

async fn transact(
    connection: &mut SqliteConnection,
    statements: impl Iterator<Item = &Statement>,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for statement in statements {
        transaction.execute(sqlx::query_with(statement.sql, arguments(statement)?)).await?;
    }
    transaction.commit().await
}

fn arguments(statement: &Statement) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in &statement.args {
        match value {
            Value::Null => arguments.add(None::<i64>),
            Value::Integer(v) => arguments.add(*v),
            Value::Real(v) => arguments.add(*v),
            Value::Text(v) => arguments.add(v.clone()),
            Value::Blob(v) => arguments.add(v.to_vec()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
