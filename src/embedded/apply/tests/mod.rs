//! A small world to apply in, for the tables beside.

mod applying;
mod recorded;
mod tracking;

use serde_json::{Value, json};

use super::{Manager, server_side_apply, track_update};
use crate::embedded::schema::Schema;

const VERSION: &str = "test.dev/v1";

fn schema() -> Schema {
    let text = json!({"type": "string"});
    Schema::compile(&json!({"type": "object", "properties": {
        "spec": {"type": "object", "properties": {
            "prompt": text, "model": text, "mode": {"type": "string", "default": "auto"},
            "nested": {"type": "object", "properties": {"a": text, "b": text, "deep": {"type": "object", "properties": {"c": text}}}},
            "labels": {"type": "object", "additionalProperties": text},
            "selector": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": text},
            "args": {"type": "array", "items": text},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
            "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                "items": {"type": "object", "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}, "name": text, "host": text}}},
            "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "amount": {"x-kubernetes-int-or-string": true}
        }},
        "status": {"type": "object", "properties": {"phase": text, "conditions": {"type": "array",
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
            "items": {"type": "object", "properties": {"type": text, "status": text}}}}}
    }}))
    .unwrap()
}

fn at<'a>(name: &'a str, now: &'a str) -> Manager<'a> {
    Manager { name, api_version: VERSION, subresource: None, now }
}

fn config(spec: Value) -> Value {
    json!({"apiVersion": VERSION, "kind": "Thing", "metadata": {"name": "t"}, "spec": spec})
}

/// A store of one object, whose clock ticks with every write.
struct World {
    schema: Schema,
    live: Option<Value>,
    tick: u32,
}

impl World {
    fn new() -> Self {
        Self { schema: schema(), live: None, tick: 0 }
    }

    fn now(&mut self) -> String {
        self.tick += 1;
        format!("2026-01-01T00:00:{:02}Z", self.tick)
    }

    fn apply(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.try_apply(manager, spec, false).unwrap();
        self
    }

    fn force(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.try_apply(manager, spec, true).unwrap();
        self
    }

    fn try_apply(&mut self, manager: &str, spec: Value, force: bool) -> Result<(), String> {
        let now = self.now();
        let applied = config(spec);
        let result = server_side_apply(&self.schema, self.live.as_ref(), &applied, &at(manager, &now), force);
        self.live = Some(result.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// An update of the spec by `change`.
    fn update(&mut self, manager: &str, change: impl FnOnce(&mut Value)) -> &mut Self {
        let now = self.now();
        let mut new = self.live.clone().unwrap_or_else(|| config(json!({})));
        change(&mut new);
        track_update(&self.schema, self.live.as_ref(), &mut new, &at(manager, &now));
        self.live = Some(new);
        self
    }

    fn create(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.update(manager, |o| o["spec"] = spec);
        self
    }

    fn spec(&self) -> &Value {
        &self.live.as_ref().unwrap()["spec"]
    }

    /// `manager operation: fields of the spec`, one per entry.
    fn owners(&self) -> Vec<String> {
        let entries = self.live.as_ref().unwrap()["metadata"].get("managedFields").and_then(Value::as_array);
        let show = |e: &Value| {
            let fields = super::set::Set::from_fields(&e["fieldsV1"]).unwrap().paths();
            let fields: Vec<_> = fields.iter().map(|f| f.strip_prefix(".spec").unwrap_or(f)).collect();
            format!(
                "{} {}: {}",
                e["manager"].as_str().unwrap(),
                e["operation"].as_str().unwrap(),
                fields.join(" ")
            )
        };
        entries.into_iter().flatten().map(show).collect()
    }
}
