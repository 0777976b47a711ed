//! Evaluators with a service: what it is sent, to the letter of Ark's protocol, and what becomes of services that hang, lead round
//! in circles or talk without end.

use arkdeck::evaluation::experiment::Experiments;
use arkdeck::resources::{EvaluationPhase, EvaluationStatus};
use serde_json::{Value, json};

use crate::experiments::{data_set, deck, experiment, kept, noon, told};
use crate::harness::{Deck, NAMESPACE, quick};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

const EXAMPLES: &str = "- {input: Low?, expectedOutput: At noon., expectedMinScore: '0.8'}\n";

async fn status(deck: &Deck, name: &str) -> EvaluationStatus {
    deck.evaluated(name).await.status.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_sent_as_ark_sends_it() {
    let (dir, server, service) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    server.script("gull", [Act::Say("Low at noon.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.query("q", json!({"input": "When?", "target": {"type": "model", "name": "gull"}})).await;
    deck.ended("q").await;
    deck.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "golden"}, "data": {"low": EXAMPLES}}))
        .await;
    let rules = json!([
        {"name": "looked-up", "expression": "tools.was_called('tides')", "description": "It looks.", "weight": 2},
        {"name": "short", "expression": "output.size() < 80"},
    ]);
    let key = json!({"configMapKeyRef": {"name": "golden", "key": "low"}});
    let (direct, query) = (json!({"input": "a", "output": "b", "expectedOutput": "c"}), json!({"name": "q"}));
    let scope = json!({"name": "scope", "value": "accuracy"});
    for (type_, config, parameters, message, sent) in [
        (
            "direct",
            direct,
            json!([scope]),
            "Direct evaluation completed successfully",
            json!({"config": {"input": "a", "output": "b"},
                "parameters": {"scope": "accuracy", "expectedOutput": "c", "model.namespace": NAMESPACE}}),
        ),
        (
            "query",
            json!({"queryRef": {"name": "q", "responseTarget": "gull"}, "expectedOutput": "At noon."}),
            json!([scope, {"name": "expectedOutput", "value": "At noon, or so."}]),
            "Query evaluation completed successfully",
            json!({"config": {"queryRef": {"name": "q", "namespace": NAMESPACE, "responseTarget": "gull"}},
                "parameters": {"scope": "accuracy", "expectedOutput": "At noon, or so.",
                    "queryRef": format!("{NAMESPACE}/q"), "model.namespace": NAMESPACE}}),
        ),
        (
            "event",
            json!({"queryRef": query, "rules": rules}),
            json!([scope]),
            "Event evaluation completed with 2 rules - passed (score: 0.500)",
            json!({"config": {"rules": rules},
                "parameters": {"scope": "accuracy", "query.name": "q", "query.namespace": NAMESPACE}}),
        ),
        (
            "baseline",
            json!({}),
            json!([{"name": "golden-examples", "valueFrom": key}]),
            "Baseline evaluation completed successfully",
            json!({"config": {}, "parameters": {"golden-examples": EXAMPLES, "model.namespace": NAMESPACE}}),
        ),
    ] {
        deck.evaluator(type_, json!({"address": {"value": format!("{}/score/0.5?{type_}", service.url)}}))
            .await;
        let evaluator = json!({"name": type_, "parameters": parameters});
        deck.evaluation(type_, json!({"type": type_, "config": config, "evaluator": evaluator})).await;
        let status = status(&deck, type_).await;
        assert_eq!((status.score.as_str(), status.passed, status.message.as_str()), ("0.500", true, message));
        let asked = service.asked();
        let asked: Vec<_> = asked.iter().filter(|one| one.uri.query() == Some(type_)).collect();
        let [asked] = asked.as_slice() else { panic!("{type_} was asked {} times", asked.len()) };
        let mut whole = json!({"type": type_, "evaluatorName": type_});
        whole.as_object_mut().unwrap().extend(sent.as_object().unwrap().clone());
        assert_eq!(asked.json(), whole, "{type_}");
        assert_eq!((asked.method.as_str(), asked.header("content-type")), ("POST", "application/json"));
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_experiment_it_is_sent_what_each_item_expects() {
    let (dir, server, service) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, ToolServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = deck(dir.path(), &server).await;
    deck.evaluator("svc", json!({"address": {"value": format!("{}/score/0.75", service.url)}})).await;
    data_set(&deck, "lows", &[("low", "Low water?", "At noon."), ("free", "Lowest water?", "")]).await;
    let mut spec = experiment(json!({"dataSet": {"name": "lows"}, "concurrency": 1}));
    spec["evaluator"] = json!({"name": "svc"});
    deck.evaluation("asked", spec).await;
    assert_eq!(told(&deck, "asked", 1).await.message, "Experiment 1: 2 of 2 items passed, mean score 0.750.");
    let kept = kept(&deck, "asked", 1).await;
    let experiments = Experiments::new(deck.store().clone());
    let asked = service.asked();
    assert_eq!(asked.len(), 2, "each answer once");
    for (item, expected) in [("low", Some("At noon.")), ("free", None)] {
        let query = experiments.trials(&kept.id, item, 0).await.unwrap()[0].query.clone();
        let mut parameters =
            json!({"queryRef": format!("{NAMESPACE}/{query}"), "model.namespace": NAMESPACE});
        if let Some(expected) = expected {
            parameters["expectedOutput"] = expected.into();
        }
        let whole = json!({"type": "query", "evaluatorName": "svc", "parameters": parameters,
            "config": {"queryRef": {"name": query, "namespace": NAMESPACE, "responseTarget": ""}}});
        assert!(asked.iter().any(|one| one.json() == whole), "{whole} is not among {asked:?}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_or_never_ends_is_told_and_the_rest_goes_on() {
    let (dir, service) = (tempfile::tempdir().unwrap(), ToolServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let failed = |name: &str, why: &str| {
        format!("EvaluatorServiceFailed: The service of Evaluator '{name}' failed: {why}")
    };
    let services = [
        ("good", "score/0.9", "Direct evaluation completed successfully".to_owned()),
        (
            "never",
            "never",
            "TimedOut: The service of Evaluator 'never' did not answer within 1s. Raise spec.timeout."
                .to_owned(),
        ),
        (
            "drip",
            "drip",
            "TimedOut: The service of Evaluator 'drip' did not answer within 1s. Raise spec.timeout."
                .to_owned(),
        ),
        ("round", "round/0", failed("round", "it was redirected more than 10 times")),
        ("long", "long/1048577", failed("long", "its answer is longer than 1 MiB")),
        ("brief", "status/503", failed("brief", "HTTP status 503: no such harbour")),
        ("nobody", "tides", failed("nobody", "its answer has no score, but null")),
    ];
    for (name, path, _) in &services {
        deck.evaluator(name, json!({"address": {"value": format!("{}/{path}", service.url)}})).await;
        // One that is not ready is waited for, within the same second.
        deck.available("Evaluator", name, "Available").await;
    }
    let items: Vec<Value> = services
        .iter()
        .map(|(name, ..)| {
            let timeout = if matches!(*name, "never" | "drip") { "1s" } else { "1m" };
            json!({"name": name, "type": "direct", "config": {"input": "a", "output": "b"},
                "evaluator": {"name": name}, "timeout": timeout})
        })
        .collect();
    let config = json!({"items": items, "concurrency": 2, "continueOnFailure": true});
    deck.evaluation("all", json!({"type": "batch", "config": config})).await;
    let all = status(&deck, "all").await;
    assert_eq!(all.message, "Batch evaluation completed: 1/7 children passed");
    assert_eq!((all.score.as_str(), all.passed), ("0.129", false), "0.9 of 7");
    for (name, _, message) in &services {
        let one = status(&deck, name).await;
        assert_eq!(&one.message, message);
        let phase = if *name == "good" { EvaluationPhase::Done } else { EvaluationPhase::Error };
        assert_eq!(one.phase, Some(phase), "{name}");
    }
    for (name, path, _) in &services {
        let asked = service.asked().iter().filter(|one| one.uri.path().trim_matches('/') == *path).count();
        assert_eq!(asked, 1, "{name} is asked once");
    }
    deck.stop().await;
}
