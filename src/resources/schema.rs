//! How schemas are written down beside the types: CEL rules and the marks that Kubernetes knows and serde does not.
//!
//! Used as `#[schemars(transform = rules(RULES))]`. A transform appends, where `extend` would replace the rules that the
//! field's own type brings.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// The keyword of CEL rules.
pub(super) const VALIDATIONS: &str = "x-kubernetes-validations";

/// One CEL rule (`x-kubernetes-validations`): refused with `message` when `rule` is false.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    rule: &'static str,
    message: &'static str,
    field_path: Option<&'static str>,
}

impl Rule {
    /// A rule over `self`, the value that carries it.
    pub const fn new(rule: &'static str, message: &'static str) -> Self {
        Self { rule, message, field_path: None }
    }

    /// Reports the failure at this path below `self` (`.spec.members`).
    pub const fn at(mut self, field_path: &'static str) -> Self {
        self.field_path = Some(field_path);
        self
    }

    fn to_json(self) -> Value {
        let mut value = json!({ "rule": self.rule, "message": self.message });
        if let Some(path) = self.field_path {
            value["fieldPath"] = path.into();
        }
        value
    }
}

/// Adds rules to a schema that has been generated already.
pub(super) fn append_rules(schema: &mut serde_json::Map<String, Value>, rules: &[Rule]) {
    let list = schema.entry(VALIDATIONS).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.extend(rules.iter().map(|rule| rule.to_json()));
    }
}

/// A transform that adds rules to the field's or type's schema.
pub(super) fn rules(rules: &'static [Rule]) -> impl FnMut(&mut Schema) {
    move |schema| append_rules(schema.ensure_object(), rules)
}

/// A transform that adds rules to every item of a list. Ark checks parameters and headers in some places and not in
/// others, so these rules belong to the place and not to the type.
pub(super) fn item_rules(rules: &'static [Rule]) -> impl FnMut(&mut Schema) {
    move |schema| {
        if let Some(Value::Object(items)) = schema.ensure_object().get_mut("items") {
            append_rules(items, rules);
        }
    }
}

/// Conditions: one entry per type, merged by type under server-side apply.
pub(super) fn conditions(schema: &mut Schema) {
    schema.insert("x-kubernetes-list-type".into(), "map".into());
    schema.insert("x-kubernetes-list-map-keys".into(), json!(["type"]));
}

/// The schema of a JSON object whose content is not ours to know (a JSON schema, OpenAI messages).
pub(super) fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
}

/// The schema of any JSON value at all.
pub(super) fn any_value(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "x-kubernetes-preserve-unknown-fields": true })
}

/// The structural schema of a type: what schemars derives, in the subset and the words of Kubernetes.
pub(super) fn structural<T: JsonSchema>() -> Value {
    let generator = schemars::generate::SchemaSettings::openapi3()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    schema
}

/// Turns one schema node, and all below it, into the form that kube-apiserver takes.
///
/// - `default`: serde's defaults say how we decode, not what the API server should write into objects. The defaults of the
///   API are marked `x-default`.
/// - `nullable`: Ark's schemas have none, so that a `null` is pruned before it is stored. A nullable field would keep it.
/// - descriptions: doc comments are wrapped for the source; `kubectl explain` wraps for the terminal.
fn tidy(node: &mut Value) {
    let Value::Object(map) = node else { return };
    for key in ["default", "title", "nullable", "$schema"] {
        map.remove(key);
    }
    if let Some(value) = map.remove("x-default") {
        map.insert("default".into(), value);
    }
    if let Some(Value::Array(types)) = map.get("type") {
        let first = types.iter().find(|kind| *kind != "null").cloned();
        if let Some(first) = first {
            map.insert("type".into(), first);
        }
    }
    if let Some(Value::Array(allowed)) = map.get_mut("enum") {
        allowed.retain(|value| !value.is_null());
    }
    if let Some(Value::String(text)) = map.get_mut("description") {
        *text = unwrapped(text);
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(tidy);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = map.get_mut(key) {
            tidy(below);
        }
    }
}

/// Joins the lines of each paragraph and drops the Markdown that a terminal does not show.
fn unwrapped(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        paragraph.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n").replace('`', "'")
}
