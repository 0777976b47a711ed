//! `metadata`: what the server fills in, what clients may not change, and what it must look like.

mod names;
mod owned;
mod validate;

use serde_json::Value;

use super::schema::{CauseReason, FieldError};

pub use names::generate;
pub use owned::{Part, carry_over, prepare_new, same_but_times};
pub use validate::{validate_new, validate_update};

/// The finalizer by which foreground deletion waits for dependents.
pub const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer by which an owner waits until its dependents have forgotten it.
pub const ORPHAN: &str = "orphan";

/// `metadata.{field}` as text, or empty.
pub fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object["metadata"][field].as_str().unwrap_or_default()
}

/// Whether the object is being deleted.
pub fn deleting(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

/// The finalizers of an object.
pub fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Now, as Kubernetes writes times.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A wrong value, in Kubernetes' words.
pub fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> FieldError {
    FieldError {
        field: field.into(),
        reason: CauseReason::Invalid,
        message: format!("Invalid value: {value}: {detail}"),
    }
}

/// A missing value.
pub fn required(field: impl Into<String>, detail: &str) -> FieldError {
    FieldError {
        field: field.into(),
        reason: CauseReason::Required,
        message: format!("Required value: {detail}"),
    }
}

/// A value that may not be there.
pub fn forbidden(field: impl Into<String>, detail: &str) -> FieldError {
    FieldError {
        field: field.into(),
        reason: CauseReason::Forbidden,
        message: format!("Forbidden: {detail}"),
    }
}
