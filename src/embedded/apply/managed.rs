//! Reading and writing `metadata.managedFields`.

use std::fmt;

use serde_json::{Value, json};

use super::Manager;
use super::set::Set;
use crate::embedded::schema::Node;

/// How a manager wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Server-side apply.
    Apply,
    /// Anything else.
    Update,
}

impl Operation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who an entry belongs to. An applier is the same whatever the version it applies; an updater is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) api_version: Option<String>,
    pub(super) subresource: Option<String>,
}

impl Identity {
    pub(super) fn new(
        manager: &str,
        operation: Operation,
        api_version: &str,
        subresource: Option<&str>,
    ) -> Self {
        Self {
            manager: if manager.is_empty() { "unknown" } else { manager }.to_owned(),
            operation,
            api_version: (operation == Operation::Update).then(|| api_version.to_owned()),
            subresource: subresource.filter(|s| !s.is_empty()).map(str::to_owned),
        }
    }

    pub(super) fn of(manager: &Manager<'_>, operation: Operation) -> Self {
        Self::new(manager.name, operation, manager.api_version, manager.subresource)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    pub(super) api_version: String,
    pub(super) time: Option<String>,
    pub(super) fields: Set,
}

impl Entry {
    fn seconds(&self) -> i64 {
        let time = self.time.as_deref().and_then(|t| t.parse::<jiff::Timestamp>().ok());
        time.map_or(0, jiff::Timestamp::as_second)
    }

    fn parse(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let operation = match text("operation")? {
            "Apply" => Operation::Apply,
            "Update" => Operation::Update,
            _ => return None,
        };
        let api_version = text("apiVersion").filter(|v| !v.is_empty())?;
        if text("fieldsType")? != "FieldsV1" {
            return None;
        }
        Some(Self {
            identity: Identity::new(
                text("manager").unwrap_or_default(),
                operation,
                api_version,
                text("subresource"),
            ),
            api_version: api_version.to_owned(),
            time: text("time").map(str::to_owned),
            fields: entry.get("fieldsV1").map_or(Some(Set::default()), Set::from_fields)?,
        })
    }

    fn to_json(&self) -> Value {
        let mut entry = json!({
            "manager": self.identity.manager,
            "operation": self.identity.operation.as_str(),
            "apiVersion": self.api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": self.fields.to_fields(),
        });
        if let Some(time) = &self.time {
            entry["time"] = json!(time);
        }
        if let Some(subresource) = &self.identity.subresource {
            entry["subresource"] = json!(subresource);
        }
        entry
    }
}

/// All entries of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Managed(pub(super) Vec<Entry>);

impl Managed {
    /// Reads `metadata.managedFields`; one malformed entry makes it none, as Kubernetes does on an update.
    pub(super) fn read(root: &Node, object: &Value) -> Self {
        let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
        let entries = entries.map(Vec::as_slice).unwrap_or_default();
        let mut managed = Self(entries.iter().map(Entry::parse).collect::<Option<_>>().unwrap_or_default());
        for entry in &mut managed.0 {
            entry.fields.collapse_atomic(Some(root));
        }
        managed
    }

    /// Writes `metadata.managedFields` in Kubernetes' order; no entries, no field.
    pub(super) fn write(mut self, object: &mut Value) {
        let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
        if self.0.is_empty() {
            metadata.remove("managedFields");
            return;
        }
        self.0.sort_by_cached_key(|e| {
            let id = &e.identity;
            (id.operation, e.seconds(), id.manager.clone(), e.api_version.clone(), id.subresource.clone())
        });
        metadata.insert("managedFields".into(), self.0.iter().map(Entry::to_json).collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes an entry out.
    pub(super) fn take(&mut self, identity: &Identity) -> Option<Entry> {
        let at = self.0.iter().position(|e| e.identity == *identity)?;
        Some(self.0.swap_remove(at))
    }

    /// Everything that anyone owns.
    pub(super) fn union(&self) -> Set {
        let mut all = Set::default();
        for entry in &self.0 {
            all.extend(&entry.fields);
        }
        all
    }

    /// Oldest first; ties by name, so that the outcome does not depend on the order stored.
    pub(super) fn sort_by_age(&mut self) {
        self.0.sort_by_cached_key(|e| (e.seconds(), e.identity.clone()));
    }
}
