//! What an evaluation scores: the fields of every type beside each other, as Ark has them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::schema;
use super::{
    duration::GoDuration, evaluation::EvaluationEvaluator, parameter::Parameter, reference::ObjectReference,
    selector::SelectorRequirement, string_enum::string_enum,
};

/// Children of a batch that run at the same time when nobody said.
pub const DEFAULT_CONCURRENCY: i32 = 10;

/// Most evaluations that a batch may write out. Bounds the estimated cost of the rules for their durations.
#[cfg(feature = "ssr")]
const MAX_ITEMS: usize = 1000;

/// Most targets of an experiment.
#[cfg(feature = "ssr")]
const MAX_TARGETS: usize = 20;
/// Most times that an item is asked of a target.
#[cfg(feature = "ssr")]
const MAX_REPEATS: i32 = 100;

/// What is scored, in the fields of the type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluationConfig {
    /// For 'direct': what was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub input: String,
    /// For 'direct': what was answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// For 'direct' and 'query': what should have been answered, for judges and measures that compare.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected_output: String,
    /// For 'query' and 'event': the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_ref: Option<QueryRef>,
    /// For 'event': the rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ExpressionRule>,
    /// For 'batch': evaluations that are there already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<ObjectReference>,
    /// For 'batch': evaluations to make, written out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_ITEMS)))]
    pub items: Vec<BatchItem>,
    /// For 'batch': an evaluation to make for each query that 'querySelector' selects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<BatchTemplate>,
    /// For 'batch': the queries that 'template' is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_selector: Option<QuerySelector>,
    /// For 'batch': a data set whose items are asked of 'targets' and scored: an experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_set: Option<DataSetRef>,
    /// For 'batch' with a data set: the agents, teams and models that are asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_TARGETS)))]
    pub targets: Vec<ExperimentTarget>,
    /// For 'batch' with a data set: how often each item is asked of each target. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1, max = MAX_REPEATS)))]
    pub repeats: Option<i32>,
    /// For 'batch' with a data set: when the whole passes. Default: every item passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// For 'batch': how many evaluations run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = DEFAULT_CONCURRENCY)))]
    pub concurrency: Option<i32>,
    /// For 'batch': goes on when an evaluation failed. A batch with a data set always does: an item without a score counts 0.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = false)))]
    pub continue_on_failure: bool,
}

/// A data set: a ConfigMap with the label of data sets, or one of the store, of the evaluation's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct DataSetRef {
    /// The data set's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The version. Default: the newest when the experiment begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1)))]
    pub version: Option<i32>,
    /// Only items with one of these tags. Default: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// Who is asked in an experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["type", "name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentTarget {
    /// What it is: agent, team or model.
    #[serde(rename = "type")]
    pub type_: ExperimentTargetType,
    /// Its name, in the evaluation's namespace.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
}

string_enum! {
    /// What a target of an experiment is.
    #[derive(Default)]
    pub enum ExperimentTargetType {
        /// An Agent.
        #[default]
        Agent = "agent",
        /// A Team.
        Team = "team",
        /// A Model.
        Model = "model",
    }
}

/// When an experiment passes. Each condition that is given must hold, for each target; a missing item is no pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Gate {
    /// The least mean score, from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^(0(\.[0-9]+)?|1(\.0+)?)$")))]
    pub min_score: String,
    /// The least share of items that pass, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 100)))]
    pub min_passed_percent: Option<i32>,
    /// The most items that may have become worse than in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub max_worse: Option<i32>,
    /// The most that the mean score may fall against the baseline, from 0 to 1, as text.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^(0(\.[0-9]+)?|1(\.0+)?)$")))]
    pub max_score_drop: String,
    /// The most that the cost of the answers may grow against the baseline, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub max_cost_growth_percent: Option<i32>,
}

/// A query, and which of its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct QueryRef {
    /// The Query's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The Query's namespace. Default: the namespace of the object that refers to it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The target whose answer is meant. Default: the first.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub response_target: String,
}

/// A rule over what happened in a query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name", "expression"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ExpressionRule {
    /// The rule's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// A CEL expression that is true when the rule holds.
    pub expression: String,
    /// What the rule asks, in words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How much the rule counts among the others. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub weight: Option<i32>,
}

string_enum! {
    /// What a child of a batch scores.
    #[derive(Default)]
    pub enum BatchItemType {
        /// An input and an output, written out.
        #[default]
        Direct = "direct",
        /// A query's answer.
        Query = "query",
        /// An evaluator against data whose right answers are known.
        Baseline = "baseline",
        /// What happened in a query, by rules.
        Event = "event",
    }
}

/// An evaluation of a batch, written out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["type", "config", "evaluator"])))]
#[serde(rename_all = "camelCase", default)]
pub struct BatchItem {
    /// The evaluation's name. Default: the batch's name with a number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is scored: direct, query, baseline or event.
    #[serde(rename = "type")]
    pub type_: BatchItemType,
    /// What is scored, in the fields of the type, as in 'spec.config' of an evaluation.
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub config: Value,
    /// Who scores.
    pub evaluator: EvaluationEvaluator,
    /// How long the evaluation is kept after it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<GoDuration>,
    /// How long the evaluation may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<GoDuration>,
}

/// An evaluation that is made for each selected query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["type", "config", "evaluator"])))]
#[serde(rename_all = "camelCase", default)]
pub struct BatchTemplate {
    /// What the names of the evaluations begin with. Default: the batch's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_prefix: String,
    /// What is scored: direct, query, baseline or event.
    #[serde(rename = "type")]
    pub type_: BatchItemType,
    /// What is scored, in the fields of the type, as in 'spec.config' of an evaluation.
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub config: Value,
    /// Who scores.
    pub evaluator: EvaluationEvaluator,
    /// Settings that are sent along. They win over the Evaluator's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// Selects queries by their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct QuerySelector {
    /// Labels that must have exactly these values.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub match_labels: std::collections::BTreeMap<String, String>,
    /// Comparisons that must all hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<SelectorRequirement>,
}

impl QuerySelector {
    /// The label selector inside.
    pub fn labels(&self) -> super::selector::LabelSelector {
        super::selector::LabelSelector {
            match_labels: self.match_labels.clone(),
            match_expressions: self.match_expressions.clone(),
        }
    }
}

impl EvaluationConfig {
    /// Children of a batch that run at the same time, at least one.
    pub fn concurrency(&self) -> usize {
        usize::try_from(self.concurrency.unwrap_or(DEFAULT_CONCURRENCY)).unwrap_or(1).max(1)
    }
}
