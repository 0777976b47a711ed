//! Models and agents: found available, found wanting, found again.

use arkdeck::resources::Agent;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use kube::runtime::wait::await_condition;
use serde_json::json;

use crate::harness::{Deck, NAMESPACE, quick};
use crate::model_server::ModelServer;
use crate::traces::told_of;

async fn agent_is(deck: &Deck, name: &str, reason: &'static str) -> String {
    let api: Api<Agent> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let wait = await_condition(api.clone(), name, move |agent: Option<&Agent>| {
        let conditions = agent.and_then(|agent| agent.status.as_ref()).map(|status| &status.conditions);
        conditions.is_some_and(|all| all.iter().any(|one| one.reason == reason))
    });
    let found = tokio::time::timeout(std::time::Duration::from_secs(30), wait).await;
    let agent = found.unwrap_or_else(|_| panic!("{name} never was {reason}")).unwrap().unwrap();
    agent.status.unwrap().conditions[0].message.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_probed_and_its_agents_follow() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.list(&["gull", "tern"]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.agent("pilot", "gull", json!({})).await;
    assert!(agent_is(&deck, "pilot", "ModelNotFound").await.contains("There is no Model 'gull'"));

    deck.model(&server, "gull").await;
    let model = deck.model_is("gull", "True").await;
    let status = model.status.unwrap();
    assert_eq!((status.phase.as_str(), status.resolved_address.as_str()), ("ready", server.url.as_str()));
    assert_eq!(status.conditions[0].type_, "ModelAvailable");
    agent_is(&deck, "pilot", "Available").await;

    let models: Api<arkdeck::resources::Model> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let renamed = json!({"spec": {"model": {"value": "albatross"}}});
    models.patch("gull", &PatchParams::default(), &Patch::Merge(&renamed)).await.unwrap();
    let model = deck.model_is("gull", "False").await;
    let status = model.status.unwrap();
    assert_eq!(status.conditions[0].reason, "ModelProbeFailed");
    assert!(
        status.message.contains("does not list 'albatross'") && status.message.contains("gull, tern"),
        "{}",
        status.message
    );
    let why = agent_is(&deck, "pilot", "ModelNotFound").await;
    assert!(why.contains("does not answer"), "{why}");
    let agents: Api<Agent> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let told = told_of(&deck, agents.get("pilot").await.unwrap().uid(), "DependencyUnavailable").await;
    // Once: it was not there at first, which is no change.
    assert_eq!(told, [("DependencyUnavailable".to_owned(), why)]);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_comes_later_is_found_and_a_list_is_not_needed() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "gull"},
        "spec": {"provider": "openai", "model": {"value": "gull"}, "config": {"openai": {
            "baseUrl": {"value": server.url},
            "apiKey": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}}}},
    }))
    .await;
    let model = deck.model_is("gull", "False").await;
    let message = model.status.unwrap().message;
    assert!(message.contains("there is no Secret 'keys' in namespace 'default'"), "{message}");
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"k": "sk-x"}}))
        .await;
    deck.model_is("gull", "True").await;
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_or_config_map_is_noticed_at_once() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    let create = async |kind: &str, name: &str, data: serde_json::Value| {
        let field = if kind == "Secret" { "stringData" } else { "data" };
        deck.create(json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, field: data})).await;
    };
    create("Secret", "keys", json!({"k": "sk-x"})).await;
    create("ConfigMap", "places", json!({"url": server.url})).await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "gull"},
        "spec": {"provider": "openai", "model": {"value": "gull"}, "pollInterval": "1h", "config": {"openai": {
            "baseUrl": {"valueFrom": {"configMapKeyRef": {"name": "places", "key": "url"}}},
            "apiKey": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}}}},
    }))
    .await;
    let model = deck.model_is("gull", "True").await;
    let managed = model.metadata.managed_fields.unwrap();
    let writer = managed.iter().find(|entry| entry.subresource.as_deref() == Some("status")).unwrap();
    assert_eq!(writer.manager.as_deref(), Some("arkdeck"), "the audit log names who writes");

    // The next probe is an hour away.
    let secrets: Api<Secret> = Api::namespaced(deck.client.clone(), NAMESPACE);
    secrets.delete("keys", &DeleteParams::default()).await.unwrap();
    let message = deck.model_is("gull", "False").await.status.unwrap().message;
    assert!(message.contains("there is no Secret 'keys'"), "{message}");
    create("Secret", "keys", json!({"k": "sk-y"})).await;
    deck.model_is("gull", "True").await;

    let maps: Api<ConfigMap> = Api::namespaced(deck.client.clone(), NAMESPACE);
    let wrong = Patch::Merge(json!({"data": {"url": "no address"}}));
    maps.patch("places", &PatchParams::default(), &wrong).await.unwrap();
    deck.model_is("gull", "False").await;
    deck.stop().await;
}
