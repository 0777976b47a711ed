//! Why a suite has no result.

/// A suite that could not be run: neither passed nor failed.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// It is wrong, and says how.
    #[error("{0}")]
    Suite(String),
    /// The Kubernetes API refused something.
    #[error("{what}: {source}")]
    Api {
        /// What was attempted, on which object.
        what: String,
        /// What the API said.
        source: Box<kube::Error>,
    },
    /// It did not end in time.
    #[error("{0}")]
    TimedOut(String),
    /// A fault of this installation.
    #[error("{0}")]
    Fault(String),
}

impl NotRun {
    /// An error of the API about `what`.
    pub(super) fn api(what: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let what = what.into();
        move |source| Self::Api { what, source: Box::new(source) }
    }
}
