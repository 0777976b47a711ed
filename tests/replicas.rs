//! Two processes on one cluster and one PostgreSQL: one is killed while its runs stream, the other finishes them, and no model
//! call that had completed is made again; who looks at a run from the other one sees the text.
//!
//! On kube-apiserver where `ARKDECK_TEST_KUBECONFIG` names one (tests/cluster/run), else on the embedded API of the process that
//! stays.
#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

#[path = "api_suite/model_server/mod.rs"]
#[allow(dead_code)] // This test uses its part.
mod model_server;
#[path = "postgres_support/mod.rs"]
mod postgres;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arkdeck::resources::{Agent, Model, Query};
use futures::StreamExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::await_condition;
use kube::{Client, Config, ResourceExt};
use model_server::{Act, ModelServer};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Longer than anything takes on a busy machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Runs at once in one replica.
const PLACES: usize = 4;
/// Many more than one replica has places for: who has none left lets the other claim first, so that both have some.
const RUNS: usize = 24;
const NAMESPACE: &str = "replicas";

/// A process of the program.
struct Replica {
    child: Child,
    url: String,
    dir: tempfile::TempDir,
}

impl Replica {
    async fn start(database: &str, kubeconfig: Option<&PathBuf>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_arkdeck"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--runs-as", "process", "--max-running"])
            .arg(PLACES.to_string())
            .arg("--data-dir")
            .arg(dir.path())
            .env("ARKDECK_DATABASE_URL", database)
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        match kubeconfig {
            Some(file) => command.arg("--kubeconfig").arg(file),
            None => command.args(["--kube-listen", "127.0.0.1:0"]),
        };
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.strip_prefix("Arkdeck is ready: ") {
                    return url.to_owned();
                }
            }
            panic!("the program ended before it was ready");
        };
        let url = tokio::time::timeout(PATIENCE, ready).await.unwrap();
        // The rest is read too: a full pipe would stop the program.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url, dir }
    }
}

/// What a browser has open at a replica.
struct Live {
    stream: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: String,
}

impl Live {
    async fn follow(url: &str, query: &str) -> Self {
        let client = reqwest::Client::new();
        let answer = client.get(format!("{url}/live?tab=far")).send().await.unwrap();
        let mut live = Self { stream: answer.bytes_stream().boxed(), buffer: String::new() };
        live.until(|message| message.get("Hello").is_some()).await;
        let key = json!({"kind": "query", "namespace": NAMESPACE, "name": query});
        let follow =
            json!({"tab": "far", "subscriptions": [{"id": 1, "topic": {"Run": {"key": key, "after": 0}}}]});
        let answer = client
            .post(format!("{url}/api/live/follow"))
            .header("content-type", "application/json")
            .body(follow.to_string())
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        live
    }

    /// Reads until a message is as `wanted`.
    async fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) {
        let read = async {
            loop {
                while let Some((event, rest)) = self.buffer.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                    self.buffer = rest.to_owned();
                    if data
                        .and_then(|data| serde_json::from_str(&data).ok())
                        .is_some_and(|message| wanted(&message))
                    {
                        return;
                    }
                }
                let chunk = self.stream.next().await.expect("the stream goes on").unwrap();
                self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("what is waited for is told");
    }
}

fn object<K: serde::de::DeserializeOwned>(kind: &str, name: &str, spec: Value) -> K {
    serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    }))
    .unwrap()
}

async fn client(kubeconfig: &PathBuf) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

