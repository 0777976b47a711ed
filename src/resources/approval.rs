//! Human approval of tool calls.

use serde::{Deserialize, Serialize};

use super::{duration::GoDuration, string_enum::string_enum};

string_enum! {
    /// What happens to a call that nobody decided in time.
    #[derive(Default)]
    pub enum OnTimeout {
        /// The call is refused.
        #[default]
        Reject = "reject",
        /// The call is made.
        Proceed = "proceed",
    }
}

/// When a person must approve a tool call, and what happens if nobody decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ToolApprovalConfig {
    /// Whether a person must approve a call before it is made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// How long to wait for a decision, as a duration such as 5m.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "5m")))]
    pub timeout: Option<GoDuration>,
    /// What happens when nobody decides in time: 'reject' refuses the call, 'proceed' makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "reject")))]
    pub on_timeout: Option<OnTimeout>,
    /// Restricts approval to calls with a matching argument. Default: every call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 16)))]
    pub argument_matches: Vec<ArgumentMatch>,
}

/// An argument whose value makes a call need approval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["argument", "pattern"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ArgumentMatch {
    /// The argument's name.
    #[cfg_attr(feature = "ssr", schemars(length(max = 1024)))]
    pub argument: String,
    /// A regular expression (RE2 syntax) that is searched in the argument's value.
    #[cfg_attr(feature = "ssr", schemars(length(max = 1024)))]
    pub pattern: String,
}

impl ToolApprovalConfig {
    /// Time to wait for a decision: 5 minutes unless said otherwise.
    pub fn timeout(&self) -> GoDuration {
        self.timeout.unwrap_or(GoDuration::from_mins(5))
    }

    /// What happens when nobody decides.
    pub fn on_timeout(&self) -> OnTimeout {
        self.on_timeout.unwrap_or_default()
    }
}
