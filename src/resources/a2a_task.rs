//! `A2ATask`: a task at an A2A server, or a decision that a person must take here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::a2a_task_status::A2ATaskStatus;
use super::{duration::GoDuration, evaluation_config::QueryRef};

/// What is wanted of an A2A task. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["queryRef", "agentRef", "taskId"])))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "A2ATask",
        plural = "a2atasks",
        namespaced,
        status = "A2ATaskStatus",
        derive = "PartialEq",
        doc = "A task at an A2A server, or a decision that a person must take here.",
        printcolumn(name = "Query", type_ = "string", json_path = ".spec.queryRef.name"),
        printcolumn(name = "Agent", type_ = "string", json_path = ".spec.agentRef.name"),
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct A2ATaskSpec {
    /// The query that the task came from.
    pub query_ref: QueryRef,
    /// The A2AServer that works on the task. Missing: the task is a person's decision about tool calls.
    #[serde(rename = "a2aServerRef", skip_serializing_if = "Option::is_none")]
    pub a2a_server_ref: Option<OptionalReference>,
    /// The agent that the task was given to.
    pub agent_ref: OptionalReference,
    /// The task's ID in the A2A protocol.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub task_id: String,
    /// The context's ID in the A2A protocol.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context_id: String,
    /// What the task was asked. For a decision: the decision, '{"decision":"approved"}' or '{"decision":"rejected"}'.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub input: String,
    /// Settings of the task.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// How urgent the task is; higher is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = 0)))]
    pub priority: Option<i32>,
    /// How long the task may take, as a duration such as 12h.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "12h")))]
    pub timeout: Option<GoDuration>,
    /// How long the task is kept after it was created, as a duration such as 720h.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "720h")))]
    pub ttl: Option<GoDuration>,
    /// How often the server is asked about the task, as a duration such as 5s.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "5s")))]
    pub poll_interval: Option<GoDuration>,
}

/// An object by name, where the name may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct OptionalReference {
    /// The object's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The object's namespace. Default: the task's namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

impl A2ATaskSpec {
    /// The name of the object for a task of the A2A protocol.
    pub fn object_name(task_id: &str) -> String {
        format!("a2a-task-{task_id}")
    }

    /// Whether a person decides, rather than a server works.
    pub fn is_decision(&self) -> bool {
        self.a2a_server_ref.as_ref().is_none_or(|server| server.name.is_empty())
    }

    /// Time that the task may take: 12 hours unless said otherwise.
    pub fn timeout(&self) -> GoDuration {
        self.timeout.filter(|timeout| timeout.is_positive()).unwrap_or(GoDuration::from_hours(12))
    }

    /// Time that the task is kept after it was created: 30 days unless said otherwise.
    pub fn ttl(&self) -> GoDuration {
        self.ttl.unwrap_or(GoDuration::from_hours(720))
    }

    /// Time between questions to the server: 5 seconds unless said otherwise.
    pub fn poll_interval(&self) -> GoDuration {
        self.poll_interval.filter(|interval| interval.is_positive()).unwrap_or(GoDuration::from_secs(5))
    }
}
