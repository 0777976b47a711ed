//! Queues, timeouts, cancel, deletion and lifetime.

use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::engine::journal::Update;
use kube::ResourceExt;
use kube::api::DeleteParams;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};

fn ask(model: &str) -> Value {
    json!({"input": "Hello", "target": {"type": "model", "name": model}})
}

fn with(mut spec: Value, more: Value) -> Value {
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn text_arrives_while_the_model_speaks_and_late_followers_have_all_of_it() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("The tide ", gate.clone(), "is low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", ask("gull")).await;
    let running = deck.phase("q", "running").await;
    assert_eq!(reason(&running), "QueryRunning");
    assert_eq!(running.finalizers(), ["ark.mckinsey.com/finalizer"], "a running query does not vanish");
    let uid = running.uid().unwrap();
    let mut early = deck.engine.journal().subscribe(&uid);
    let mut text: String = early.partials.iter().map(|partial| partial.text.as_str()).collect();
    while text != "The tide " {
        if let Update::Text { at, append, .. } = early.updates.recv().await.unwrap() {
            assert_eq!(at, text.len());
            text.push_str(&append);
        }
    }
    let late = deck.engine.journal().subscribe(&uid);
    assert_eq!(late.partials[0].text, "The tide ");
    gate.add_permits(1);
    assert_eq!(content(&deck.ended("q").await), "The tide is low.");
    let ended = deck.until("q", |_| true).await;
    assert_eq!(reason(&ended), "QuerySucceeded");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_stops_the_stream_and_changes_nothing_afterwards() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("The ", gate.clone(), "end."), Act::Say("Fine.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", ask("gull")).await;
    server.called("gull", 1).await;
    deck.patch("q", json!({"spec": {"cancel": true}})).await;
    let query = deck.ended("q").await;
    assert_eq!(
        (query.status.as_ref().unwrap().phase.unwrap().as_str(), reason(&query).as_str()),
        ("canceled", "QueryCanceled")
    );
    let journal = outline(&deck.journal("q").await);
    assert_eq!(journal[journal.len() - 2..], ["target failed Canceled", "finished canceled QueryCanceled"]);

    deck.query("fine", ask("gull")).await;
    deck.ended("fine").await;
    deck.patch("fine", json!({"spec": {"cancel": true}})).await;
    deck.query("born-canceled", with(ask("gull"), json!({"cancel": true}))).await;
    assert_eq!(reason(&deck.ended("born-canceled").await), "QueryCanceled");
    assert_eq!(
        reason(&deck.ended("fine").await),
        "QuerySucceeded",
        "cancel on a finished query changes nothing"
    );
    assert_eq!(server.calls("gull"), 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timeouts_in_the_queue_and_in_execution_have_their_own_reasons() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Silence]);
    let deck = Deck::start(dir.path(), Settings { max_running: 1, ..quick() }).await;
    deck.model(&server, "gull").await;
    deck.query("first", ask("gull")).await;
    server.called("gull", 1).await;
    deck.query("waits", with(ask("gull"), json!({"timeout": "50ms"}))).await;
    let query = deck.ended("waits").await;
    assert_eq!(reason(&query), "TimedOutInQueue");
    assert!(content(&query).contains("50ms"), "{}", content(&query));
    assert_eq!(outline(&deck.journal("waits").await), ["finished error TimedOutInQueue"]);

    deck.query("second", ask("gull")).await;
    let queued = deck.phase("second", "queued").await;
    assert_eq!(reason(&queued), "QueryQueued");
    assert!(message(&queued).contains("it is next"), "{}", message(&queued));
    assert_eq!(deck.engine.queue_position(&queued.uid().unwrap()), Some(1));
    deck.patch("second", json!({"spec": {"cancel": true}})).await;
    assert_eq!(
        reason(&deck.ended("second").await),
        "QueryCanceled",
        "a waiting query is canceled where it is"
    );

    deck.patch("first", json!({"spec": {"cancel": true}})).await;
    deck.ended("first").await;
    deck.query("slow", with(ask("gull"), json!({"timeout": "80ms"}))).await;
    let query = deck.ended("slow").await;
    assert_eq!(reason(&query), "TimedOutInExecution");
    assert_eq!(server.calls("gull"), 2, "what timed out in the queue was never asked");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_running_query_ends_it_and_its_journal() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Silence]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", ask("gull")).await;
    let uid = deck.phase("q", "running").await.uid().unwrap();
    deck.queries().delete("q", &DeleteParams::default()).await.unwrap();
    deck.gone("q").await;
    while deck.engine.has(&uid) || deck.engine.journal().record(&uid).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lifetime_counts_from_the_end() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("a", gate.clone(), "b")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", with(ask("gull"), json!({"ttl": "0s"}))).await;
    deck.phase("q", "running").await;
    gate.add_permits(1);
    deck.gone("q").await;
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_waits_and_nothing_is_lost() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Fine.")]);
    let deck = Deck::start(dir.path(), Settings { max_running: 3, ..quick() }).await;
    deck.model(&server, "gull").await;
    for i in 0..40 {
        deck.query(&format!("q{i}"), ask("gull")).await;
    }
    for i in 0..40 {
        assert_eq!(content(&deck.ended(&format!("q{i}")).await), "Fine.");
    }
    assert_eq!(server.calls("gull"), 40);
    deck.stop().await;
}
