//! A model server that does what it is told, by the name of the model that it is asked for, and counts. It speaks the
//! protocol that it is asked in.

mod anthropic;
mod bedrock;
mod openai;

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
    /// An HTTP status, a media type, and then the same bytes again and again for as long as somebody reads them.
    Flood(u16, &'static str, Bytes),
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
    /// How often a client left before it had its answer.
    left: watch::Sender<HashMap<String, usize>>,
    listed: Mutex<Option<Vec<String>>>,
}

impl ModelServer {
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            requests: Mutex::default(),
            calls: watch::Sender::new(HashMap::new()),
            left: watch::Sender::new(HashMap::new()),
            listed: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/messages", post(messages))
            .route("/model/{model}/converse-stream", post(converse))
            .route("/model/{model}/converse", post(converse))
            .route("/v1/models", get(models))
            .route("/v1/models/{model}", get(described))
            .route("/v1/count/{name}", post(count))
            .route("/openai/deployments/{model}/chat/completions", post(chat))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, url }
    }

    /// The URL without `/v1`.
    pub fn base(&self) -> String {
        self.url.trim_end_matches("/v1").to_owned()
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

    /// Waits until `count` clients that were being answered for `model` (`Hold`, `Silence`, `Flood`) have closed the connection.
    pub async fn left(&self, model: &str, count: usize) {
        let mut left = self.shared.left.subscribe();
        left.wait_for(|left| left.get(model).is_some_and(|n| *n >= count)).await.unwrap();
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
            let one = |name: &String| json!({"id": name, "object": "model", "created": 1_767_225_600, "owned_by": "harbour"});
            let data: Vec<Value> = names.iter().map(one).collect();
            Json(json!({"object": "list", "data": data})).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn described(State(shared): State<Arc<Shared>>, Path(model): Path<String>) -> Response {
    match &*shared.listed.lock().unwrap() {
        Some(names) if names.contains(&model) => {
            Json(json!({"type": "model", "id": model, "display_name": model, "created_at": "2026-01-01T00:00:00Z"}))
                .into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn chat(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<Value>,
) -> Response {
    if body["messages"][0]["content"] == "test" {
        // A probe.
        return Json(openai::whole("ok")).into_response();
    }
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let azure = uri.path().starts_with("/openai/deployments/");
    answer(&shared, model, (headers, uri, body), openai::Words::new(azure)).await
}

async fn messages(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<Value>,
) -> Response {
    if body["messages"][0]["content"][0]["text"] == "test" {
        // A probe.
        return Json(anthropic::whole("ok")).into_response();
    }
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    answer(&shared, model, (headers, uri, body), anthropic::Words::default()).await
}

async fn converse(
    State(shared): State<Arc<Shared>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Json(body): Json<Value>,
) -> Response {
    if body["messages"][0]["content"][0]["text"] == "test" {
        // A probe.
        return Json(bedrock::whole("ok")).into_response();
    }
    answer(&shared, model, (headers, uri, body), bedrock::Words::default()).await
}

/// Bytes on their way to the client.
pub type Out = mpsc::UnboundedSender<Vec<u8>>;

/// How a protocol streams an answer.
pub trait Protocol: Send + 'static {
    /// Media type of a stream.
    const MEDIA_TYPE: &'static str;
    /// Before anything.
    fn begin(&mut self, out: &Out);
    /// Text, word by word.
    fn words(&mut self, out: &Out, text: &str);
    /// Calls of tools: name and arguments.
    fn tools(&mut self, out: &Out, calls: &[(&str, &str)]);
    /// The end; `tools` when calls are the reason.
    fn end(&mut self, out: &Out, tools: bool);
    /// An error instead of the rest: the provider's fault.
    fn error(&mut self, out: &Out, message: &str);
    /// An answer that is not streamed.
    fn whole(&self, text: &str) -> Value;
}

/// Counts a client that has left, when it is dropped: the server drops what it answers with once nobody is there for it.
struct Leaving {
    shared: Arc<Shared>,
    model: String,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let model = std::mem::take(&mut self.model);
        if !model.is_empty() {
            self.shared.left.send_modify(|left| *left.entry(model).or_default() += 1);
        }
    }
}

async fn answer(
    shared: &Arc<Shared>,
    model: String,
    (headers, uri, body): (HeaderMap, Uri, Value),
    protocol: impl Protocol,
) -> Response {
    shared.requests.lock().unwrap().push((model.clone(), body.clone(), headers, uri));
    let index = shared.calls.borrow().get(&model).copied().unwrap_or(0);
    let act = {
        let scripts = shared.scripts.lock().unwrap();
        let acts = scripts.get(&model).unwrap_or_else(|| panic!("no script for {model}"));
        acts[index.min(acts.len() - 1)].clone()
    };
    let leaving = Leaving { shared: shared.clone(), model: model.clone() };
    shared.calls.send_modify(|calls| *calls.entry(model).or_default() += 1);
    match act {
        Act::By(of) => perform(of(&body), protocol, leaving).await,
        act => perform(act, protocol, leaving).await,
    }
}

async fn perform<P: Protocol>(act: Act, mut to: P, mut leaving: Leaving) -> Response {
    if !matches!(act, Act::Hold(..) | Act::Silence | Act::Flood(..)) {
        leaving.model.clear();
    }
    match act {
        Act::Say(text) => stream::<P, _>(move |out| async move {
            to.begin(&out);
            to.words(&out, text);
            to.end(&out, false);
        }),
        Act::Hold(before, gate, after) => stream::<P, _>(move |out| async move {
            to.begin(&out);
            to.words(&out, before);
            tokio::select! {
                permit = gate.acquire() => permit.unwrap().forget(),
                () = out.closed() => return,
            }
            leaving.model.clear();
            to.words(&out, after);
            to.end(&out, false);
        }),
        Act::Tools(calls) => stream::<P, _>(move |out| async move {
            to.begin(&out);
            to.tools(&out, calls);
            to.end(&out, true);
        }),
        Act::Whole(text) => Json(to.whole(text)).into_response(),
        Act::Status(status, headers, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            response
        }
        Act::Raw(kind, body) => ([("content-type", kind)], body).into_response(),
        Act::Cut(before) => stream::<P, _>(move |out| async move {
            to.begin(&out);
            to.words(&out, before);
        }),
        Act::ErrorInStream(before) => stream::<P, _>(move |out| async move {
            to.begin(&out);
            to.words(&out, before);
            to.error(&out, "the engine room is flooded");
        }),
        Act::Flood(status, kind, bytes) => {
            let again = futures::stream::repeat(bytes).map(move |bytes| {
                let _ = &leaving;
                Ok::<_, Infallible>(bytes)
            });
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("content-type", kind)], Body::from_stream(again)).into_response()
        }
        Act::By(_) => panic!("what a request makes of it is no other function"),
        Act::Silence => {
            std::future::pending::<()>().await;
            drop(leaving);
            StatusCode::OK.into_response()
        }
    }
}

fn stream<P: Protocol, F: Future<Output = ()> + Send + 'static>(write: impl FnOnce(Out) -> F) -> Response {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(write(sender));
    let receiver = tokio_stream::wrappers::UnboundedReceiverStream::new(receiver);
    let body = Body::from_stream(receiver.map(|bytes| Ok::<_, Infallible>(Bytes::from(bytes))));
    ([("content-type", P::MEDIA_TYPE)], body).into_response()
}
