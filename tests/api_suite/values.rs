//! What specs refer to, resolved: the headers of an agent's and a query's overrides, and Services.

use arkdeck::engine::Settings;
use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, Patch, PatchParams};
use serde_json::{Value, json};

use crate::harness::{Deck, NAMESPACE, content, message, quick};
use crate::model_server::{Act, ModelServer};

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_own_headers_go_to_the_models_that_they_are_for() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    // It has the label fleet=north.
    deck.model(&server, "gull").await;
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "berths"}, "stringData": {"north": "7"}}))
        .await;
    let header = |name: &str, value: Value| json!([{"name": name, "value": value}]);
    let of = |fleet: &str| json!({"matchLabels": {"fleet": fleet}});
    let secret = json!({"valueFrom": {"secretKeyRef": {"name": "berths", "key": "north"}}});
    let overrides = json!([
        {"resourceType": "model", "labelSelector": of("north"), "headers": header("X-Berth", secret)},
        {"resourceType": "model", "labelSelector": of("south"), "headers": header("X-South", json!({"value": "1"}))},
        {"resourceType": "mcpserver", "headers": header("X-Server", json!({"value": "1"}))},
        {"resourceType": "model", "headers": header("X-Ship", json!({"value": "Argo"}))},
    ]);
    deck.agent("pilot", "gull", json!({ "overrides": overrides })).await;
    for (name, query, ship) in [
        ("plain", json!([]), "Argo"),
        // The query's come after the agent's.
        (
            "own",
            json!([{"resourceType": "model", "labelSelector": of("north"), "headers": header("x-ship", json!({"value": "Beagle"}))}]),
            "Beagle",
        ),
    ] {
        deck.query(
            name,
            json!({"input": "Tide?", "target": {"type": "agent", "name": "pilot"}, "overrides": query}),
        )
        .await;
        assert_eq!(content(&deck.ended(name).await), "Low.");
        let (headers, _) = server.last("gull");
        assert_eq!(
            (&headers["x-berth"], &headers["x-ship"]),
            (&"7".parse().unwrap(), &ship.parse().unwrap()),
            "{name}"
        );
        assert_eq!(headers.get_all("x-ship").iter().count(), 1, "{name}");
        assert!(!headers.contains_key("x-south") && !headers.contains_key("x-server"), "{name}: {headers:?}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_told_by_its_address() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), Settings { cluster_domain: "harbour.test".into(), ..quick() }).await;
    deck.model(&server, "gull").await;
    let ports = json!([{"name": "admin", "port": 9090}, {"name": "http", "port": 8080}]);
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "quay"}, "spec": {"ports": ports}});
    // It stays on a cluster that tests share.
    let api: Api<Service> = Api::namespaced(deck.client.clone(), NAMESPACE);
    api.patch("quay", &PatchParams::apply("test").force(), &Patch::Apply(&service)).await.unwrap();
    let agent = |reference: Value| json!({"prompt": "Ask {{ .quay }}.", "parameters": [{"name": "quay", "valueFrom": {"serviceRef": reference}}]});
    for (name, reference, said) in [
        (
            "named",
            json!({"name": "quay", "port": "http", "path": "tides"}),
            "http://quay.default.svc.harbour.test:8080/tides",
        ),
        (
            "first",
            json!({"name": "quay", "namespace": "default"}),
            "http://quay.default.svc.harbour.test:9090",
        ),
    ] {
        deck.agent(name, "gull", agent(reference)).await;
        deck.query(name, json!({"input": "Tide?", "target": {"type": "agent", "name": name}})).await;
        assert_eq!(content(&deck.ended(name).await), "Low.");
        let prompt = server.requests("gull").pop().unwrap()["messages"][0]["content"].clone();
        assert_eq!(prompt, format!("Ask {said}."));
    }
    for (name, reference, why) in [
        (
            "portless",
            json!({"name": "quay", "port": "ssh"}),
            "Service 'quay' in namespace 'default' has no port 'ssh'",
        ),
        ("lost", json!({"name": "pier"}), "there is no Service 'pier' in namespace 'default'"),
    ] {
        deck.agent(name, "gull", agent(reference)).await;
        deck.query(name, json!({"input": "Tide?", "target": {"type": "agent", "name": name}})).await;
        let message = message(&deck.ended(name).await);
        assert!(message.starts_with("ValueNotResolved: ") && message.contains(why), "{name}: {message}");
    }
    assert_eq!(server.calls("gull"), 2);
    deck.stop().await;
}
