//! The status of an evaluation: score, progress of a batch, costs.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema;
use super::{
    comparison::Comparison, condition::Condition, duration::GoDuration, string_enum::string_enum,
    token_usage::TokenUsage,
};

string_enum! {
    /// Where an evaluation is on its way.
    pub enum EvaluationPhase {
        /// Seen, not begun.
        Pending = "pending",
        /// Runs.
        Running = "running",
        /// Ended with an error.
        Error = "error",
        /// Ended with a score.
        Done = "done",
        /// Ended because somebody asked for it.
        Canceled = "canceled",
    }
}

impl EvaluationPhase {
    /// Whether nothing more will happen.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Error | Self::Done | Self::Canceled)
    }
}

/// What became of an evaluation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluationStatus {
    /// Where the evaluation is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<EvaluationPhase>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The score from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^(0(\.[0-9]+)?|1(\.0+)?)$")))]
    pub score: String,
    /// Whether the answer passed.
    pub passed: bool,
    /// What the score is made of: measures, criteria, rules or examples.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<EvaluationResult>,
    /// What scoring cost, as an amount and a currency, where the prices of the judge's model are known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cost: String,
    /// The tokens that scoring cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
    /// How long the evaluation took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<GoDuration>,
    /// For a batch with a data set: the number of the experiment that the status is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<i32>,
    /// For a batch with a data set: items that were asked, of all targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<i32>,
    /// For a batch with a data set: those that passed, in every repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items_passed: Option<i32>,
    /// For a batch with a data set: the mean scores of its last experiments as text, the newest last. A
    /// bounded list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<String>,
    /// For a batch with a data set: how its targets did, compared with the baseline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// How far a batch has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_progress: Option<BatchProgress>,
    /// What was last found out. 'EvaluationCompleted' says whether the evaluation ended, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

/// A part of a score: a measure, a judge's criterion, a rule or an example of a data set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluationResult {
    /// Its name.
    pub name: String,
    /// The score from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub score: String,
    /// Whether it is enough.
    pub passed: bool,
    /// How much it counts, as text, when that is not 1.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub weight: String,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// How far a batch has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct BatchProgress {
    /// Evaluations of the batch.
    pub total: i32,
    /// Those that ended with a score.
    pub completed: i32,
    /// Those that ended with an error.
    pub failed: i32,
    /// Those that run.
    pub running: i32,
    /// Each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub child_evaluations: Vec<ChildEvaluation>,
}

/// An evaluation of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ChildEvaluation {
    /// The Evaluation's name.
    pub name: String,
    /// Where it is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<EvaluationPhase>,
    /// Its score from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub score: String,
    /// Whether it passed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub passed: bool,
    /// Its state in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}
