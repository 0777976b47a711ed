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
        let status = new.get("status").cloned();
        let managed = new["metadata"].get("managedFields").cloned();
        *new = live.clone();
        put(new.as_object_mut(), "status", status);
        put(new["metadata"].as_object_mut(), "managedFields", managed);
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
    if a == b {
        return true;
    }
    let timeless = |object: &Value| {
        let mut object = object.clone();
        for entry in object["metadata"]["managedFields"].as_array_mut().into_iter().flatten() {
            put(entry.as_object_mut(), "time", None);
        }
        object
    };
    timeless(a) == timeless(b)
}
