//! Evaluators that score live queries: a share of them, within a budget, and what they say of it.

use arkdeck::resources::sampling::SamplingStatus;
use arkdeck::resources::{Evaluation, Evaluator};
use jiff::Timestamp;
use kube::api::{Api, ListParams};
use kube::runtime::wait::await_condition;
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, PATIENCE, quick};
use crate::model_server::{Act, ModelServer};

/// The evaluator, once what it counts is as `wanted`.
async fn counted(
    deck: &Deck,
    name: &str,
    wanted: impl Fn(&SamplingStatus) -> bool + Send + Sync + Clone,
) -> Evaluator {
    let api: Api<Evaluator> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let wait = await_condition(api.clone(), name, move |one: Option<&Evaluator>| {
        let status = one.and_then(|one| one.status.as_ref());
        status.and_then(|status| status.sampling.as_ref()).is_some_and(&wanted)
    });
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(found) => found.unwrap().unwrap(),
        Err(_) => panic!("{name} did not get there: {:?}", api.get(name).await.map(|one| one.status)),
    }
}

fn figures(evaluator: &Evaluator) -> (i64, i64, i64) {
    let counted = evaluator.status.as_ref().unwrap().sampling.clone().unwrap();
    (counted.sampled, counted.skipped_by_sampling, counted.skipped_by_budget)
}

async fn ask(deck: &Deck, name: &str, labels: Value) {
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name, "labels": labels},
        "spec": {"input": "When?", "target": {"type": "model", "name": "gull"}},
    }))
    .await;
    deck.ended(name).await;
}

async fn made(deck: &Deck, evaluator: &str) -> usize {
    let api: Api<Evaluation> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let of = ListParams::default()
        .labels(&format!("ark.mckinsey.com/auto=true,ark.mckinsey.com/evaluator={evaluator}"));
    api.list(&of).await.unwrap().items.len()
}

fn hour() -> i64 {
    Timestamp::now().as_second() / 3600
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_and_an_hourly_budget_bound_what_is_scored_also_after_a_restart() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low at noon.")]);
    let began = hour();
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    let metrics = json!([{"type": "contains", "expected": "noon"}]);
    let selector = json!({"resourceType": "Query", "matchLabels": {"watch": "yes"}});
    for (name, sampling) in [("few", json!({"maxPerHour": 2})), ("none", json!({"percent": 0}))] {
        deck.evaluator(name, json!({"metrics": metrics, "selector": selector, "sampling": sampling})).await;
        deck.available("Evaluator", name, "Available").await;
    }
    for n in 0..4 {
        ask(&deck, &format!("q{n}"), json!({"watch": "yes"})).await;
    }
    // An experiment scores its queries itself.
    ask(&deck, "asked", json!({"watch": "yes", "ark.mckinsey.com/experiment": "x"})).await;
    let none = counted(&deck, "none", |counted| counted.skipped_by_sampling == 4).await;
    assert_eq!((figures(&none), made(&deck, "none").await), ((0, 4, 0), 0));
    let few = counted(&deck, "few", |counted| counted.sampled + counted.skipped_by_budget == 4).await;
    if hour() != began {
        return; // The next hour has a budget of its own.
    }
    assert_eq!((figures(&few), made(&deck, "few").await), ((2, 0, 2), 2));
    let api: Api<Evaluator> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let paused = await_condition(api, "few", |one: Option<&Evaluator>| {
        let conditions = one.and_then(|one| one.status.as_ref()).map(|status| &status.conditions);
        conditions.is_some_and(|all| {
            all.iter().any(|one| one.type_ == "Sampling" && one.reason == "BudgetReached" && !one.is_true())
        })
    });
    tokio::time::timeout(PATIENCE, paused).await.unwrap().unwrap();
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    ask(&deck, "q4", json!({"watch": "yes"})).await;
    let few = counted(&deck, "few", |counted| counted.sampled + counted.skipped_by_budget == 5).await;
    if hour() == began {
        assert_eq!((figures(&few), made(&deck, "few").await), ((2, 0, 3), 2));
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_of_cost_ends_with_what_judges_cost_and_earlier_queries_are_scored_when_asked() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low at noon.")]);
    server.script("judge", [Act::Say(r#"{"accuracy": {"reason": "It is true.", "score": 0.9}}"#)]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "judge", "annotations": {
            "ark.mckinsey.com/token-prices": r#"{"currency": "EUR", "input": 100, "output": 100}"#}},
        "spec": {"provider": "openai", "model": {"value": "judge"}, "pollInterval": "1h", "config": {"openai": {
            "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}},
    }))
    .await;
    ask(&deck, "before", json!({})).await;
    deck.evaluator(
        "judge",
        json!({"selector": {"resourceType": "Query"}, "sampling": {"maxCostPerDay": "0.000001 EUR", "earlier": true},
            "parameters": [{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy"}]}),
    )
    .await;
    let paused = |counted: &SamplingStatus| counted.spent.ends_with(" EUR") && !counted.paused.is_empty();
    let judge = counted(&deck, "judge", paused).await;
    assert_eq!((figures(&judge), server.calls("judge")), ((1, 0, 0), 1));
    ask(&deck, "after", json!({})).await;
    let judge = counted(&deck, "judge", |counted| counted.skipped_by_budget == 1).await;
    assert_eq!((figures(&judge), made(&deck, "judge").await), ((1, 0, 1), 1));
    deck.stop().await;
}
