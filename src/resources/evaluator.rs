//! `Evaluator`: who scores answers.

use serde::{Deserialize, Serialize};

use super::{
    condition::Condition, metric::Metric, parameter::Parameter, sampling::Sampling, sampling::SamplingStatus,
    selector::LabelSelector, string_enum::string_enum, value_source::ValueSource,
};
#[cfg(feature = "ssr")]
use super::{schema, value_source::given};

/// Measures of one evaluator.
#[cfg(feature = "ssr")]
const MAX_METRICS: usize = 64;

string_enum! {
    /// The kind of object that an evaluator selects.
    #[derive(Default)]
    pub enum SelectedResource {
        /// Queries.
        #[default]
        Query = "Query",
    }
}

/// What is wanted of an evaluator. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Evaluator",
        plural = "evaluators",
        namespaced,
        status = "EvaluatorStatus",
        derive = "PartialEq",
        doc = "Who scores answers.",
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Address", type_ = "string", json_path = ".status.lastResolvedAddress"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluatorSpec {
    /// The URL of a service that scores. Without one Arkdeck scores itself, by 'metrics' and by the model that 'model.name'
    /// among the parameters names.
    #[serde(skip_serializing_if = "ValueSource::is_missing")]
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub address: ValueSource,
    /// What the evaluator looks at, in words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Scores every query with these labels by itself, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<ResourceSelector>,
    /// Which of the selected queries are scored: a share, within a budget. Default: each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
    /// Without an address: measures that need no model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_METRICS)))]
    pub metrics: Vec<Metric>,
    /// Settings that are sent along. 'model.name' and 'model.namespace' name the model that judges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// Which queries an evaluator scores by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "ssr",
    schemars(extend("required" = ["resourceType"], "x-kubernetes-map-type" = "atomic"))
)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceSelector {
    /// The kind that is selected: Query.
    pub resource_type: SelectedResource,
    /// The API group of the kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "ark.mckinsey.com")))]
    pub api_group: String,
    /// Labels that must have exactly these values.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub match_labels: std::collections::BTreeMap<String, String>,
    /// Comparisons that must all hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-kubernetes-list-type" = "atomic")))]
    pub match_expressions: Vec<super::selector::SelectorRequirement>,
    /// Stored and not used: queries of the evaluator's own namespace are selected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Stored and not used: queries of the evaluator's own namespace are selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
}

impl ResourceSelector {
    /// The label selector inside.
    pub fn labels(&self) -> LabelSelector {
        LabelSelector {
            match_labels: self.match_labels.clone(),
            match_expressions: self.match_expressions.clone(),
        }
    }
}

/// What the controller found out about an evaluator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct EvaluatorStatus {
    /// The URL that is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_resolved_address: String,
    /// Where the evaluator stands: running, ready or error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What came of 'spec.sampling' today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingStatus>,
    /// What was last found out. 'Sampling' says whether live queries are scored now. 'Available' says whether the evaluator can score, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}
