//! kill -9 of the real program while an answer streams: after the next start the query ends done, and a model call that
//! had completed was not made again.
#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

#[path = "api_suite/model_server/mod.rs"]
#[allow(dead_code)] // This test uses its part.
mod model_server;

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use arkdeck::resources::{Agent, Model, Query, Team, Tool};
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::await_condition;
use kube::{Client, Config, ResourceExt};
use model_server::{Act, ModelServer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Longer than anything takes on a busy machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the program on the data in `dir` and waits until it says that it is ready.
async fn start(dir: &Path) -> (Child, Client) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_arkdeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir)
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
    // The rest is read too: a full pipe would stop the program.
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

fn model(name: &str, server: &ModelServer) -> Model {
    object(
        "Model",
        name,
        json!({"provider": "openai", "model": {"value": name}, "config": {"openai": {
            "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}}),
    )
}

/// The query `q`, once it has ended.
async fn ended(client: Client) -> Query {
    let ended = await_condition(Api::namespaced(client, "default"), "q", |query: Option<&Query>| {
        let status = query.and_then(|query| query.status.as_ref());
        status.and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal())
    });
    tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_ends_done_and_no_completed_call_is_repeated() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    // Nobody opens the gate: the second call streams until the program is killed.
    let gate = Arc::new(Semaphore::new(0));
    server.script(
        "gull",
        [
            Act::Tools(&[("noop", r#"{"message": "a"}"#)]),
            Act::Hold("The tide is ", gate, ""),
            Act::Say("The tide is low."),
        ],
    );
    let (mut killed, client) = start(dir.path()).await;
    let params = PostParams::default();
    let model = model("gull", &server);
    let agent: Agent = object(
        "Agent",
        "pilot",
        json!({"prompt": "You are a pilot.", "modelRef": {"name": "gull"},
            "tools": [{"type": "built-in", "name": "noop"}]}),
    );
    let query: Query = object(
        "Query",
        "q",
        json!({"input": "How is the tide?", "target": {"type": "agent", "name": "pilot"}}),
    );
    Api::namespaced(client.clone(), "default").create(&params, &model).await.unwrap();
    Api::namespaced(client.clone(), "default").create(&params, &agent).await.unwrap();
    let created = Api::namespaced(client, "default").create(&params, &query).await.unwrap();
    tokio::time::timeout(PATIENCE, server.called("gull", 2)).await.unwrap();
    // SIGKILL.
    killed.kill().await.unwrap();

    let (mut second, client) = start(dir.path()).await;
    let query = ended(client).await;
    assert_eq!(query.uid(), created.uid());
    let status = query.status.unwrap();
    assert_eq!(status.phase.unwrap().as_str(), "done", "{status:?}");
    assert_eq!(status.response.unwrap().content, "The tide is low.");
    assert_eq!(status.token_usage.unwrap().total_tokens, 28, "the call from before the kill counts once");
    assert_eq!(server.calls("gull"), 3, "one completed, one was cut, and only that one was made again");
    second.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_team_goes_on_at_its_turn_and_no_completed_call_is_repeated() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let gate = Arc::new(Semaphore::new(0));
    let ask: &[(&str, &str)] = &[("ask-tides", r#"{"input": "How is the tide?"}"#)];
    server.script("chooser", [Act::Say("writer"), Act::Say("reviewer"), Act::Say("TERMINATE")]);
    server.script("writer", [Act::Tools(ask), Act::Say("The tide is low.")]);
    server.script("tides", [Act::Say("Low.")]);
    // The third turn of the work streams when the program is killed.
    server.script("reviewer", [Act::Hold("Well ", gate, ""), Act::Say("Well written.")]);
    let (mut killed, client) = start(dir.path()).await;
    let params = PostParams::default();
    for name in ["chooser", "writer", "tides", "reviewer"] {
        Api::namespaced(client.clone(), "default").create(&params, &model(name, &server)).await.unwrap();
    }
    for name in ["writer", "tides", "reviewer"] {
        let tools =
            if name == "writer" { json!([{"type": "agent", "name": "ask-tides"}]) } else { json!([]) };
        let agent: Agent = object("Agent", name, json!({"modelRef": {"name": name}, "tools": tools}));
        Api::namespaced(client.clone(), "default").create(&params, &agent).await.unwrap();
    }
    let tool: Tool = object("Tool", "ask-tides", json!({"type": "agent", "agent": {"name": "tides"}}));
    Api::namespaced(client.clone(), "default").create(&params, &tool).await.unwrap();
    let team: Team = object(
        "Team",
        "desk",
        json!({"strategy": "selector", "maxTurns": 5, "selector": {"model": "chooser"},
            "members": [{"type": "agent", "name": "writer"}, {"type": "agent", "name": "reviewer"}]}),
    );
    Api::namespaced(client.clone(), "default").create(&params, &team).await.unwrap();
    let query: Query =
        object("Query", "q", json!({"input": "Write.", "target": {"type": "team", "name": "desk"}}));
    Api::namespaced(client, "default").create(&params, &query).await.unwrap();
    tokio::time::timeout(PATIENCE, server.called("reviewer", 1)).await.unwrap();
    // SIGKILL.
    killed.kill().await.unwrap();

    let (mut second, client) = start(dir.path()).await;
    let status = ended(client).await.status.unwrap();
    assert_eq!(status.phase.unwrap().as_str(), "done", "{status:?}");
    assert_eq!(status.response.unwrap().content, "Well written.");
    let calls = ["chooser", "writer", "tides", "reviewer"].map(|name| server.calls(name));
    assert_eq!(calls, [3, 2, 1, 2], "only the call that was cut was made again");
    assert_eq!(status.token_usage.unwrap().total_tokens, 7 * 14, "each completed call counts once");
    second.kill().await.unwrap();
}
