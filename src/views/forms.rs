//! What forms hold: the same shape is read from an object, edited, and sent back.

use serde::{Deserialize, Serialize};

use super::ObjectKey;

/// A text given literally or taken from a Secret or ConfigMap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceForm {
    /// Not set.
    #[default]
    Unset,
    /// Given here.
    Literal(String),
    /// A key of a Secret in the same namespace.
    Secret {
        /// Secret.
        name: String,
        /// Key.
        key: String,
    },
    /// A key of a ConfigMap in the same namespace.
    ConfigMap {
        /// ConfigMap.
        name: String,
        /// Key.
        key: String,
    },
    /// A Service of the cluster.
    Service {
        /// Service.
        name: String,
        /// Namespace, if another.
        namespace: Option<String>,
        /// Port name.
        port: Option<String>,
        /// Path.
        path: Option<String>,
    },
    /// A parameter of the query that runs.
    Parameter(String),
    /// A secret value typed once: on save it becomes a Secret; it is never returned.
    Typed(String),
}

/// A Model. Fields that this form does not know stay as they are in the object (server-side apply).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// `openai`, `azure`, `bedrock` or `anthropic`.
    pub provider: String,
    /// The provider's name of the model.
    pub model: SourceForm,
    /// Base address.
    pub base_url: SourceForm,
    /// Key.
    pub api_key: SourceForm,
    /// How calls are authorised where there are several ways: `key`; of Azure `managedIdentity` and `workloadIdentity`, of
    /// Bedrock `keys` and `chain`.
    #[serde(default)]
    pub access: String,
    /// Client ID of an Azure identity.
    #[serde(default)]
    pub client_id: SourceForm,
    /// Tenant of an Azure workload identity.
    #[serde(default)]
    pub tenant_id: SourceForm,
    /// What only Bedrock has.
    #[serde(default)]
    pub bedrock: BedrockForm,
    /// Azure's `api-version`.
    pub api_version: SourceForm,
    /// Headers of each request; Bedrock has none.
    #[serde(default)]
    pub headers: Vec<ParameterForm>,
    /// Extra request options, by name.
    pub properties: Vec<(String, SourceForm)>,
    /// Go duration between probes.
    pub poll_interval: String,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// What only a model of Bedrock has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BedrockForm {
    /// Region; that of the environment if unset.
    pub region: SourceForm,
    /// ARN of the model or of an inference profile; it wins over the model's name.
    pub model_arn: SourceForm,
    /// ID of an IAM key.
    pub access_key_id: SourceForm,
    /// Its secret.
    pub secret_access_key: SourceForm,
    /// Session token of temporary IAM keys.
    pub session_token: SourceForm,
    /// Most tokens of an answer, as a number; empty for the provider's own.
    pub max_tokens: String,
    /// Temperature from 0 to 1; empty for the provider's own.
    pub temperature: String,
}

/// An Agent. Fields that this form does not know stay as they are in the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// System prompt.
    pub prompt: String,
    /// Model; empty for `default`.
    pub model: String,
    /// Namespace of the model, if another.
    pub model_namespace: Option<String>,
    /// Tools.
    pub tools: Vec<ToolForm>,
    /// Parameters of the prompt.
    pub parameters: Vec<ParameterForm>,
    /// JSON schema of the answer, as text; empty for none.
    pub output_schema: String,
    /// What runs it; empty for this program.
    #[serde(default)]
    pub engine: String,
    /// Namespace of the engine, if another.
    #[serde(default)]
    pub engine_namespace: Option<String>,
    /// Headers that it adds to calls.
    #[serde(default)]
    pub overrides: Vec<OverrideForm>,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// Headers that are added to calls of models or MCP servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideForm {
    /// `model` or `mcpserver`.
    pub calls: String,
    /// Label selector of the models or servers, as text; empty for all.
    pub selector: String,
    /// The headers.
    pub headers: Vec<ParameterForm>,
}

/// A tool of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolForm {
    /// Type, as in the resource.
    pub type_: String,
    /// Name that the model sees.
    pub name: String,
    /// Description that the model sees; empty for the tool's own.
    #[serde(default)]
    pub description: String,
    /// Filters that the result passes through, in order: name, as `jq`, and expression.
    #[serde(default)]
    pub functions: Vec<ParameterForm>,
    /// The Tool that is called, where it has another name.
    #[serde(default)]
    pub calls: String,
    /// Arguments that are set here, and that the model does not see.
    #[serde(default)]
    pub preset: Vec<ParameterForm>,
    /// Whether a person approves calls.
    #[serde(default)]
    pub approval: ApprovalForm,
}

