//! ConfigMaps, and what they share with Secrets: keys, size, immutability.

use serde_json::Value;

use crate::embedded::meta::{forbidden, invalid};
use crate::embedded::schema::{CauseReason, FieldError};

/// Bytes of all values of one ConfigMap or Secret.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Longest key.
const KEY_LENGTH: usize = 253;

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// Checks a ConfigMap.
pub(super) fn validate(new: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut bytes = 0;
    for field in ["data", "binaryData"] {
        for (key, value) in new[field].as_object().into_iter().flatten() {
            check_key(field, key, &mut errors);
            if field == "data" && new["binaryData"].get(key).is_some() {
                errors.push(invalid(
                    format!("data[{key}]"),
                    &key.as_str().into(),
                    "duplicate of key present in binaryData",
                ));
            }
            bytes += value.as_str().map_or(0, str::len);
        }
    }
    if bytes > MAX_BYTES {
        errors.push(too_long());
    }
    errors.extend(immutable(new, old, &["data", "binaryData"]));
    errors
}

pub(super) fn too_long() -> FieldError {
    FieldError {
        field: String::new(),
        reason: CauseReason::TooLong,
        message: format!("Too long: may not be more than {MAX_BYTES} bytes"),
    }
}

pub(super) fn check_key(field: &str, key: &str, errors: &mut Vec<FieldError>) {
    let place = || format!("{field}[{key}]");
    if key.len() > KEY_LENGTH {
        errors.push(invalid(place(), &key.into(), &format!("must be no more than {KEY_LENGTH} characters")));
    }
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        errors.push(invalid(place(), &key.into(), KEY));
    }
    if key == "." || key.starts_with("..") {
        errors.push(invalid(place(), &key.into(), "must not be '.' and must not start with '..'"));
    }
}

/// What `immutable: true` forbids.
pub(super) fn immutable(new: &Value, old: Option<&Value>, fields: &[&str]) -> Vec<FieldError> {
    let Some(old) = old.filter(|o| o["immutable"] == true) else { return Vec::new() };
    let detail = "field is immutable when `immutable` is set";
    let mut errors = Vec::new();
    if new["immutable"] != true {
        errors.push(forbidden("immutable", detail));
    }
    errors.extend(fields.iter().filter(|f| new[**f] != old[**f]).map(|f| forbidden(*f, detail)));
    errors
}
