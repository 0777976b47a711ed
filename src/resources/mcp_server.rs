//! `MCPServer`: a server whose tools are discovered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    condition::Condition,
    duration::GoDuration,
    header::Header,
    mcp_authorization::{McpAuthorization, McpAuthorizationStatus},
    string_enum::string_enum,
    value_source::ValueSource,
};
#[cfg(feature = "ssr")]
use super::{
    duration,
    schema::{self, rules},
};

string_enum! {
    /// How an MCP server is spoken to.
    #[derive(Default)]
    pub enum McpTransport {
        /// Streamable HTTP.
        #[default]
        Http = "http",
        /// HTTP with server-sent events, the older transport.
        Sse = "sse",
    }
}

/// What is wanted of an MCP server. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["address", "transport"])))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "MCPServer",
        plural = "mcpservers",
        namespaced,
        status = "MCPServerStatus",
        derive = "PartialEq",
        doc = "An MCP server. Its tools are discovered and become Tools.",
        printcolumn(
            name = "Available",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Available\")].status"
        ),
        printcolumn(
            name = "Discovering",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Discovering\")].status"
        ),
        printcolumn(name = "Tools", type_ = "integer", json_path = ".status.toolCount"),
        printcolumn(name = "Auth", type_ = "string", json_path = ".status.authorization.state"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct MCPServerSpec {
    /// The server's URL.
    pub address: ValueSource,
    /// Headers that are sent with every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// How long connecting may take, as a duration such as 30s.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "30s")))]
    pub timeout: String,
    /// How long one tool call may take, as a duration such as 2m. Default: as long as the query may.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("pattern" = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$")))]
    pub tool_call_timeout: String,
    /// How the server is spoken to: 'http' (streamable HTTP) or 'sse' (the older transport).
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "http")))]
    pub transport: McpTransport,
    /// What the server offers, in words for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How often the tools are discovered again, as a duration such as 1m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "ssr",
        schemars(extend("x-default" = "1m"), transform = rules(duration::NOT_NEGATIVE))
    )]
    pub poll_interval: Option<GoDuration>,
    /// How calls are authorised when the server asks for OAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<McpAuthorization>,
}

/// What the controller found out about an MCP server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct MCPServerStatus {
    /// The URL that is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved_address: String,
    /// How many tools the server offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_count: Option<i64>,
    /// What is known about the server's authorization. Missing when it asked for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<McpAuthorizationStatus>,
    /// What was last found out. 'Available' (and 'Ready', its older name) says whether the server answers, and if not, why;
    /// 'Discovering' whether its tools are being listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

impl MCPServerSpec {
    /// Time that connecting may take: 30 s unless said otherwise, in words that mean something.
    pub fn connect_timeout(&self) -> Duration {
        positive(&self.timeout).unwrap_or(Duration::from_secs(30))
    }

    /// Time that one tool call may take; none means as long as the query may.
    pub fn tool_call_timeout(&self) -> Option<Duration> {
        positive(&self.tool_call_timeout)
    }

    /// Time between discoveries: a minute unless said otherwise.
    pub fn poll_interval(&self) -> GoDuration {
        self.poll_interval.filter(|interval| interval.is_positive()).unwrap_or(GoDuration::from_mins(1))
    }
}

fn positive(text: &str) -> Option<Duration> {
    text.parse::<GoDuration>().ok().filter(|duration| duration.is_positive()).map(GoDuration::to_std)
}
