//! A kill at every entry of a journal: a run of four targets at once (a team with a picker, a team of several rounds, an agent
//! with an agent and a team as tools and a call that a person approves, a model) is begun again from each beginning of its
//! journal, as it was written and as it would have been written with one target after the other. It always ends with the same
//! answers, with nothing that had completed done twice and nobody asked twice; the servers that were called are asked too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use arkdeck::engine::journal::{Entry, Event, Journal, RunRecord};
use arkdeck::resources::{A2ATask, A2ATaskPhase, Query};
use futures::StreamExt;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::harness::{Connection, Deck, NAMESPACE, Stores, connect, on_both, quick};
use crate::model_server::{Act, ModelServer};

on_both!(a_run_continues_from_every_entry_of_its_journal);

/// The targets of each run.
const TARGETS: usize = 4;
/// Entries that are written in one commit, which no kill divides: the start, and each target.
const HEAD: usize = 1 + TARGETS;

/// Longer than all the runs together take on a busy machine: any of them may be the last.
const ALL_TIME: Duration = Duration::from_secs(240);

/// A tool that may not be repeated, and that a person must approve.
const PAY: &str = "pay";

fn last(body: &Value) -> String {
    let messages = body["messages"].as_array().unwrap();
    messages.last().unwrap()["role"].as_str().unwrap().to_owned()
}

