//! The status of a query: what it answered, in the fields of every release.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema;
use super::{
    condition::Condition, duration::GoDuration, query::QueryTarget, string_enum::string_enum,
    token_usage::TokenUsage,
};

string_enum! {
    /// Where a query is on its way.
    #[derive(Default)]
    pub enum QueryPhase {
        /// Seen, not begun.
        #[default]
        Pending = "pending",
        /// What it needs is being made ready.
        Provisioning = "provisioning",
        /// Waits for its turn.
        Queued = "queued",
        /// Runs.
        Running = "running",
        /// Waits for a person's decision.
        InputRequired = "input-required",
        /// Answered; the answers are being scored.
        Evaluating = "evaluating",
        /// Ended with an error.
        Error = "error",
        /// Ended with an answer.
        Done = "done",
        /// Ended because somebody asked for it.
        Canceled = "canceled",
    }
}

impl QueryPhase {
    /// Whether nothing more will happen.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Error | Self::Done | Self::Canceled)
    }
}

/// What became of a query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct QueryStatus {
    /// Where the query is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "pending")))]
    pub phase: Option<QueryPhase>,
    /// The answer. With several targets: the first, in the order agents, teams, models, tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<QueryResponse>,
    /// One answer for each target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<QueryResponse>,
    /// The scores of the answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<QueryEvaluation>,
    /// The tokens that the query cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
    /// How long the query took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<GoDuration>,
    /// The conversation that the query belongs to.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub conversation_id: String,
    /// What was last found out. 'Completed' says whether the query ended, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

/// An answer of one target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct QueryResponse {
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<QueryTarget>,
    /// The answer's text, or the error's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// All messages that led to the answer, as a JSON array in a string.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub raw: String,
    /// Whether the target answered ('done') or failed ('error').
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// The A2A conversation behind the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a2a: Option<A2AMetadata>,
}

/// The A2A conversation behind an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct A2AMetadata {
    /// The context at the A2A server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context_id: String,
    /// The task at the A2A server.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub task_id: String,
}

/// A score of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["evaluatorName"])))]
#[serde(rename_all = "camelCase", default)]
pub struct QueryEvaluation {
    /// Who scored.
    pub evaluator_name: String,
    /// The score from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub score: String,
    /// Whether the answer passed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub passed: bool,
    /// What the evaluator said besides.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
