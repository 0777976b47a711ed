//! Values of forms as values of manifests.

use serde_json::{Map, Value, json};

use crate::views::forms::{ParameterForm, SourceForm};
use crate::views::problem::{Problem, ProblemCode};

/// The `ValueSource` that a form value stands for; `None` when it is not set.
pub fn to_json(source: &SourceForm) -> Option<Value> {
    match source {
        SourceForm::Unset => None,
        SourceForm::Literal(text) if text.is_empty() => None,
        // A value that was typed as a secret never goes into a manifest; it has been made a Secret before.
        SourceForm::Typed(_) => None,
        SourceForm::Literal(text) => Some(json!({"value": text})),
        SourceForm::Secret { name, key } => {
            Some(json!({"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}))
        }
        SourceForm::ConfigMap { name, key } => {
            Some(json!({"valueFrom": {"configMapKeyRef": {"name": name, "key": key}}}))
        }
        SourceForm::Parameter(name) => Some(json!({"valueFrom": {"queryParameterRef": {"name": name}}})),
        SourceForm::Service { name, namespace, port, path } => {
            let mut service = Map::from_iter([("name".to_owned(), json!(name))]);
            for (field, value) in [("namespace", namespace), ("port", port), ("path", path)] {
                if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                    service.insert(field.into(), json!(value));
                }
            }
            Some(json!({"valueFrom": {"serviceRef": service}}))
        }
    }
}

/// Sets `field` of `object` to what the form says, or takes it away.
pub fn set(object: &mut Value, field: &str, source: &SourceForm) {
    match to_json(source) {
        Some(value) => object[field] = value,
        None => remove(object, field),
    }
}

/// Sets `field` of `object` to a text, or takes it away when that is empty.
pub fn set_text(object: &mut Value, field: &str, text: &str) {
    if text.trim().is_empty() {
        remove(object, field);
    } else {
        object[field] = json!(text);
    }
}

/// Takes `field` away.
pub fn remove(object: &mut Value, field: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(field);
    }
}

/// Makes sure that `field` is an object.
pub fn inner<'a>(object: &'a mut Value, field: &str) -> &'a mut Value {
    if !object[field].is_object() {
        object[field] = json!({});
    }
    &mut object[field]
}

/// Sets `field` to the list, or takes it away when that is empty.
pub fn set_list(object: &mut Value, field: &str, list: Vec<Value>) {
    if list.is_empty() {
        remove(object, field);
    } else {
        object[field] = Value::Array(list);
    }
}

/// Sets `field` to the JSON object that `text` is, or takes it away when that is empty; `path` names it in errors.
pub fn json_object(object: &mut Value, field: &str, path: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        remove(object, field);
        return Ok(());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(schema) if schema.is_object() => {
            object[field] = schema;
            Ok(())
        }
        Ok(_) => Err(Problem::new(ProblemCode::Invalid, "The schema is no JSON object.")
            .field(path, "Write a JSON schema, as {\"type\": \"object\"}.")),
        Err(error) => Err(Problem::new(ProblemCode::Invalid, "The schema is no JSON.")
            .field(path, format!("Not JSON: {error}."))),
    }
}

/// What is wrong with one field.
pub fn invalid(path: &str, message: &str) -> Problem {
    Problem::new(ProblemCode::Invalid, "The form has an error.").field(path, message)
}

/// Sets `field` to the whole number that `text` is, or takes it away when that is empty; `path` names it in errors.
pub fn set_number(object: &mut Value, field: &str, path: &str, text: &str) -> Result<(), Problem> {
    match text.trim() {
        "" => remove(object, field),
        text => {
            let number: i32 = text.parse().map_err(|_| invalid(path, "Write a whole number."))?;
            object[field] = json!(number);
        }
    }
    Ok(())
}

/// Writes a label selector into `block`; `path` names it in errors.
pub fn selector(block: &mut Value, path: &str, text: &str) -> Result<(), Problem> {
    let read = crate::views::selector::read(text).map_err(|why| invalid(path, &why))?;
    remove(block, "matchLabels");
    if !read.match_labels.is_empty() {
        block["matchLabels"] = json!(read.match_labels);
    }
    let expressions = read.match_expressions.iter().map(|one| json!(one));
    set_list(block, "matchExpressions", expressions.collect());
    Ok(())
}

/// Sets `field` to the rows; one whose source the form cannot show, as a query parameter, stays as it was.
pub fn parameters(object: &mut Value, field: &str, rows: &[ParameterForm]) {
    let list = rows_of(&object[field], rows, |value| value);
    set_list(object, field, list);
}

/// Rows as a list, each in `shape`; one whose source the form cannot show stays as it was.
pub fn rows_of(old: &Value, rows: &[ParameterForm], shape: impl Fn(Value) -> Value) -> Vec<Value> {
    let old = old.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = rows.iter().filter(|row| !row.name.trim().is_empty());
    named
        .map(|row| {
            let name = row.name.trim();
            let known = old.iter().find(|item| item["name"] == *name);
            let mut item = match (to_json(&row.value), known) {
                (None, Some(known)) => known.clone(),
                (value, _) => shape(value.unwrap_or_else(|| json!({}))),
            };
            item["name"] = json!(name);
            item
        })
        .collect()
}
