//! The status of an A2A task: phase, artifacts and history in the words of the A2A protocol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema;
use super::{condition::Condition, string_enum::string_enum};

string_enum! {
    /// Where a task is on its way. Spelled as Ark spells it, which is not as the protocol does.
    #[derive(Default)]
    pub enum A2ATaskPhase {
        /// Seen, not begun.
        #[default]
        Pending = "pending",
        /// Given to a server.
        Assigned = "assigned",
        /// Being worked on.
        Running = "running",
        /// Waits for a person's input.
        InputRequired = "input-required",
        /// Waits for authorization.
        AuthRequired = "auth-required",
        /// Ended well.
        Completed = "completed",
        /// Ended with an error.
        Failed = "failed",
        /// Ended because somebody asked for it.
        Cancelled = "cancelled",
        /// Not known.
        Unknown = "unknown",
    }
}

impl A2ATaskPhase {
    /// Whether nothing more will happen.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

string_enum! {
    /// The state of a task in the A2A protocol.
    pub enum A2AProtocolState {
        /// Received.
        Submitted = "submitted",
        /// Being worked on.
        Working = "working",
        /// Waits for input.
        InputRequired = "input-required",
        /// Ended well.
        Completed = "completed",
        /// Ended because the client asked for it.
        Canceled = "canceled",
        /// Ended with an error.
        Failed = "failed",
        /// Refused.
        Rejected = "rejected",
        /// Waits for authorization.
        AuthRequired = "auth-required",
        /// Not known.
        Unknown = "unknown",
    }
}

/// What became of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct A2ATaskStatus {
    /// Where the task is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "pending")))]
    pub phase: Option<A2ATaskPhase>,
    /// The task's state in the A2A protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_state: Option<A2AProtocolState>,
    /// When work began, as an RFC 3339 time.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("format" = "date-time")))]
    pub start_time: String,
    /// When the task ended, as an RFC 3339 time.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("format" = "date-time")))]
    pub completion_time: String,
    /// Why the task failed, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// The context's ID in the A2A protocol.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context_id: String,
    /// What the task produced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<A2AArtifact>,
    /// What was said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<A2AMessage>,
    /// What the server said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status_message: Option<A2AMessage>,
    /// When the server said it, as an RFC 3339 time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_status_timestamp: String,
    /// What the protocol says besides. Decisions keep 'timeout' and 'onTimeout' here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub protocol_metadata: BTreeMap<String, String>,
    /// What was last found out. 'Completed' says whether the task ended, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

/// Something that a task produced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["artifactId", "parts"])))]
#[serde(rename_all = "camelCase", default)]
pub struct A2AArtifact {
    /// The artifact's ID.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub artifact_id: String,
    /// The artifact's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What the artifact is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The artifact's content.
    pub parts: Vec<A2APart>,
    /// What the server says besides.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

string_enum! {
    /// Who said something.
    #[derive(Default)]
    pub enum A2ARole {
        /// The client.
        User = "user",
        /// The server's agent.
        #[default]
        Agent = "agent",
        /// Neither.
        System = "system",
    }
}

/// Something that was said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["role", "parts"])))]
#[serde(rename_all = "camelCase", default)]
pub struct A2AMessage {
    /// Who said it: user, agent or system.
    pub role: A2ARole,
    /// What was said.
    pub parts: Vec<A2APart>,
    /// The message's ID.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message_id: String,
    /// What the speaker says besides.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

string_enum! {
    /// What a part is.
    #[derive(Default)]
    pub enum A2APartKind {
        /// Text.
        #[default]
        Text = "text",
        /// A file.
        File = "file",
        /// Structured data.
        Data = "data",
    }
}

/// A part of a message or artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["kind"])))]
#[serde(rename_all = "camelCase", default)]
pub struct A2APart {
    /// What the part is: text, file or data.
    pub kind: A2APartKind,
    /// The text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The data, as JSON or base64 text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub data: String,
    /// The file's media type.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mime_type: String,
    /// Where the file is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uri: String,
    /// What the speaker says besides.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
