//! `Agent`: a prompt, a model and tools.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::schema::item_rules;
#[cfg(feature = "ssr")]
use super::{agent_tool, overrides, parameter, schema};
use super::{
    agent_tool::AgentTool, condition::Condition, overrides::Override, parameter::Parameter,
    reference::ObjectReference,
};

/// The execution engine that Ark builds in: the agent lives on an A2A server.
pub const A2A_ENGINE: &str = "a2a";

/// The model of an agent that names none.
pub const DEFAULT_MODEL: &str = "default";

/// What is wanted of an agent. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Agent",
        plural = "agents",
        namespaced,
        status = "AgentStatus",
        derive = "PartialEq",
        doc = "An agent: a prompt, a model and the tools that the model may call.",
        printcolumn(name = "Model", type_ = "string", json_path = ".spec.modelRef.name"),
        printcolumn(
            name = "Available",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Available\")].status"
        ),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct AgentSpec {
    /// The system prompt. With 'parameters' it is a template in Go's text/template syntax.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// What the agent is for, in words for people and for agents that may call it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The model that the agent asks. Default: the model named 'default' in the agent's namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_ref: Option<ObjectReference>,
    /// The engine that runs the agent. 'a2a' is built in and means an agent on an A2A server. Default: this program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_engine: Option<ObjectReference>,
    /// The tools that the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "ssr",
        schemars(length(max = agent_tool::MAX), transform = item_rules(agent_tool::RULES))
    )]
    pub tools: Vec<AgentTool>,
    /// Variables of the prompt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "ssr",
        schemars(length(max = parameter::MAX), transform = item_rules(parameter::RULES))
    )]
    pub parameters: Vec<Parameter>,
    /// A JSON schema that the final answer must satisfy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub output_schema: Option<Value>,
    /// Headers that are added to the agent's calls of models and MCP servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = overrides::MAX)))]
    pub overrides: Vec<Override>,
}

/// What the controller found out about an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AgentStatus {
    /// What was last found out. 'Available' says whether the agent can run, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

impl AgentSpec {
    /// Whether the agent lives on an A2A server.
    pub fn is_a2a(&self) -> bool {
        self.engine() == Some(A2A_ENGINE)
    }

    /// The name of the engine that runs the agent, if it is not this program.
    pub fn engine(&self) -> Option<&str> {
        self.execution_engine.as_ref().map(|engine| engine.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The model's name and namespace for an agent in `namespace`.
    pub fn model<'a>(&'a self, namespace: &'a str) -> (&'a str, &'a str) {
        match &self.model_ref {
            Some(model) if !model.name.is_empty() => (&model.name, model.namespace_or(namespace)),
            _ => (DEFAULT_MODEL, namespace),
        }
    }
}
