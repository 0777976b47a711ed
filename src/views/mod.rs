//! What the browser is sent: rows, details, run events. Small, versioned by serde.
//!
//! Times are milliseconds since the Unix epoch (`i64`), durations are milliseconds; the browser words them.

pub mod answers;
pub mod approval;
pub mod conversation;
pub mod cost;
pub mod datasets;
pub mod detail;
pub mod evaluation;
pub mod experiments;
pub mod facets;
pub mod forms;
pub mod groups;
pub mod home;
pub mod live;
pub mod problem;
pub mod row;
pub mod run;
pub mod selector;
pub mod usage;
pub mod wire;
pub mod yaml;

use serde::{Deserialize, Serialize};

use crate::resources::kind::Kind;

/// Names one object. `namespace` is empty for cluster-scoped kinds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectKey {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace, or empty.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl ObjectKey {
    /// A key from its parts.
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}
