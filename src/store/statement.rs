//! A statement and its values, written once for both databases.
//!
//! Places are `$1`, `$2`, …, which both understand. Where the two must be told differently, [`Statement::each`] has both texts.

use bytes::Bytes;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use sqlx::Arguments;

/// One SQL statement with its arguments.
#[derive(Debug, Clone)]
pub struct Statement {
    sqlite: &'static str,
    postgres: &'static str,
    args: Vec<Value>,
    pub(super) must: bool,
}

impl Statement {
    /// A statement of fixed text; values only ever come in by [`bind`](Self::bind).
    pub fn new(sql: &'static str) -> Self {
        Self::each(sql, sql)
    }

    /// A statement that the databases must be told differently.
    pub fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres, args: Vec::new(), must: false }
    }

    /// Adds the next argument.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Refuses the write it is part of ([`StoreError::Unmet`](super::StoreError::Unmet)) when it changes no row.
    pub fn must(mut self) -> Self {
        self.must = true;
        self
    }
}

/// A value for a place.
#[derive(Debug, Clone)]
pub enum Value {
    /// INTEGER; BIGINT in PostgreSQL.
    Integer(i64),
    /// REAL; DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(String),
    /// BLOB; BYTEA.
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

impl Statement {
    /// Runs it on a file; how many rows it changed.
    pub(super) fn run(&self, connection: &rusqlite::Connection) -> rusqlite::Result<usize> {
        let mut prepared = connection.prepare_cached(self.sqlite)?;
        for place in 1..=prepared.parameter_count() {
            // To SQLite `$2` is a name, and names are numbered as they come. A bare `?` has none.
            let number = match prepared.parameter_name(place) {
                Some(name) => name.get(1..).and_then(|number| number.parse::<usize>().ok()),
                None => Some(place),
            };
            let value = number.and_then(|number| self.args.get(number.checked_sub(1)?));
            prepared.raw_bind_parameter(place, value)?;
        }
        prepared.raw_execute()
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v.as_bytes()),
            Self::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

/// How a statement is told to sqlx.
pub(super) trait Dialect: sqlx::Database {
    /// The text for this database.
    fn text(statement: &Statement) -> &'static str;
    /// The values for this database.
    fn arguments(statement: &Statement) -> Result<Self::Arguments, sqlx::Error>;
}

impl Dialect for sqlx::Sqlite {
    fn text(statement: &Statement) -> &'static str {
        statement.sqlite
    }

    fn arguments(statement: &Statement) -> Result<Self::Arguments, sqlx::Error> {
        let mut arguments = Self::Arguments::default();
        for value in &statement.args {
            match value {
                Value::Integer(v) => arguments.add(*v),
                Value::Real(v) => arguments.add(*v),
                Value::Text(v) => arguments.add(v.clone()),
                Value::Blob(v) => arguments.add(v.to_vec()),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}

impl Dialect for sqlx::Postgres {
    fn text(statement: &Statement) -> &'static str {
        statement.postgres
    }

    fn arguments(statement: &Statement) -> Result<Self::Arguments, sqlx::Error> {
        let mut arguments = Self::Arguments::default();
        for value in &statement.args {
            match value {
                Value::Integer(v) => arguments.add(*v),
                Value::Real(v) => arguments.add(*v),
                // PostgreSQL's text has no NUL. Journals and messages are JSON and have none either; what is left are names
                // that somebody chose.
                Value::Text(v) if v.contains('\0') => arguments.add(v.replace('\0', "\u{FFFD}")),
                Value::Text(v) => arguments.add(v.as_str()),
                Value::Blob(v) => arguments.add(&v[..]),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}
