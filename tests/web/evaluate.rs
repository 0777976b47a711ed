//! The gate as an endpoint: the same report as the command's, with a status that a script can act on.

use arkdeck::resources::Evaluation;
use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::harness::{Answer, Server, request};

/// Two direct evaluations: one passes, and one only when the bound is lower.
const SUITE: &str = "\
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluator
metadata: {name: tide}
spec:
  metrics:
    - {type: contains, expected: noon}
    - {type: contains, name: height, expected: 0.4 m}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: {name: whole}
spec:
  config: {input: When?, output: At noon it is 0.4 m.}
  evaluator: {name: tide}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: {name: half}
spec:
  config: {input: When?, output: At noon.}
  evaluator: {name: tide}
";

async fn post(server: &Server, query: &str, accept: &str, suite: &str) -> Answer {
    let request = request("POST", &format!("/api/evaluate{query}"))
        .header(header::CONTENT_TYPE, "application/yaml")
        .header(header::ACCEPT, accept)
        .body(Body::from(suite.to_owned()))
        .unwrap();
    server.answer(request).await
}

fn scores(report: &Value) -> Vec<(&str, f64, bool)> {
    let all = report["evaluations"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap(), one["score"].as_f64().unwrap(), one["passed"] == true))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_fails_is_422_and_one_that_passes_is_200_with_the_same_report() {
    let server = Server::start().await;
    server.control();
    let failed = post(&server, "", "*/*", SUITE).await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", failed.body);
    let report = failed.json();
    assert_eq!(scores(&report), [("whole", 1.0, true), ("half", 0.5, false)]);
    assert_eq!(report["evaluations"][1]["parts"][1]["name"], "height");

    let passed = post(&server, "?fail-under=0.5&format=junit", "*/*", SUITE).await;
    assert_eq!((passed.status, passed.header("content-type")), (StatusCode::OK, "application/xml"));
    assert!(passed.body.contains("<testcase classname=\"half\" name=\"height\"><failure"), "{}", passed.body);
    let markdown = post(&server, "?format=markdown", "*/*", SUITE).await;
    assert!(markdown.body.starts_with("### Evaluations: failed"), "{}", markdown.body);

    // The same, told on the way.
    let lines = post(&server, "", "application/x-ndjson", SUITE).await;
    assert_eq!(lines.status, StatusCode::OK);
    let lines: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, steps) = lines.split_last().unwrap();
    assert_eq!(last["report"], report);
    assert!(
        steps
            .iter()
            .any(|step| step["progress"]["evaluation"] == "half" && step["progress"]["ended"] == true)
    );
    let events = post(&server, "?fail-under=0.9", "text/event-stream", SUITE).await;
    assert!(
        events.body.contains("event: progress\n") && events.body.contains("event: report\n"),
        "{}",
        events.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_from_the_api_is_a_suite() {
    let server = Server::start().await;
    server.control();
    let first = post(&server, "?fail-under=0.5", "*/*", SUITE).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let all: kube::Api<Evaluation> = kube::Api::namespaced(server.client.clone(), "default");
    let before = all.get("whole").await.unwrap();
    // As `kubectl get -o yaml` has it: with the uid of the one that is replaced, and its status.
    let read = serde_json::to_string(&before).unwrap();
    let again = post(&server, "", "*/*", &read).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(scores(&again.json()), [("whole", 1.0, true)]);
    assert_ne!(all.get("whole").await.unwrap().metadata.uid, before.metadata.uid, "it was made anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_says_why_and_applies_nothing() {
    let server = Server::start().await;
    let rule = "apiVersion: ark.mckinsey.com/v1alpha1\nkind: Evaluation\nmetadata: {name: ruled}\nspec:\n  type: event\n  \
                config: {queryRef: {name: q}, rules: [{name: typo, expression: 'true &&'}]}\n  evaluator: {name: tide}\n";
    let before = format!("{}---\n{rule}", SUITE.split("---").next().unwrap());
    for (query, suite, expected) in [
        ("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", "no Evaluation"),
        ("", "a: [", "no YAML"),
        ("?fail-under=80", SUITE, "from 0 to 1"),
        ("?timeout=0", SUITE, "from 1 to 3600"),
        ("?namespace=a/b", SUITE, "namespace"),
        ("?failunder=1", SUITE, "fail-under"),
        ("?baseline=tide@0", SUITE, "NAME@N"),
        ("?baseline=tide", SUITE, "no Evaluation of the suite makes experiments"),
        ("", before.as_str(), "Rule 'typo' cannot be read: line 1, column"),
    ] {
        let answer = post(&server, query, "*/*", suite).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.body);
        assert!(answer.body.contains(expected), "{query}: {}", answer.body);
    }
    let found = server
        .call("objects/get", json!({"key": {"kind": "evaluator", "namespace": "default", "name": "tide"}}));
    assert_eq!(found.await.status, StatusCode::NOT_FOUND, "nothing was applied");
    let slow = post(&server, "?timeout=1", "*/*", SUITE).await;
    assert_eq!(slow.status, StatusCode::GATEWAY_TIMEOUT, "nobody scores here: {}", slow.body);
}

#[tokio::test]
async fn pages_of_other_sites_and_long_bodies_are_refused() {
    let server = Server::start().await;
    let foreign = request("POST", "/api/evaluate")
        .header(header::ORIGIN, "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from(SUITE))
        .unwrap();
    assert_eq!(server.answer(foreign).await.status, StatusCode::FORBIDDEN);
    let long = post(&server, "", "*/*", &"#".repeat((3 << 20) + 1)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let get = server.get("/api/evaluate").await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}
