//! Services: they are stored and can be resolved by whoever asks; no address is assigned, for there is no network.

use serde_json::{Value, json};

/// Fills in what Kubernetes fills in.
pub(super) fn mutate(object: &mut Value) {
    if !object["spec"].is_object() {
        object["spec"] = json!({});
    }
    let spec = &mut object["spec"];
    for (field, value) in
        [("type", "ClusterIP"), ("sessionAffinity", "None"), ("internalTrafficPolicy", "Cluster")]
    {
        if spec[field].is_null() {
            spec[field] = value.into();
        }
    }
    for port in spec["ports"].as_array_mut().into_iter().flatten() {
        if port.is_object() && port["targetPort"].is_null() {
            port["targetPort"] = port["port"].clone();
        }
    }
    if object["status"].is_null() {
        object["status"] = json!({"loadBalancer": {}});
    }
}
