//! The writers: take queued writes in groups, one commit for each group.
//!
//! A file has one. A server has a few, as each commit there is a journey; what a caller awaits is there before its next write,
//! so the order of what depends on each other is the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::TransactionBehavior;
use sqlx::{Connection, PgConnection, PgPool, Postgres};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use super::file::lengthen_log;
use super::statement::{Dialect, Statement};
use super::{StoreError, outage};

/// Writes that may wait; a further caller waits for a place, which is the back-pressure.
const QUEUE: usize = 4096;
/// Writes in one commit at the most, so that one commit stays within a few milliseconds.
const GROUP: usize = 512;
/// The same for a server, which is told one statement after the other.
const SERVER_GROUP: usize = 32;
/// Commits after which a file is in use, and worth the 17 MB of its log at once. Many are opened and hardly written.
const IN_USE: u64 = 64;
/// Connections that write to a server.
pub(super) const SERVER_WRITERS: u32 = 4;
/// How long a write waits for a server that is away; then it was not done, and its caller is told.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two tries to reach it.
const PAUSE: Duration = Duration::from_millis(500);

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
    /// The one writer of a file, in a thread of its own: what it does blocks.
    ///
    /// Errors: the system gives no thread.
    pub(super) fn file(connection: rusqlite::Connection, path: PathBuf) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run_file(connection, &path, queue))?;
        Ok(Self { jobs })
    }

    /// The writers of a server.
    pub(super) fn server(pool: PgPool) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run_server(pool, queue));
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

type Write = (Vec<Statement>, Reply);

/// The writes of a group, and who waits for the end.
fn sort(group: &mut Vec<Job>) -> (Vec<Write>, Option<oneshot::Sender<()>>) {
    let mut writes = Vec::with_capacity(group.len());
    let mut closing = None;
    for job in group.drain(..) {
        match job {
            Job::Write(statements, reply) => writes.push((statements, reply)),
            Job::Close(reply) => closing = Some(reply),
        }
    }
    (writes, closing)
}

fn run_file(mut connection: rusqlite::Connection, path: &Path, mut queue: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    let mut commits = 0_u64;
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let (writes, closing) = sort(&mut group);
        // Nothing in it is ever pending.
        futures::executor::block_on(commit(&mut File(&mut connection), writes));
        commits += 1;
        if commits == IN_USE
            && let Err(error) = lengthen_log(path)
        {
            tracing::warn!(%error, "the database's log keeps its length; commits take longer");
        }
        if let Some(reply) = closing {
            queue.close();
            drop(connection);
            let _ = reply.send(());
            return;
        }
    }
}

async fn run_server(pool: PgPool, mut queue: mpsc::Receiver<Job>) {
    let connections = Arc::new(Semaphore::new(SERVER_WRITERS as usize));
    let mut group = Vec::with_capacity(SERVER_GROUP);
    // First the connection, then the group: what arrives while all of them are busy shares a commit.
    while let Ok(connection) = connections.clone().acquire_owned().await
        && queue.recv_many(&mut group, SERVER_GROUP).await > 0
    {
        let (writes, closing) = sort(&mut group);
        let pool = pool.clone();
        let done = tokio::spawn(async move {
            commit(&mut Server(&pool), writes).await;
            drop(connection);
        });
        if let Some(reply) = closing {
            queue.close();
            let _ = done.await;
            let _all = connections.acquire_many(SERVER_WRITERS).await;
            let _ = reply.send(());
            return;
        }
    }
}

/// Where a group is committed.
trait Target {
    /// Runs the statements in one transaction.
    async fn transact(&mut self, statements: &[&Statement]) -> Result<(), StoreError>;
}

struct File<'a>(&'a mut rusqlite::Connection);

impl Target for File<'_> {
    async fn transact(&mut self, statements: &[&Statement]) -> Result<(), StoreError> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for statement in statements {
            if statement.run(&transaction)? == 0 && statement.must {
                return Err(StoreError::Unmet);
            }
        }
        Ok(transaction.commit()?)
    }
}

struct Server<'a>(&'a PgPool);

impl Target for Server<'_> {
    /// A server that is away is waited for; but a commit whose answer got lost may be done, and is not done again.
    async fn transact(&mut self, statements: &[&Statement]) -> Result<(), StoreError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let error = match self.0.acquire().await {
                Ok(mut connection) => {
                    // A host that vanished answers nothing, not even that it is gone.
                    match tokio::time::timeout(PATIENCE, transact(&mut connection, statements)).await {
                        Ok(Ok(())) => return Ok(()),
                        Ok(Err((Stage::Commit, StoreError::Sql(error)))) if outage(&error) => {
                            return Err(StoreError::Unknown(error));
                        }
                        Ok(Err((_, error))) => {
                            if error.is_outage() {
                                connection.close_on_drop();
                            }
                            error
                        }
                        Err(_) => {
                            connection.close_on_drop();
                            return Err(StoreError::Unknown(sqlx::Error::PoolTimedOut));
                        }
                    }
                }
                // Nothing was asked yet, whatever it is: a password that is being changed, too.
                Err(error @ sqlx::Error::PoolClosed) => return Err(StoreError::Sql(error)),
                Err(error) if Instant::now() >= until => return Err(StoreError::Away(error)),
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            match error {
                StoreError::Sql(error) if outage(&error) => {
                    if Instant::now() >= until {
                        return Err(StoreError::Away(error));
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                error => return Err(error),
            }
        }
    }
}

/// Commits the group as one transaction; if any write in it is refused, each is tried alone, so that one bad
/// write costs its neighbours time and nothing else.
async fn commit(target: &mut impl Target, writes: Vec<Write>) {
    if writes.is_empty() {
        return;
    }
    let all: Vec<&Statement> = writes.iter().flat_map(|(statements, _)| statements).collect();
    match target.transact(&all).await {
        Ok(()) => {
            for (_, reply) in writes {
                let _ = reply.send(Ok(()));
            }
        }
        // What was refused for one of them is tried alone; what concerns all of them is told to all.
        Err(StoreError::Sql(_) | StoreError::Refused(_) | StoreError::Unmet) if writes.len() > 1 => {
            for (statements, reply) in writes {
                let _ = reply.send(target.transact(&statements.iter().collect::<Vec<_>>()).await);
            }
        }
        Err(error) => {
            for (_, reply) in writes {
                let _ = reply.send(Err(error.again()));
            }
        }
    }
}

/// How far a transaction got.
enum Stage {
    Statements,
    Commit,
}

async fn transact(
    connection: &mut PgConnection,
    statements: &[&Statement],
) -> Result<(), (Stage, StoreError)> {
    let before = |error: sqlx::Error| (Stage::Statements, StoreError::Sql(error));
    let mut transaction = connection.begin().await.map_err(before)?;
    for statement in statements {
        let arguments = Postgres::arguments(statement).map_err(before)?;
        let query = sqlx::query_with::<Postgres, _>(Postgres::text(statement), arguments);
        let done = query.execute(&mut *transaction).await.map_err(before)?;
        if statement.must && done.rows_affected() == 0 {
            return Err((Stage::Statements, StoreError::Unmet));
        }
    }
    transaction.commit().await.map_err(|error| (Stage::Commit, StoreError::Sql(error)))
}
