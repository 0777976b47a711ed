//! Services: they are stored and can be resolved by whoever asks; no address is assigned, for there is no network.

use serde_json::{Value, json};

use crate::embedded::meta::invalid;
use crate::embedded::schema::FieldError;

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

/// Checks the numbers of ports; a target may also be a name.
pub(super) fn validate(new: &Value, _old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, port) in new["spec"]["ports"].as_array().into_iter().flatten().enumerate() {
        for field in ["port", "targetPort"] {
            if port[field].as_i64().is_some_and(|n| !(1..=65535).contains(&n)) {
                let path = format!("spec.ports[{at}].{field}");
                errors.push(invalid(path, &port[field], "must be between 1 and 65535, inclusive"));
            }
        }
    }
    errors
}
