//! A PostgreSQL server: opened by an address, shared with other processes, which it can wake.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{PgPool, Postgres};

use super::statement::{Dialect, Statement};
use super::writer::SERVER_WRITERS;
use super::{Row, StoreError};

/// Connections that read and that claim; further readers wait.
const READERS: u32 = 8;
/// How long a reader waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// A process that stopped in the middle of a transaction loses it after this time, so that what it has locked can be taken over.
const IDLE_IN_TRANSACTION: &str = "5s";
/// The oldest version of the server that is known to do.
const OLDEST: i32 = 130_000;

/// A database that several processes use.
#[derive(Clone)]
pub struct Shared {
    pub(super) pool: PgPool,
    pub(super) writers: PgPool,
    place: std::sync::Arc<str>,
}

impl Shared {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let scheme = url.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(StoreError::Address("it does not begin with postgres://".into()));
        }
        // The words of these errors name what is wrong and hold nothing of the address.
        // Silent: it would log the values of parameters that it does not know.
        let options = tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::default(), || {
            PgConnectOptions::from_str(url)
        });
        let options = options.map_err(|error| match error {
            sqlx::Error::Configuration(error) => StoreError::Address(error.to_string()),
            _ => StoreError::Address("it cannot be read".into()),
        })?;
        let options = options
            .application_name("arkdeck")
            .options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)]);
        let place: std::sync::Arc<str> = match options.get_socket() {
            Some(socket) => {
                format!("{} in {}", options.get_database().unwrap_or("arkdeck"), socket.display())
            }
            None => format!(
                "{} at {}:{}",
                options.get_database().unwrap_or_else(|| options.get_username()),
                options.get_host(),
                options.get_port()
            ),
        }
        .into();
        let away = |source: sqlx::Error| StoreError::Unreachable { place: place.to_string(), source };
        // The first connection is made apart from any pool: a pool would go on trying and then speak of a timeout.
        let mut first = sqlx::ConnectOptions::connect(&options).await.map_err(away)?;
        let version: String =
            sqlx::query_scalar("SHOW server_version_num").fetch_one(&mut first).await.map_err(away)?;
        if version.parse().unwrap_or(0) < OLDEST {
            return Err(StoreError::Address(format!(
                "the server has version {version}, and {} is the oldest that will do",
                OLDEST / 10_000
            )));
        }
        sqlx::migrate!("src/store/migrations/postgres")
            .run_direct(None, &mut first, false)
            .await
            .map_err(|error| StoreError::Schema { place: place.to_string(), detail: error.to_string() })?;
        let _ = sqlx::Connection::close(first).await;
        let pool = |connections, test| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .test_before_acquire(test)
                .connect_lazy_with(options.clone())
        };
        // What a lost connection does to a write is handled, and a question before each would cost as much as it. A reader
        // does not try again.
        Ok(Self { pool: pool(READERS, true), writers: pool(SERVER_WRITERS, false), place })
    }

    /// Where the database is, without user and password.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Runs one statement by itself; how many rows it changed.
    pub async fn execute(&self, statement: &Statement) -> Result<u64, StoreError> {
        let arguments = Postgres::arguments(statement)?;
        let query = sqlx::query_with::<Postgres, _>(Postgres::text(statement), arguments);
        Ok(query.execute(&self.pool).await?.rows_affected())
    }

    /// Runs one statement by itself; the rows that it returns.
    pub async fn rows(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let arguments = Postgres::arguments(statement)?;
        let query = sqlx::query_with::<Postgres, _>(Postgres::text(statement), arguments);
        Ok(query.fetch_all(&self.pool).await?.into_iter().map(Row::Postgres).collect())
    }

    /// Sends messages to whoever [listens](Self::listen), this process included, in one transaction. Each has at most
    /// [`MAX_MESSAGE`] bytes.
    pub async fn tell(&self, channel: &str, messages: &[String]) -> Result<(), StoreError> {
        sqlx::query("SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message")
            .bind(channel)
            .bind(messages)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Listens from now on.
    pub async fn listen(&self, channel: &str) -> Result<Ear, StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(channel).await?;
        Ok(Ear(listener))
    }
}

/// Bytes of one message: PostgreSQL takes less than 8000.
pub const MAX_MESSAGE: usize = 7_900;

/// Hears the messages of a channel.
pub struct Ear(PgListener);

impl Ear {
    /// The next message; `None` when the connection was lost and made again, so that messages may have been missed.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        Ok(self.0.try_recv().await?.map(|message| message.payload().to_owned()))
    }
}
