//! Why an apply is refused, worded as by kube-apiserver.

use std::fmt;

use super::managed::Operation;

/// Why an apply was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Other managers own fields that the apply would change: 409.
    #[error("{}", message(.0))]
    Conflicts(Vec<Conflict>),
    /// The configuration itself cannot be applied: 400.
    #[error("{0}")]
    Invalid(String),
}

/// A field that another manager owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who owns it.
    pub manager: String,
    /// How it was written.
    pub operation: Operation,
    /// In which version.
    pub api_version: String,
    /// Through which subresource.
    pub subresource: Option<String>,
    /// When, RFC 3339.
    pub time: Option<String>,
    /// The field: `.spec.prompt`.
    pub field: String,
}

/// The owner: `"kubectl-edit" using v1`, as in the cause of a 409.
struct Owner<'a>(&'a Conflict);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.manager)?;
        if let Some(subresource) = &self.0.subresource {
            write!(f, " with subresource {subresource:?}")?;
        }
        match self.0.operation {
            Operation::Update => write!(f, " using {}", self.0.api_version),
            Operation::Apply => Ok(()),
        }
    }
}

/// `conflict with "kubectl-edit" using v1`, the message of the cause whose field is [`Conflict::field`].
impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conflict with {}", Owner(self))
    }
}

/// Conflicts come grouped by owner.
fn message(conflicts: &[Conflict]) -> String {
    if let [one] = conflicts {
        return format!("Apply failed with 1 conflict: {one}: {}", one.field);
    }
    let mut lines: Vec<String> = Vec::new();
    let mut last = String::new();
    for conflict in conflicts {
        let owner = format!("conflicts with {}:", Owner(conflict));
        if owner != last {
            lines.push(owner.clone());
            last = owner;
        }
        lines.push(format!("- {}", conflict.field));
    }
    format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
}
