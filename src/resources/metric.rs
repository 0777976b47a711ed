//! Measures of an evaluator: checks of an answer and its run that need no model.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::schema;
use super::{duration::GoDuration, string_enum::string_enum};

string_enum! {
    /// What is measured.
    #[derive(Default)]
    pub enum MetricType {
        /// The answer is the expected text.
        #[default]
        Exact = "exact",
        /// The answer contains the expected text.
        Contains = "contains",
        /// The answer matches a pattern.
        Regex = "regex",
        /// The answer is JSON that fits a schema.
        JsonSchema = "json-schema",
        /// The last number of the answer is the expected one.
        Number = "number",
        /// How alike answer and expected text are, by edits.
        Levenshtein = "levenshtein",
        /// How alike they are, by the longest common sequence of words.
        RougeL = "rouge-l",
        /// How alike they are, by sequences of up to four words.
        Bleu = "bleu",
        /// How long the run took.
        Latency = "latency",
        /// Tokens of the run.
        Tokens = "tokens",
        /// What the run cost.
        Cost = "cost",
        /// Which tools were called.
        Tools = "tools",
        /// The answer refuses what was asked.
        Refusal = "refusal",
    }
}

/// A measure: a score from 0 to 1, and whether it is enough.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["type"])))]
#[serde(rename_all = "camelCase", default)]
pub struct Metric {
    /// The measure's name. Default: its type.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is measured: 'exact', 'contains', 'regex', 'json-schema', 'number', 'levenshtein', 'rouge-l', 'bleu', 'latency',
    /// 'tokens', 'cost', 'tools' or 'refusal'.
    #[serde(rename = "type")]
    pub type_: MetricType,
    /// The text that the answer is compared with. Default: the expected output of what is scored.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// For 'exact' and 'contains': upper and lower case are the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
    /// For 'regex': the pattern, found anywhere in the answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    /// For 'json-schema': the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub schema: Option<Value>,
    /// For 'number': how far the number may be from the expected one. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// For 'tokens' and 'cost': the most that is good. The cost is in the currency of the model's prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// For 'latency': the longest that is good, as a duration such as 2s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<GoDuration>,
    /// For 'tools': the calls that are expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ExpectedTool>,
    /// For 'tools': the calls must come in this order; others may come between them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// The opposite is wanted: the text is not contained, the tools are not called, the answer refuses.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub negate: bool,
    /// How much the measure counts among the others. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0)))]
    pub weight: Option<i32>,
    /// The score from 0 to 1 from which on the measure passes. Default: 1; 0.7 for how alike texts are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 0, max = 1)))]
    pub threshold: Option<f64>,
    /// The whole does not pass when this measure does not, whatever the score.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// A call that is expected.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ExpectedTool {
    /// The tool's name.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// Arguments that the call must have; it may have others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub arguments: Option<Value>,
}

impl Metric {
    /// The name under which it is reported.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { self.type_.as_str() } else { &self.name }
    }

    /// How much it counts.
    pub fn weight(&self) -> f64 {
        self.weight.map_or(1.0, |weight| f64::from(weight.max(0)))
    }

    /// The score from which on it passes.
    pub fn threshold(&self) -> f64 {
        let usual = match self.type_ {
            MetricType::Levenshtein | MetricType::RougeL | MetricType::Bleu => 0.7,
            _ => 1.0,
        };
        self.threshold.unwrap_or(usual)
    }
}
