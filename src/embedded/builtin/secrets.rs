//! Secrets: `stringData` goes into `data`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::configmaps::{MAX_BYTES, check_key, immutable, too_long};
use crate::embedded::meta::invalid;
use crate::embedded::schema::{CauseReason, FieldError};

/// Merges `stringData` and sets the type.
pub(super) fn mutate(object: &mut Value) {
    let Some(fields) = object.as_object_mut() else { return };
    if let Some(Value::Object(texts)) = fields.remove("stringData") {
        let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
        for (key, text) in texts {
            data[key] = STANDARD.encode(text.as_str().unwrap_or_default()).into();
        }
    }
    if fields.get("type").and_then(Value::as_str).unwrap_or_default().is_empty() {
        fields.insert("type".to_owned(), "Opaque".into());
    }
}

/// Checks keys, size, encoding, and what may not change. Values are never part of a message.
pub(super) fn validate(new: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut bytes = 0;
    for (key, value) in new["data"].as_object().into_iter().flatten() {
        check_key("data", key, &mut errors);
        match STANDARD.decode(value.as_str().unwrap_or_default()) {
            Ok(decoded) => bytes += decoded.len(),
            Err(_) => errors.push(FieldError {
                field: format!("data[{key}]"),
                reason: CauseReason::Invalid,
                message: "Invalid value: must be base64".to_owned(),
            }),
        }
    }
    if bytes > MAX_BYTES {
        errors.push(too_long());
    }
    for key in required(new["type"].as_str().unwrap_or_default()) {
        if new["data"][*key].is_null() {
            errors.push(FieldError {
                field: format!("data[{key}]"),
                reason: CauseReason::Required,
                message: "Required value".to_owned(),
            });
        }
    }
    if old.is_some_and(|o| o["type"] != new["type"]) {
        errors.push(invalid("type", &new["type"], "field is immutable"));
    }
    errors.extend(immutable(new, old, &["data"]));
    errors
}

/// Keys without which a Secret is not of its type.
fn required(type_: &str) -> &'static [&'static str] {
    match type_ {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn string_data_wins_and_values_stay_out_of_messages() {
        let mut secret = json!({"data": {"a": "b2xk", "b": "Yg=="}, "stringData": {"a": "new"}});
        mutate(&mut secret);
        assert_eq!(secret, json!({"data": {"a": "bmV3", "b": "Yg=="}, "type": "Opaque"}));
        let errors = validate(&json!({"data": {"a b": "not base64"}}), None);
        assert_eq!(errors.len(), 2);
        assert!(errors.iter().all(|e| !e.message.contains("not base64")));
    }
}