/// A Tool. Fields that this form does not know stay as they are in the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSpecForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// `http`, `agent`, `team`, `builtin` or `mcp`.
    pub type_: String,
    /// What it does, in words for models.
    pub description: String,
    /// JSON schema of the arguments, as text; empty for none.
    pub input_schema: String,
    /// Method of the request.
    pub method: String,
    /// Address, with `{name}` for arguments.
    pub url: String,
    /// Headers.
    pub headers: Vec<ParameterForm>,
    /// Template of the body.
    pub body: String,
    /// Further variables of the body.
    pub body_parameters: Vec<ParameterForm>,
    /// Time that the request may take; empty for the default.
    pub timeout: String,
    /// The agent, team or built-in tool that is called, or the tool of an MCP server.
    pub calls: String,
    /// The MCPServer of an mcp tool.
    pub server: String,
    /// Namespace of the MCPServer, if another.
    pub server_namespace: Option<String>,
    /// What a call does.
    pub hints: ToolHints,
    /// Whether a person approves calls.
    pub approval: ApprovalForm,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// What a tool says about its calls; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolHints {
    /// A title for people.
    pub title: String,
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// A second call changes nothing more.
    pub idempotent: Option<bool>,
    /// It may delete or overwrite.
    pub destructive: Option<bool>,
    /// It reaches things outside.
    pub open_world: Option<bool>,
}

/// When a person approves calls, and what happens when nobody does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalForm {
    /// A person must approve.
    pub required: bool,
    /// Go duration to wait; empty for the default.
    pub timeout: String,
    /// `reject` or `proceed`; empty for the default.
    pub on_timeout: String,
    /// Arguments with the patterns that make a call need approval; none for every call.
    pub matches: Vec<(String, String)>,
}

/// A Team. Fields that this form does not know stay as they are in the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamForm {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `sequential`, `round-robin`, `selector` or `graph`.
    pub strategy: String,
    /// Members, in order.
    pub members: Vec<MemberForm>,
    /// The sequence is repeated.
    pub loops: bool,
    /// Most turns, as a number; empty for no cap of its own.
    pub max_turns: String,
    /// Who picks the next speaker.
    pub selector: SelectorForm,
    /// Who may speak after whom: names of members, from and to.
    pub edges: Vec<(String, String)>,
    /// resourceVersion read, for an edit; `None` for a new one.
    pub version: Option<String>,
}

/// A member of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MemberForm {
    /// It is a team, not an agent.
    pub team: bool,
    /// Name.
    pub name: String,
}

/// Who picks the next speaker of a team, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectorForm {
    /// The agent that picks; it wins over the model.
    pub agent: String,
    /// The model that picks; empty for `default`.
    pub model: String,
    /// Its prompt; empty for the program's own.
    pub prompt: String,
    /// It may end the conversation.
    pub terminate: bool,
    /// When it should, in words.
    pub terminate_prompt: String,
}

/// What came of a tool that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolTrial {
    /// HTTP status, where a request was answered.
    pub status: Option<u16>,
    /// The body as it came, cut to what a model is told.
    pub body: String,
    /// What a model would be told.
    pub content: String,
    /// It is an error.
    pub is_error: bool,
    /// Time.
    pub duration_ms: i64,
}

/// A template parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ParameterForm {
    /// Name.
    pub name: String,
    /// Value.
    pub value: SourceForm,
}

/// A new Query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryForm {
    /// Namespace.
    pub namespace: String,
    /// Name; empty to have one made from the target's.
    pub name: String,
    /// What is asked, one or several: agent, team, model or tool.
    pub targets: Vec<ObjectKey>,
    /// Question.
    pub input: String,
    /// Template parameters of the question.
    pub parameters: Vec<ParameterForm>,
    /// Session; empty for none.
    pub session: String,
    /// Go duration; empty for the default.
    pub timeout: String,
}

/// Names that a form offers, of one namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Models.
    pub models: Vec<String>,
    /// Agents.
    pub agents: Vec<String>,
    /// Teams.
    pub teams: Vec<String>,
    /// Tools, with their type.
    pub tools: Vec<(String, String)>,
    /// Evaluators.
    #[serde(default)]
    pub evaluators: Vec<String>,
    /// Queries, newest first, of many only some.
    #[serde(default)]
    pub queries: Vec<String>,
    /// Data sets.
    #[serde(default)]
    pub data_sets: Vec<String>,
    /// Secrets with the names of their keys; values never leave the server.
    pub secrets: Vec<(String, Vec<String>)>,
    /// ConfigMaps with the names of their keys.
    pub config_maps: Vec<(String, Vec<String>)>,
    /// Address of the scripted demo model, where a model uses it.
    pub demo: Option<String>,
}

/// Result of a connection test: each step and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// Steps in order; none follows a failed one.
    pub steps: Vec<TestStep>,
}

/// A step of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestStep {
    /// What was tried.
    pub title: String,
    /// What came of it.
    pub detail: String,
    /// Whether it went well.
    pub ok: bool,
    /// Time.
    pub duration_ms: i64,
}
