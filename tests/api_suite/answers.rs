//! Queries that are answered.

use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::engine::journal::{Cost, Event};
use kube::ResourceExt;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::harness::{Deck, PATIENCE, content, outline, quick, reason};
use crate::model_server::{Act, ModelServer};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("The tide is low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.agent("pilot", "gull", json!({})).await;
    deck.query("q", json!({"input": "How is the tide?", "target": {"type": "agent", "name": "pilot"}})).await;
    let query = deck.ended("q").await;

    let status = query.status.clone().unwrap();
    assert_eq!(status.phase.unwrap().as_str(), "done");
    assert_eq!(reason(&query), "QuerySucceeded");
    assert_eq!(content(&query), "The tide is low.");
    assert_eq!(status.responses.len(), 1);
    assert_eq!(
        status.response.unwrap().raw,
        r#"[{"role":"assistant","content":"The tide is low.","name":"pilot"}]"#
    );
    let usage = status.token_usage.unwrap();
    assert_eq!(
        (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.cached_tokens),
        (10, 4, 14, 6)
    );
    assert!(status.duration.is_some());
    assert_eq!(
        outline(&deck.journal("q").await),
        [
            "started 1",
            "target agent pilot",
            "ask 0/model/0 attempt 1",
            "answer 0/model/0 stop",
            "target done",
            "finished done QuerySucceeded"
        ]
    );
    let request = &server.requests("gull")[0];
    assert_eq!(
        *request,
        json!({
            "model": "gull", "stream": true, "stream_options": {"include_usage": true},
            "messages": [
                {"role": "system", "content": "You are a pilot."},
                {"role": "user", "content": "How is the tide?"},
            ],
        }),
        "only what is set is sent"
    );
    let (headers, uri) = server.last("gull");
    assert_eq!(headers["authorization"], "Bearer sk-lighthouse-1234");
    assert_eq!(uri.path(), "/v1/chat/completions");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_target_answers_and_one_failure_keeps_the_other_answers() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("From the gull.")]);
    server.script("tern", [Act::Say("From the tern.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    for name in ["gull", "tern"] {
        deck.model(&server, name).await;
    }
    deck.agent("pilot", "gull", json!({})).await;
    deck.query(
        "q",
        json!({"input": "Where?", "targets": [
            {"type": "model", "name": "tern"}, {"type": "agent", "name": "pilot"}, {"type": "team", "name": "crew"}]}),
    )
    .await;
    let query = deck.ended("q").await;
    let status = query.status.clone().unwrap();
    assert_eq!(status.phase.unwrap().as_str(), "error");
    let answers: Vec<(&str, &str)> = status
        .responses
        .iter()
        .map(|response| (response.content.as_str(), response.phase.as_str()))
        .collect();
    assert_eq!(answers[..2], [("From the tern.", "done"), ("From the gull.", "done")]);
    assert_eq!(answers[2].1, "error");
    assert_eq!(content(&query), "From the gull.", "the agent is before the model");
    assert_eq!(status.token_usage.unwrap().total_tokens, 28);

    deck.query("all", json!({"input": "Where?", "selector": {"matchLabels": {"fleet": "north"}}})).await;
    let query = deck.ended("all").await;
    let status = query.status.unwrap();
    let names: Vec<String> = status
        .responses
        .iter()
        .map(|response| response.target.as_ref().map(|t| format!("{} {}", t.type_, t.name)).unwrap())
        .collect();
    assert_eq!(names, ["agent pilot", "model gull", "model tern"], "all matches, each with its own response");
    assert_eq!(status.phase.unwrap().as_str(), "done");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_asked_at_once_and_answer_in_their_own_time() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let gates = ["gull", "tern"].map(|name| (name, Arc::new(Semaphore::new(0))));
    let deck = Deck::start(dir.path(), Settings { max_running: 1, ..quick() }).await;
    for (name, gate) in &gates {
        server.script(name, [Act::Hold("The tide ", gate.clone(), "is low.")]);
        deck.model(&server, name).await;
    }
    deck.query("q", json!({"input": "Where?", "targets": [{"type": "model", "name": "gull"}, {"type": "model", "name": "tern"}]}))
        .await;
    // Both are being answered, and neither has ended.
    for (name, _) in &gates {
        tokio::time::timeout(PATIENCE, server.called(name, 1)).await.expect("both are asked at once");
    }
    // The second target ends first.
    let uid = deck.queries().get("q").await.unwrap().uid().unwrap();
    let mut subscription = deck.engine.journal().subscribe(&uid);
    gates[1].1.add_permits(1);
    let ended = async {
        while !outline(&deck.journal("q").await).contains(&"target done".to_owned()) {
            let _ = subscription.updates.recv().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("the second target ends");
    gates[0].1.add_permits(1);
    let query = deck.ended("q").await;
    assert_eq!(content(&query), "The tide is low.");
    let done: Vec<Option<usize>> = deck
        .journal("q")
        .await
        .into_iter()
        .filter(|entry| matches!(entry.event, Event::TargetDone { .. }))
        .map(|entry| entry.target)
        .collect();
    assert_eq!(done, [Some(1), Some(0)]);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_called_in_parallel_and_errors_go_back_to_the_model() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script(
        "gull",
        [
            Act::Tools(&[("noop", r#"{"message": "a"}"#), ("harbours", r#"{"x": 1}"#), ("noop", "{broken")]),
            Act::Say("Done."),
        ],
    );
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Tool", "metadata": {"name": "far"},
        "spec": {"type": "mcp", "mcp": {"mcpServerRef": {"name": "m"}, "toolName": "t"}},
    }))
    .await;
    deck.agent(
        "pilot",
        "gull",
        json!({"tools": [
            {"type": "built-in", "name": "noop"},
            {"type": "mcp", "name": "far"}]}),
    )
    .await;
    deck.query("q", json!({"input": "Go.", "target": {"type": "agent", "name": "pilot"}})).await;
    let query = deck.ended("q").await;
    assert_eq!(content(&query), "Done.");
    assert_eq!(query.status.unwrap().token_usage.unwrap().total_tokens, 28, "both calls count, once each");
    let requests = server.requests("gull");
    let offered: Vec<&str> = requests[0]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|t| t["function"]["name"].as_str())
        .collect();
    assert_eq!(offered, ["noop"]);
    let messages = requests[1]["messages"].as_array().unwrap();
    let results: Vec<&str> = messages[3..].iter().filter_map(|message| message["content"].as_str()).collect();
    assert_eq!(results[0], r#"{"message":"a"}"#);
    assert!(results[1].contains("there is no tool 'harbours'"), "{results:?}");
    assert!(results[2].contains("not JSON"), "{results:?}");
    let outline = outline(&deck.journal("q").await);
    assert_eq!(outline[2], "notice", "a tool that cannot be called yet is said to be left out");
    assert_eq!(outline.iter().filter(|line| line.starts_with("result")).count(), 3);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_headers_properties_and_azure() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Whole(r#"{"tide":"low"}"#)]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"},
        "stringData": {"azure": "sk-azure-5678\n"}}))
        .await;
    deck.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "places"},
        "data": {"port": "Lisbon"}}))
        .await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "blue"},
        "spec": {"type": "azure", "model": {"value": "gull"}, "config": {"azure": {
            "baseUrl": {"value": server.url.trim_end_matches("/v1")}, "apiVersion": {"value": "2024-10-21"},
            "apiKey": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "azure"}}},
            "headers": [{"name": "X-Port", "value": {"valueFrom": {"queryParameterRef": {"name": "port"}}}}],
            "properties": {"temperature": {"value": "0.2"}, "reasoning_effort": {"value": "low"}, "n": {"value": ""}}}}},
    }))
    .await;
    deck.agent(
        "pilot",
        "blue",
        json!({"prompt": "You work in {{ .where }}.",
            "parameters": [{"name": "where", "valueFrom": {"queryParameterRef": {"name": "port"}}}],
            "outputSchema": {"type": "object", "properties": {"tide": {"type": "string"}}}}),
    )
    .await;
    deck.query(
        "q",
        json!({"input": "Tide in {{ .port }}?", "target": {"type": "agent", "name": "pilot"},
            "parameters": [{"name": "port", "valueFrom": {"configMapKeyRef": {"name": "places", "key": "port"}}}],
            "overrides": [{"resourceType": "model", "headers": [{"name": "X-Ship", "value": {"value": "Argo"}}]}]}),
    )
    .await;
    let query = deck.ended("q").await;
    assert_eq!(content(&query), r#"{"tide":"low"}"#, "{query:?}");
    let request = &server.requests("gull")[0];
    assert_eq!(request["messages"][0]["content"], "You work in Lisbon.");
    assert_eq!(request["messages"][1]["content"], "Tide in Lisbon?");
    assert_eq!((&request["temperature"], &request["reasoning_effort"]), (&json!(0.2), &json!("low")));
    assert_eq!(request.get("n"), None);
    assert_eq!(request["response_format"]["json_schema"]["name"], "namespace-default-agent-pilot");
    let (headers, uri) = server.last("gull");
    assert_eq!(uri.to_string(), "/openai/deployments/gull/chat/completions?api-version=2024-10-21");
    assert_eq!(headers["api-key"], "sk-azure-5678");
    assert_eq!(headers["authorization"], "Bearer sk-azure-5678");
    assert_eq!((headers["x-port"].as_bytes(), headers["x-ship"].as_bytes()), (&b"Lisbon"[..], &b"Argo"[..]));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_has_its_price_in_the_journal_where_it_is_known() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    for (name, prices) in [
        (
            "gull",
            json!({"ark.mckinsey.com/token-prices": r#"{"currency": "EUR", "input": 2, "cachedInput": 0.5, "output": 8}"#}),
        ),
        ("tern", json!({})),
        ("auk", json!({"ark.mckinsey.com/token-prices": "cheap"})),
    ] {
        server.script(name, [Act::Say("Low.")]);
        deck.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": name, "annotations": prices},
            "spec": {"provider": "openai", "model": {"value": name}, "pollInterval": "1h", "config": {"openai": {
                "baseUrl": {"value": server.url}, "apiKey": {"value": "sk-lighthouse-1234"}}}},
        }))
        .await;
        deck.query(name, json!({"input": "How is the tide?", "target": {"type": "model", "name": name}}))
            .await;
        assert_eq!(content(&deck.ended(name).await), "Low.", "{name}");
        let costs: Vec<Option<Cost>> = deck
            .journal(name)
            .await
            .into_iter()
            .filter_map(|entry| match entry.event {
                Event::ModelResponse { cost, .. } => Some(cost),
                _ => None,
            })
            .collect();
        // 4 tokens at 2, 6 of the cache at 0.5, 4 of the answer at 8, for a million.
        let euros = Cost { currency: "EUR".into(), nanos: 8_000 + 3_000 + 32_000 };
        assert_eq!(costs, [(name == "gull").then_some(euros)], "{name}: unknown is not zero");
    }
    deck.stop().await;
}
