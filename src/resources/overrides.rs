//! Headers that an agent or query adds to the calls of models and MCP servers.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::{header, schema::item_rules};
use super::{header::Header, selector::LabelSelector, string_enum::string_enum};

string_enum! {
    /// The kind of call that an override applies to.
    pub enum OverrideResourceType {
        /// Calls of models.
        Model = "model",
        /// Calls of MCP servers.
        McpServer = "mcpserver",
    }
}

/// Headers that are added to calls of some models or MCP servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// The headers to add. A header given here wins over one of the same name on the model or server.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1, max = 64), transform = item_rules(header::RULES)))]
    pub headers: Vec<Header>,
    /// The calls that the headers are added to: of models, or of MCP servers.
    pub resource_type: OverrideResourceType,
    /// Restricts the override to models or servers with these labels. Default: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
}

/// Most overrides that one object may have. Bounds the estimated cost of the header rules.
#[cfg(feature = "ssr")]
pub(super) const MAX: usize = 64;
