//! A kill at every entry of a journal: a run of a team with a picker, tools, an agent and a team as tools, and a call that
//! a person approves is begun again from each beginning of its journal, and always ends with the same answer, with nothing
//! that had completed done twice and nobody asked twice.

use std::collections::HashSet;

use arkdeck::engine::journal::{Entry, Event, Journal, RunRecord};
use arkdeck::resources::{A2ATask, A2ATaskPhase, Query};
use arkdeck::store::Store;
use futures::StreamExt;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{Connection, Deck, NAMESPACE, connect, content, quick};
use crate::model_server::{Act, ModelServer};

/// A tool that may not be repeated, and that a person must approve.
const PAY: &str = "pay";

fn last(body: &Value) -> String {
    let messages = body["messages"].as_array().unwrap();
    messages.last().unwrap()["role"].as_str().unwrap().to_owned()
}

/// What models say depends on what they are asked only, so that runs may be interleaved in any way.
fn script(server: &ModelServer) {
    server.script(
        "chooser",
        [Act::By(|body| {
            let prompt = body["messages"][0]["content"].as_str().unwrap();
            match (prompt.contains("# lead:"), prompt.contains("# clerk:")) {
                (false, _) => Act::Say("lead"),
                (true, false) => Act::Say("office"),
                (true, true) => Act::Say("TERMINATE: All is done."),
            }
        })],
    );
    server.script(
        "lead",
        [Act::By(|body| match last(body).as_str() {
            "tool" => Act::Say("I have asked."),
            _ => Act::Tools(&[
                ("ask-clerk", r#"{"input": "One?"}"#),
                ("ask-office", r#"{"input": "Two?"}"#),
                ("noop", r#"{"message": "Three?"}"#),
                (PAY, "{}"),
            ]),
        })],
    );
    server.script("clerk", [Act::Say("Noted.")]);
}

async fn crew(deck: &Deck, server: &ModelServer) {
    for model in ["chooser", "lead", "clerk"] {
        deck.model(server, model).await;
    }
    deck.agent("clerk", "clerk", json!({})).await;
    deck.team("office", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "clerk"}]}))
        .await;
    deck.tool("ask-clerk", json!({"type": "agent", "agent": {"name": "clerk"}})).await;
    deck.tool("ask-office", json!({"type": "team", "team": {"name": "office"}})).await;
    let url = format!("{}/count/{PAY}", server.url);
    let approval = json!({"required": true, "timeout": "10m"});
    deck.tool(PAY, json!({"type": "http", "http": {"url": url, "method": "POST"}, "approval": approval}))
        .await;
    let tools = json!([{"type": "agent", "name": "ask-clerk"}, {"type": "team", "name": "ask-office"},
        {"type": "built-in", "name": "noop"}, {"type": "http", "name": PAY}]);
    deck.agent("lead", "lead", json!({"tools": tools})).await;
    let members = json!([{"type": "agent", "name": "lead"}, {"type": "team", "name": "office"}]);
    let desk =
        json!({"strategy": "selector", "maxTurns": 9, "selector": {"model": "chooser"}, "members": members});
    deck.team("desk", desk).await;
}

fn query(name: &str) -> Query {
    serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name},
        "spec": {"input": "Do it.", "target": {"type": "team", "name": "desk"}},
    }))
    .unwrap()
}

