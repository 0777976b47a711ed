//! What Prometheus is told, over HTTP: back-pressure while runs wait, and what runs did.

use std::sync::Arc;

use arkdeck::engine::Settings;
use arkdeck::web;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, content, quick};
use crate::model_server::{Act, ModelServer};

/// Scrapes as Prometheus does.
async fn scrape(url: &str) -> String {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    answer.text().await.unwrap()
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|one| one == *line), "{line} is not in {text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
}

fn ask(type_: &str, name: &str) -> Value {
    json!({"input": "Hello", "target": {"type": type_, "name": name}})
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_calls_and_what_waits_are_told_over_http() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    let deck = Deck::start(dir.path(), Settings { max_running: 1, ..quick() }).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let router = web::metrics(deck.engine.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    server.script("gull", [Act::Status(503, &[], "busy"), Act::Hold("Low", gate.clone(), ".")]);
    server.script("tern", [Act::Tools(&[("noop", "{}"), ("ghost", "{}")]), Act::Say("Done.")]);
    for model in ["gull", "tern"] {
        deck.model(&server, model).await;
    }
    deck.agent("pilot", "tern", json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    deck.query("first", ask("model", "gull")).await;
    server.called("gull", 2).await;
    deck.query("second", ask("agent", "pilot")).await;
    deck.phase("second", "queued").await;
    has(&scrape(&url).await, &["arkdeck_runs_running 1", "arkdeck_runs_waiting 1"]);

    gate.add_permits(1);
    assert_eq!(content(&deck.ended("first").await), "Low.");
    assert_eq!(content(&deck.ended("second").await), "Done.");
    deck.query("third", ask("agent", "nobody")).await;
    deck.ended("third").await;
    has(
        &scrape(&url).await,
        &[
            "arkdeck_runs_waiting 0",
            r#"arkdeck_run_duration_seconds_count{phase="done"} 2"#,
            r#"arkdeck_run_duration_seconds_count{phase="error"} 1"#,
            "arkdeck_run_wait_seconds_count 3",
            r#"arkdeck_target_failures_total{code="AgentNotFound"} 1"#,
            r#"arkdeck_model_retries_total{gen_ai_request_model="gull"} 1"#,
            r#"gen_ai_client_operation_duration_seconds_count{gen_ai_request_model="gull"} 1"#,
            r#"gen_ai_client_operation_duration_seconds_count{gen_ai_request_model="tern"} 2"#,
            r#"gen_ai_client_token_usage_sum{gen_ai_request_model="tern",gen_ai_token_type="input"} 20.0"#,
            r#"gen_ai_client_token_usage_sum{gen_ai_request_model="tern",gen_ai_token_type="output"} 8.0"#,
            r#"gen_ai_execute_tool_duration_seconds_count{gen_ai_tool_name="noop",error="false"} 1"#,
            r#"gen_ai_execute_tool_duration_seconds_count{gen_ai_tool_name="ghost",error="true"} 1"#,
        ],
    );
    deck.stop().await;
}
