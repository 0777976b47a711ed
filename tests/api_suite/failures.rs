//! Models that fail in every way: the run ends with a code and a sentence, or succeeds on a further attempt.

use std::time::Duration;

use arkdeck::engine::Settings;
use arkdeck::engine::journal::Event;
use arkdeck::engine::providers::{Limits, Pause};
use serde_json::json;

use crate::harness::{Deck, content, message, outline, quick, reason};
use crate::model_server::{Act, ModelServer};

/// Asks a model that acts like this; the code of its failure and the sentence.
async fn failure(acts: Vec<Act>, settings: Settings) -> (String, Vec<String>, usize) {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", acts);
    let deck = Deck::start(dir.path(), settings).await;
    deck.model(&server, "gull").await;
    deck.query("q", json!({"input": "Hello", "target": {"type": "model", "name": "gull"}})).await;
    let query = deck.ended("q").await;
    assert_eq!(reason(&query), "QueryErrored", "{query:?}");
    let text = serde_json::to_string(&query).unwrap();
    assert!(!text.contains("sk-lighthouse"), "the key is nowhere: {text}");
    let journal = outline(&deck.journal("q").await);
    deck.stop().await;
    (message(&query), journal, server.calls("gull"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_not_tried_again() {
    let said = r#"{"error": {"message": "Incorrect API key provided: sk-lighthouse-1234", "code": "invalid_api_key"}}"#;
    let (message, _, calls) = failure(vec![Act::Status(401, &[], said)], quick()).await;
    assert!(message.starts_with("ModelUnauthorized: "), "{message}");
    assert!(message.contains("Check the key") && message.contains("[secret]"), "{message}");
    assert_eq!(calls, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_model_and_a_refused_request() {
    let (message, ..) = failure(vec![Act::Status(404, &[], "")], quick()).await;
    assert!(message.starts_with("ModelNotFound: ") && message.contains("'gull'"), "{message}");
    let (message, ..) =
        failure(vec![Act::Status(400, &[], r#"{"error": {"message": "too long"}}"#)], quick()).await;
    assert!(message.starts_with("ModelRefusedRequest: ") && message.contains("too long"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_tried_again_and_every_attempt_is_in_the_journal() {
    let (message, journal, calls) = failure(vec![Act::Status(503, &[], "down")], quick()).await;
    assert!(message.starts_with("ModelUnavailable: ") && message.contains("Tried 3 times"), "{message}");
    assert_eq!(calls, 3);
    assert_eq!(
        journal[2..],
        [
            "ask 0/model/0 attempt 1",
            "retry 0/model/0",
            "ask 0/model/0 attempt 2",
            "retry 0/model/0",
            "ask 0/model/0 attempt 3",
            "target failed ModelUnavailable",
            "finished error QueryErrored"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_every_form() {
    for act in [
        Act::Raw("text/html", "<html>Welcome to the harbour</html>"),
        Act::Raw("text/event-stream", "data: {\"choices\": [{]\n\n"),
        Act::Raw("text/event-stream", "data: [DONE]\n\n"),
        Act::Raw("application/json", "{\"hello\": 1}"),
        Act::Raw("text/event-stream", "data: \u{0}\n\n"),
    ] {
        let (message, _, calls) = failure(vec![act], quick()).await;
        assert!(message.starts_with("ModelAnsweredGarbage: "), "{message}");
        assert_eq!(calls, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_stream_an_error_in_it_and_silence() {
    let (message, ..) = failure(vec![Act::Cut("The tide")], quick()).await;
    assert!(message.starts_with("ModelStreamCut: "), "{message}");
    let (message, ..) = failure(vec![Act::ErrorInStream("The tide")], quick()).await;
    assert!(message.starts_with("ModelUnavailable: ") && message.contains("flooded"), "{message}");
    let limits = Limits { first_byte: Duration::from_millis(30), idle: Duration::from_millis(30) };
    let (message, _, calls) = failure(vec![Act::Silence], Settings { limits, ..quick() }).await;
    assert!(message.starts_with("ModelTimedOut: "), "{message}");
    assert_eq!(calls, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_rate_is_waited_for_within_the_budget() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Status(429, &[("retry-after-ms", "5")], "slow down"), Act::Say("At last.")]);
    server.script("tern", [Act::Status(429, &[("retry-after", "3600")], "slow down")]);
    let deck = Deck::start(dir.path(), quick()).await;
    for name in ["gull", "tern"] {
        deck.model(&server, name).await;
        deck.query(
            name,
            json!({"input": "Hello", "timeout": "1m", "target": {"type": "model", "name": name}}),
        )
        .await;
    }
    assert_eq!(content(&deck.ended("gull").await), "At last.");
    let query = deck.ended("tern").await;
    assert!(message(&query).starts_with("ModelRateLimited: "), "{}", message(&query));
    assert!(message(&query).contains("after the query's timeout"), "{}", message(&query));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("x")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.agent("lost", "nowhere", json!({})).await;
    deck.agent("bare", "gull", json!({"tools": [{"type": "http", "name": "tides"}]})).await;
    let target = |type_: &str, name: &str| json!({"type": type_, "name": name});
    let cases = [
        (
            json!({"input": "x", "target": target("agent", "ghost")}),
            "AgentNotFound: There is no Agent 'ghost'",
        ),
        (
            json!({"input": "x", "target": target("agent", "lost")}),
            "ModelNotFound: There is no Model 'nowhere'",
        ),
        (json!({"input": "x", "target": target("agent", "bare")}), "ToolNotFound: There is no Tool 'tides'"),
        (json!({"input": "x", "target": target("team", "crew")}), "TeamNotFound: There is no Team 'crew'"),
        (json!({"input": "x", "selector": {"matchLabels": {"fleet": "south"}}}), "NoTargets: "),
        (
            json!({"input": "Tide in {{ .port }}", "target": target("model", "gull"),
                "parameters": [{"name": "harbour", "value": "Lisbon"}]}),
            "TemplateFailed: The template in spec.input failed: it uses 'port'",
        ),
        (
            json!({"input": "x", "target": target("model", "gull"), "parameters": [
                {"name": "p", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}]}),
            "ValueNotResolved: Parameter 'p' of the query cannot be looked up: there is no Secret 'keys'",
        ),
    ];
    for (i, (spec, expected)) in cases.into_iter().enumerate() {
        let name = format!("q{i}");
        deck.query(&name, spec).await;
        let query = deck.ended(&name).await;
        assert!(message(&query).starts_with(expected), "{}", message(&query));
        assert!(!content(&query).is_empty());
    }
    assert_eq!(server.calls("gull"), 0);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_again_and_again_is_left_alone_and_its_model_says_so() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let pause = Duration::from_secs(600);
    let circuit_pause = Pause { first: pause, most: pause };
    let deck = Deck::start(dir.path(), Settings { circuit_pause, max_attempts: 1, ..quick() }).await;
    server.script("gull", [Act::Status(503, &[], "down")]);
    deck.model(&server, "gull").await;
    deck.model_is("gull", "True").await;
    for count in 1..=6 {
        let name = format!("q{count}");
        deck.query(&name, json!({"input": "Hello", "target": {"type": "model", "name": "gull"}})).await;
        let message = message(&deck.ended(&name).await);
        let code = if count == 6 { "ModelCircuitOpen: " } else { "ModelUnavailable: " };
        assert!(message.starts_with(code), "{count}: {message}");
    }
    assert_eq!(server.calls("gull"), 5, "the sixth is not made");
    let message = deck.model_is("gull", "False").await.status.unwrap().message;
    assert!(message.starts_with("ModelCircuitOpen: "), "{message}");
    assert!(message.contains("failed 5 times in a row (ModelUnavailable)"), "{message}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_circuit_and_closes_it() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let pause = Duration::from_millis(50);
    let circuit_pause = Pause { first: pause, most: pause };
    let deck = Deck::start(dir.path(), Settings { circuit_pause, max_attempts: 9, ..quick() }).await;
    let down = Act::Status(503, &[], "down");
    server.script("gull", [&down, &down, &down, &down, &down, &Act::Say("Here.")].map(Clone::clone));
    deck.model(&server, "gull").await;
    deck.query("q", json!({"input": "Hello", "target": {"type": "model", "name": "gull"}})).await;
    assert_eq!(content(&deck.ended("q").await), "Here.");
    let reasons: Vec<String> = deck
        .journal("q")
        .await
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::ModelRetry { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    assert!(reasons.iter().any(|reason| reason.contains("is left alone")), "{reasons:?}");
    deck.model_is("gull", "True").await;
    deck.stop().await;
}
