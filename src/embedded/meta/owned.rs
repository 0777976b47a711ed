//! The fields of an object that belong to the server, at creation and at update.

use serde_json::{Map, Value};

use crate::embedded::resource::{Resource, Version};

/// Which part of an object a request writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All but the status, where that is a subresource.
    Main,
    /// The status alone.
    Status,
}

/// Fields of `metadata` that only the server writes.
const SERVER_FIELDS: [&str; 8] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// Takes `metadata` out of an object, to be put back changed.
fn take_metadata(object: &mut Value) -> Map<String, Value> {
    match object["metadata"].take() {
        Value::Object(meta) => meta,
        _ => Map::new(),
    }
}

/// Fills in a new object: identity, times, generation; its status is not for the client to say.
pub fn prepare_new(resource: &Resource, version: &Version, object: &mut Value, now: &str) {
    if version.status
        && let Some(fields) = object.as_object_mut()
    {
        fields.remove("status");
    }
    let mut meta = take_metadata(object);
    for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        meta.remove(field);
    }
    meta.insert("uid".to_owned(), uuid::Uuid::new_v4().to_string().into());
    meta.insert("creationTimestamp".to_owned(), now.into());
    match resource.traits.generation {
        true => meta.insert("generation".to_owned(), 1.into()),
        false => meta.remove("generation"),
    };
    tidy(&mut meta);
    object["metadata"] = Value::Object(meta);
}

/// Takes over from the live object what the request may not change, and counts the generation.
pub fn carry_over(resource: &Resource, version: &Version, part: Part, live: &Value, new: &mut Value) {
    if part == Part::Status {
        let managed = new["metadata"].get_mut("managedFields").map(Value::take);
        let mut taken = without(live, "status");
        put(Some(&mut taken), "status", new.get_mut("status").map(Value::take));
        let mut meta = without(&live["metadata"], "managedFields");
        put(Some(&mut meta), "managedFields", managed);
        taken.insert("metadata".to_owned(), Value::Object(meta));
        *new = Value::Object(taken);
        return;
    }
    let mut meta = take_metadata(new);
    meta.remove("selfLink");
    for field in SERVER_FIELDS {
        put(Some(&mut meta), field, live["metadata"].get(field).cloned());
    }
    tidy(&mut meta);
    new["metadata"] = Value::Object(meta);
    if version.status {
        put(new.as_object_mut(), "status", live.get("status").cloned());
    }
    if resource.traits.generation && spec_changed(version, live, new) {
        let generation = live["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
        new["metadata"]["generation"] = generation.into();
    }
}

/// The fields of `object` but one.
fn without(object: &Value, name: &str) -> Map<String, Value> {
    let fields = object.as_object().into_iter().flatten().filter(|(key, _)| *key != name);
    fields.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn put(fields: Option<&mut Map<String, Value>>, name: &str, value: Option<Value>) {
    let Some(fields) = fields else { return };
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
}

/// Anything but metadata, and status where it is a subresource, counts as a change of what is wanted.
fn spec_changed(version: &Version, live: &Value, new: &Value) -> bool {
    let wanted = |object: &Value| -> Map<String, Value> {
        let keep = |k: &str| k != "metadata" && !(k == "status" && version.status);
        object
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(k, _)| keep(k))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    wanted(live) != wanted(new)
}

/// Empty lists and maps are left out, as Go leaves them out.
fn tidy(meta: &mut Map<String, Value>) {
    meta.retain(|_, value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    });
}

/// Whether two objects differ in nothing but the times in their managedFields: such a write is none.
pub fn same_but_times(a: &Value, b: &Value) -> bool {
    but(a, b, "metadata", |a, b| but(a, b, "managedFields", same_entries))
}

/// Whether all fields are the same, and one is alike.
fn but(a: &Value, b: &Value, name: &str, alike: impl Fn(&Value, &Value) -> bool) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a == b || (key == name && alike(a, b))))
        }
        (a, b) => a == b,
    }
}

fn same_entries(a: &Value, b: &Value) -> bool {
    let (Value::Array(a), Value::Array(b)) = (a, b) else { return false };
    // One may have a time where the other has none.
    let timeless = |entry: &Value| {
        let fields = entry.as_object().into_iter().flatten();
        fields
            .filter(|(name, _)| *name != "time")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let same = |a: &Value, b: &Value| {
        let (a, b): (Map<String, Value>, Map<String, Value>) = (timeless(a), timeless(b));
        a == b
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || same(a, b))
}
