//! From `openAPIV3Schema` to a tree of [`Node`].

use std::sync::Arc;

use regex::Regex;
use serde_json::{Map, Value};

use super::cel::{self, Rule};
use super::cel_value::escape;
use super::error::SchemaError;
use super::format::Format;
use super::metadata;
use super::node::{Additional, Limits, ListType, Node, PatchStrategy, Property, Type, Types};

/// Nesting of a schema; deeper ones are refused, which bounds every walk over declared fields.
const MAX_DEPTH: usize = 64;

/// Compiles the schema of a resource.
pub(super) fn root(openapi: &Value) -> Result<Node, SchemaError> {
    let mut node = node(openapi, "", 0)?;
    node.is_resource = true;
    metadata::declare(&mut node, openapi)?;
    summarize(&mut node);
    Ok(node)
}

pub(super) fn bad<T>(position: &str, detail: impl Into<String>) -> Result<T, SchemaError> {
    let position = if position.is_empty() { "(root)" } else { position };
    Err(SchemaError { position: position.to_owned(), detail: detail.into() })
}

fn join(position: &str, step: &str) -> String {
    if position.is_empty() { step.to_owned() } else { format!("{position}.{step}") }
}

/// Compiles one node and all below.
pub(super) fn node(schema: &Value, position: &str, depth: usize) -> Result<Node, SchemaError> {
    let Value::Object(fields) = schema else { return bad(position, "a schema must be an object") };
    if depth > MAX_DEPTH {
        return bad(position, format!("nested deeper than {MAX_DEPTH}"));
    }
    if fields.contains_key("$ref") {
        return bad(position, "$ref is not supported in the schema of a resource");
    }
    let flag = |name: &str| fields.get(name).and_then(Value::as_bool).unwrap_or(false);
    let below = |schema: &Value, step: &str| node(schema, &join(position, step), depth + 1);
    let boxed = |name: &str| fields.get(name).map(|s| below(s, name)).transpose().map(|n| n.map(Box::new));
    let all = |name: &str| -> Result<Vec<Node>, SchemaError> {
        let branches = fields.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        branches.iter().enumerate().map(|(at, s)| below(s, &format!("{name}[{at}]"))).collect()
    };
    let mut compiled = Node {
        types: types(fields, position)?,
        nullable: flag("nullable"),
        format: fields.get("format").and_then(Value::as_str).and_then(Format::named),
        default: fields.get("default").filter(|d| !d.is_null()).cloned(),
        items: boxed("items")?,
        not: boxed("not")?,
        all_of: all("allOf")?,
        any_of: all("anyOf")?,
        one_of: all("oneOf")?,
        required: strings(fields, "required"),
        one_of_values: fields.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
        pattern: pattern(fields, position)?,
        limits: limits(fields),
        preserve_unknown: flag("x-kubernetes-preserve-unknown-fields"),
        is_resource: flag("x-kubernetes-embedded-resource"),
        list_type: list_type(fields, position)?,
        atomic_map: fields.get("x-kubernetes-map-type").and_then(Value::as_str) == Some("atomic"),
        patch: patch_strategy(fields),
        patch_merge_key: fields
            .get("x-kubernetes-patch-merge-key")
            .and_then(Value::as_str)
            .map(str::to_owned),
        rules: rules(fields, position)?,
        ..Node::default()
    };
    compiled.additional = match fields.get("additionalProperties") {
        None | Some(Value::Bool(false)) => Additional::Closed,
        Some(Value::Bool(true)) => Additional::Any,
        Some(schema) => Additional::Each(Box::new(below(schema, "additionalProperties")?)),
    };
    for (name, schema) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let property = Property { node: below(schema, name)?, cel_name: escape(name).map(Arc::new) };
        compiled.properties.insert(name.clone(), property);
    }
    if compiled.is_resource {
        metadata::declare(&mut compiled, schema)?;
    }
    summarize(&mut compiled);
    Ok(compiled)
}

fn summarize(node: &mut Node) {
    node.has_rules = !node.rules.is_empty() || node.below().any(|n| n.has_rules);
    node.has_unique_lists = node.list_type != ListType::Atomic || node.below().any(|n| n.has_unique_lists);
}

fn types(fields: &Map<String, Value>, position: &str) -> Result<Types, SchemaError> {
    if fields.get("x-kubernetes-int-or-string").and_then(Value::as_bool) == Some(true) {
        return Ok(Types(vec![Type::Integer, Type::String]));
    }
    let Some(name) = fields.get("type") else { return Ok(Types::default()) };
    match Type::ALL.into_iter().find(|t| name.as_str() == Some(t.as_str())) {
        Some(found) => Ok(Types(vec![found])),
        None => bad(position, format!("unknown type {name}")),
    }
}

