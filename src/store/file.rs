//! A database file: opened and checked by one process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use super::StoreError;

/// Read connections: enough for the pages of a few people at once; further readers wait in the pool.
const READERS: u32 = 4;

/// How long SQLite waits for a lock: only a backup tool of somebody's own could hold one.
const BUSY: Duration = Duration::from_secs(5);
/// Statements that the writer keeps prepared: more than there are texts of them.
const PREPARED: usize = 128;
/// KiB of pages that the writer keeps: the inner pages and those that each commit touches, which it would read again for each.
const WRITER_CACHE: i32 = 4 << 10;
/// Pages in the log after which they are moved to the file. Many commits touch the same pages, which are moved once.
const CHECKPOINT: i32 = 4000;

/// Bytes of the log when it is full: pages of 4 KiB, each with a head of 24 bytes; and what the commit that fills it adds.
const LOG_LENGTH: u64 = CHECKPOINT as u64 * 4120 + (1 << 20);

/// File name of the database inside the data directory.
pub const FILE_NAME: &str = "arkdeck.sqlite";

/// The open file.
#[derive(Clone)]
pub(super) struct File {
    pub(super) readers: SqlitePool,
    pub(super) path: PathBuf,
    lock: Arc<std::fs::File>,
}

impl File {
    /// Opens `dir/arkdeck.sqlite`, creating folder, file and tables as needed; and the connection that writes.
    pub(super) async fn open(dir: &Path) -> Result<(Self, rusqlite::Connection), StoreError> {
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
            .busy_timeout(BUSY)
            .pragma("temp_store", "memory");
        let mut connection = options.connect().await.map_err(corrupt)?;
        let verdict: String =
            sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await.map_err(corrupt)?;
        if verdict != "ok" {
            return Err(StoreError::Corrupt { path, detail: verdict });
        }
        sqlx::migrate!("src/store/migrations/sqlite")
            .run_direct(None, &mut connection, false)
            .await
            .map_err(|e| StoreError::Corrupt { path: path.clone(), detail: e.to_string() })?;
        connection.close().await?;
        let writer =
            writing(&path).map_err(|e| StoreError::Corrupt { path: path.clone(), detail: e.to_string() })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.clone().read_only(true).create_if_missing(false))
            .await?;
        Ok((Self { readers, path, lock: lock.into() }, writer))
    }

    /// Closes the file and frees the folder.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        // When the system cannot, the last clone does.
        let _ = self.lock.unlock();
    }
}

/// The connection that writes. [`File::open`] has made the tables.
fn writing(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// Gives SQLite's log its full length, in zeros, which it takes for no entries: a commit to a file that does not grow waits
/// for its own pages alone, half as long. Only the thread that writes may call this, between two commits.
///
/// Errors: the disk is full, or the log cannot be written; nothing is lost by that but time.
pub(super) fn lengthen_log(path: &Path) -> std::io::Result<()> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let mut log = std::fs::OpenOptions::new().append(true).open(log)?;
    let zeros = [0; 1 << 16];
    while log.metadata()?.len() < LOG_LENGTH {
        log.write_all(&zeros)?;
    }
    log.sync_data()
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
