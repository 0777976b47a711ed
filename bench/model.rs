//! OpenAI-compatible models on loopback. The path says how they answer.

use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::{StreamExt, stream};
use tokio::net::TcpListener;
use tokio::time::{Instant, MissedTickBehavior};

const FIRST: &str = "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"A\"},\"finish_reason\":null}]}\n\n";
const REST: &str = concat!(
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" short answer.\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":14}}\n\n",
    "data: [DONE]\n\n"
);

const LIST: &str = r#"{"object":"list","data":[{"id":"bench","object":"model"}]}"#;

/// A verdict on one criterion.
const VERDICT: &str = concat!(
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"{\\\"accuracy\\\": {\\\"reason\\\": \\\"True.\\\", \\\"score\\\": 0.9}}\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":14}}\n\n",
    "data: [DONE]\n\n"
);

/// A started server.
#[derive(Clone)]
pub struct Models(String);

impl Models {
    /// Starts it.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new()
            .route("/now/chat/completions", post(|| async { events(Body::from([FIRST, REST].concat())) }))
            .route("/judge/{ms}/chat/completions", post(judge))
            .route("/after/{ms}/chat/completions", post(after))
            .route("/pause/{ms}/chat/completions", post(pause))
            .route("/tokens/{gap_ms}/{count}/chat/completions", post(tokens))
            // Which models there are: a Model that cannot list them is not available.
            .fallback(async || ([(header::CONTENT_TYPE, "application/json")], LIST));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self(url))
    }

    /// Base URL of a model that answers at once, in a stream of a few words.
    pub fn now(&self) -> String {
        format!("{}/now", self.0)
    }

    /// Base URL of a model that answers the same after so many milliseconds.
    pub fn after(&self, ms: u64) -> String {
        format!("{}/after/{ms}", self.0)
    }

    /// Base URL of a model that judges the accuracy of what it is told, after so many milliseconds.
    pub fn judge(&self, ms: u64) -> String {
        format!("{}/judge/{ms}", self.0)
    }

    /// Base URL of a model whose first token comes at once and whose rest after so many milliseconds.
    pub fn pause(&self, ms: u64) -> String {
        format!("{}/pause/{ms}", self.0)
    }

    /// Base URL of a model that sends `count` tokens, one in `gap_ms`; each is the time at which it was due, in
    /// microseconds since 1970, and a space.
    pub fn tokens(&self, gap_ms: u64, count: usize) -> String {
        format!("{}/tokens/{gap_ms}/{count}", self.0)
    }
}

/// Microseconds since 1970.
pub fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

fn events(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

async fn after(Path(ms): Path<u64>) -> Response {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    events(Body::from([FIRST, REST].concat()))
}

async fn judge(Path(ms): Path<u64>) -> Response {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    events(Body::from(VERDICT))
}

async fn pause(Path(ms): Path<u64>) -> Response {
    let pieces = stream::iter([(FIRST, 0), (REST, ms)]).then(|(piece, ms)| async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes()))
    });
    events(Body::from_stream(pieces))
}

async fn tokens(Path((gap_ms, count)): Path<(u64, usize)>) -> Response {
    let gap = Duration::from_millis(gap_ms);
    let mut ticks = tokio::time::interval_at(Instant::now() + gap, gap);
    // A late token is sent with the next, as a model behind a slow line would.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let pieces = stream::unfold((ticks, 0), move |(mut ticks, sent)| async move {
        if sent > count {
            return None;
        }
        let piece = if sent == count {
            REST.to_owned()
        } else {
            let due = ticks.tick().await;
            let us = now_us().saturating_sub(due.elapsed().as_micros() as u64);
            format!(
                "data: {{\"id\":\"b\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{us} \"}},\"finish_reason\":null}}]}}\n\n"
            )
        };
        Some((Ok::<_, Infallible>(Bytes::from(piece)), (ticks, sent + 1)))
    });
    events(Body::from_stream(pieces))
}
