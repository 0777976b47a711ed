//! The YAML editor: the one place where a whole object goes to the browser.

use serde::{Deserialize, Serialize};

use super::ObjectKey;

/// An object as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YamlDocument {
    /// Without managedFields; of Secrets, without values.
    pub text: String,
    /// resourceVersion of the text.
    pub version: String,
}

/// What applying a text did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyOutcome {
    /// The object.
    pub key: ObjectKey,
    /// It did not exist before.
    pub created: bool,
    /// Line by line, before to after; empty when nothing changes.
    pub diff: Vec<DiffLine>,
    /// Warnings of the API server.
    pub warnings: Vec<String>,
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// Which side it is on.
    pub side: DiffSide,
    /// Its text.
    pub text: String,
}

/// Side of a line of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiffSide {
    /// On both.
    Same,
    /// Only before.
    Removed,
    /// Only after.
    Added,
    /// A stretch of unchanged lines was left out here.
    Skipped,
}
