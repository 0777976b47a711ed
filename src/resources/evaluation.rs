//! `Evaluation`: a score of an answer, or a batch of them.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::evaluation_status::EvaluationStatus;
use super::{
    duration::GoDuration, evaluation_config::EvaluationConfig, parameter::Parameter, string_enum::string_enum,
};

string_enum! {
    /// What is scored.
    #[derive(Default)]
    pub enum EvaluationType {
        /// An input and an output, written out.
        #[default]
        Direct = "direct",
        /// An evaluator against data whose right answers are known.
        Baseline = "baseline",
        /// A query's answer.
        Query = "query",
        /// Many evaluations together.
        Batch = "batch",
        /// What happened in a query, by rules.
        Event = "event",
    }
}

/// What is wanted of an evaluation. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["config"])))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Evaluation",
        plural = "evaluations",
        namespaced,
        status = "EvaluationStatus",
        derive = "PartialEq",
        doc = "A score of an answer, or a batch of scores.",
        printcolumn(name = "Type", type_ = "string", json_path = ".spec.type"),
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Score", type_ = "string", json_path = ".status.score"),
        printcolumn(name = "Passed", type_ = "boolean", json_path = ".status.passed"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluationSpec {
    /// What is scored: 'direct' (an input and output written out), 'query' (a query's answer), 'event' (what happened in a
    /// query, by rules), 'baseline' (an evaluator against known answers) or 'batch' (many evaluations together).
    #[serde(rename = "type")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "direct")))]
    pub type_: EvaluationType,
    /// What is scored, in the fields of the type.
    pub config: EvaluationConfig,
    /// Who scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluator: Option<EvaluationEvaluator>,
    /// How long the evaluation is kept after it ended, as a duration such as 720h.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "720h")))]
    pub ttl: Option<GoDuration>,
    /// How long the evaluation may take, as a duration such as 5m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "5m")))]
    pub timeout: Option<GoDuration>,
}

/// Who scores, and with which settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluationEvaluator {
    /// The Evaluator's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The Evaluator's namespace. Default: the evaluation's namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Settings that are sent along. They win over the Evaluator's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

impl EvaluationSpec {
    /// Time that the evaluation may take: 5 minutes unless said otherwise.
    pub fn timeout(&self) -> GoDuration {
        self.timeout.filter(|timeout| timeout.is_positive()).unwrap_or(GoDuration::from_mins(5))
    }

    /// Time that the evaluation is kept after it ended: 30 days unless said otherwise.
    pub fn ttl(&self) -> GoDuration {
        self.ttl.unwrap_or(GoDuration::from_hours(720))
    }
}
