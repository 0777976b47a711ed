//! Data sets: questions with what should be answered.

use serde::{Deserialize, Serialize};

/// Items of one window.
pub const ITEMS_WINDOW: usize = 200;

/// Where a data set is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DataSetHome {
    /// A ConfigMap with the label of data sets: small, declarative, in git.
    ConfigMap,
    /// The store of this Arkdeck: large ones.
    #[default]
    Store,
}

/// A data set in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DataSetRow {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Where it is kept.
    pub home: DataSetHome,
    /// Newest version.
    pub version: u32,
    /// Items of it.
    pub items: usize,
    /// Tags of its items, most used first, at most 10.
    pub tags: Vec<String>,
    /// When that version came.
    pub changed_ms: i64,
    /// Experiments that asked it.
    pub experiments: usize,
    /// It cannot be read: why, with the line.
    pub error: String,
}

/// A data set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSetView {
    /// Its row.
    pub row: DataSetRow,
    /// The version that is shown.
    pub version: u32,
    /// All versions, newest first.
    pub versions: Vec<VersionView>,
    /// A window of its items.
    pub items: Vec<ItemData>,
    /// Items that tag and search leave.
    pub items_total: usize,
    /// Names of Evaluations that ask it.
    pub used_by: Vec<String>,
}

/// A version of a data set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// Number, from 1.
    pub number: u32,
    /// When it came.
    pub at_ms: i64,
    /// Items.
    pub items: usize,
    /// Items added, changed and removed since the one before.
    pub changes: (usize, usize, usize),
    /// Where it came from, in words.
    pub note: String,
}

/// An item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemData {
    /// Id: unique in the data set, stable over versions.
    pub id: String,
    /// A title; may be empty.
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered; may be empty.
    pub expected_output: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Further fields, as JSON text; empty for none.
    pub metadata: String,
    /// The query that it was taken from, as `namespace/name`; may be empty.
    pub source: String,
}

/// What a page asks of a data set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSetRequest {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Version; 0 for the newest.
    pub version: u32,
    /// Only items with this tag.
    pub tag: String,
    /// Only items that hold this text.
    pub search: String,
    /// Items to leave out before the window of [`ITEMS_WINDOW`].
    pub offset: usize,
}

/// What becomes the next version of a data set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSetChange {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Where a new one is kept; one that is there stays where it is.
    pub home: DataSetHome,
    /// Version that the change was made from; another one meanwhile is a conflict. 0 for a new data set.
    pub from: u32,
    /// The change.
    pub change: ItemsChange,
    /// In words, for the list of versions.
    pub note: String,
}

/// A change of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ItemsChange {
    /// All items, as text: YAML, JSON, JSONL or CSV.
    Replace(String),
    /// Further items, as text: those whose id is there are replaced.
    Append(String),
    /// One item, new or changed (by id; an empty id gets one).
    Put(ItemData),
    /// Items by id.
    Remove(Vec<String>),
    /// Past queries, by name: their question, and their answer as what should be answered when `expect_answer`.
    FromQueries {
        /// Names of Queries of the namespace.
        names: Vec<String>,
        /// Their answers are what should be answered.
        expect_answer: bool,
        /// Tags of the items.
        tags: Vec<String>,
    },
}

impl Default for ItemsChange {
    fn default() -> Self {
        Self::Replace(String::new())
    }
}
