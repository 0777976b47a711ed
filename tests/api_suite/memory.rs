//! Conversations: what a query is told of those before it, what it leaves behind, and what happens when the memory fails.

use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::resources::{Memory, Query};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, NAMESPACE, PATIENCE, content, outline, quick, reason, said};
use crate::model_server::{Act, ModelServer};

const CONVERSATION: &str = "inc-2291";

async fn crew(server: &ModelServer, dir: &tempfile::TempDir, settings: Settings) -> Deck {
    let deck = Deck::start(dir.path(), settings).await;
    deck.model(server, "gull").await;
    deck.agent("pilot", "gull", json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    deck
}

/// Asks the agent `pilot` in the conversation, and waits for the end.
async fn ask(deck: &Deck, name: &str, input: &str) -> Query {
    let spec =
        json!({"input": input, "target": {"type": "agent", "name": "pilot"}, "conversationId": CONVERSATION});
    deck.query(name, spec).await;
    deck.ended(name).await
}

fn memories(deck: &Deck) -> Api<Memory> {
    Api::namespaced(deck.client.clone(), NAMESPACE)
}

/// Status and reason of a condition, as `True NoMemoryBackend`.
fn condition(query: &Query, type_: &str) -> Option<String> {
    let all = &query.status.as_ref().unwrap().conditions;
    all.iter().find(|one| one.type_ == type_).map(|one| format!("{} {}", one.status.as_str(), one.reason))
}

/// Messages that are remembered of the conversation.
async fn kept(deck: &Deck, memory: &str) -> usize {
    deck.engine.memories().count(memory, CONVERSATION).await.unwrap()
}

async fn until_kept(deck: &Deck, memory: &str, wanted: usize) {
    let wait = async {
        while kept(deck, memory).await != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_told_to_its_next_query_with_the_calls_of_tools() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script(
        "gull",
        [Act::Tools(&[("noop", r#"{"message": "a"}"#)]), Act::Say("Low."), Act::Say("At noon.")],
    );
    let deck = crew(&server, &dir, quick()).await;
    let first = ask(&deck, "q1", "How is the tide?").await;
    assert_eq!(first.status.as_ref().unwrap().conversation_id, CONVERSATION);
    assert_eq!(condition(&first, "MemoryUnavailable").as_deref(), Some("False MemoryReachable"));
    assert_eq!(condition(&first, "MemoryDegraded").as_deref(), Some("False MemoryHealthy"));
    let memory = deck.available("Memory", "default", "Available").await;
    assert_eq!(memory.data["status"]["phase"], "ready", "a client of 0.1.31 reads the phase");
    assert_eq!(memory.labels()["app.kubernetes.io/managed-by"], "arkdeck");

    let second = ask(&deck, "q2", "And when?").await;
    assert_eq!(content(&second), "At noon.");
    let mut told = said(&server.requests("gull")[2]);
    let result = told.remove(3);
    assert!(
        result.contains("ark-untrusted-tool-output") && result.contains(r#"{"message":"a"}"#),
        "what a memory gives back is a stranger's: {result}"
    );
    assert_eq!(
        told,
        [
            "system: You are a pilot.",
            "user: How is the tide?",
            "assistant pilot: ",
            "assistant pilot: Low.",
            "user: And when?"
        ]
    );
    let journal = outline(&deck.journal("q2").await);
    assert_eq!(journal[1], "remembered 4 left out 0", "{journal:?}");
    assert!(journal.contains(&"kept 2".to_owned()), "{journal:?}");
    assert_eq!(kept(&deck, &memory.uid().unwrap()).await, 6);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_and_teams_are_told_too_and_a_session_is_a_conversation_as_in_the_first_release() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("One."), Act::Say("Two."), Act::Say("Three.")]);
    let deck = crew(&server, &dir, quick()).await;
    deck.team("crew", json!({"strategy": "sequential", "members": [{"type": "agent", "name": "pilot"}]}))
        .await;
    for (name, kind, target) in [("q1", "model", "gull"), ("q2", "team", "crew"), ("q3", "model", "gull")] {
        let spec = json!({"input": name, "target": {"type": kind, "name": target}, "sessionId": "harbour"});
        deck.query(name, spec).await;
        assert_eq!(deck.ended(name).await.status.unwrap().conversation_id, "harbour");
    }
    assert_eq!(
        said(&server.requests("gull")[1]),
        ["system: You are a pilot.", "user: q1", "assistant: One.", "user: q2"]
    );
    assert_eq!(
        said(&server.requests("gull")[2]),
        ["user: q1", "assistant: One.", "user: q2", "assistant pilot: Two.", "user: q3"]
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_named_no_conversation_can_be_gone_on_with_by_its_uid() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("One."), Act::Say("Two.")]);
    let deck = crew(&server, &dir, quick()).await;
    let spec = |input: &str| json!({"input": input, "target": {"type": "model", "name": "gull"}});
    deck.query("q1", spec("First?")).await;
    let first = deck.ended("q1").await;
    assert_eq!(condition(&first, "MemoryDegraded"), None, "it wanted no memory");
    assert!(memories(&deck).get_opt("default").await.unwrap().is_none(), "and none was made for it");
    let id = first.status.unwrap().conversation_id;
    assert_eq!(Some(&id), first.metadata.uid.as_ref());
    let mut next = spec("Second?");
    next["conversationId"] = json!(id);
    deck.query("q2", next).await;
    deck.ended("q2").await;
    assert_eq!(said(&server.requests("gull")[1]), ["user: First?", "assistant: One.", "user: Second?"]);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_left_out_and_the_journal_says_so() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("An answer of some words.")]);
    // A question and an answer have about 20 tokens.
    let deck = crew(&server, &dir, Settings { history_tokens: 30, ..quick() }).await;
    for name in ["q1", "q2", "q3"] {
        ask(&deck, name, &format!("Question {name}?")).await;
    }
    assert_eq!(
        said(&server.requests("gull")[2]),
        [
            "system: You are a pilot.",
            "user: Question q2?",
            "assistant pilot: An answer of some words.",
            "user: Question q3?"
        ]
    );
    assert_eq!(outline(&deck.journal("q3").await)[1], "remembered 2 left out 2");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_reads_the_same_history_and_keeps_nothing_twice() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script(
        "gull",
        [
            Act::Say("One."),
            Act::Hold("Cut", gate, ""),
            Act::Say("Meanwhile."),
            Act::Say("Two."),
            Act::Say("Three."),
        ],
    );
    let deck = crew(&server, &dir, quick()).await;
    ask(&deck, "q1", "First?").await;
    let spec = |input: &str| json!({"input": input, "target": {"type": "agent", "name": "pilot"}, "conversationId": CONVERSATION});
    deck.query("q2", spec("Second?")).await;
    server.called("gull", 2).await;
    // Somebody else says something in the same conversation while the second question waits for its answer.
    ask(&deck, "q3", "Third?").await;
    let memory = memories(&deck).get("default").await.unwrap().uid().unwrap();
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    assert_eq!(reason(&deck.ended("q2").await), "QuerySucceeded");
    let requests = server.requests("gull");
    let told = ["system: You are a pilot.", "user: First?", "assistant pilot: One.", "user: Second?"];
    assert_eq!(said(&requests[1]), told);
    assert_eq!(said(&requests[3]), told, "the call that was cut is made again with the same history");
    let journal = outline(&deck.journal("q2").await);
    let read = journal.iter().filter(|line| line.starts_with("remembered")).count();
    assert_eq!(read, 1, "{journal:?}");
    assert_eq!(kept(&deck, &memory).await, 6);
    deck.stop().await;

    // As if the process had died between the journal and the status: the end is told again, nothing is said again.
    let deck = Deck::start(dir.path(), quick()).await;
    ask(&deck, "q4", "Fourth?").await;
    assert_eq!(
        said(&server.requests("gull")[4])[1..],
        [
            "user: First?",
            "assistant pilot: One.",
            "user: Third?",
            "assistant pilot: Meanwhile.",
            "user: Second?",
            "assistant pilot: Two.",
            "user: Fourth?"
        ],
        "in the order in which the turns ended"
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_with_their_query_and_with_their_memory_which_stays_away() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Yes.")]);
    let deck = crew(&server, &dir, quick()).await;
    for name in ["q1", "q2"] {
        ask(&deck, name, &format!("{name}?")).await;
    }
    let memory = memories(&deck).get("default").await.unwrap().uid().unwrap();
    assert_eq!(kept(&deck, &memory).await, 4);
    deck.queries().delete("q1", &DeleteParams::default()).await.unwrap();
    until_kept(&deck, &memory, 2).await;
    ask(&deck, "q3", "q3?").await;
    assert_eq!(
        said(&server.requests("gull")[2])[1..],
        ["user: q2?", "assistant pilot: Yes.", "user: q3?"],
        "what was deleted is not told any more"
    );

    deck.available("Memory", "default", "Available").await;
    memories(&deck).delete("default", &DeleteParams::default()).await.unwrap();
    until_kept(&deck, &memory, 0).await;
    let without = ask(&deck, "q4", "q4?").await;
    assert_eq!(reason(&without), "QuerySucceeded", "no memory is no failure");
    assert_eq!(condition(&without, "MemoryUnavailable").as_deref(), Some("True NoMemoryBackend"));
    assert!(
        memories(&deck).get_opt("default").await.unwrap().is_none(),
        "whoever deletes it is not contradicted"
    );
    assert!(outline(&deck.journal("q4").await).contains(&"memory failed NoMemoryBackend".to_owned()));
    deck.stop().await;

    // Nor after a restart. What somebody makes again is used.
    let deck = Deck::start(dir.path(), quick()).await;
    ask(&deck, "q5", "q5?").await;
    assert!(memories(&deck).get_opt("default").await.unwrap().is_none());
    deck.create(json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Memory", "metadata": {"name": "default"}, "spec": {}}))
        .await;
    let again = ask(&deck, "q6", "q6?").await;
    assert_eq!(condition(&again, "MemoryUnavailable").as_deref(), Some("False MemoryReachable"));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_that_fails_degrades_a_run_and_never_fails_it() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Yes.")]);
    let deck = crew(&server, &dir, quick()).await;
    ask(&deck, "q1", "q1?").await;
    let broken = arkdeck::store::Statement::new("ALTER TABLE messages RENAME TO lost");
    deck.store().write(vec![broken]).await.unwrap();
    let query = ask(&deck, "q2", "q2?").await;
    assert_eq!((reason(&query).as_str(), content(&query).as_str()), ("QuerySucceeded", "Yes."));
    assert_eq!(condition(&query, "MemoryDegraded").as_deref(), Some("True GetMessagesFailed"));
    let journal = outline(&deck.journal("q2").await);
    for expected in ["memory failed GetMessagesFailed", "memory failed AddMessagesFailed"] {
        assert!(journal.contains(&expected.to_owned()), "{expected}: {journal:?}");
    }
    let mended = arkdeck::store::Statement::new("ALTER TABLE lost RENAME TO messages");
    deck.store().write(vec![mended]).await.unwrap();
    let query = ask(&deck, "q3", "q3?").await;
    assert_eq!(condition(&query, "MemoryDegraded").as_deref(), Some("False MemoryHealthy"));
    assert_eq!(said(&server.requests("gull")[2])[1..], ["user: q1?", "assistant pilot: Yes.", "user: q3?"]);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_elsewhere_and_one_that_is_missing_are_named_and_the_run_goes_on() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Yes.")]);
    let deck = crew(&server, &dir, quick()).await;
    let far = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Memory", "metadata": {"name": "far"},
        "spec": {"address": {"value": "http://memory.example"}}});
    deck.create(far).await;
    deck.available("Memory", "far", "NotYetSupported").await;
    for (memory, words) in [("far", "address of its own"), ("ghost", "There is no Memory 'ghost'")] {
        let spec =
            json!({"input": "x", "target": {"type": "model", "name": "gull"}, "memory": {"name": memory}});
        deck.query(memory, spec).await;
        let query = deck.ended(memory).await;
        assert_eq!(reason(&query), "QuerySucceeded");
        let conditions = query.status.unwrap().conditions;
        let told = conditions.iter().find(|one| one.type_ == "MemoryUnavailable").unwrap();
        assert!(told.is_true() && told.message.contains(words), "{told:?}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_with_a_history_of_its_own_is_not_given_another() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Yes.")]);
    let deck = crew(&server, &dir, quick()).await;
    ask(&deck, "q1", "q1?").await;
    let own: Value = json!([{"role": "user", "content": "q1?"}, {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": "q2?"}]);
    let spec = json!({"type": "messages", "input": own, "target": {"type": "model", "name": "gull"},
        "conversationId": CONVERSATION});
    deck.query("q2", spec).await;
    deck.ended("q2").await;
    assert_eq!(said(&server.requests("gull")[1]), ["user: q1?", "assistant: Yes.", "user: q2?"]);
    ask(&deck, "q3", "q3?").await;
    assert_eq!(
        said(&server.requests("gull")[2])[1..],
        ["user: q1?", "assistant pilot: Yes.", "user: q2?", "assistant: Yes.", "user: q3?"],
        "only what was new is kept"
    );
    deck.stop().await;
}
