//! What a run reads, it reads as its query's service account (decision 25). The embedded API refuses nobody, so there is
//! nothing to see there. So does an evaluation, as its namespace's own account.

use arkdeck::resources::{Evaluation, EvaluationPhase};
use kube::api::{Api, PostParams};
use serde_json::json;

use crate::harness::{Deck, content, message, quick, reason};
use crate::model_server::{Act, ModelServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_reads_what_its_service_account_may_read_and_nothing_else() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("soundings", [Act::Say("Clear water.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "soundings").await;
    deck.agent("pilot", "soundings", json!({})).await;
    let ask = json!({"input": "How deep?", "target": {"type": "agent", "name": "pilot"}});

    // The chart gives the namespace's own account what a query needs.
    deck.query("trusted", ask.clone()).await;
    assert_eq!(content(&deck.ended("trusted").await), "Clear water.");
    if deck.is_embedded() {
        return deck.stop().await;
    }

    let mut by_stranger = ask;
    by_stranger["serviceAccount"] = json!("stranger");
    deck.query("by-stranger", by_stranger).await;
    let refused = deck.ended("by-stranger").await;
    assert_eq!(reason(&refused), "QueryErrored");
    let said = message(&refused);
    assert!(
        said.contains("service account 'stranger'") && said.contains("kubectl create rolebinding"),
        "{said}"
    );
    assert_eq!(server.calls("soundings"), 1, "nothing was asked for the stranger");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_counts_what_its_service_account_may_read_of_other_namespaces() {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    deck.evaluator("exact", json!({"metrics": [{"type": "exact"}]})).await;
    // A namespace that every cluster has, and whose account has no right of ours in `default`.
    let theirs: Api<Evaluation> = Api::namespaced(deck.client.clone(), "kube-system");
    let there = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": "theirs"},
        "spec": {"type": "direct", "timeout": "1s", "config": {"input": "a", "output": "b"}, "evaluator": {"name": "nobody"}}});
    theirs.create(&PostParams::default(), &serde_json::from_value(there).unwrap()).await.unwrap();
    let named = json!({"evaluations": [{"namespace": "kube-system", "name": "theirs"}]});
    deck.evaluation("all", json!({"type": "batch", "timeout": "5s", "config": named})).await;
    let status = deck.evaluated("all").await.status.unwrap();
    let child = &status.batch_progress.unwrap().child_evaluations[0];
    assert_eq!(child.phase, Some(EvaluationPhase::Error));
    if deck.is_embedded() {
        assert!(child.message.starts_with("EvaluatorNotReady: "), "{}", child.message);
    } else {
        assert!(!child.message.contains("EvaluatorNotReady"), "{}", child.message);
        assert!(child.message.contains("'theirs' in namespace 'kube-system'"), "{}", child.message);
    }
    deck.stop().await;
}
