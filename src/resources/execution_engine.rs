//! `ExecutionEngine`: a service that runs agents in place of this program.

use serde::{Deserialize, Serialize};

use super::{condition::Condition, value_source::ValueSource};
#[cfg(feature = "ssr")]
use super::{schema, value_source::given};

/// What is wanted of an execution engine. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["address"])))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1prealpha1",
        kind = "ExecutionEngine",
        plural = "executionengines",
        namespaced,
        status = "ExecutionEngineStatus",
        derive = "PartialEq",
        doc = "A service that runs agents in place of this program.",
        printcolumn(name = "Type", type_ = "string", json_path = ".spec.type", priority = "1"),
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Address", type_ = "string", json_path = ".status.lastResolvedAddress"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecutionEngineSpec {
    /// What the engine is, in one word. Deprecated: it has no effect.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_: String,
    /// The engine's URL.
    #[cfg_attr(feature = "ssr", schemars(transform = given()))]
    pub address: ValueSource,
    /// What the engine is for, in words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What the controller found out about an engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ExecutionEngineStatus {
    /// The URL that is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_resolved_address: String,
    /// Where the engine stands: running, ready or error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was last found out. 'Available' says whether the engine answers, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}
