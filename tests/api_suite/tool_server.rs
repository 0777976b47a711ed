//! A server for HTTP tools: it keeps what it is asked, and answers by its path.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde_json::Value;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// The server. It ends with the runtime.
#[derive(Clone)]
pub struct ToolServer {
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Base URL, as `http://127.0.0.1:4711`.
    pub url: String,
}

impl ToolServer {
    pub async fn start() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(answer).with_state(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { asked, url }
    }

    /// What came, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The one request that came.
    pub fn only(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

async fn answer(
    State(kept): State<Arc<Mutex<Vec<Asked>>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = uri.path().to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let before = {
        let mut kept = kept.lock().unwrap();
        kept.push(Asked { method, uri, headers, body });
        kept.iter().filter(|asked| asked.uri.path() == path).count() - 1
    };
    match path.trim_matches('/').split_once('/').unwrap_or((path.trim_matches('/'), "")) {
        // `/status/404` answers so.
        ("status", code) => {
            (StatusCode::from_u16(code.parse().unwrap()).unwrap(), "no such harbour").into_response()
        }
        // `/to?ADDRESS` leads there.
        ("to", _) => (StatusCode::FOUND, [("location", query)]).into_response(),
        // `/long/3000000` has as many bytes.
        ("long", bytes) => "x".repeat(bytes.parse().unwrap()).into_response(),
        // `/once/NAME` answers only from the second time on.
        ("once", _) if before == 0 => std::future::pending().await,
        ("never", _) => std::future::pending().await,
        // The head, and then a byte now and then, for ever.
        ("drip", _) => {
            let drops = futures::stream::repeat("x").then(|drop| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok::<_, std::convert::Infallible>(drop)
            });
            Body::from_stream(drops).into_response()
        }
        ("tides", _) => {
            r#"{"port": "Lisbon", "tides": [{"at": "06:10", "ft": 3.2}, {"at": "12:20", "ft": 0.4}]}"#
                .into_response()
        }
        // `/score/0.85` is an evaluator's service in Ark's protocol.
        ("score", score) => format!(
            r#"{{"score": "{score}", "passed": true, "metadata": {{"reasoning": "so", "odd name!": 7}}, "error": "",
                "tokenUsage": {{"promptTokens": 10, "completionTokens": 2, "totalTokens": 12}}}}"#
        )
        .into_response(),
        _ => "low tide".into_response(),
    }
}
