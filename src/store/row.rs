//! A row of either database.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use super::StoreError;

/// A row that was read.
pub enum Row {
    /// From the file.
    Sqlite(SqliteRow),
    /// From the server.
    Postgres(PgRow),
}

/// A type that both databases have: `i64`, `Option<i64>`, `String`, `&str`, `Vec<u8>`.
pub trait Column<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl<'r, T> Column<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{}

impl Row {
    /// The value of a column, counted from 0.
    pub fn get<'r, T: Column<'r>>(&'r self, column: usize) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(StoreError::Sql)
    }
}
