//! Sessions of browsers, kept in the database so that a restart does not end them.

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{Redirect, Response};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::store::{Statement, Store};

/// Name of the cookie.
pub const COOKIE: &str = "arkdeck";
/// A session ends after this much time without a visit.
const IDLE: Duration = Duration::days(30);
/// Sessions kept at the most; the ones that end first give way, so that a script without cookies cannot fill the disk.
const MAX_SESSIONS: i64 = 10_000;

/// The layer that reads and writes the session cookie.
///
/// Not `Secure`: without a login only loopback is served, and that is plain HTTP.
pub fn layer(store: &Store) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { store: store.clone() })
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_secure(false)
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Key of the namespace that the person looked at last.
const NAMESPACE: &str = "namespace";
/// Longest name that a namespace can have (DNS label).
const MAX_NAMESPACE: usize = 63;

/// Remembers the namespace of the page, so that `/` leads back to it. This also gives every browser that opens a
/// page its session; scripts that only call functions get none.
pub async fn remember(session: Session, request: Request, next: Next) -> Response {
    let namespace = request.uri().path().strip_prefix("/ns/").and_then(|rest| rest.split('/').next());
    if let Some(namespace) = namespace
        && request.method() == Method::GET
        && is_label(namespace)
    {
        // Without the database the page still works; it is only not remembered.
        let known: Option<String> = session.get(NAMESPACE).await.unwrap_or_default();
        if known.as_deref() != Some(namespace) {
            let _ = session.insert(NAMESPACE, namespace).await;
        }
    }
    next.run(request).await
}

/// The page that `/` leads to: home of the namespace that was looked at last.
pub async fn start(session: Session) -> Redirect {
    let known: Option<String> = session.get(NAMESPACE).await.unwrap_or_default();
    let namespace = known.filter(|name| is_label(name)).unwrap_or_else(|| "default".into());
    Redirect::temporary(&format!("/ns/{namespace}"))
}

/// A namespace's name, or `-` for all.
fn is_label(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAMESPACE
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Sessions in table `sessions`.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn millis(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits: a clash means a broken random source, which one more try would not mend.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let text = serde_json::to_string(record).map_err(|e| Error::Encode(e.to_string()))?;
        let statements = vec![
            Statement::new("DELETE FROM sessions WHERE expires_ms < $1")
                .bind(millis(OffsetDateTime::now_utc())),
            Statement::new(
                "INSERT INTO sessions (id, expires_ms, record) VALUES ($1, $2, $3) ON CONFLICT (id) \
                 DO UPDATE SET expires_ms = excluded.expires_ms, record = excluded.record",
            )
            .bind(record.id.to_string())
            .bind(millis(record.expiry_date))
            .bind(text),
            Statement::new(
                "DELETE FROM sessions WHERE expires_ms <= \
                 (SELECT expires_ms FROM sessions ORDER BY expires_ms DESC LIMIT 1 OFFSET $1)",
            )
            .bind(MAX_SESSIONS),
        ];
        self.store.write(statements).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let find = Statement::new("SELECT record FROM sessions WHERE id = $1 AND expires_ms >= $2")
            .bind(id.to_string())
            .bind(millis(OffsetDateTime::now_utc()));
        let row = self.store.row(find).await.map_err(backend)?;
        let text: Option<String> = row.map(|row| row.get(0)).transpose().map_err(backend)?;
        text.map(|text| serde_json::from_str(&text).map_err(|e| Error::Decode(e.to_string()))).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let statement = Statement::new("DELETE FROM sessions WHERE id = $1").bind(id.to_string());
        self.store.write(vec![statement]).await.map_err(backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Fresh, on_both};

    on_both!(a_session_survives_and_an_expired_one_does_not);

    async fn a_session_survives_and_an_expired_one_does_not(Fresh { store, .. }: Fresh) {
        let sessions = Sessions { store };
        let mut record = Record {
            id: Id::default(),
            data: [("seen".to_owned(), serde_json::json!("lagoon"))].into_iter().collect(),
            expiry_date: OffsetDateTime::now_utc() + Duration::hours(1),
        };
        sessions.create(&mut record).await.unwrap();
        assert_eq!(sessions.load(&record.id).await.unwrap().unwrap().data, record.data);
        record.expiry_date = OffsetDateTime::now_utc() - Duration::hours(1);
        sessions.save(&record).await.unwrap();
        assert!(sessions.load(&record.id).await.unwrap().is_none());
    }
}
