//! kill -9 of the real program during an experiment, again and again: every item is scored once, and what was kept when the program
//! was killed is neither asked nor judged again.
//!
//! `ARKDECK_CRASH_SEED` sets when it is killed; the seed is told.
#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arkdeck::evaluation::experiment::{Experiments, State, Trial};
use arkdeck::resources::{Evaluation, Evaluator, Model};
use arkdeck::store::Store;
use axum::extract::State as Given;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::await_condition;
use kube::{Client, Config};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Longer than anything takes on a busy machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);
const ITEMS: usize = 60;
const AT_ONCE: usize = 4;
/// After how many calls of models the program is killed; the experiment needs 120.
const LIFE: std::ops::RangeInclusive<usize> = 1..=16;
/// More kills than it can take: each time at least one call is answered sooner or later.
const MAX_KILLS: usize = 100;

/// Calls by model and item, as the world outside saw them.
#[derive(Clone, Default)]
struct Outside {
    asked: Arc<Mutex<HashMap<(String, usize), usize>>>,
    events: watch::Sender<usize>,
}

/// Answers questions, and judges what is answered.
async fn model(Given(outside): Given<Outside>, Json(body): Json<Value>) -> Response {
    let model = body["model"].as_str().unwrap().to_owned();
    let text = body["messages"].to_string();
    let number = text.split("Question ").nth(1).unwrap();
    let item: usize = number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    *outside.asked.lock().entry((model.clone(), item)).or_default() += 1;
    outside.events.send_modify(|count| *count += 1);
    // Long enough to be killed in.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let words = if model == "judge" {
        json!({"accuracy": {"reason": "True.", "score": 0.9}}).to_string()
    } else {
        format!("Answer {item}.")
    };
    let chunk = |delta: Value, reason: Value| json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let mut last = chunk(json!({}), json!("stop"));
    last["usage"] = json!({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14});
    let first = chunk(json!({"content": words}), Value::Null);
    let stream = format!("data: {first}\n\ndata: {last}\n\ndata: [DONE]\n\n");
    ([(header::CONTENT_TYPE, "text/event-stream")], stream).into_response()
}

async fn serve(outside: Outside) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", post(model)).with_state(outside);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Starts the program on the data in `dir`, and waits until it is ready.
async fn start(dir: &Path) -> (Child, Client) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_arkdeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir)
        .env("ARKDECK_LOG", "error")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
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
    (child, Client::try_from(config).unwrap())
}

fn object<K: serde::de::DeserializeOwned>(kind: &str, name: &str, spec: Value) -> K {
    serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    }))
    .unwrap()
}

async fn prepare(client: &Client, url: &str) {
    let params = PostParams::default();
    for name in ["gull", "judge"] {
        let config =
            json!({"openai": {"baseUrl": {"value": url}, "apiKey": {"value": "sk-lighthouse-1234"}}});
        let spec =
            json!({"provider": "openai", "model": {"value": name}, "pollInterval": "1h", "config": config});
        let model: Model = object("Model", name, spec);
        Api::default_namespaced(client.clone()).create(&params, &model).await.unwrap();
    }
    let judge = json!({"parameters": [{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy"}]});
    let evaluator: Evaluator = object("Evaluator", "judge", judge);
    Api::default_namespaced(client.clone()).create(&params, &evaluator).await.unwrap();
    let items: Vec<String> = (0..ITEMS)
        .map(|n| json!({"id": n.to_string(), "input": format!("Question {n}?")}).to_string())
        .collect();
    let map: ConfigMap = serde_json::from_value(json!({
        "metadata": {"name": "questions", "labels": {"ark.mckinsey.com/data-set": "true"}},
        "data": {"items.jsonl": items.join("\n")},
    }))
    .unwrap();
    Api::default_namespaced(client.clone()).create(&params, &map).await.unwrap();
    let config = json!({"dataSet": {"name": "questions"}, "concurrency": AT_ONCE, "targets": [{"type": "model", "name": "gull"}]});
    let evaluation: Evaluation =
        object("Evaluation", "e", json!({"type": "batch", "evaluator": {"name": "judge"}, "config": config}));
    Api::default_namespaced(client.clone()).create(&params, &evaluation).await.unwrap();
}

/// The state of the experiment, and its trials, as the killed program left them.
async fn left(dir: &Path) -> (State, Vec<Trial>) {
    let store = Store::open(dir).await.unwrap();
    let experiments = Experiments::new(store.clone());
    let found = experiments.list("default", "e").await.unwrap();
    assert!(found.len() <= 1, "a restart is no new experiment");
    let (mut state, mut trials) = (State::Running, Vec::new());
    if let Some(one) = found.first() {
        assert_eq!((one.number, one.total), (1, ITEMS));
        (state, trials) = (one.state, experiments.scores(&one.id, None).await.unwrap());
    }
    store.close().await;
    (state, trials)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_survives_kills_and_pays_nothing_twice() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let seed = std::env::var("ARKDECK_CRASH_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or(20_261_127);
    println!("ARKDECK_CRASH_SEED={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let (dir, outside) = (tempfile::tempdir().unwrap(), Outside::default());
    let url = serve(outside.clone()).await;
    // How often an item was asked and judged when it was found scored.
    let mut settled: HashMap<(String, usize), usize> = HashMap::new();
    let mut kills = 0;
    loop {
        let (mut child, client) = start(dir.path()).await;
        if kills == 0 {
            prepare(&client, &url).await;
        }
        let mut events = outside.events.subscribe();
        let enough = *events.borrow() + dice.random_range(LIFE);
        let done = await_condition(Api::default_namespaced(client), "e", |one: Option<&Evaluation>| {
            let phase = one.and_then(|one| one.status.as_ref()?.phase);
            phase.is_some_and(|phase| phase.as_str() == "done")
        });
        let wait = async {
            tokio::select! {
                _ = events.wait_for(|count| *count >= enough) => {}
                done = done => drop(done.unwrap()),
            }
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "it came to a halt after {kills} kills");
        child.kill().await.unwrap();
        kills += 1;
        let (state, trials) = left(dir.path()).await;
        let asked = outside.asked.lock().clone();
        for trial in &trials {
            assert_eq!((trial.score, trial.output.as_str()), (Some(0.9), ""), "{}", trial.error);
            for model in ["gull", "judge"] {
                let key = (model.to_owned(), trial.item.parse().unwrap());
                let count = asked[&key];
                assert_eq!(
                    *settled.entry(key).or_insert(count),
                    count,
                    "{model} was asked again of {}",
                    trial.item
                );
            }
        }
        let items: HashSet<&str> = trials.iter().map(|trial| trial.item.as_str()).collect();
        assert_eq!(items.len(), trials.len(), "an item was scored twice");
        if state == State::Done {
            assert_eq!(trials.len(), ITEMS);
            break;
        }
        assert!(kills < MAX_KILLS, "it does not get on: {} of {ITEMS} after {kills} kills", trials.len());
    }
    let calls: usize = outside.asked.lock().values().sum();
    // Each kill cuts at most the calls that are under way.
    assert!(calls <= 2 * ITEMS + kills * AT_ONCE, "{calls} calls in {kills} kills");
    println!("{kills} kills, {} cut calls made again", calls - 2 * ITEMS);
}
