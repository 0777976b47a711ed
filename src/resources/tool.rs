//! `Tool`: something that a model may call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::schema::{self, Rule, rules};
use super::{
    approval::ToolApprovalConfig, reference::ObjectReference, string_enum::string_enum, tool_http::HttpTool,
};

string_enum! {
    /// What is behind a tool.
    pub enum ToolType {
        /// An HTTP request.
        Http = "http",
        /// A tool of an MCP server.
        Mcp = "mcp",
        /// An agent.
        Agent = "agent",
        /// A team.
        Team = "team",
        /// A tool that this program brings.
        Builtin = "builtin",
    }
}

/// What is wanted of a tool. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(transform = rules(RULES)))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Tool",
        plural = "tools",
        namespaced,
        status = "ToolStatus",
        derive = "PartialEq",
        doc = "Something that a model may call: an HTTP request, a tool of an MCP server, an agent or a team."
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ToolSpec {
    /// What is behind the tool: http, mcp, agent, team or builtin. The block of the same name says more.
    #[serde(rename = "type")]
    pub type_: ToolType,
    /// What the tool does, in words for models.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The JSON schema of the tool's arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_object"))]
    pub input_schema: Option<Value>,
    /// Hints about what a call does, as in MCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<ToolAnnotations>,
    /// The HTTP request of an http tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpTool>,
    /// The MCP server and tool of an mcp tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpTool>,
    /// The agent of an agent tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<NamedTool>,
    /// The team of a team tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<NamedTool>,
    /// The built-in tool of a builtin tool: noop or terminate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builtin: Option<NamedTool>,
    /// Whether a person must approve calls, whichever agent makes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ToolApprovalConfig>,
}

/// Hints about what a call does, as in MCP. What is not set is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ToolAnnotations {
    /// A title for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The tool changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// The tool may delete or overwrite something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// A second call with the same arguments changes nothing more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// The tool reaches things outside, such as the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
}

/// A tool of an MCP server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["mcpServerRef", "toolName"])))]
#[serde(rename_all = "camelCase", default)]
pub struct McpTool {
    /// The MCPServer.
    pub mcp_server_ref: ObjectReference,
    /// The tool's name at the server.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub tool_name: String,
}

/// An agent, a team or a built-in tool by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct NamedTool {
    /// The name, in the tool's namespace.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
}

/// What the controller found out about a tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ToolStatus {
    /// Whether the tool can be called, in one word: 'Ready' or 'Pending'.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What was last found out. 'Available' says whether the tool can be called, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<super::condition::Condition>,
}

impl ToolSpec {
    /// Whether a call may be made twice without harm, as far as the hints say. Nothing said is nothing promised.
    pub fn is_repeatable(&self) -> bool {
        self.annotations
            .as_ref()
            .is_some_and(|hints| hints.read_only_hint == Some(true) || hints.idempotent_hint == Some(true))
    }

    /// The built-in that a builtin tool named `object` stands for: 0.1.72 goes by the object's name.
    pub fn builtin_name<'a>(&'a self, object: &'a str) -> &'a str {
        match &self.builtin {
            Some(builtin) if !builtin.name.is_empty() => &builtin.name,
            _ => object,
        }
    }
}

/// Ark's rules: the block of the type must be there, and approval must make sense.
#[cfg(feature = "ssr")]
const RULES: &[Rule] = &[
    Rule::new("self.type != 'http' || has(self.http)", "http spec is required for http type").at(".http"),
    Rule::new("self.type != 'mcp' || has(self.mcp)", "mcp spec is required for mcp type").at(".mcp"),
    Rule::new("self.type != 'agent' || has(self.agent)", "agent field is required for agent type")
        .at(".agent"),
    Rule::new("self.type != 'team' || has(self.team)", "team field is required for team type").at(".team"),
    Rule::new(
        "!has(self.approval) || !has(self.approval.timeout) || \
         (!self.approval.timeout.startsWith('-') && self.approval.timeout.matches('[1-9]'))",
        "approval.timeout must be a positive duration",
    )
    .at(".approval.timeout"),
    Rule::new(
        "!has(self.approval) || !has(self.approval.argumentMatches) || \
         self.approval.argumentMatches.all(m, m.argument != '' && m.pattern != '')",
        "approval.argumentMatches: argument and pattern must not be empty",
    )
    .at(".approval.argumentMatches"),
    // Both outcomes pass: what is refused is the error of a pattern that is none. An error is reported where the rule
    // is, whatever its field path.
    Rule::new(
        "!has(self.approval) || !has(self.approval.argumentMatches) || \
         self.approval.argumentMatches.all(m, ''.matches(m.pattern) ? true : true)",
        "approval.argumentMatches: pattern is not a valid regular expression",
    ),
];

/// Rules that need the object's name: Ark goes by it, and so do agents that look the tool up.
#[cfg(feature = "ssr")]
pub(super) const ROOT_RULES: &[Rule] = &[Rule::new(
    "self.spec.type != 'builtin' || self.metadata.name in ['noop', 'terminate'] || \
     (has(self.spec.builtin) && self.spec.builtin.name in ['noop', 'terminate'])",
    "unsupported builtin tool: must be noop or terminate",
)
.at(".spec.builtin")];