/// UIDs of the queries whose runs the replica that joined last has.
async fn runs_of_the_last(database: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(database).await.unwrap();
    sqlx::query_scalar(
        "SELECT id FROM runs WHERE owner = (SELECT id FROM replicas ORDER BY started_at DESC LIMIT 1) ORDER BY id",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap()
}

async fn attempts(database: &str, run: &str) -> i64 {
    let mut connection = PgConnection::connect(database).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM journal WHERE run = $1 AND entry LIKE '%\"started\"%attempt%'")
        .bind(run)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_replicas_runs_are_finished_by_the_other() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (database, server) = (postgres::database().await, ModelServer::start().await);
    let cluster = std::env::var_os("ARKDECK_TEST_KUBECONFIG").map(PathBuf::from);
    let stays = Replica::start(&database, cluster.as_ref()).await;
    let kubeconfig = cluster.unwrap_or_else(|| stays.dir.path().join("kubeconfig"));
    let mut killed = Replica::start(&database, Some(&kubeconfig)).await;

    let client = client(&kubeconfig).await;
    let params = PostParams::default();
    let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": NAMESPACE}})).unwrap();
    Api::all(client.clone()).create(&params, &namespace).await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let mut created: Vec<Query> = Vec::new();
    for name in (0..RUNS).map(|n| format!("r{n}")) {
        server.script(
            &name,
            [
                Act::Tools(&[("noop", r#"{"message": "a"}"#)]),
                Act::Hold("The tide is ", gate.clone(), "low."),
                Act::Say("The tide is low."),
            ],
        );
        let model: Model = object(
            "Model",
            &name,
            json!({"provider": "openai", "model": {"value": name}, "config": {"openai": {
                "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}}),
        );
        let agent: Agent = object(
            "Agent",
            &name,
            json!({"prompt": "You are a pilot.", "modelRef": {"name": name},
                "tools": [{"type": "built-in", "name": "noop"}]}),
        );
        let query: Query = object(
            "Query",
            &name,
            json!({"input": "How is the tide?", "target": {"type": "agent", "name": name}}),
        );
        Api::namespaced(client.clone(), NAMESPACE).create(&params, &model).await.unwrap();
        Api::namespaced(client.clone(), NAMESPACE).create(&params, &agent).await.unwrap();
        created.push(Api::namespaced(client.clone(), NAMESPACE).create(&params, &query).await.unwrap());
    }
    // Whoever has a run says so: it runs, or waits for a place.
    for query in &created {
        let name = query.name_any();
        let taken =
            await_condition(Api::namespaced(client.clone(), NAMESPACE), &name, |query: Option<&Query>| {
                query.and_then(|query| query.status.as_ref()).is_some_and(|status| status.phase.is_some())
            });
        tokio::time::timeout(PATIENCE, taken).await.expect("every run is taken").unwrap();
    }
    let lost = runs_of_the_last(&database).await;
    assert!(!lost.is_empty() && lost.len() < RUNS, "both have some: {}", lost.len());

    // Of the other's, as many stream as it has places; the rest waits.
    let streaming = created
        .iter()
        .filter(|query| query.uid().is_some_and(|uid| lost.contains(&uid)))
        .map(|query| {
            let (server, name) = (server.clone(), query.name_any());
            async move {
                server.called(&name, 2).await;
                name
            }
        })
        .collect::<futures::stream::FuturesUnordered<_>>()
        .take(lost.len().min(PLACES))
        .collect::<Vec<_>>();
    let streaming: Vec<String> =
        tokio::time::timeout(PATIENCE, streaming).await.expect("the runs of the other stream");

    // A browser at the one that stays looks at one of them.
    let far = streaming[0].clone();
    let mut live = Live::follow(&stays.url, &far).await;
    let mut text = String::new();
    live.until(|message| {
        let partial = &message["RunSnapshot"]["run"]["partials"][0]["text"];
        let append = &message["Run"]["delta"]["Text"]["append"];
        text.push_str(partial.as_str().or(append.as_str()).unwrap_or_default());
        text.contains("The tide is")
    })
    .await;

    // SIGKILL.
    killed.child.kill().await.unwrap();
    gate.add_permits(RUNS * 2);
    live.until(|message| message.to_string().contains("The tide is low.")).await;
    for query in &created {
        let name = query.name_any();
        let done =
            await_condition(Api::namespaced(client.clone(), NAMESPACE), &name, |query: Option<&Query>| {
                let status = query.and_then(|query| query.status.as_ref());
                status.and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal())
            });
        let ended = tokio::time::timeout(PATIENCE, done).await.expect("every run ends").unwrap().unwrap();
        assert_eq!(ended.uid(), query.uid());
        let status = ended.status.unwrap();
        assert_eq!(status.phase.unwrap().as_str(), "done", "{status:?}");
        assert_eq!(status.response.unwrap().content, "The tide is low.");
        assert_eq!(status.token_usage.unwrap().total_tokens, 28, "each completed call counts once");
        let uid = query.uid().unwrap();
        let was_cut = streaming.contains(&name);
        let calls = if was_cut { 3 } else { 2 };
        assert_eq!(server.calls(&name), calls, "only a call that was cut was made again");
        assert_eq!(attempts(&database, &uid).await, if was_cut { 2 } else { 1 });
    }
}
