//! A model server that does what it is told, by the name of the model that it is asked for, and counts.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, watch};

/// What a call gets.
#[derive(Clone)]
pub enum Act {
    /// What the request makes of it.
    By(fn(&Value) -> Act),
    /// A streamed answer, word by word.
    Say(&'static str),
    /// The beginning of an answer; the rest when the gate opens.
    Hold(&'static str, Arc<Semaphore>, &'static str),
    /// Calls of tools: name and arguments.
    Tools(&'static [(&'static str, &'static str)]),
    /// An answer that was not asked to be whole, and is.
    Whole(&'static str),
    /// An HTTP status with headers and a body.
    Status(u16, &'static [(&'static str, &'static str)], &'static str),
    /// Something else than a chat completion.
    Raw(&'static str, &'static str),
    /// The beginning of an answer, then the connection closes.
    Cut(&'static str),
    /// The beginning of an answer, then an error inside the stream.
    ErrorInStream(&'static str),
    /// Nothing, ever.
    Silence,
}

/// The server. It ends with the runtime.
#[derive(Clone)]
pub struct ModelServer {
    shared: Arc<Shared>,
    /// Base URL, as `http://127.0.0.1:4711/v1`.
    pub url: String,
}

struct Shared {
    scripts: Mutex<HashMap<String, Vec<Act>>>,
    requests: Mutex<Vec<(String, Value, HeaderMap, Uri)>>,
    calls: watch::Sender<HashMap<String, usize>>,
    listed: Mutex<Option<Vec<String>>>,
}

impl ModelServer {
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            requests: Mutex::default(),
            calls: watch::Sender::new(HashMap::new()),
            listed: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/models", get(models))
            .route("/v1/count/{name}", post(count))
            .route("/openai/deployments/{model}/chat/completions", post(chat))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, url }
    }

    /// What calls of `model` get, one after the other; the last one is repeated.
    pub fn script(&self, model: &str, acts: impl Into<Vec<Act>>) {
        self.shared.scripts.lock().unwrap().insert(model.to_owned(), acts.into());
    }

    /// `/models` lists these; before, it is not there.
    pub fn list(&self, models: &[&str]) {
        *self.shared.listed.lock().unwrap() = Some(models.iter().map(|&name| name.to_owned()).collect());
    }

    /// How often `model` was asked; probes not counted.
    pub fn calls(&self, model: &str) -> usize {
        self.shared.calls.borrow().get(model).copied().unwrap_or(0)
    }

    /// Waits until `model` was asked `count` times.
    pub async fn called(&self, model: &str, count: usize) {
        let mut calls = self.shared.calls.subscribe();
        calls.wait_for(|calls| calls.get(model).is_some_and(|n| *n >= count)).await.unwrap();
    }

    /// Bodies of the requests for `model`.
    pub fn requests(&self, model: &str) -> Vec<Value> {
        let requests = self.shared.requests.lock().unwrap();
        requests.iter().filter(|(name, ..)| name == model).map(|(_, body, ..)| body.clone()).collect()
    }

    /// Headers and URI of the last request for `model`.
    pub fn last(&self, model: &str) -> (HeaderMap, Uri) {
        let requests = self.shared.requests.lock().unwrap();
        requests.iter().rfind(|(name, ..)| name == model).map(|(_, _, h, u)| (h.clone(), u.clone())).unwrap()
    }
}

/// A tool that only counts.
async fn count(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> &'static str {
    shared.calls.send_modify(|calls| *calls.entry(name).or_default() += 1);
    "ok"
}

async fn models(State(shared): State<Arc<Shared>>) -> Response {
    match &*shared.listed.lock().unwrap() {
        Some(names) => {
            let data: Vec<Value> = names.iter().map(|name| json!({"id": name})).collect();
            Json(json!({"data": data})).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn chat(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<Value>,
) -> Response {
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    if body["messages"][0]["content"] == "test" {
        // A probe.
        return Json(json!({"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]}))
            .into_response();
    }
    shared.requests.lock().unwrap().push((model.clone(), body.clone(), headers, uri));
    let index = shared.calls.borrow().get(&model).copied().unwrap_or(0);
    let act = {
        let scripts = shared.scripts.lock().unwrap();
        let acts = scripts.get(&model).unwrap_or_else(|| panic!("no script for {model}"));
        acts[index.min(acts.len() - 1)].clone()
    };
    shared.calls.send_modify(|calls| *calls.entry(model).or_default() += 1);
    match act {
        Act::By(of) => perform(of(&body)).await,
        act => perform(act).await,
    }
}

async fn perform(act: Act) -> Response {
    match act {
        Act::Say(text) => stream(move |out| async move {
            out.words(text);
            out.end("stop");
        }),
        Act::Hold(before, gate, after) => stream(move |out| async move {
            out.words(before);
            gate.acquire().await.unwrap().forget();
            out.words(after);
            out.end("stop");
        }),
        Act::Tools(calls) => stream(move |out| async move {
            for (index, (name, arguments)) in calls.iter().enumerate() {
                let (half, rest) = arguments.split_at(arguments.len() / 2);
                let head = json!({"index": index, "id": format!("call_{index}"), "type": "function",
                    "function": {"name": name, "arguments": half}});
                out.delta(&json!({"tool_calls": [head]}));
                out.delta(&json!({"tool_calls": [{"index": index, "function": {"arguments": rest}}]}));
            }
            out.end("tool_calls");
        }),
        Act::Whole(text) => Json(json!({
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
        }))
        .into_response(),
        Act::Status(status, headers, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            response
        }
        Act::Raw(kind, body) => ([("content-type", kind)], body).into_response(),
        Act::Cut(before) => stream(move |out| async move { out.words(before) }),
        Act::ErrorInStream(before) => stream(move |out| async move {
            out.words(before);
            out.data(r#"{"error": {"type": "server_error", "message": "the engine room is flooded"}}"#);
        }),
        Act::By(_) | Act::Silence => std::future::pending().await,
    }
}

struct Out(mpsc::UnboundedSender<String>);

impl Out {
    fn data(&self, data: &str) {
        // The client may be gone: that is what some tests are about.
        let _ = self.0.send(format!("data: {data}\n\n"));
    }

    fn delta(&self, delta: &Value) {
        self.data(&json!({"choices": [{"index": 0, "delta": delta}]}).to_string());
    }

    fn words(&self, text: &str) {
        for word in text.split_inclusive(' ') {
            self.delta(&json!({"content": word}));
        }
    }

    fn end(&self, reason: &str) {
        self.data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}).to_string());
        self.data(
            r#"{"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 6}}}"#
                .replace('\n', " ")
                .as_str(),
        );
        self.data("[DONE]");
    }
}

fn stream<F: Future<Output = ()> + Send + 'static>(write: impl FnOnce(Out) -> F) -> Response {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(write(Out(sender)));
    let receiver = tokio_stream::wrappers::UnboundedReceiverStream::new(receiver);
    let body = Body::from_stream(receiver.map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    ([("content-type", "text/event-stream")], body).into_response()
}
