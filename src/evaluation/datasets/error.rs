//! Why a data set cannot be used, in words for the person who named it.

use crate::engine::RunError;
use crate::store::StoreError;

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataSetError {
    /// There is none of this name.
    #[error(
        "There is no data set '{name}' in namespace '{namespace}'. Upload one, or label a ConfigMap {label}=true.",
        label = crate::resources::annotations::DATA_SET_LABEL
    )]
    NotFound {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
    /// It has no such version.
    #[error("Data set '{name}' in namespace '{namespace}' has no version {version}. Its newest is {newest}.")]
    NoVersion {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
        /// What was asked for.
        version: u32,
        /// What is there.
        newest: u32,
    },
    /// What it says cannot be read.
    #[error("Data set '{name}' cannot be read: {why}.")]
    Unreadable {
        /// Name.
        name: String,
        /// Where, and what is wrong.
        why: String,
    },
    /// A ConfigMap and a data set of the store have the same name.
    #[error(
        "There are two data sets '{name}' in namespace '{namespace}': a ConfigMap, and one that is kept here. Delete one of them, or take the label off the ConfigMap."
    )]
    Twice {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
    /// No item has one of the tags.
    #[error("Data set '{name}' has no item with tag {tags}.")]
    NoItems {
        /// Name.
        name: String,
        /// The tags.
        tags: String,
    },
    /// Somebody made another version meanwhile.
    #[error("Data set '{name}' has changed meanwhile: its newest version is {newest}.")]
    Conflict {
        /// Name.
        name: String,
        /// Its newest version.
        newest: u32,
    },
    /// The Kubernetes API refused or did not answer.
    #[error("{0}")]
    Api(#[from] RunError),
    /// The database refused or did not answer.
    #[error("the data set cannot be read or kept: {0}")]
    Store(#[from] StoreError),
}

impl DataSetError {
    /// A stable code, for statuses.
    pub fn code(&self) -> &str {
        match self {
            Self::NotFound { .. } => "DataSetNotFound",
            Self::NoVersion { .. } => "DataSetVersionNotFound",
            Self::Unreadable { .. } => crate::evaluation::score::codes::INVALID_DATA_SET,
            Self::Twice { .. } => "DataSetTwice",
            Self::NoItems { .. } => "DataSetEmpty",
            Self::Conflict { .. } => "DataSetChanged",
            Self::Api(error) => &error.code,
            Self::Store(_) => "StoreFailed",
        }
    }
}
