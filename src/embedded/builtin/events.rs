//! Events, in the form of the core group and in that of `events.k8s.io`, over one collection.

use serde_json::{Value, json};

use super::column;
use crate::embedded::meta::{invalid, text};
use crate::embedded::render::age;
use crate::embedded::resource::{Column, ColumnPath};
use crate::embedded::schema::FieldError;

/// Fields of the core form that selectors may name.
pub(super) const CORE_FIELDS: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "type",
];

/// The same in the other form.
pub(super) const GROUP_FIELDS: &[&str] = &[
    "regarding.kind",
    "regarding.namespace",
    "regarding.name",
    "regarding.uid",
    "regarding.apiVersion",
    "regarding.resourceVersion",
    "regarding.fieldPath",
    "reason",
    "reportingController",
    "type",
];

/// Core name, name in `events.k8s.io`.
const RENAMED: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// An event is where its object is; about what is in no namespace, it is in `default`.
pub(super) fn validate(new: &Value, _old: Option<&Value>) -> Vec<FieldError> {
    let about = new["involvedObject"]["namespace"].as_str().unwrap_or_default();
    match (about, text(new, "namespace")) {
        ("", "" | "default") => Vec::new(),
        (about, own) if about == own => Vec::new(),
        (about, _) => {
            vec![invalid("involvedObject.namespace", &about.into(), "does not match event.namespace")]
        }
    }
}

/// How the object and the message of an event are read.
pub(super) type Readers = (fn(&Value) -> Value, fn(&Value) -> Value);

/// Columns of the core form.
pub(super) const CORE: Readers = (|o| object_of(&o["involvedObject"]), |o| o["message"].clone());
/// Columns of the other form.
pub(super) const GROUP: Readers = (|o| object_of(&o["regarding"]), |o| o["note"].clone());

/// Last Seen, Type, Reason, Object, Message.
pub(super) fn columns((object, message): Readers) -> Vec<Column> {
    vec![
        Column { path: ColumnPath::Computed(last_seen), ..column("Last Seen", last_seen) },
        column("Type", |o| o["type"].clone()),
        column("Reason", |o| o["reason"].clone()),
        column("Object", object),
        column("Message", message),
    ]
}

fn object_of(reference: &Value) -> Value {
    let part = |name: &str| reference[name].as_str().unwrap_or_default();
    format!("{}/{}", part("kind").to_lowercase(), part("name")).into()
}

/// The latest of the times that the two forms have.
fn last_seen(event: &Value) -> Value {
    let times = [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["deprecatedLastTimestamp"],
        &event["eventTime"],
        &event["metadata"]["creationTimestamp"],
    ];
    times.into_iter().find(|t| t.is_string()).map_or(Value::Null, age)
}

/// Core form into `events.k8s.io`.
pub(super) fn from_core(event: &mut Value) {
    rename(event, |(core, group)| (core, group));
    // Required in this form; events of old recorders have none.
    if event["eventTime"].is_null() {
        event["eventTime"] = Value::Null;
    }
}

/// `events.k8s.io` into the core form.
pub(super) fn to_core(event: &mut Value) {
    rename(event, |(core, group)| (group, core));
    if event["involvedObject"].is_null() {
        event["involvedObject"] = json!({});
    }
}

fn rename(event: &mut Value, direction: fn((&'static str, &'static str)) -> (&'static str, &'static str)) {
    let Some(fields) = event.as_object_mut() else { return };
    for pair in RENAMED {
        let (from, to) = direction(pair);
        if let Some(value) = fields.remove(from) {
            fields.insert(to.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_are_one_event() {
        let core = json!({
            "involvedObject": {"kind": "Widget", "name": "w"}, "message": "m", "reason": "R", "eventTime": "t",
            "reportingComponent": "c", "count": 2, "lastTimestamp": "2024-01-01T00:00:00Z"
        });
        let mut event = core.clone();
        from_core(&mut event);
        assert_eq!((&event["note"], &event["regarding"]["name"]), (&json!("m"), &json!("w")));
        assert_eq!(event.get("message"), None);
        to_core(&mut event);
        assert_eq!(event, core);
    }
}
