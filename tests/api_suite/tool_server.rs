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
use tokio::sync::watch;

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
    shared: Arc<Shared>,
    /// Base URL, as `http://127.0.0.1:4711`.
    pub url: String,
}

#[derive(Default)]
struct Shared {
    asked: Mutex<Vec<Asked>>,
    /// Clients that `/never` answers, and those of them that have left.
    kept: watch::Sender<(usize, usize)>,
}

/// Counts a client that has left `/never`, when it is dropped.
struct Leaving(Arc<Shared>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.kept.send_modify(|(_, left)| *left += 1);
    }
}

impl ToolServer {
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, url }
    }

    /// What came, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Waits until somebody waits for `/never`.
    pub async fn waited_for(&self) {
        self.shared.kept.subscribe().wait_for(|(came, _)| *came > 0).await.unwrap();
    }

    /// Waits until who waited for `/never` has closed the connection.
    pub async fn left(&self) {
        self.shared.kept.subscribe().wait_for(|(came, left)| *came > 0 && came == left).await.unwrap();
    }

    /// The one request that came.
    pub fn only(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = uri.path().to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let before = {
        let mut asked = shared.asked.lock().unwrap();
        asked.push(Asked { method, uri, headers, body });
        asked.iter().filter(|asked| asked.uri.path() == path).count() - 1
    };
    match path.trim_matches('/').split_once('/').unwrap_or((path.trim_matches('/'), "")) {
        // `/status/404` answers so.
        ("status", code) => {
            (StatusCode::from_u16(code.parse().unwrap()).unwrap(), "no such harbour").into_response()
        }
        // `/to?ADDRESS` leads there.
        ("to", _) => (StatusCode::FOUND, [("location", query)]).into_response(),
        // `/round/0` leads to `/round/1`, and so on, for ever.
        ("round", lap) => {
            let next = format!("/round/{}", lap.parse::<u64>().unwrap() + 1);
            (StatusCode::FOUND, [("location", next)]).into_response()
        }
        // `/long/3000000` has as many bytes.
        ("long", bytes) => "x".repeat(bytes.parse().unwrap()).into_response(),
        // `/once/NAME` answers only from the second time on.
        ("once", _) if before == 0 => std::future::pending().await,
        ("never", _) => {
            shared.kept.send_modify(|(came, _)| *came += 1);
            let leaving = Leaving(shared.clone());
            std::future::pending::<()>().await;
            drop(leaving);
            StatusCode::OK.into_response()
        }
        // `/ping?ADDRESS` leads there, and there back here, for ever.
        ("ping", _) => {
            (StatusCode::FOUND, [("location", format!("{query}/ping?http://{host}"))]).into_response()
        }
        // `/loop` leads to itself.
        ("loop", _) => (StatusCode::FOUND, [("location", "/loop")]).into_response(),
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
