//! Batches by template: for which queries they are.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;

use crate::experiments::VERDICT;
use crate::harness::{Deck, quick};
use crate::model_server::{Act, ModelServer};

async fn ask(deck: &Deck, name: &str) {
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name, "labels": {"suite": "tides"}},
        "spec": {"input": "When?", "target": {"type": "model", "name": "gull"}},
    }))
    .await;
    deck.ended(name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_for_the_queries_that_were_there_when_the_batch_began_also_after_a_restart() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Say("At noon.")]);
    // The first verdict is cut by the end of the process.
    server.script("judge", [Act::Hold("{", gate, ""), Act::Say(VERDICT)]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.model(&server, "judge").await;
    let parameters =
        json!([{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy,clarity"}]);
    deck.evaluator("judge", json!({"parameters": parameters})).await;
    ask(&deck, "a").await;
    ask(&deck, "b").await;
    let template = json!({"type": "query", "namePrefix": "t", "config": {}, "evaluator": {"name": "judge"}});
    let config =
        json!({"template": template, "querySelector": {"matchLabels": {"suite": "tides"}}, "concurrency": 1});
    deck.evaluation("tides", json!({"type": "batch", "config": config})).await;
    server.called("judge", 1).await;
    ask(&deck, "late").await;
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let tides = deck.evaluated("tides").await.status.unwrap();
    assert_eq!(tides.message, "Batch evaluation completed: 2/2 children passed");
    let children = tides.batch_progress.unwrap().child_evaluations;
    let names: Vec<&str> = children.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["t-a", "t-b"], "what came later is for another batch");
    assert_eq!(server.calls("judge"), 3, "the one that was cut once more");
    deck.stop().await;
}
