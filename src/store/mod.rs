//! The database: one SQLite file, one writer with group commit, many readers.
//!
//! Every write goes through [`Store::write`], which returns when the write is on disk. Writes that arrive while
//! a commit is under way share the next one, so throughput grows with concurrency while each caller still gets
//! durability before its answer. Rooms own their SQL; this room owns the file, the schema and the order.

mod writer;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};

pub use writer::{Statement, Value};

/// Read connections: enough for the pages of a few people at once; further readers wait in the pool.
const READERS: u32 = 4;

/// File name of the database inside the data directory.
pub const FILE_NAME: &str = "arkdeck.sqlite";

/// What can go wrong with the database, in words for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be created or written.
    #[error(
        "cannot write to {path}: {source}. Choose another folder with --data-dir, or make this one writable"
    )]
    Unwritable {
        /// Folder or file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// Another process holds the data directory.
    #[error(
        "{path} is in use by another arkdeck process. Stop it, or start this one with another --data-dir"
    )]
    InUse {
        /// Data directory.
        path: PathBuf,
    },
    /// The file is no database, or is damaged.
    #[error(
        "{path} is not a healthy database: {detail}. Nothing was changed. Move the file away to start empty, or restore a copy"
    )]
    Corrupt {
        /// Database file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The writer has stopped; the process is about to end.
    #[error("the database writer has stopped; the write was not done")]
    Closed,
    /// SQLite refused a statement.
    #[error("the database refused a statement: {0}")]
    Sql(#[from] sqlx::Error),
}

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: writer::Writer,
    path: PathBuf,
    lock: std::sync::Arc<std::fs::File>,
}

impl Store {
    /// Opens `dir/arkdeck.sqlite`, creating folder, file and tables as needed.
    ///
    /// Errors: the folder is unwritable or in use by another process, or the file is damaged.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let unwritable = |source| StoreError::Unwritable { path: dir.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(unwritable)?;
        let lock = lock(dir)?;
        let path = dir.join(FILE_NAME);
        let corrupt = |e: sqlx::Error| StoreError::Corrupt { path: path.clone(), detail: e.to_string() };
        let options = SqliteConnectOptions::from_str("sqlite://")?
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .pragma("temp_store", "memory");
        let mut connection = options.connect().await.map_err(corrupt)?;
        let verdict: String =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await.map_err(corrupt)?;
        if verdict != "ok" {
            return Err(StoreError::Corrupt { path, detail: verdict });
        }
        sqlx::migrate!("src/store/migrations")
            .run_direct(None, &mut connection, false)
            .await
            .map_err(|e| StoreError::Corrupt { path: path.clone(), detail: e.to_string() })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.clone().read_only(true).create_if_missing(false))
            .await?;
        Ok(Self { readers, writer: writer::Writer::start(connection), path, lock: lock.into() })
    }

    /// Runs `statements` in one transaction; on disk when this returns `Ok`.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        self.writer.write(statements).await
    }

    /// Read-only connections.
    pub fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for queued writes, closes the file and frees the folder, whoever still holds a clone.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
        // When the system cannot, the last clone does.
        let _ = self.lock.unlock();
    }
}

/// Takes the lock that keeps a second process away from the same data.
fn lock(dir: &Path) -> Result<std::fs::File, StoreError> {
    let path = dir.join("lock");
    let unwritable = |source| StoreError::Unwritable { path: path.clone(), source };
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse { path: dir.to_owned() }),
        Err(std::fs::TryLockError::Error(source)) => Err(unwritable(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn refuses_a_second_process_and_a_damaged_file() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        assert!(matches!(Store::open(dir.path()).await, Err(StoreError::InUse { .. })));
        store.close().await;
        drop(store);
        std::fs::write(dir.path().join(FILE_NAME), b"this is no database, it is a letter to a friend")
            .unwrap();
        let _ = std::fs::remove_file(dir.path().join("arkdeck.sqlite-wal"));
        assert!(matches!(Store::open(dir.path()).await, Err(StoreError::Corrupt { .. })));
    }

    #[tokio::test]
    async fn a_failed_statement_fails_only_its_own_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let put = |key: &'static str| {
            Statement::new("INSERT INTO meta (key, value) VALUES (?, ?)").bind(key).bind("v")
        };
        let (a, b, c) = tokio::join!(
            store.write(vec![put("a")]),
            store.write(vec![put("x"), put("x")]),
            store.write(vec![put("c")])
        );
        a.unwrap();
        assert!(b.is_err());
        c.unwrap();
        let keys: Vec<String> =
            sqlx::query_scalar("SELECT key FROM meta WHERE key IN ('a', 'c', 'x') ORDER BY key")
                .fetch_all(store.reader())
                .await
                .unwrap();
        assert_eq!(keys, ["a", "c"]);
    }
}
