//! Data sets with versions: small ones are ConfigMaps, large ones are kept in the store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An item: a question, and what should be answered where that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Item {
    /// Unique in the data set, stable over versions.
    pub id: String,
    /// A title; may be empty.
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered; may be empty.
    pub expected_output: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Anything else.
    pub metadata: BTreeMap<String, Value>,
    /// The query that it was taken from, as `namespace/name`; may be empty.
    pub source: String,
}
