//! Structural validation: types, keywords and fields, with ratcheting.

use serde_json::{Map, Value, json};

use super::error::{CauseReason, FieldError};
use super::keywords;
use super::node::{ListType, Node, Type};
use super::path::Path;

/// Judges `value` and everything below.
///
/// Ratcheting: errors of a subtree that is equal to its old self are dropped, so that an object stored before a
/// constraint came can still be updated elsewhere. Comparing only where there are errors keeps the usual case free.
pub(super) fn validate(
    node: &Node,
    value: &Value,
    old: Option<&Value>,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    let before = errors.len();
    if check_type(node, value, path, errors) {
        composites(node, value, path, errors);
        keywords::check(node, value, path, errors);
        match value {
            Value::Object(fields) => object(node, fields, old, path, errors),
            Value::Array(items) => array(node, items, old, path, errors),
            _ => {}
        }
    }
    if errors.len() > before && old == Some(value) {
        errors.truncate(before);
    }
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of(value: &Value, kind: Type) -> bool {
    match (value, kind) {
        (Value::Object(_), Type::Object)
        | (Value::Array(_), Type::Array)
        | (Value::String(_), Type::String)
        | (Value::Bool(_), Type::Boolean)
        | (Value::Number(_), Type::Number) => true,
        // 3.0 is an integer for JSON Schema.
        (Value::Number(n), Type::Integer) => !n.is_f64() || n.as_f64().is_some_and(|f| f.fract() == 0.0),
        _ => false,
    }
}

/// Whether the type is right and the value is worth judging further.
fn check_type(node: &Node, value: &Value, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) -> bool {
    let allowed = &node.types.0;
    if value.is_null() && (node.nullable || allowed.is_empty()) {
        return false;
    }
    if allowed.is_empty() || allowed.iter().any(|t| is_of(value, *t)) {
        return true;
    }
    let expected = allowed.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(",");
    errors.push(wrong_type(path, &expected, &json!(name_of(value))));
    false
}

/// `value` is the name of the type found, or the value itself where a format is missed.
pub(super) fn wrong_type(path: Option<&Path<'_>>, expected: &str, value: &Value) -> FieldError {
    let detail = format!("{} in body must be of type {expected}: {value}", Path::render(path));
    FieldError::about(path, CauseReason::TypeInvalid, value, &detail)
}

fn object(
    node: &Node,
    fields: &Map<String, Value>,
    old: Option<&Value>,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    let old = old.filter(|_| !node.atomic_map);
    for (name, value) in fields {
        if let Some(child) = node.child(name) {
            validate(child, value, old.and_then(|o| o.get(name)), Some(&Path::field(path, name)), errors);
        }
    }
    for name in &node.required {
        if !fields.contains_key(name) {
            errors.push(FieldError::plain(Some(&Path::field(path, name)), CauseReason::Required, ""));
        }
    }
}

fn array(
    node: &Node,
    items: &[Value],
    old: Option<&Value>,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    let Some(item) = &node.items else { return };
    for (at, value) in items.iter().enumerate() {
        validate(item, value, counterpart(node, value, old), Some(&Path::index(path, at)), errors);
    }
}

/// The item of the old list that is this item's earlier self; only lists of type `map` can tell.
pub(super) fn counterpart<'a>(node: &Node, item: &Value, old: Option<&'a Value>) -> Option<&'a Value> {
    let ListType::Map(keys) = &node.list_type else { return None };
    let old = old?.as_array()?;
    old.iter().find(|o| keys.iter().all(|key| o.get(key) == item.get(key)))
}

fn composites(node: &Node, value: &Value, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    let judge = |branch: &Node| {
        let mut found = Vec::new();
        validate(branch, value, None, path, &mut found);
        found
    };
    let fail = |errors: &mut Vec<FieldError>, demand: &str| {
        let detail = format!("{} must {demand}", json!(Path::render(path)));
        errors.push(FieldError::about(path, CauseReason::Invalid, &json!(""), &detail));
    };
    // Of several alternatives that all fail, the one that fails least says best what is wrong.
    let nearest =
        |failures: Vec<Vec<FieldError>>| failures.into_iter().min_by_key(Vec::len).unwrap_or_default();
    if !node.any_of.is_empty() {
        let failures: Vec<_> = node.any_of.iter().map(judge).collect();
        if failures.iter().all(|f| !f.is_empty()) {
            fail(errors, "validate at least one schema (anyOf)");
            errors.extend(nearest(failures));
        }
    }
    if !node.one_of.is_empty() {
        let failures: Vec<_> = node.one_of.iter().map(judge).collect();
        match failures.iter().filter(|f| f.is_empty()).count() {
            1 => {}
            0 => {
                fail(errors, "validate one and only one schema (oneOf). Found none valid");
                errors.extend(nearest(failures));
            }
            several => fail(
                errors,
                &format!("validate one and only one schema (oneOf). Found {several} valid alternatives"),
            ),
        }
    }
    if !node.all_of.is_empty() {
        let failures: Vec<_> = node.all_of.iter().map(judge).collect();
        let failed = failures.iter().filter(|f| !f.is_empty()).count();
        if failed > 0 {
            let none = if failed == failures.len() { ". None validated" } else { "" };
            fail(errors, &format!("validate all the schemas (allOf){none}"));
            errors.extend(failures.into_iter().flatten());
        }
    }
    if let Some(not) = &node.not
        && judge(not).is_empty()
    {
        fail(errors, "not validate the schema (not)");
    }
}