/// A person who approves whatever waits.
fn approver(client: Client) -> JoinHandle<()> {
    tokio::spawn(async move {
        let tasks: Api<A2ATask> = Api::namespaced(client, NAMESPACE);
        let mut changes = Box::pin(watcher(tasks.clone(), watcher::Config::default()).applied_objects());
        while let Some(task) = changes.next().await {
            let Ok(task) = task else { continue };
            let phase = task.status.as_ref().and_then(|status| status.phase);
            if phase == Some(A2ATaskPhase::InputRequired) && task.spec.input.is_empty() {
                let yes = json!({"spec": {"input": r#"{"decision": "approved"}"#}});
                tasks.patch(&task.name_any(), &PatchParams::default(), &Patch::Merge(&yes)).await.unwrap();
            }
        }
    })
}

/// Model calls that were answered, by step.
fn answered(entries: &[Entry]) -> HashSet<&str> {
    let answers = entries.iter().filter_map(|entry| match &entry.event {
        Event::ModelResponse { step, .. } => Some(step.as_str()),
        _ => None,
    });
    answers.collect()
}

/// Model calls that were sent, by step.
fn asked(entries: &[Entry]) -> impl Iterator<Item = &str> {
    entries.iter().filter_map(|entry| match &entry.event {
        Event::ModelRequest { step, .. } => Some(step.as_str()),
        _ => None,
    })
}

/// How often the tool that may not be repeated was called.
fn paid(entries: &[Entry]) -> usize {
    let calls =
        entries.iter().filter(|entry| matches!(&entry.event, Event::ToolRequest { name, .. } if name == PAY));
    calls.count()
}

/// How often a person was asked, and how often somebody decided.
fn approvals(entries: &[Entry]) -> (usize, usize) {
    let count = |wanted: fn(&Event) -> bool| entries.iter().filter(|entry| wanted(&entry.event)).count();
    (
        count(|event| matches!(event, Event::ApprovalAsked { .. })),
        count(|event| matches!(event, Event::ApprovalDecided { .. })),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_continues_from_every_entry_of_its_journal() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    script(&server);
    let deck = Deck::start(dir.path(), quick()).await;
    crew(&deck, &server).await;
    let person = approver(deck.client.clone());
    deck.queries().create(&PostParams::default(), &query("whole")).await.unwrap();
    let whole = deck.ended("whole").await;
    assert_eq!(content(&whole), "All is done.");
    let journal = deck.journal("whole").await;
    assert_eq!(server.calls(PAY), 1);
    assert!(journal.len() > 37, "{} entries are few kill points", journal.len());
    person.abort();
    let _ = person.await;
    deck.stop().await;

    // Nobody runs: queries are made, each with a longer beginning of the same journal.
    let store = Store::open(dir.path()).await.unwrap();
    let Connection { client, embedded, .. } = connect(&store, false).await;
    let queries: Api<Query> = Api::namespaced(client.clone(), NAMESPACE);
    let journals = Journal::new(store.clone());
    for kept in 1..journal.len() {
        let made = queries.create(&PostParams::default(), &query(&format!("q{kept}"))).await.unwrap();
        let record = RunRecord {
            id: made.uid().unwrap(),
            namespace: NAMESPACE.into(),
            name: made.name_any(),
            created_ms: made.metadata.creation_timestamp.unwrap().0.as_millisecond(),
            finished_ms: None,
        };
        let events = journal[..kept].iter().map(|entry| (entry.target, entry.event.clone())).collect();
        journals.open(record).await.unwrap().append_all(events).await.unwrap();
    }
    drop((client, queries, journals));
    if let Some(embedded) = embedded {
        embedded.shutdown().await;
    }
    store.close().await;
    drop(store);

    let deck = Deck::start(dir.path(), quick()).await;
    let person = approver(deck.client.clone());
    let usage = whole.status.unwrap().token_usage;
    for kept in 1..journal.len() {
        let name = format!("q{kept}");
        let ended = deck.ended(&name).await;
        assert_eq!(content(&ended), "All is done.", "after {kept} entries");
        assert_eq!(ended.status.unwrap().token_usage, usage, "after {kept} entries");
        let all = deck.journal(&name).await;
        let (before, after) = all.split_at(kept);
        let done = answered(before);
        for step in asked(after) {
            assert!(!done.contains(step), "{step} was asked again after {kept} entries");
        }
        assert_eq!(paid(&all), 1, "after {kept} entries");
        assert_eq!(approvals(&all), (1, 1), "asked and decided after {kept} entries");
        let marks = all.iter().filter_map(|entry| match &entry.event {
            Event::TurnStarted { step, .. } | Event::TeamEnded { step, .. } => Some(step.as_str()),
            _ => None,
        });
        let ends: Vec<&str> = marks.collect();
        let once: HashSet<&str> = ends.iter().copied().collect();
        assert_eq!(once.len(), ends.len(), "each turn begins once and each team ends once: {ends:?}");
    }
    person.abort();
    let _ = person.await;
    deck.stop().await;
}
