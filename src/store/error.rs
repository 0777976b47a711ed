//! What can go wrong with the database, in words for the person who started the program.

use std::path::PathBuf;

/// What can go wrong with the database. No text of these holds a password.
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
    /// The address of a server is of no use.
    #[error(
        "the address of the database cannot be used: {0}. Give --database-url as postgres://USER:PASSWORD@HOST:5432/DATABASE"
    )]
    Address(String),
    /// No connection to the server.
    #[error(
        "cannot connect to the database {place}: {source}. Look at the address, the user and their rights"
    )]
    Unreachable {
        /// Database, host and port.
        place: String,
        /// Cause.
        source: sqlx::Error,
    },
    /// The tables of the server are not ours.
    #[error(
        "the database {place} cannot be brought to this version's tables: {detail}. Its user needs the right to create tables; an older arkdeck does not work on the tables of a newer one"
    )]
    Schema {
        /// Database, host and port.
        place: String,
        /// Cause.
        detail: String,
    },
    /// The writer has stopped; the process is about to end.
    #[error("the database writer has stopped; the write was not done")]
    Closed,
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Sql(#[from] sqlx::Error),
    /// The file refused a statement, or cannot be written.
    #[error("the database refused a statement: {0}")]
    Refused(String),
    /// A statement that [must](super::Statement::must) change something did not.
    #[error("the write was not done: what it rests on has changed")]
    Unmet,
    /// The server was away for longer than a write waits; it was not done.
    #[error("the database is away; the write was not done: {0}")]
    Away(sqlx::Error),
    /// The server went away during a commit: the write may be done or not.
    #[error("the database went away; whether the write was done is not known: {0}")]
    Unknown(sqlx::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl StoreError {
    /// Whether it is the connection that failed, and not what was asked.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Away(_) | Self::Unknown(_) => true,
            Self::Sql(error) => outage(error),
            _ => false,
        }
    }

    /// The same for another caller; `sqlx::Error` is not `Clone`, and its words are what a caller needs.
    pub(super) fn again(&self) -> Self {
        let words = |error: &sqlx::Error| sqlx::Error::Protocol(error.to_string());
        match self {
            Self::Sql(error) => Self::Sql(words(error)),
            Self::Away(error) => Self::Away(words(error)),
            Self::Unknown(error) => Self::Unknown(words(error)),
            Self::Refused(words) => Self::Refused(words.clone()),
            Self::Unmet => Self::Unmet,
            _ => Self::Closed,
        }
    }
}

/// Whether an error is one of the connection to a server, or of a server that starts or stops.
pub(super) fn outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error
            .code()
            // connection_exception, admin_shutdown and its kin, too_many_connections, read_only_sql_transaction,
            // idle_in_transaction_session_timeout
            .is_some_and(|code| {
                code.len() == 5
                    && (code.starts_with("08")
                        || code.starts_with("57P")
                        || code == "53300"
                        // A primary that became a standby.
                        || code == "25006"
                        || code == "25P03")
            }),
        _ => false,
    }
}
