//! What is built in: what it must look like, and the order in which versions are offered.

use serde_json::{Value, json};

use crate::plain::Plain;

/// The sentence with which a core object is refused.
async fn refused(api: &Plain, plural: &str, kind: &str, more: Value) -> String {
    let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}});
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post(&api.core(plural), &object).await.failure()
}

#[tokio::test(flavor = "multi_thread")]
async fn built_ins_are_checked() {
    let api = Plain::start().await;
    assert_eq!(
        refused(&api, "services", "Service", json!({"spec": {"ports": [{"port": 0}]}})).await,
        "422 Invalid: Service \"x\" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]"
    );
    assert_eq!(
        refused(&api, "secrets", "Secret", json!({"type": "kubernetes.io/tls"})).await,
        "422 Invalid: Secret \"x\" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]"
    );
    let elsewhere = json!({"involvedObject": {"kind": "Agent", "name": "a", "namespace": "elsewhere"}});
    assert_eq!(
        refused(&api, "events", "Event", elsewhere).await,
        "422 Invalid: Event \"x\" is invalid: involvedObject.namespace: Invalid value: \"elsewhere\": does not match event.namespace"
    );
    assert_eq!(
        refused(&api, "configmaps", "ConfigMap", json!({"data": {"a": "b"}, "binaryData": {"a": "Yg=="}}))
            .await,
        "422 Invalid: ConfigMap \"x\" is invalid: data[a]: Invalid value: \"a\": duplicate of key present in binaryData"
    );
    let leases = api.core("leases").replace("/api/v1/", "/apis/coordination.k8s.io/v1/");
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "x"},
        "spec": {"leaseDurationSeconds": -1}});
    assert_eq!(
        api.post(&leases, &lease).await.failure(),
        "422 Invalid: Lease.coordination.k8s.io \"x\" is invalid: spec.leaseDurationSeconds: Invalid value: -1: must be greater than 0"
    );
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"},
        "immutable": true, "data": {"k": "dg=="}});
    api.post(&api.core("secrets"), &secret).await.ok();
    let changed = api.merge(&api.core("secrets/keys"), &json!({"data": {"k": "dw=="}})).await.failure();
    assert_eq!(
        changed,
        "422 Invalid: Secret \"keys\" is invalid: data: Forbidden: field is immutable when `immutable` is set"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stable_version_is_offered_first() {
    let api = Plain::start().await;
    let group = api.get("/apis/ark.mckinsey.com").await.ok();
    let versions: Vec<&str> =
        group["versions"].as_array().unwrap().iter().map(|v| v["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["v1alpha1", "v1prealpha1"]);
    assert_eq!(group["preferredVersion"]["version"], "v1alpha1");
}
