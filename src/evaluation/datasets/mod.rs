//! Data sets with versions: small ones are ConfigMaps, large ones are kept in the store.
//!
//! What a ConfigMap says when it is looked at becomes a version in the store, so that what was asked stays comparable after the
//! ConfigMap has changed. [`DataSets::resolve`] is the face: a version and its items, from wherever they are kept.

mod change;
mod commit;
mod config_map;
mod error;
mod keep;
mod news;
mod read;
mod record;
mod sets;
mod table;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use change::{Changes, append, new_id};
pub use config_map::{Content, content, is_data_set};
pub use error::DataSetError;
pub use keep::{Home, Known, Version};
pub use news::follow;
pub(in crate::evaluation) use read::records;
pub use read::{Format, Reading, items};
pub(in crate::evaluation) use record::{MIN_SCORE, Record, min_score};
pub use sets::{DataSets, Resolved};
pub use write::{continued, jsonl, write};

/// Items of one data set; one with more is refused.
pub const MAX_ITEMS: usize = 50_000;
/// Bytes of one item, as JSON; a longer one is refused.
pub const MAX_ITEM_BYTES: usize = 256 << 10;
/// Bytes of all items of one version; one with more is refused.
pub const MAX_BYTES: usize = 32 << 20;
/// Bytes of an item's id.
pub const MAX_ID_BYTES: usize = 256;
/// Tags of one item.
pub const MAX_TAGS: usize = 32;
/// Versions that are kept of one data set. Older ones go; experiments keep what they asked.
pub const KEPT_VERSIONS: u32 = 100;
/// Tags that a list shows of a data set.
pub const SHOWN_TAGS: usize = 10;

/// An item: a question, and what should be answered where that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Item {
    /// Unique in the data set, stable over versions.
    pub id: String,
    /// A title; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected_output: String,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Value>,
    /// The query that it was taken from, as `namespace/name`; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Item {
    /// The least score that its answer must reach, if it has one of its own.
    ///
    /// # Errors
    ///
    /// It is no score, which items that were kept earlier may have.
    pub fn min_score(&self) -> Result<Option<f64>, String> {
        self.metadata.get(MIN_SCORE).map_or(Ok(None), min_score)
    }

    /// Whether it has one of `tags`; where none are asked for, every item has.
    pub fn has_one_of(&self, tags: &[String]) -> bool {
        tags.is_empty() || self.tags.iter().any(|tag| tags.contains(tag))
    }
}
