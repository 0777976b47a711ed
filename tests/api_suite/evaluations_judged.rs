//! What a judge is told and costs, whose answer is scored, and what rules see of teams.

use std::sync::Arc;

use arkdeck::resources::{EvaluationPhase, EvaluationStatus};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::experiments::VERDICT;
use crate::harness::{Deck, quick};
use crate::model_server::{Act, ModelServer};

async fn status(deck: &Deck, name: &str) -> EvaluationStatus {
    deck.evaluated(name).await.status.unwrap()
}

fn failing(status: &EvaluationStatus) -> Vec<&str> {
    status.results.iter().filter(|one| !one.passed).map(|one| one.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_is_told_its_role_criteria_and_context_and_repeats_show_their_spread_and_cost() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script(
        "judge",
        [
            Act::Say(r#"{"accuracy": {"reason": "First.", "score": 0.5}}"#),
            Act::Say(r#"{"accuracy": {"reason": "Second.", "score": 0.75}}"#),
            Act::Say(r#"{"accuracy": {"reason": "Third.", "score": 1.0}}"#),
        ],
    );
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "judge", "annotations": {
            "ark.mckinsey.com/token-prices": r#"{"currency": "EUR", "input": 100, "output": 200}"#}},
        "spec": {"provider": "openai", "model": {"value": "judge"}, "pollInterval": "1h", "config": {"openai": {
            "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}},
    }))
    .await;
    let tables = "Low at noon: 0.42 m.\nHigh at six: 3.2 m.";
    deck.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tables"}, "data": {"may": tables}}))
        .await;
    deck.evaluator(
        "judge",
        json!({"parameters": [
            {"name": "model.name", "value": "judge"},
            {"name": "scope", "value": "accuracy"},
            {"name": "repeats", "value": "3"},
            {"name": "evaluator-role", "value": "You are a harbour master."},
            {"name": "evaluation-criteria", "value": "Times are local."},
            {"name": "context", "valueFrom": {"configMapKeyRef": {"name": "tables", "key": "may"}}},
            {"name": "context_source", "value": "tide tables"}]}),
    )
    .await;
    let config = json!({"input": "When is low water?", "output": "Noon.", "expectedOutput": "At noon."});
    // What the evaluation says itself goes before what its evaluator says.
    let own = json!([{"name": "evaluation-criteria", "value": "Times are in UTC."}]);
    deck.evaluation("e", json!({"config": config, "evaluator": {"name": "judge", "parameters": own}})).await;

    let status = status(&deck, "e").await;
    assert_eq!((status.score.as_str(), status.passed), ("0.750", true), "{}", status.message);
    let results: Vec<(&str, &str, &str)> = status
        .results
        .iter()
        .map(|one| (one.name.as_str(), one.score.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(results, [("accuracy", "0.750", "3 times, 0.50 to 1.00, spread 0.25: First.")]);
    let tokens = status.token_usage.unwrap();
    assert_eq!((tokens.prompt_tokens, tokens.completion_tokens, tokens.total_tokens), (30, 12, 42));
    assert_eq!(status.cost, "0.005400 EUR", "30 tokens at 100 and 12 at 200 for a million");

    let metrics = deck.engine.metrics();
    for line in [
        r#"arkdeck_scoring_duration_seconds_count{evaluation_type="direct",outcome="passed"} 1"#,
        r#"arkdeck_judge_tokens_total{gen_ai_token_type="input"} 30"#,
        r#"arkdeck_judge_tokens_total{gen_ai_token_type="output"} 12"#,
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }

    let asked = server.requests("judge");
    assert_eq!(asked.len(), 3);
    for request in asked {
        let system = request["messages"][0]["content"].as_str().unwrap();
        assert!(
            system.starts_with("You are a harbour master.\n\nYou are given material as JSON"),
            "{system}"
        );
        assert!(system.contains("\nMind also: Times are in UTC.\n") && !system.contains("local"), "{system}");
        let material: Value =
            serde_json::from_str(request["messages"][1]["content"].as_str().unwrap()).unwrap();
        assert_eq!(
            material,
            json!({"question": "When is low water?", "answer": "Noon.", "expected": "At noon.", "context": tables,
                "contextSource": "tide tables"})
        );
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_hangs_or_is_named_by_a_secret_is_told_without_the_secret() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("judge", [Act::Say(VERDICT), Act::Hold("{", gate, "")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "judge").await;
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"k": "s3cret"}}))
        .await;
    let scope = json!({"name": "scope", "value": "accuracy,clarity"});
    let secret = json!({"secretKeyRef": {"name": "keys", "key": "k"}});
    for (name, model) in [
        ("hangs", json!({"name": "model.name", "value": "judge"})),
        ("veiled", json!({"name": "model.name", "valueFrom": secret})),
    ] {
        let repeats = json!({"name": "repeats", "value": "2"});
        deck.evaluator(name, json!({"parameters": [scope, model, repeats]})).await;
        // One that is not ready is waited for, within the same time; that must do for the first verdict on a busy machine too.
        deck.available("Evaluator", name, "Available").await;
        let spec =
            json!({"config": {"input": "a", "output": "b"}, "evaluator": {"name": name}, "timeout": "5s"});
        deck.evaluation(name, spec).await;
    }
    let hangs = status(&deck, "hangs").await;
    assert_eq!(hangs.message, "TimedOut: Scoring took longer than 5s. Raise spec.timeout.");
    assert_eq!((hangs.phase, hangs.score.as_str()), (Some(EvaluationPhase::Error), ""));
    assert_eq!(hangs.token_usage.unwrap().total_tokens, 14, "the first verdict was paid");
    let veiled = status(&deck, "veiled").await;
    assert_eq!(
        veiled.message,
        "ModelNotFound: There is no Model to judge that could be read, as parameter 'model.name' (key 'k' of Secret 'keys') \
         names it. Create it, or correct the value."
    );
    assert_eq!(server.calls("judge"), 2);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_the_target_that_is_named_is_scored_with_its_own_run() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("At noon.")]);
    server.script("tern", [Act::Say("At six.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.model(&server, "tern").await;
    deck.agent("pilot", "gull", json!({})).await;
    let targets = json!([{"type": "agent", "name": "pilot"}, {"type": "model", "name": "tern"}]);
    deck.query("q", json!({"input": "When?", "targets": targets})).await;
    deck.ended("q").await;
    // Each call is 14 tokens.
    let metrics = json!([{"type": "contains", "expected": "six"}, {"type": "tokens", "max": 14}]);
    deck.evaluator("six", json!({"metrics": metrics})).await;
    for (name, target, expected) in [
        ("first", "", vec!["contains"]),
        ("pilot", "pilot", vec!["contains"]),
        ("tern", "tern", vec![]),
        ("kind", "model/tern", vec![]),
    ] {
        let query = json!({"name": "q", "responseTarget": target});
        let spec = json!({"type": "query", "config": {"queryRef": query}, "evaluator": {"name": "six"}});
        deck.evaluation(name, spec).await;
        let status = status(&deck, name).await;
        assert_eq!((status.phase, failing(&status)), (Some(EvaluationPhase::Done), expected), "{name}");
    }
    let query = json!({"name": "q", "responseTarget": "heron"});
    let spec = json!({"type": "query", "config": {"queryRef": query}, "evaluator": {"name": "six"}});
    deck.evaluation("nobody", spec).await;
    assert_eq!(
        status(&deck, "nobody").await.message,
        "NoAnswer: Query 'q' has no answer of 'heron'. It has those of: pilot, tern."
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_see_teams_their_turns_and_a_time_that_was_up() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Say("Low at noon.")]);
    server.script("slow", [Act::Hold("Low", gate, "")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.model(&server, "slow").await;
    deck.evaluator("rules", json!({"metrics": [{"type": "refusal"}]})).await;
    for name in ["writer", "reviewer"] {
        deck.agent(name, "gull", json!({})).await;
    }
    let members = |names: &[(&str, &str)]| -> Value {
        names.iter().map(|(kind, name)| json!({"type": kind, "name": name})).collect()
    };
    let desk = members(&[("agent", "writer"), ("agent", "reviewer")]);
    deck.team("desk", json!({"strategy": "sequential", "members": desk})).await;
    let house = members(&[("team", "desk"), ("agent", "writer")]);
    deck.team("house", json!({"strategy": "sequential", "members": house})).await;
    deck.ask_team("house", "How is the tide?").await;
    deck.query(
        "late",
        json!({"input": "When?", "target": {"type": "model", "name": "slow"}, "timeout": "300ms"}),
    )
    .await;
    for (name, query, rules, expected) in [
        (
            "teams",
            "ask-house",
            vec![
                "team.was_executed('desk') and team.was_executed('house') and not team.was_executed('writer')",
                "team.was_team_executed('desk') and not team.was_team_executed('nobody')",
                "team.get_team_agents('desk') == ['writer', 'reviewer']",
                "team.get_team_agents('house') == ['desk', 'writer']",
                "team.get_execution_count() == 2 and team.get_success_rate('desk') == 1.0",
                "team.detect_collaboration_pattern() == 'sequential'",
                "turns.size() == 4 && turns.all(turn, turn.ok) && agents.get_execution_count('writer') == 2",
                "sequence.check_execution_order(['house', 'desk', 'writer', 'reviewer', 'writer'])",
                "query.get_query_targets() == ['team/house'] and not query.was_query_timeout(600)",
                "query.get_session_query_count() > 0",
            ],
            vec!["9"],
        ),
        (
            "late",
            "late",
            vec!["query.was_query_timeout() and query.get_resolution_status() == 'error'"],
            vec![],
        ),
    ] {
        let rules: Vec<Value> = (0..)
            .zip(rules)
            .map(|(at, rule): (usize, &str)| json!({"name": at.to_string(), "expression": rule}))
            .collect();
        let config = json!({"queryRef": {"name": query}, "rules": rules});
        deck.evaluation(name, json!({"type": "event", "config": config, "evaluator": {"name": "rules"}}))
            .await;
        let status = status(&deck, name).await;
        assert_eq!(failing(&status), expected, "{:?}", status.results);
        if name == "teams" {
            let why = "a rule sees its own query, and not the others of its session";
            assert!(status.results[9].reason.contains(why), "{:?}", status.results[9]);
        }
    }
    deck.stop().await;
}
