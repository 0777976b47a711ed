//! A panic in one run fails that run only (decision 13). A run panics where what it reads with panics: a client of the API that
//! a test gives the engine, as the program gives it those of service accounts.

use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::engine::world::{Account, Readers};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, NAMESPACE, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};
use crate::traces::told;

/// What a read of anything with this name comes to; the account of this name cannot even be had.
const MINE: &str = "mine";

const SENTENCE: &str = "InternalError: The run failed by a fault of this program; other runs go on.";

/// The same client, but with a mine in its way.
fn mined(client: &Client) -> Client {
    let client = client.clone();
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let client = client.clone();
        async move {
            assert!(!request.uri().path().ends_with(MINE), "the test asked for this panic");
            client.send(request).await
        }
    });
    Client::new(service, NAMESPACE)
}

fn readers(client: &Client, _: Readers) -> Readers {
    let client = mined(client);
    Arc::new(move |account: &Account| {
        assert_ne!(account.name, MINE, "the test asked for this panic");
        Ok(Some(client.clone()))
    })
}

fn ask(type_: &str, name: &str) -> Value {
    json!({"input": "Hello", "target": {"type": type_, "name": name}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_fails_its_run_and_no_other() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("The tide ", gate.clone(), "is low.")]);
    server.script("tern", [Act::Say("Here.")]);
    let settings = Settings { max_running: 2, ..quick() };
    let deck = Deck::start_reading(dir.path(), settings, readers).await;
    for model in ["gull", "tern"] {
        deck.model(&server, model).await;
    }
    deck.agent(MINE, "tern", json!({})).await;
    deck.query("steady", ask("model", "gull")).await;
    server.called("gull", 1).await;

    // In a target; before there is one; before the run has begun.
    let mut prepared = ask("model", "tern");
    prepared["parameters"] =
        json!([{"name": "p", "valueFrom": {"configMapKeyRef": {"name": MINE, "key": "k"}}}]);
    let mut unread = ask("model", "tern");
    unread["serviceAccount"] = json!(MINE);
    let cases: [(&str, Value, &[&str]); 3] = [
        (
            "in-target",
            ask("agent", MINE),
            &["started 1", "target agent mine", "target failed InternalError", "finished error QueryErrored"],
        ),
        ("in-preparation", prepared, &["started 1", "finished error QueryErrored"]),
        ("before", unread, &["finished error QueryErrored"]),
    ];
    for (name, spec, journal) in cases {
        deck.query(name, spec).await;
        let query = deck.ended(name).await;
        assert_eq!(reason(&query), "QueryErrored", "{name}");
        assert!(message(&query).starts_with(SENTENCE), "{name}: {}", message(&query));
        assert_eq!(outline(&deck.journal(name).await), journal, "{name}");
        let text = serde_json::to_string(&deck.journal(name).await).unwrap();
        assert!(text.contains(SENTENCE), "{name}: {text}");
        let told = told(&deck, name, "QueryExecutionError").await;
        let (_, told) = told.iter().find(|(reason, _)| reason == "QueryExecutionError").unwrap();
        assert!(told.starts_with(SENTENCE), "{name}: {told}");
    }

    // A panic in one target leaves the answers of the others, and its place was given back: one of the two is the steady one's.
    deck.query(
        "beside",
        json!({"input": "Hello", "targets": [{"type": "agent", "name": MINE}, {"type": "model", "name": "tern"}]}),
    )
    .await;
    let beside = deck.ended("beside").await;
    let responses = beside.status.unwrap().responses;
    let phases: Vec<&str> = responses.iter().map(|response| response.phase.as_str()).collect();
    assert_eq!((phases.as_slice(), responses[1].content.as_str()), (&["error", "done"][..], "Here."));

    gate.add_permits(1);
    assert_eq!(content(&deck.ended("steady").await), "The tide is low.");
    assert_eq!((server.calls("gull"), server.calls("tern")), (1, 1));
    deck.stop().await;
}
