//! Calls that wait for a person, and how they were answered: the inbox.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::row::Status;
use crate::resources::approval::{Decision, OnTimeout};

/// Waiting calls that the inbox shows at the most; it says how many more there are.
pub const MAX_WAITING: usize = 200;
/// Answered calls that the inbox shows at the most.
pub const MAX_ANSWERED: usize = 50;

/// A call that waits, or waited, for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalView {
    /// The A2ATask that is answered.
    pub key: ObjectKey,
    /// The query whose run waits.
    pub query: ObjectKey,
    /// The agent that wants to call, if one does.
    pub agent: Option<ObjectKey>,
    /// Tool, as the model knows it.
    pub tool: String,
    /// JSON text, as the model wrote it.
    pub arguments: String,
    /// Why it asks, in a sentence.
    pub why: String,
    /// Since when.
    pub asked_ms: i64,
    /// When the wait ends.
    pub deadline_ms: i64,
    /// What happens then.
    pub on_timeout: OnTimeout,
    /// When the query's own time is up, where that is known; it ends the wait too.
    pub query_ends_ms: Option<i64>,
    /// How it ended.
    pub answer: Option<AnswerView>,
}

/// How a wait for a person ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerView {
    /// `Approved`, `Approved with changes`, `Rejected`, `Ran out`, `Canceled`.
    pub status: Status,
    /// Who; empty when nobody did.
    pub by: String,
    /// What they said.
    pub reason: String,
    /// When.
    pub at_ms: i64,
}

/// A call in the inbox, with what helps to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxItem {
    /// The call.
    pub approval: ApprovalView,
    /// First line of the query's question.
    pub question: String,
    /// What the tool says that a call does, by its hints; a Tool that says nothing has nothing here.
    pub effect: Option<String>,
    /// The Tool, where there is one of this name.
    pub tool: Option<ObjectKey>,
    /// What became of calls of the same tool in the namespace that are still kept.
    pub alike: Alike,
}

/// What became of calls of one tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// Approved, with changes or without.
    pub approved: usize,
    /// Of these, with changes.
    pub changed: usize,
    /// Rejected.
    pub rejected: usize,
    /// Nobody decided in time.
    pub ran_out: usize,
}

/// All that the person may see, over all namespaces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InboxView {
    /// What waits, soonest first.
    pub waiting: Vec<InboxItem>,
    /// How many more wait.
    pub more: usize,
    /// What was answered, newest first.
    pub answered: Vec<ApprovalView>,
}

/// An answer, as the form has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalForm {
    /// The A2ATask.
    pub key: ObjectKey,
    /// Approved or rejected.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Arguments in place of the model's, as JSON text; `None` leaves them.
    pub arguments: Option<String>,
}
