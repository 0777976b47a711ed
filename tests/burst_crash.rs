//! kill -9 of the real program during a burst, again and again: no acknowledged query is lost, no model call that was
//! answered is made again, and a tool that must not be repeated is called at most once for each query.
//!
//! `ARKDECK_CRASH_KILLS` sets how often, `ARKDECK_CRASH_SEED` when; the seed is told.
#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arkdeck::engine::journal::{Entry, Event, Journal};
use arkdeck::resources::{Agent, Model, Query, Tool};
use arkdeck::store::Store;
use axum::extract::{Path as Part, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::{StreamExt, stream};
use kube::api::{Api, ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, Config, ResourceExt};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Kills, unless the environment says another number.
const KILLS: usize = 200;
/// Longer than anything takes on a busy machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Queries of one round: more than run at once, so that there is always a queue.
const ROUND: usize = 12;
/// Requests under way at once.
const CLIENTS: usize = 8;
/// After how many events that are seen from outside (a query acknowledged, a model called, a payment) the program is killed.
/// A round has 48 when it is left alone; what earlier ones left adds to them.
const LIFE: std::ops::RangeInclusive<usize> = 1..=48;
/// How long it lives when it is killed while it starts, every eighth time.
const BIRTH_MS: std::ops::Range<u64> = 20..300;
const KEY: &str = "sk-lighthouse-1234";

/// What the world outside saw.
#[derive(Default)]
struct Seen {
    /// Model calls by the question.
    asked: HashMap<String, usize>,
    /// Payments by the question.
    paid: HashMap<String, usize>,
    /// Queries that the API has said yes to.
    acknowledged: HashSet<String>,
}

#[derive(Clone, Default)]
struct Shared {
    seen: Arc<Mutex<Seen>>,
    events: watch::Sender<usize>,
}

impl Shared {
    fn note(&self, what: impl FnOnce(&mut Seen)) {
        what(&mut self.seen.lock());
        self.events.send_modify(|count| *count += 1);
    }
}

/// The model: asks to pay first, and says so when it was done.
async fn model(State(outside): State<Shared>, Json(body): Json<Value>) -> Response {
    let messages = body["messages"].as_array().unwrap();
    let question = messages.iter().find(|one| one["role"] == "user").unwrap()["content"].as_str().unwrap();
    outside.note(|seen| *seen.asked.entry(question.to_owned()).or_default() += 1);
    // Long enough to be killed in.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let delta = if messages.iter().any(|one| one["role"] == "tool") {
        json!({"content": format!("Paid {question}.")})
    } else {
        let arguments = json!({"id": question}).to_string();
        json!({"tool_calls": [{"index": 0, "id": "call", "type": "function", "function": {"name": "pay", "arguments": arguments}}]})
    };
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
    let usage = json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}});
    let stream = format!("data: {chunk}\n\ndata: {usage}\n\ndata: [DONE]\n\n");
    ([(header::CONTENT_TYPE, "text/event-stream")], stream).into_response()
}

async fn pay(State(outside): State<Shared>, Part(id): Part<String>) -> &'static str {
    outside.note(|seen| *seen.paid.entry(id).or_default() += 1);
    "paid"
}

async fn serve(outside: Shared) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/v1/chat/completions", post(model))
        .route("/pay/{id}", post(pay))
        .with_state(outside);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Starts the program on the data in `dir`.
fn spawn(dir: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_arkdeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir)
        .env("ARKDECK_LOG", "error")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Waits until the program says that it is ready.
async fn ready(child: &mut Child, dir: &Path) -> Client {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("Arkdeck is ready") {
                return;
            }
        }
        panic!("the program ended before it was ready");
    };
    tokio::time::timeout(PATIENCE, ready).await.unwrap();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let kubeconfig = Kubeconfig::read_from(dir.join("kubeconfig")).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

fn object<K: serde::de::DeserializeOwned>(kind: &str, name: &str, spec: Value) -> K {
    serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    }))
    .unwrap()
}

