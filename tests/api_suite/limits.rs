//! Queues, timeouts, cancel, deletion and lifetime.

use std::collections::HashMap;
use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::engine::journal::Update;
use k8s_openapi::api::core::v1::Namespace;
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::harness::{Deck, PATIENCE, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

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
    timeout(PATIENCE, server.left("gull", 1)).await.expect("the model's answer is not read to its end");
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
async fn cancel_stops_a_tool_call_and_nothing_follows() {
    let (dir, server, tools) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    server.script("gull", [Act::Tools(&[("never", "{}")]), Act::Say("Nothing.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.tool("never", json!({"type": "http", "http": {"url": format!("{}/never", tools.url)}})).await;
    deck.agent("pilot", "gull", json!({"tools": [{"type": "http", "name": "never"}]})).await;
    deck.query("q", json!({"input": "Go.", "target": {"type": "agent", "name": "pilot"}})).await;
    timeout(PATIENCE, tools.waited_for()).await.expect("the tool is called");
    deck.patch("q", json!({"spec": {"cancel": true}})).await;
    assert_eq!(reason(&deck.ended("q").await), "QueryCanceled");
    timeout(PATIENCE, tools.left()).await.expect("the connection to the tool is closed");
    assert_eq!(
        outline(&deck.journal("q").await)[4..],
        ["call 0/tool/0/0 never", "target failed Canceled", "finished canceled QueryCanceled"]
    );
    assert_eq!(server.calls("gull"), 1, "the model is not asked again");
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
    for (name, said) in [
        ("third", "Waits for a place; 1 run is before it."),
        ("fourth", "Waits for a place; 2 runs are before it."),
    ] {
        deck.query(name, ask("gull")).await;
        assert_eq!(message(&deck.phase(name, "queued").await), said);
    }
    for name in ["fourth", "third"] {
        deck.patch(name, json!({"spec": {"cancel": true}})).await;
        deck.ended(name).await;
    }
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

/// Creates an object in a namespace.
async fn put(deck: &Deck, namespace: &str, kind: &str, name: &str, spec: Value) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("ark.mckinsey.com", "v1alpha1", kind));
    let api: Api<DynamicObject> = Api::namespaced_with(deck.client.clone(), namespace, &resource);
    let object = json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    });
    api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
}

/// Waits until so many runs run and so many wait.
async fn loaded(deck: &Deck, load: (usize, usize)) {
    let wait = async {
        while deck.engine.load() != load {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{:?} is not {load:?}", deck.engine.load()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_has_places_by_its_weight() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let (before, after) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let weights = HashMap::from([("north".to_owned(), 3)]);
    let settings = Settings { max_running: 4, weights, ..quick() };
    // On a cluster, runs of these namespaces read with the rights of the process.
    let deck = Deck::start_reading(dir.path(), settings, |_, _| Arc::new(|_| Ok(None))).await;
    server.script("before", [Act::Hold("", before.clone(), "Fine.")]);
    deck.model(&server, "before").await;
    let places = ["b0", "b1", "b2", "b3"];
    for name in places {
        deck.query(name, ask("before")).await;
    }
    server.called("before", 4).await;
    let namespaces: Api<Namespace> = Api::all(deck.client.clone());
    for name in ["north", "south"] {
        // They stay on a cluster that tests share.
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        namespaces.patch(name, &PatchParams::apply("test"), &Patch::Apply(&namespace)).await.unwrap();
        server.script(name, [Act::Hold("", after.clone(), "Fine.")]);
        let config =
            json!({"openai": {"baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}});
        let model =
            json!({"provider": "openai", "model": {"value": name}, "pollInterval": "1h", "config": config});
        put(&deck, name, "Model", name, model).await;
        for number in 0..6 {
            put(&deck, name, "Query", &format!("q{number}"), ask(name)).await;
        }
    }
    loaded(&deck, (4, 12)).await;
    before.add_permits(places.len());
    for name in places {
        deck.ended(name).await;
    }
    for (name, count) in [("north", 3), ("south", 1)] {
        timeout(PATIENCE, server.called(name, count)).await.expect("places are given");
    }
    assert_eq!(deck.engine.load(), (4, 8));
    assert_eq!((server.calls("north"), server.calls("south")), (3, 1), "three to one, as they weigh");
    after.add_permits(12);
    loaded(&deck, (0, 0)).await;
    assert_eq!((server.calls("north"), server.calls("south")), (6, 6), "nobody is forgotten");
    deck.stop().await;
}
