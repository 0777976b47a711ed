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
        // What is there says the same and more, as that a key is optional: it stays.
        Some(value) if covers(&object[field], &value) => {}
        Some(value) => object[field] = value,
        None => remove(object, field),
    }
}

/// Whether `old` says all that `new` says.
pub fn covers(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            new.iter().all(|(field, new)| old.get(field).is_some_and(|old| covers(old, new)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| covers(old, new))
        }
        _ => old == new,
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
        .enumerate()
        .map(|(at, row)| {
            let name = row.name.trim();
            // Filters may have one name several times: then the place counts.
            let same = |item: &&Value| item["name"] == *name;
            let known = old.get(at).filter(same).or_else(|| old.iter().find(same));
            let Some(value) = to_json(&row.value) else {
                return known.cloned().unwrap_or_else(|| with_name(shape(json!({})), name));
            };
            let item = with_name(shape(value), name);
            match known {
                Some(known) if covers(known, &item) => known.clone(),
                _ => item,
            }
        })
        .collect()
}

fn with_name(mut item: Value, name: &str) -> Value {
    item["name"] = json!(name);
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reference_says_besides_stays_as_long_as_it_is_the_same_reference() {
        let key = |key: &str| SourceForm::Secret { name: "keys".into(), key: key.into() };
        let optional = json!({"valueFrom": {"secretKeyRef": {"name": "keys", "key": "k", "optional": true}}});
        let mut spec = json!({ "token": optional });
        set(&mut spec, "token", &key("k"));
        assert_eq!(spec["token"], optional);
        let row = |value| ParameterForm { name: "shop".into(), value };
        let named = with_name(optional.clone(), "shop");
        spec["rows"] = json!([named]);
        parameters(&mut spec, "rows", &[row(key("k"))]);
        assert_eq!(spec["rows"], json!([named]));
        parameters(&mut spec, "rows", &[row(key("other"))]);
        let other = json!({"valueFrom": {"secretKeyRef": {"name": "keys", "key": "other"}}, "name": "shop"});
        assert_eq!(spec["rows"], json!([other]));
        set(&mut spec, "token", &SourceForm::Literal("x".into()));
        assert_eq!(spec["token"], json!({"value": "x"}));
    }

    #[test]
    fn rows_of_one_name_keep_their_places() {
        let row = |text: &str| ParameterForm { name: "jq".into(), value: SourceForm::Literal(text.into()) };
        let mut spec = json!({"functions": [{"name": "jq", "value": ".a"}, {"name": "jq", "value": ".b"}]});
        let before = spec.clone();
        parameters(&mut spec, "functions", &[row(".a"), row(".b")]);
        assert_eq!(spec, before);
        parameters(&mut spec, "functions", &[row(".b")]);
        assert_eq!(spec, json!({"functions": [{"name": "jq", "value": ".b"}]}));
    }
}
