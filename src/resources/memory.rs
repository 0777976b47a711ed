//! `Memory`: a place where conversations are kept, ours or a service.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema;
use super::{condition::Condition, header::Header, string_enum::string_enum, value_source::ValueSource};

string_enum! {
    /// Where a memory, evaluator or engine stands.
    pub enum ServicePhase {
        /// Being looked up.
        Running = "running",
        /// Found.
        Ready = "ready",
        /// Not found.
        Error = "error",
    }
}

/// What is wanted of a memory. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Memory",
        plural = "memories",
        namespaced,
        status = "MemoryStatus",
        derive = "PartialEq",
        doc = "A place where conversations are kept.",
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Address", type_ = "string", json_path = ".status.lastResolvedAddress"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct MemorySpec {
    /// The base URL of a service that keeps conversations. Without one they are kept in Arkdeck's own database.
    #[serde(skip_serializing_if = "ValueSource::is_missing")]
    pub address: ValueSource,
    /// Headers that are sent with every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
}

/// What the controller found out about a memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct MemoryStatus {
    /// The base URL that is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_resolved_address: String,
    /// Where the memory stands: running, ready or error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<ServicePhase>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was last found out. 'Available' says whether the service answers, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}
