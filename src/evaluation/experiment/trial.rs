//! A trial: one item of a data set, asked once of one target, with its answer and its score.

use serde::{Deserialize, Serialize};

use crate::engine::journal::{Cost, Usage};
use crate::evaluation::finding::Finding;

/// Who was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// `agent`, `team` or `model`.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// What became of one item, asked once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Trial {
    /// Who was asked.
    pub target: Target,
    /// Id of the item.
    pub item: String,
    /// Repeat, from 0.
    pub repeat: u32,
    /// Name of the Query that asked.
    pub query: String,
    /// The answer; long ones are cut, which shows in it.
    pub output: String,
    /// From 0 to 1; `None` when there is no score.
    pub score: Option<f64>,
    /// The score is enough, and nothing that is required failed.
    pub passed: bool,
    /// Why there is no score: a code and a sentence.
    pub error: String,
    /// Measures, criteria and rules.
    pub findings: Vec<Finding>,
    /// Time of the answer, from the begin of the run to its end, without the time it waited for its turn, in ms.
    pub latency_ms: Option<i64>,
    /// Tokens of the answer.
    pub usage: Usage,
    /// What the answer cost, by currency.
    pub costs: Vec<Cost>,
    /// Tokens of the judges.
    pub judge_usage: Usage,
    /// What the judges cost, by currency.
    pub judge_costs: Vec<Cost>,
    /// Model of the judge, how often it was asked and the spread, in words; empty without a judge.
    pub judge: String,
}
