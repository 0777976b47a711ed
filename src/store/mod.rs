//! The database: a SQLite file of one process, or a PostgreSQL server that several share.
//!
//! Every write goes through [`Store::write`], which returns when the write is on disk. Writes that arrive while
//! a commit is under way share the next one, so throughput grows with concurrency while each caller still gets
//! durability before its answer. Rooms own their SQL, written once for both; this room owns the connections, the schema and
//! the order. What only a shared database has, messages and claims, is behind [`Store::shared`].

mod error;
mod file;
mod row;
mod shared;
mod statement;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};

use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use sqlx::{Postgres, Sqlite};

pub use error::StoreError;
use error::outage;
pub use file::FILE_NAME;
pub use row::{Column, Row};
pub use shared::{Ear, MAX_MESSAGE, Shared};
use statement::Dialect;
pub use statement::{Statement, Value};

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    place: Place,
    writer: writer::Writer,
}

#[derive(Clone)]
enum Place {
    File(file::File),
    Server(Shared),
}

impl Store {
    /// Opens `dir/arkdeck.sqlite`, creating folder, file and tables as needed.
    ///
    /// Errors: the folder is unwritable or in use by another process, or the file is damaged.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let (file, connection) = file::File::open(dir).await?;
        let writer = writer::Writer::file(connection, file.path.clone())
            .map_err(|source| StoreError::Unwritable { path: dir.to_owned(), source })?;
        Ok(Self { place: Place::File(file), writer })
    }

    /// Opens the database at `url`, creating the tables as needed. The address may hold a password: it is in no error.
    ///
    /// Errors: the address cannot be read, nobody answers there or lets us in, or its tables are not ours.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let server = Shared::open(url).await?;
        let writer = writer::Writer::server(server.writers.clone());
        Ok(Self { place: Place::Server(server), writer })
    }

    /// Runs `statements` in one transaction; on disk when this returns `Ok`.
    pub async fn write(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        self.writer.write(statements).await
    }

    /// The rows that a statement finds.
    pub async fn rows(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        match &self.place {
            Place::File(file) => {
                let query =
                    sqlx::query_with::<Sqlite, _>(Sqlite::text(&statement), Sqlite::arguments(&statement)?);
                Ok(query.fetch_all(&file.readers).await?.into_iter().map(Row::Sqlite).collect())
            }
            Place::Server(server) => server.rows(&statement).await,
        }
    }

    /// The first row that a statement finds.
    pub async fn row(&self, statement: Statement) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// The rows that a statement finds, one after the other, for those that memory need not hold all at once.
    pub fn stream(
        &self,
        statement: &Statement,
    ) -> Result<BoxStream<'_, Result<Row, StoreError>>, StoreError> {
        Ok(match &self.place {
            Place::File(file) => {
                let query =
                    sqlx::query_with::<Sqlite, _>(Sqlite::text(statement), Sqlite::arguments(statement)?);
                query.fetch(&file.readers).map_ok(Row::Sqlite).map_err(StoreError::Sql).boxed()
            }
            Place::Server(server) => {
                let query = sqlx::query_with::<Postgres, _>(
                    Postgres::text(statement),
                    Postgres::arguments(statement)?,
                );
                query.fetch(&server.pool).map_ok(Row::Postgres).map_err(StoreError::Sql).boxed()
            }
        })
    }

    /// What only a database has that several processes share; `None` for a file.
    pub fn shared(&self) -> Option<&Shared> {
        match &self.place {
            Place::File(_) => None,
            Place::Server(server) => Some(server),
        }
    }

    /// The database file, or the server without user and password; for people to read.
    pub fn path(&self) -> PathBuf {
        match &self.place {
            Place::File(file) => file.path.clone(),
            Place::Server(server) => PathBuf::from(server.place()),
        }
    }

    /// Waits for queued writes, closes the file or the connections and frees the folder, whoever still holds a clone.
    pub async fn close(&self) {
        self.writer.close().await;
        match &self.place {
            Place::File(file) => file.close().await,
            Place::Server(server) => {
                server.writers.close().await;
                server.pool.close().await;
            }
        }
    }
}
