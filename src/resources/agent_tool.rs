//! The tools of an agent: which Tool, under which name, with which presets, filters and approval.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::Rule;
use super::{
    approval::ToolApprovalConfig,
    string_enum::string_enum,
    value_source::{Source, ValueFromSource},
};

string_enum! {
    /// The kind of a tool, as an agent names it.
    pub enum AgentToolType {
        /// A built-in tool, in the spelling of both releases.
        BuiltInDashed = "built-in",
        /// A Tool of any type. Deprecated: name the type.
        Custom = "custom",
        /// A tool of an MCP server.
        Mcp = "mcp",
        /// An HTTP request.
        Http = "http",
        /// Another agent.
        Agent = "agent",
        /// A team.
        Team = "team",
        /// A built-in tool, in the spelling of Tool's own type.
        Builtin = "builtin",
    }
}

/// A tool that an agent may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AgentTool {
    /// The kind of the tool. 'custom' is deprecated: it means a Tool of any type; name the type instead.
    #[serde(rename = "type")]
    pub type_: AgentToolType,
    /// The name that the model sees. Also the name of the Tool, unless 'partial.name' gives another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The description that the model sees, instead of the Tool's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Filters that the tool's result passes through, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<ToolFunction>,
    /// Presets some of the tool's arguments and hides them from the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<PartialTool>,
    /// Whether a person must approve calls. It adds to the Tool's own setting and cannot weaken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ToolApprovalConfig>,
}

/// A filter of a tool's result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ToolFunction {
    /// The filter's name, such as 'jq'.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The filter's expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where the filter's expression is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<ValueFromSource>,
}

/// A Tool with some arguments preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PartialTool {
    /// The name of the Tool that is called. Default: the name that the model sees.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub name: String,
    /// The preset arguments. The model neither sees nor sets them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<PartialParameter>,
}

/// A preset argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct PartialParameter {
    /// The argument's name.
    pub name: String,
    /// The argument's value; a template over the query's parameters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Where the argument's value is looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_from: Option<ValueFromSource>,
}

impl AgentTool {
    /// The name of the Tool object that is called.
    pub fn lookup_name(&self) -> &str {
        match &self.partial {
            Some(partial) if !partial.name.is_empty() => &partial.name,
            _ => &self.name,
        }
    }

    /// Whether the tool is one of those that this program brings, in either spelling.
    pub fn is_builtin(&self) -> bool {
        matches!(self.type_, AgentToolType::BuiltInDashed | AgentToolType::Builtin)
    }
}

impl ToolFunction {
    /// Where the filter's expression comes from.
    pub fn source(&self) -> Source<'_> {
        Source::of(&self.value, self.value_from.as_ref())
    }
}

impl PartialParameter {
    /// Where the argument's value comes from.
    pub fn source(&self) -> Source<'_> {
        Source::of(&self.value, self.value_from.as_ref())
    }
}

/// Most tools that an agent may have. Bounds the estimated cost of [`RULES`].
#[cfg(feature = "ssr")]
pub(super) const MAX: usize = 512;

/// Ark's rules for tools. Those of approval are off for 'built-in', as in Ark.
#[cfg(feature = "ssr")]
pub(super) const RULES: &[Rule] = &[
    Rule::new("has(self.name) && self.name != ''", "tools must specify a name").at(".name"),
    Rule::new(
        "self.type != 'built-in' || !has(self.name) || self.name in ['noop', 'terminate']",
        "unsupported built-in tool: must be noop or terminate",
    )
    .at(".name"),
    Rule::new(
        "self.type == 'built-in' || !has(self.approval) || !has(self.approval.timeout) || \
         (!self.approval.timeout.startsWith('-') && self.approval.timeout.matches('[1-9]'))",
        "approval.timeout must be a positive duration",
    )
    .at(".approval.timeout"),
    Rule::new(
        "self.type == 'built-in' || !has(self.approval) || !has(self.approval.argumentMatches) || \
         self.approval.argumentMatches.all(m, m.argument != '' && m.pattern != '')",
        "approval.argumentMatches: argument and pattern must not be empty",
    )
    .at(".approval.argumentMatches"),
    // Both outcomes pass: what is refused is the error of a pattern that is none. An error is reported where the rule
    // is, whatever its field path.
    Rule::new(
        "self.type == 'built-in' || !has(self.approval) || !has(self.approval.argumentMatches) || \
         self.approval.argumentMatches.all(m, ''.matches(m.pattern) ? true : true)",
        "approval.argumentMatches: pattern is not a valid regular expression",
    ),
];
