//! Why a target or a run failed: a stable code and a sentence.

use super::journal::JournalError;
use super::providers::ModelError;

/// A failure that a person reads: in the status, the journal and an Event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    /// Stable code, as `ModelUnauthorized` or `AgentNotFound`.
    pub code: String,
    /// What happened, on which object, and what to do.
    pub message: String,
}

/// Codes of failures outside models; those of models are `providers::ModelErrorCode`.
pub mod codes {
    /// A named target or what it needs does not exist.
    pub const NOT_FOUND_SUFFIX: &str = "NotFound";
    /// The selector matches nothing and no target is named.
    pub const NO_TARGETS: &str = "NoTargets";
    /// More targets than a query may have.
    pub const TOO_MANY_TARGETS: &str = "TooManyTargets";
    /// The input is neither text nor a list of messages.
    pub const INVALID_INPUT: &str = "InvalidInput";
    /// A template cannot be rendered.
    pub const TEMPLATE_FAILED: &str = "TemplateFailed";
    /// A Secret, ConfigMap, Service or parameter that a field refers to is not there.
    pub const VALUE_NOT_RESOLVED: &str = "ValueNotResolved";
    /// A team has no members.
    pub const NO_MEMBERS: &str = crate::resources::conditions::team::NO_MEMBERS;
    /// A team or agent would be asked, directly or through others, by itself.
    pub const MEMBER_CYCLE: &str = crate::resources::conditions::team::MEMBER_CYCLE;
    /// Teams in teams and agents as tools go deeper than is allowed.
    pub const NESTED_TOO_DEEP: &str = "NestedTooDeep";
    /// What the members of a team said is more than one conversation may hold.
    pub const CONVERSATION_TOO_LONG: &str = "ConversationTooLong";
    /// This kind of tool cannot be called by this version.
    pub const TOOL_NOT_YET_SUPPORTED: &str = "ToolNotYetSupported";
    /// Execution engines are not called by this version.
    pub const ENGINES_NOT_YET_SUPPORTED: &str = "ExecutionEnginesNotYetSupported";
    /// The model asked for tools more often than is allowed.
    pub const TOO_MANY_ITERATIONS: &str = "TooManyIterations";
    /// People rejected an agent's calls as often in a row as is allowed.
    pub const APPROVAL_LIMIT: &str = "ApprovalLimitReached";
    /// A tool that is the target failed.
    pub const TOOL_FAILED: &str = "ToolFailed";
    /// The output schema is no JSON Schema.
    pub const INVALID_OUTPUT_SCHEMA: &str = "InvalidOutputSchema";
    /// The answer cannot be checked against the output schema.
    pub const OUTPUT_NOT_CHECKED: &str = "OutputNotChecked";
    /// The answer does not satisfy the output schema.
    pub const OUTPUT_DOES_NOT_MATCH: &str = "OutputDoesNotMatchSchema";
    /// The Kubernetes API refused or did not answer.
    pub const API_FAILED: &str = "KubernetesApiFailed";
    /// The query's service account may not read what the run needs.
    pub const FORBIDDEN: &str = "Forbidden";
    /// The journal cannot be written.
    pub const JOURNAL_FAILED: &str = "JournalFailed";
    /// A fault of this program.
    pub const INTERNAL: &str = "InternalError";
    /// The query was canceled.
    pub const CANCELED: &str = "Canceled";
    /// The time was up before the target ended.
    pub const TIMED_OUT: &str = "TimedOut";
}

impl RunError {
    /// A failure.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// What the Kubernetes API answered when `what` was read.
    pub(super) fn api(what: &str, error: &kube::Error) -> Self {
        let detail = match error {
            kube::Error::Api(status) => status.message.clone(),
            other => innermost(other),
        };
        Self::new(codes::API_FAILED, format!("Cannot read {what}: {detail}."))
    }
}

impl From<ModelError> for RunError {
    fn from(error: ModelError) -> Self {
        Self::new(error.code.as_str(), error.message)
    }
}

impl From<JournalError> for RunError {
    fn from(error: JournalError) -> Self {
        Self::new(
            codes::JOURNAL_FAILED,
            format!("{error}. The run stops here and continues after a restart."),
        )
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
