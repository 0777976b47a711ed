//! The demo set against the demo model: everything that it shows, works.

use arkdeck::gateway::demo::{self, Seeded};
use arkdeck::resources::{Evaluation, EvaluationPhase, Model};
use axum::Router;
use kube::api::{Api, Patch, PatchParams};
use kube::runtime::wait::await_condition;
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, PATIENCE, content, message, outline, quick};

async fn demo_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router: Router = Router::new().nest(demo::PATH, demo::router());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_is_applied_once_runs_and_never_overwrites_a_person() {
    let (dir, address) = (tempfile::tempdir().unwrap(), demo_server().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let done = demo::seed(deck.store(), &deck.client, &address).await.unwrap();
    assert!(matches!(done, Seeded::Applied(count) if count > 15), "{done:?}");

    assert!(content(&deck.ended("what-is-an-agent").await).contains("a prompt, a model"));
    let facts = content(&deck.ended("order-a-10448").await);
    assert!(facts.contains("Lamp shade, clay") && facts.contains("9 days late"), "{facts}");
    let triage: Value = serde_json::from_str(&content(&deck.ended("triage-84213").await)).unwrap();
    assert_eq!((&triage["kind"], &triage["language"]), (&json!("refund"), &json!("en")));
    assert!(triage["summary"].as_str().unwrap().contains("84213"));
    let refund = deck.ended("refund-84213").await;
    assert!(content(&refund).contains("€55.79"), "{}", content(&refund));
    let journal = outline(&deck.journal("refund-84213").await);
    let turns: Vec<_> = journal.iter().filter(|line| line.starts_with("turn 0/")).cloned().collect();
    let expected = ["triage", "invoice-reader", "policy-checker", "reply-writer"];
    assert_eq!(turns.len(), expected.len(), "{journal:?}");
    for (turn, name) in turns.iter().zip(expected) {
        assert!(turn.contains(name), "{turn}");
    }
    deck.available("Team", "refund-desk", "Available").await;
    let voices = deck.ended("two-voices").await.status.unwrap();
    assert_eq!((voices.phase.unwrap().as_str(), voices.responses.len()), ("done", 2));
    let broken = deck.ended("why-the-alert").await;
    assert!(message(&broken).starts_with("ModelUnavailable: "), "{}", message(&broken));
    deck.model_is("demo-strict", "True").await;
    deck.model_is("local-model", "False").await;

    assert_eq!(demo::seed(deck.store(), &deck.client, &address).await.unwrap(), Seeded::Nothing);
    let models: Api<Model> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let pointed =
        json!({"spec": {"config": {"openai": {"baseUrl": {"value": "https://models.example/v1"}}}}});
    models.patch("demo-fast", &PatchParams::default(), &Patch::Merge(&pointed)).await.unwrap();
    let moved = demo::seed(deck.store(), &deck.client, "http://127.0.0.1:1").await.unwrap();
    assert!(matches!(moved, Seeded::Moved(count) if count > 5), "{moved:?}");
    let url = |model: Model| model.spec.config.openai.unwrap().base_url.value;
    assert_eq!(url(models.get("demo-fast").await.unwrap()), "https://models.example/v1");
    assert_eq!(url(models.get("default").await.unwrap()), "http://127.0.0.1:1/demo/v1");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_experiment_has_items_that_moved_both_ways_and_its_gate_fails() {
    let (dir, address) = (tempfile::tempdir().unwrap(), demo_server().await);
    let deck = Deck::start(dir.path(), quick()).await;
    demo::seed(deck.store(), &deck.client, &address).await.unwrap();
    demo::run_experiment(deck.store(), &deck.client, &address).await.unwrap();
    let api: Api<Evaluation> = Api::namespaced(deck.client.clone(), demo::EXPERIMENT_NAMESPACE);
    let second = await_condition(api, "refund-decisions", |one: Option<&Evaluation>| {
        one.and_then(|one| one.status.as_ref())
            .is_some_and(|status| status.experiment == Some(2) && status.phase == Some(EvaluationPhase::Done))
    });
    let status = tokio::time::timeout(PATIENCE, second).await.unwrap().unwrap().unwrap().status.unwrap();
    assert!(!status.passed && status.message.contains("items became worse"), "{}", status.message);
    assert_eq!((status.items, status.trend.len()), (Some(24), 2));
    assert!(status.items_passed.is_some_and(|passed| passed < 24));
    let one = &status.comparisons[0];
    assert_eq!((one.paired, one.worse, one.better), (24, 7, 3), "{one:?}");
    assert!(one.moved[0].reason.starts_with("amount: ") && !one.moved[0].better, "{:?}", one.moved[0]);
    // Asked for once: a later start leaves it alone.
    demo::run_experiment(deck.store(), &deck.client, &address).await.unwrap();
    deck.stop().await;
}
