//! What a run reads, it reads as its query's service account (decision 25). The embedded API refuses nobody, so there is
//! nothing to see there. So does an evaluation, as its namespace's own account.

use arkdeck::resources::{Evaluation, EvaluationPhase};
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::json;

use crate::harness::{Deck, NAMESPACE, content, message, outline, quick, reason};
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

/// Lets service account `reader` of the namespace read agents and models, and nothing else.
async fn let_read(deck: &Deck) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let meta = json!({"name": "reader"});
    let rules = json!([{"apiGroups": ["ark.mckinsey.com"], "resources": ["agents", "models"], "verbs": ["get", "list"]}]);
    let role = json!({"apiVersion": format!("{GROUP}/v1"), "kind": "Role", "metadata": meta, "rules": rules});
    let binding = json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "RoleBinding", "metadata": meta,
        "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": NAMESPACE}],
    });
    for object in [role, binding] {
        let kind = object["kind"].as_str().unwrap();
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(GROUP, "v1", kind));
        let api: Api<DynamicObject> = Api::namespaced_with(deck.client.clone(), NAMESPACE, &resource);
        api.patch("reader", &PatchParams::apply("test").force(), &Patch::Apply(&object)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_an_agent_but_not_the_secret_of_its_model_asks_nobody() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("soundings", [Act::Say("Clear water.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"},
        "stringData": {"k": "sk-lighthouse-1234"}}))
        .await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "soundings"},
        "spec": {"provider": "openai", "model": {"value": "soundings"}, "pollInterval": "1h", "config": {"openai": {
            "baseUrl": {"value": server.url}, "apiKey": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}}}},
    }))
    .await;
    deck.agent("pilot", "soundings", json!({})).await;
    let ask = json!({"input": "How deep?", "target": {"type": "agent", "name": "pilot"}});
    deck.query("trusted", ask.clone()).await;
    assert_eq!(content(&deck.ended("trusted").await), "Clear water.");
    if deck.is_embedded() {
        return deck.stop().await;
    }

    let_read(&deck).await;
    let mut by_reader = ask;
    by_reader["serviceAccount"] = json!("reader");
    deck.query("by-reader", by_reader).await;
    let refused = deck.ended("by-reader").await;
    assert_eq!(reason(&refused), "QueryErrored");
    let said = message(&refused);
    let what = "Forbidden: Cannot read Secret 'keys' in namespace 'default' as service account 'reader'";
    assert!(said.starts_with(what) && said.contains("kubectl create rolebinding"), "{said}");
    let journal = outline(&deck.journal("by-reader").await);
    assert_eq!(
        journal,
        ["started 1", "target agent pilot", "target failed Forbidden", "finished error QueryErrored"],
        "the agent and its model were read, and no call was begun"
    );
    assert_eq!(server.calls("soundings"), 1, "nothing was asked for the reader");
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