async fn prepare(client: &Client, url: &str) {
    let params = PostParams::default();
    let config = json!({"openai": {"baseUrl": {"value": format!("{url}/v1")}, "apiKey": {"value": KEY}}});
    let spec =
        json!({"provider": "openai", "model": {"value": "gull"}, "pollInterval": "1h", "config": config});
    let model: Model = object("Model", "gull", spec);
    Api::namespaced(client.clone(), "default").create(&params, &model).await.unwrap();
    let schema = json!({"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]});
    let http = json!({"url": format!("{url}/pay/{{id}}"), "method": "POST"});
    let tool: Tool = object("Tool", "pay", json!({"type": "http", "inputSchema": schema, "http": http}));
    Api::namespaced(client.clone(), "default").create(&params, &tool).await.unwrap();
    let tools = json!([{"type": "http", "name": "pay"}]);
    let agent: Agent =
        object("Agent", "clerk", json!({"prompt": "You pay.", "modelRef": {"name": "gull"}, "tools": tools}));
    Api::namespaced(client.clone(), "default").create(&params, &agent).await.unwrap();
}

/// Creates the queries of a round. Ends when the program does.
async fn ask(client: Client, round: usize, outside: Shared) {
    let queries: Api<Query> = Api::namespaced(client, "default");
    stream::iter(0..ROUND)
        .for_each_concurrent(CLIENTS, |number| {
            let (queries, outside) = (&queries, &outside);
            async move {
                let name = format!("q-{round}-{number}");
                let spec = json!({"input": name, "target": {"type": "agent", "name": "clerk"}});
                let query: Query = object("Query", &name, spec);
                if queries.create(&PostParams::default(), &query).await.is_ok() {
                    outside.note(|seen| {
                        seen.acknowledged.insert(name);
                    });
                }
            }
        })
        .await;
}

/// Waits until every query has ended; all of them.
async fn all_ended(client: &Client) -> Vec<Query> {
    let queries: Api<Query> = Api::namespaced(client.clone(), "default");
    let mut open: HashSet<String> =
        queries.list(&ListParams::default()).await.unwrap().iter().map(ResourceExt::name_any).collect();
    let mut changes = std::pin::pin!(watcher(queries.clone(), watcher::Config::default()).applied_objects());
    let wait = async {
        while !open.is_empty() {
            let query = changes.next().await.unwrap().unwrap();
            if query.status.as_ref().and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal())
            {
                open.remove(&query.name_any());
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, wait).await;
    assert!(ended.is_ok(), "these never ended: {open:?}");
    queries.list(&ListParams::default()).await.unwrap().items
}

/// No model call follows an answer of the same step, and none is answered twice.
fn check_journal(name: &str, entries: &[Entry]) -> usize {
    let (mut answered, mut asked) = (HashSet::new(), 0);
    for (entry, seq) in entries.iter().zip(1..) {
        assert_eq!(entry.seq, seq, "{name} has a gap");
        match &entry.event {
            Event::ModelRequest { step, .. } => {
                asked += 1;
                assert!(!answered.contains(step.as_str()), "{name} asked {step} again");
            }
            Event::ModelResponse { step, .. } => {
                assert!(answered.insert(step.as_str()), "{name} was answered {step} twice");
            }
            _ => {}
        }
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_survives_two_hundred_kills() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let set =
        |name, otherwise| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let kills = set("ARKDECK_CRASH_KILLS", KILLS as u64) as usize;
    let seed = set("ARKDECK_CRASH_SEED", 20_261_126);
    println!("ARKDECK_CRASH_SEED={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let (dir, outside) = (tempfile::tempdir().unwrap(), Shared::default());
    let url = serve(outside.clone()).await;

    for round in 0..kills {
        let mut child = spawn(dir.path());
        if round % 8 == 7 {
            // While it starts: kubeconfig, first listings, the runs that it takes up again.
            tokio::time::sleep(Duration::from_millis(dice.random_range(BIRTH_MS))).await;
            child.kill().await.unwrap();
            continue;
        }
        let client = ready(&mut child, dir.path()).await;
        if round == 0 {
            prepare(&client, &url).await;
        }
        let mut events = outside.events.subscribe();
        let enough = *events.borrow() + dice.random_range(LIFE);
        let asking = tokio::spawn(ask(client, round, outside.clone()));
        // What the wait returns would lock the count.
        let alive = tokio::time::timeout(PATIENCE, events.wait_for(|count| *count >= enough)).await.is_ok();
        assert!(alive, "round {round} came to a halt");
        child.kill().await.unwrap();
        asking.await.unwrap();
    }

    let mut child = spawn(dir.path());
    let client = ready(&mut child, dir.path()).await;
    let queries = all_ended(&client).await;
    child.kill().await.unwrap();
    let names: HashSet<String> = queries.iter().map(ResourceExt::name_any).collect();
    let seen = std::mem::take(&mut *outside.seen.lock());
    let acknowledged = &seen.acknowledged;
    assert!(acknowledged.len() > kills, "{} queries in {kills} rounds show little", acknowledged.len());
    let lost: Vec<_> = acknowledged.difference(&names).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");

    let store = Store::open(dir.path()).await.unwrap();
    let journals = Journal::new(store.clone());
    let (mut repeated, mut unsure) = (0, 0);
    for query in &queries {
        let name = query.name_any();
        let status = query.status.as_ref().unwrap();
        assert_eq!(status.phase.unwrap().as_str(), "done", "{name}: {status:?}");
        assert_eq!(status.response.as_ref().unwrap().content, format!("Paid {name}."));
        let entries = journals.read(&query.uid().unwrap(), 0, usize::MAX).await.unwrap();
        let asked = check_journal(&name, &entries);
        let (calls, paid) = (seen.asked[&name], seen.paid.get(&name).copied().unwrap_or(0));
        assert!(calls <= asked, "{name}: the model was called {calls} times, the journal knows of {asked}");
        // A kill between the note and the call leaves nobody paid, and the model is told that nobody knows.
        assert!(paid <= 1, "{name} was paid {paid} times");
        repeated += asked - 2;
        unsure += 1 - paid;
    }
    println!("{} queries, {repeated} cut model calls made again, {unsure} payments not made", queries.len());
    store.close().await;
}
