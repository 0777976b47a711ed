//! Data sets: from a ConfigMap, uploaded and from past runs, they lead to the same numbers.

use std::path::Path;
use std::sync::Arc;

use arkdeck::api::serve::Services;
use arkdeck::kubernetes::{Caches, Cluster};
use arkdeck::resources::EvaluationPhase;
use arkdeck::web::{self, Assets, Door, Health, Web};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::harness::{Deck, NAMESPACE, quick};
use crate::model_server::{Act, ModelServer};

/// The HTTP server over what a deck has.
async fn http(deck: &Deck, dir: &Path) -> (Router, Arc<Caches>) {
    let cluster = match deck.router() {
        Some(router) => Cluster::embedded(router),
        None => {
            let path = std::env::var_os("ARKDECK_TEST_KUBECONFIG").unwrap();
            Cluster::kubeconfig(Some(Path::new(&path)), None).await.unwrap()
        }
    };
    let caches = Arc::new(Caches::new());
    let (filled, watching) = (caches.clone(), deck.client.clone());
    tokio::spawn(async move { filled.run(watching).await });
    caches.ready().await;
    let services = Services::new(cluster, caches.clone(), deck.store().clone(), deck.engine.clone());
    let web = Web {
        services,
        assets: Assets::find(dir).unwrap(),
        door: Door::new(([127, 0, 0, 1], 3000).into()),
        health: Health::new(deck.store().clone(), Arc::new(|| Ok(()))),
        shutdown: CancellationToken::new(),
    };
    (web::router(web, None), caches)
}

async fn post(router: &Router, path: &str, kind: &str, body: String) -> (StatusCode, String) {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/datasets/{path}"))
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))
        .unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_map_an_upload_and_past_runs_lead_to_the_same_numbers() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("At noon."), Act::Say("At six.")]);
    server.script("tern", [Act::Say("At noon.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    for (agent, model) in [("pilot", "gull"), ("mate", "tern")] {
        deck.model(&server, model).await;
        deck.agent(agent, model, json!({})).await;
    }
    deck.evaluator("exact", json!({"metrics": [{"type": "exact"}]})).await;
    for (name, input) in [("low", "Low water?"), ("high", "High water?")] {
        deck.query(name, json!({"input": input, "target": {"type": "agent", "name": "pilot"}})).await;
        deck.ended(name).await;
    }
    let (router, caches) = http(&deck, dir.path()).await;

    let item =
        |id: &str, input: &str, expected: &str| json!({"id": id, "input": input, "expectedOutput": expected});
    let lines =
        format!("{}\n{}\n", item("low", "Low water?", "At noon."), item("high", "High water?", "At six."));
    deck.create(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "declared", "labels": {"ark.mckinsey.com/data-set": "true"}}, "data": {"items.jsonl": lines},
    }))
    .await;
    let (status, body) =
        post(&router, &format!("upload/{NAMESPACE}/uploaded"), "application/x-ndjson", lines).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"items":2,"version":1}"#));
    let mut changed = caches.changed();
    let done = |name: &str| {
        let query = caches.queries.get(NAMESPACE, name);
        query.and_then(|query| query.status.clone()?.phase).is_some_and(|phase| phase.is_terminal())
    };
    while !done("low") || !done("high") {
        changed.changed().await.unwrap();
    }
    let change = json!({"change": {"namespace": NAMESPACE, "name": "past", "home": "ConfigMap", "from": 0, "note": "",
        "change": {"FromQueries": {"names": ["low", "high"], "expect_answer": true, "tags": []}}}});
    let (status, body) = post(&router, "change", "application/json", change.to_string()).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "1"), "{body}");

    let mut told = Vec::new();
    for set in ["declared", "uploaded", "past"] {
        let config = json!({"dataSet": {"name": set}, "targets": [{"type": "agent", "name": "mate"}]});
        deck.evaluation(set, json!({"type": "batch", "config": config, "evaluator": {"name": "exact"}}))
            .await;
        let evaluation = deck
            .evaluation_until(set, |status| {
                matches!(status.phase, Some(EvaluationPhase::Done | EvaluationPhase::Error))
            })
            .await;
        let status = evaluation.status.unwrap();
        told.push((status.phase, status.score, status.message));
    }
    assert_eq!((told[0].1.as_str(), &told[0]), ("0.500", &told[1]), "{told:?}");
    assert_eq!(told[1], told[2]);
    let request = json!({"namespace": NAMESPACE});
    let (_, list) = post(&router, "list", "application/json", request.to_string()).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    let rows: Vec<(&str, i64, i64)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["name"].as_str().unwrap(),
                row["items"].as_i64().unwrap(),
                row["experiments"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(rows, [("declared", 2, 1), ("past", 2, 1), ("uploaded", 2, 1)]);
    deck.stop().await;
}
