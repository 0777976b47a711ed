//! What is scored: a question, an answer, and, where there was a run, what happened in it.

use super::trace::Trace;

/// One question with its answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// What was asked.
    pub input: String,
    /// What was answered.
    pub output: String,
    /// What should have been answered, if that is known.
    pub expected: Option<String>,
    /// The run, if there was one.
    pub trace: Option<Trace>,
}
