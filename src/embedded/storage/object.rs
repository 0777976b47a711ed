//! One stored object: its JSON as it is served, and the few facts that finding it needs.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Where an object lies within its collection. Cluster-scoped objects have an empty namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Namespace, or empty.
    pub namespace: Box<str>,
    /// Name.
    pub name: Box<str>,
}

impl Key {
    /// The key of `name` in `namespace` (empty for cluster-scoped objects).
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// An object as memory holds it; never changed, only replaced.
#[derive(Debug)]
pub struct Stored {
    /// Namespace and name.
    pub key: Key,
    /// `metadata.resourceVersion`.
    pub revision: u64,
    /// `metadata.uid`.
    pub uid: Box<str>,
    /// `metadata.labels`, kept apart so that selectors need not read the JSON; `None` when there are none.
    pub labels: Option<Box<Map<String, Value>>>,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleting: bool,
    /// Whether the object names owners; the garbage collector reads the JSON of those only.
    pub owned: bool,
    /// The object in JSON, resourceVersion included.
    pub body: Bytes,
}

impl Stored {
    /// Reads the facts out of `body`.
    pub fn read(key: Key, revision: u64, body: Bytes) -> Result<Self, serde_json::Error> {
        let facts: Facts = serde_json::from_slice(&body)?;
        let meta = facts.metadata;
        Ok(Self {
            key,
            revision,
            uid: meta.uid.into(),
            labels: meta.labels.filter(|l| !l.is_empty()).map(Box::new),
            deleting: meta.deletion_timestamp.is_some(),
            owned: meta.owner_references.is_some_and(|o| !o.is_empty()),
            body,
        })
    }

    /// Takes the facts from the value that `body` was serialised from.
    pub fn of(key: Key, revision: u64, body: Bytes, value: &Value) -> Self {
        let meta = &value["metadata"];
        let labels = meta["labels"].as_object().filter(|l| !l.is_empty());
        Self {
            key,
            revision,
            uid: meta["uid"].as_str().unwrap_or_default().into(),
            labels: labels.cloned().map(Box::new),
            deleting: !meta["deletionTimestamp"].is_null(),
            owned: meta["ownerReferences"].as_array().is_some_and(|o| !o.is_empty()),
            body,
        }
    }

    /// The object as a value. Bodies are written by this room, so a body that does not parse reads as null.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Facts {
    metadata: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    #[serde(default)]
    uid: String,
    labels: Option<Map<String, Value>>,
    deletion_timestamp: Option<serde::de::IgnoredAny>,
    owner_references: Option<Vec<serde::de::IgnoredAny>>,
}

/// A [`Stored`] in the ordered set of its collection; ordered and found by its key alone, which is so kept once.
#[derive(Debug, Clone)]
pub(super) struct Entry(pub(super) Arc<Stored>);

impl Borrow<Key> for Entry {
    fn borrow(&self) -> &Key {
        &self.0.key
    }
}
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key.cmp(&other.0.key)
    }
}
