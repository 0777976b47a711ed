//! Validation tables.

mod rules;
mod structure;

use serde_json::{Value, json};

use super::Schema;

fn schema(spec: Value) -> Schema {
    Schema::compile(&json!({"type": "object", "properties": {"spec": spec}})).unwrap()
}

/// `field: message` of each error.
fn errors(spec: Value, new: Value) -> Vec<String> {
    schema(spec).validate(&json!({"spec": new}), None).iter().map(ToString::to_string).collect()
}

fn update(spec: Value, old: Value, new: Value) -> Vec<String> {
    let errors = schema(spec).validate(&json!({"spec": new}), Some(&json!({"spec": old})));
    errors.iter().map(ToString::to_string).collect()
}

fn field(of: Value) -> Value {
    json!({"type": "object", "properties": {"a": of}})
}
