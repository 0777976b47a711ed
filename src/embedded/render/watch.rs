//! Lines of a watch.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{partial, plain, read, table, to_bytes};
use crate::embedded::registry::Served;
use crate::embedded::request::{Form, IncludeObject};
use crate::embedded::status::ApiError;
use crate::embedded::storage::{EventType, Stored, frame};
use crate::embedded::verbs::Call;

/// Writes the lines of one watch.
pub struct Lines {
    served: Served,
    form: Form,
    include: IncludeObject,
    /// Columns are told once.
    columns_told: bool,
}

impl Lines {
    /// For the watch of a call.
    pub fn of(call: &Call<'_>) -> Self {
        Self {
            served: call.served.clone(),
            form: call.request.form,
            include: table::include(&call.request.query),
            columns_told: false,
        }
    }

    /// Whether published frames may be sent as they are.
    pub fn as_published(&self) -> bool {
        self.form == Form::Plain && self.served.resource.as_stored(self.served.version())
    }

    /// A line about an object.
    pub fn event(&mut self, kind: EventType, object: &Stored) -> Bytes {
        let served = &self.served;
        match self.form {
            Form::Plain => frame(kind, &plain(served, object)),
            Form::Partial => frame(kind, &to_bytes(&partial::object(&read(served, object)))),
            Form::Table => {
                let value = read(served, object);
                let row = table::row(served.version(), &value, self.include);
                let meta = json!({"resourceVersion": value["metadata"]["resourceVersion"]});
                frame(kind, &to_bytes(&self.table(meta, vec![row])))
            }
        }
    }

    /// A line that only says how far the watch is; `initial` marks the end of the initial state.
    pub fn bookmark(&mut self, revision: u64, initial: bool) -> Bytes {
        let mut meta = json!({"resourceVersion": revision.to_string(), "creationTimestamp": null});
        if initial {
            meta["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        let object = match self.form {
            Form::Plain => {
                json!({"apiVersion": self.served.api_version(), "kind": self.served.resource.kind, "metadata": meta})
            }
            Form::Partial => partial::object(&json!({"metadata": meta})),
            Form::Table => {
                let object = json!({
                    "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": meta
                });
                let row = json!({"cells": [], "object": object});
                self.table(json!({"resourceVersion": revision.to_string()}), vec![row])
            }
        };
        line("BOOKMARK", &object)
    }

    /// The last line of a watch that failed.
    pub fn error(error: &ApiError) -> Bytes {
        line("ERROR", &serde_json::from_slice(&error.body()).unwrap_or_default())
    }

    fn table(&mut self, meta: Value, rows: Vec<Value>) -> Value {
        let mut table = table::table(self.served.version(), meta, rows);
        if std::mem::replace(&mut self.columns_told, true) {
            table["columnDefinitions"] = Value::Null;
        }
        table
    }
}

fn line(kind: &str, object: &Value) -> Bytes {
    format!("{}\n", json!({"type": kind, "object": object})).into()
}