const MODELS: [&str; 4] = ["chooser", "lead", "clerk", "mate"];

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
    server.script(
        "mate",
        [Act::By(|body| match last(body).as_str() {
            "tool" => Act::Say("Aye."),
            _ => Act::Tools(&[("noop", r#"{"message": "Four?"}"#)]),
        })],
    );
}

async fn crew(deck: &Deck, server: &ModelServer) {
    for model in MODELS {
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
    deck.agent("mate", "mate", json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    let members = json!([{"type": "agent", "name": "clerk"}, {"type": "agent", "name": "mate"}]);
    deck.team("shift", json!({"strategy": "round-robin", "maxTurns": 8, "members": members})).await;
}

fn query(name: &str) -> Query {
    serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name},
        "spec": {"input": "Do it.", "targets": [{"type": "team", "name": "desk"}, {"type": "agent", "name": "lead"},
            {"type": "team", "name": "shift"}, {"type": "model", "name": "clerk"}]},
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

/// The query, once it has ended, with as much time as all of them have.
async fn ended(deck: &Deck, name: &str) -> Query {
    let wait = await_condition(deck.queries(), name, |query: Option<&Query>| {
        let phase = query.and_then(|query| query.status.as_ref()).and_then(|status| status.phase);
        phase.is_some_and(|phase| phase.is_terminal())
    });
    match tokio::time::timeout(ALL_TIME, wait).await {
        Ok(found) => found.unwrap().unwrap(),
        Err(_) => {
            panic!("{name} did not end: {:?}", deck.queries().get(name).await.map(|query| query.status))
        }
    }
}

/// What every target answered, in order.
fn answers(query: &Query) -> Vec<String> {
    query.status.as_ref().unwrap().responses.iter().map(|response| response.content.clone()).collect()
}

/// Model calls that were answered, by step.
fn answered(entries: &[Entry]) -> HashSet<&str> {
    let answers = entries.iter().filter_map(|entry| match &entry.event {
        Event::ModelResponse { step, .. } => Some(step.as_str()),
        _ => None,
    });
    answers.collect()
}

/// Model calls that were sent: step and the model that the server was asked for.
fn asked(entries: &[Entry]) -> impl Iterator<Item = (&str, &str)> {
    entries.iter().filter_map(|entry| match &entry.event {
        Event::ModelRequest { step, provider_model, .. } => Some((step.as_str(), provider_model.as_str())),
        _ => None,
    })
}

/// How often the tool that may not be repeated was called, by step.
fn paid(entries: &[Entry]) -> BTreeMap<&str, usize> {
    let mut calls = BTreeMap::new();
    for entry in entries {
        if let Event::ToolRequest { step, name, .. } = &entry.event
            && name == PAY
        {
            *calls.entry(step.as_str()).or_default() += 1;
        }
    }
    calls
}

/// How often a person was asked, and how often somebody decided.
fn approvals(entries: &[Entry]) -> (usize, usize) {
    let count = |wanted: fn(&Event) -> bool| entries.iter().filter(|entry| wanted(&entry.event)).count();
    (
        count(|event| matches!(event, Event::ApprovalAsked { .. })),
        count(|event| matches!(event, Event::ApprovalDecided { .. })),
    )
}

/// Journals that the same run could have written: with the targets as they took turns, and one after the other.
fn interleavings(journal: &[Entry]) -> [Vec<Entry>; 2] {
    let mut in_order = journal.to_vec();
    in_order[HEAD..].sort_by_key(|entry| entry.target.unwrap_or(TARGETS));
    [journal.to_vec(), in_order]
}

async fn a_run_continues_from_every_entry_of_its_journal(dir: TempDir) {
    let server = ModelServer::start().await;
    script(&server);
    let deck = Deck::start(dir.path(), quick()).await;
    crew(&deck, &server).await;
    let person = approver(deck.client.clone());
    deck.queries().create(&PostParams::default(), &query("whole")).await.unwrap();
    let whole = deck.ended("whole").await;
    let said = answers(&whole);
    assert_eq!(said, ["All is done.", "I have asked.", "Aye.", "Noted."]);
    let journal = deck.journal("whole").await;
    let first = |entry: &Entry| matches!(entry.event, Event::Started { .. } | Event::TargetStarted { .. });
    assert!(journal[..HEAD].iter().all(first), "{journal:?}");
    let wanted = paid(&journal);
    assert_eq!(
        wanted.values().copied().collect::<Vec<_>>(),
        [1, 1],
        "the lead pays as a member and as a target"
    );
    assert_eq!(server.calls(PAY), 2);
    let model_of: HashMap<&str, &str> = asked(&journal).collect();
    assert_eq!(model_of.len(), answered(&journal).len(), "each call is made once");
    // What the servers must have been asked in the end.
    let mut calls: BTreeMap<&str, usize> = MODELS.map(|model| (model, server.calls(model))).into();
    for (model, count) in &calls {
        assert_eq!(model_of.values().filter(|of| *of == model).count(), *count, "{model}");
    }
    calls.insert(PAY, 2);
    person.abort();
    let _ = person.await;
    deck.stop().await;

    // Nobody runs: queries are made, each with a longer beginning of the same journal.
    let stores = Stores::open(dir.path()).await;
    let Connection { client, embedded, .. } = connect(&stores.objects, false).await;
    let queries: Api<Query> = Api::namespaced(client.clone(), NAMESPACE);
    let journals = Journal::new(stores.engine.clone());
    let mut points = Vec::new();
    for (order, entries) in interleavings(&journal).into_iter().enumerate() {
        for kept in [1].into_iter().chain(HEAD..entries.len()) {
            let name = format!("q{order}-{kept}");
            let made = queries.create(&PostParams::default(), &query(&name)).await.unwrap();
            let record = RunRecord {
                id: made.uid().unwrap(),
                namespace: NAMESPACE.into(),
                name: made.name_any(),
                created_ms: made.metadata.creation_timestamp.unwrap().0.as_millisecond(),
                finished_ms: None,
            };
            let events = entries[..kept].iter().map(|entry| (entry.target, entry.event.clone())).collect();
            journals.open(record).await.unwrap().append_all(events).await.unwrap();
            points.push((name, entries[..kept].to_vec()));
        }
    }
    assert!(points.len() >= 200, "{} kill points are few", points.len());
    drop((client, queries, journals));
    if let Some(embedded) = embedded {
        embedded.shutdown().await;
    }
    stores.close().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let person = approver(deck.client.clone());
    let usage = whole.status.unwrap().token_usage;
    for (name, before) in &points {
        let ended = ended(&deck, name).await;
        assert_eq!(answers(&ended), said, "{name}");
        assert_eq!(ended.status.unwrap().token_usage, usage, "{name}");
        let all = deck.journal(name).await;
        let after = &all[before.len()..];
        let done = answered(before);
        for (step, _) in asked(after) {
            assert!(!done.contains(step), "{name}: {step} was asked again");
        }
        assert_eq!(paid(&all), wanted, "{name}");
        assert_eq!(approvals(&all), (2, 2), "{name}: asked and decided");
        let marks = all.iter().filter_map(|entry| match &entry.event {
            Event::TurnStarted { step, .. } | Event::TeamEnded { step, .. } => Some(step.as_str()),
            _ => None,
        });
        let ends: Vec<&str> = marks.collect();
        let once: HashSet<&str> = ends.iter().copied().collect();
        assert_eq!(once.len(), ends.len(), "{name}: each turn begins once and each team ends once: {ends:?}");
        for (_, model) in model_of.iter().filter(|(step, _)| !done.contains(*step)) {
            *calls.get_mut(model).unwrap() += 1;
        }
        *calls.get_mut(PAY).unwrap() += wanted.len() - paid(before).len();
    }
    // A call that no journal knows of would show here.
    for (name, count) in calls {
        assert_eq!(server.calls(name), count, "calls of {name}, after {} kill points", points.len());
    }
    person.abort();
    let _ = person.await;
    deck.stop().await;
}