fn strings(fields: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = fields.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn pattern(fields: &Map<String, Value>, position: &str) -> Result<Option<Regex>, SchemaError> {
    let Some(text) = fields.get("pattern").and_then(Value::as_str) else { return Ok(None) };
    match Regex::new(text) {
        Ok(regex) => Ok(Some(regex)),
        Err(error) => bad(&join(position, "pattern"), error.to_string()),
    }
}

fn limits(fields: &Map<String, Value>) -> Limits {
    let number = |name: &str| fields.get(name).and_then(Value::as_f64);
    let count = |name: &str| fields.get(name).and_then(Value::as_u64);
    let flag = |name: &str| fields.get(name).and_then(Value::as_bool).unwrap_or(false);
    Limits {
        minimum: number("minimum"),
        exclusive_minimum: flag("exclusiveMinimum"),
        maximum: number("maximum"),
        exclusive_maximum: flag("exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        min_items: count("minItems"),
        max_items: count("maxItems"),
        unique_items: flag("uniqueItems"),
        min_properties: count("minProperties"),
        max_properties: count("maxProperties"),
    }
}

fn list_type(fields: &Map<String, Value>, position: &str) -> Result<ListType, SchemaError> {
    match fields.get("x-kubernetes-list-type").and_then(Value::as_str) {
        None | Some("atomic") => Ok(ListType::Atomic),
        Some("set") => Ok(ListType::Set),
        Some("map") => {
            let keys = strings(fields, "x-kubernetes-list-map-keys");
            if keys.is_empty() {
                return bad(position, "x-kubernetes-list-type: map needs x-kubernetes-list-map-keys");
            }
            Ok(ListType::Map(keys))
        }
        Some(other) => bad(position, format!("unknown x-kubernetes-list-type {other:?}")),
    }
}

/// The extension lists strategies separated by commas; `retainKeys` needs no knowledge of the schema.
fn patch_strategy(fields: &Map<String, Value>) -> Option<PatchStrategy> {
    let text = fields.get("x-kubernetes-patch-strategy")?.as_str()?;
    text.split(',').find_map(|word| match word {
        "merge" => Some(PatchStrategy::Merge),
        "replace" => Some(PatchStrategy::Replace),
        _ => None,
    })
}

fn rules(fields: &Map<String, Value>, position: &str) -> Result<Vec<Rule>, SchemaError> {
    let Some(list) = fields.get("x-kubernetes-validations") else { return Ok(Vec::new()) };
    let Value::Array(list) = list else {
        return bad(&join(position, "x-kubernetes-validations"), "must be a list");
    };
    let place = |at: usize| join(position, &format!("x-kubernetes-validations[{at}]"));
    list.iter().enumerate().map(|(at, rule)| cel::compile(rule, &place(at))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn position(schema: Value) -> String {
        root(&schema).unwrap_err().position
    }

    #[test]
    fn errors_name_the_place() {
        let at = |bad: Value| json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"tools": {"type": "array", "items": bad}}}}});
        assert_eq!(position(at(json!({"type": "text"}))), "spec.tools.items");
        assert_eq!(position(at(json!({"pattern": "("}))), "spec.tools.items.pattern");
        assert_eq!(position(at(json!({"$ref": "#/x"}))), "spec.tools.items");
        assert_eq!(
            position(at(json!({"x-kubernetes-validations": [{"rule": "true"}, {"rule": "self >"}]}))),
            "spec.tools.items.x-kubernetes-validations[1].rule"
        );
        assert_eq!(
            position(at(
                json!({"x-kubernetes-validations": [{"rule": "true", "messageExpression": "'a' +"}]})
            )),
            "spec.tools.items.x-kubernetes-validations[0].messageExpression"
        );
        assert_eq!(position(at(json!({"x-kubernetes-list-type": "map"}))), "spec.tools.items");
        assert_eq!(position(at(json!({"x-kubernetes-list-type": "heap"}))), "spec.tools.items");
        assert_eq!(position(at(json!({"anyOf": [{}, 1]}))), "spec.tools.items.anyOf[1]");
        assert_eq!(position(json!(1)), "(root)");
    }

    #[test]
    fn depth_is_bounded() {
        let mut schema = json!({"type": "string"});
        for _ in 0..=MAX_DEPTH {
            schema = json!({"type": "array", "items": schema});
        }
        assert!(root(&schema).is_err());
    }
}
