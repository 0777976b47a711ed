//! Label and field selectors, as `kubectl -l` and `--field-selector` write them.
//!
//! Grammar: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api> and
//! `k8s.io/apimachinery/pkg/{labels,fields}`. An empty selector matches everything.

mod field;
mod label;

pub use field::FieldSelector;
pub use label::LabelSelector;

/// A selector that cannot be read; the text goes into the 400 answer as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unable to parse requirement: {detail} (selector {selector:?})")]
pub struct SelectorError {
    /// The whole selector as it was given.
    pub selector: String,
    /// What is wrong with it.
    pub detail: String,
}

/// Requirements in one selector; more is refused so that a request cannot make every list costly.
const MAX_REQUIREMENTS: usize = 64;

fn error(selector: &str, detail: impl Into<String>) -> SelectorError {
    SelectorError { selector: selector.to_owned(), detail: detail.into() }
}
