//! Cells of Tables that are computed.

use serde_json::Value;

/// How many keys of data there are.
pub(super) fn data(object: &Value) -> Value {
    let count = |field: &str| object[field].as_object().map_or(0, serde_json::Map::len);
    (count("data") + count("binaryData")).into()
}

/// When the object was made.
pub(super) fn created_at(object: &Value) -> Value {
    object["metadata"]["creationTimestamp"].clone()
}

/// `ClusterRole/view`.
pub(super) fn role_ref(object: &Value) -> Value {
    let part = |name: &str| object["roleRef"][name].as_str().unwrap_or_default();
    format!("{}/{}", part("kind"), part("name")).into()
}

/// The address of a service.
pub(super) fn cluster_ip(object: &Value) -> Value {
    match &object["spec"]["clusterIP"] {
        Value::String(ip) => ip.as_str().into(),
        _ => "<none>".into(),
    }
}

/// `80/TCP,443/TCP`.
pub(super) fn ports(object: &Value) -> Value {
    let ports = object["spec"]["ports"].as_array().into_iter().flatten();
    let texts: Vec<String> =
        ports.map(|p| format!("{}/{}", p["port"], p["protocol"].as_str().unwrap_or("TCP"))).collect();
    match texts.is_empty() {
        true => "<none>".into(),
        false => texts.join(",").into(),
    }
}
