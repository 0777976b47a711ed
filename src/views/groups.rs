//! How items did in groups: by category, difficulty or tag.

use serde::{Deserialize, Serialize};

/// A group of items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupView {
    /// Its name; empty for what has none.
    pub name: String,
    /// Items in it.
    pub items: usize,
    /// Those that passed.
    pub passed: usize,
    /// Their mean score.
    pub mean: f64,
    /// The same in the baseline, where there is one.
    pub base: Option<f64>,
}

/// Groups of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupsView {
    /// What they are grouped by, as `Category`.
    pub by: String,
    /// The groups, the largest first; a bounded list.
    pub groups: Vec<GroupView>,
}
