//! What a journal entry says. The run page shows these one to one.

use serde::{Deserialize, Serialize};

use crate::resources::approval::OnTimeout;
use crate::resources::kind::Kind;

/// One line of a run's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Number in the run, from 1, without gaps.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Index into the run's targets; `None` for what concerns the whole run.
    pub target: Option<usize>,
    /// What happened.
    pub event: Event,
}

/// An object that an entry names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Kind.
    pub kind: Kind,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// Tokens, counted once, at the provider call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the request.
    pub prompt: i64,
    /// Tokens of the answer.
    pub completion: i64,
    /// Of the request's, how many came from the provider's cache.
    pub cached: i64,
    /// Of the request's, how many were written to the provider's cache, which some charge for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub written: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// What a model call cost, by the prices of its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// ISO 4217.
    pub currency: String,
    /// Thousand-millionths of it.
    pub nanos: i64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt = self.prompt.saturating_add(other.prompt);
        self.completion = self.completion.saturating_add(other.completion);
        self.cached = self.cached.saturating_add(other.cached);
        self.written = self.written.saturating_add(other.written);
    }
}

/// A tool call in a model's answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Id that the model gave it.
    pub id: String,
    /// Tool name.
    pub name: String,
    /// Arguments as the model wrote them: JSON text, which may be wrong.
    pub arguments: String,
}

/// What a model thought before it spoke, as far as its provider says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thought {
    /// Words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The provider's seal over them, without which it does not take them back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// Words that only the provider can read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redacted: String,
}

impl Thought {
    /// Bytes of it.
    pub fn size(&self) -> usize {
        self.text.len() + self.signature.len() + self.redacted.len()
    }

    /// Whether the provider knows its own thoughts again.
    pub fn is_sealed(&self) -> bool {
        !self.signature.is_empty() || !self.redacted.is_empty()
    }
}

/// The rule by which a member of a team speaks next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TurnRule {
    /// The order of the members.
    Order,
    /// An edge of the graph, the only one that fits.
    Edge,
    /// The choice of an agent or a model.
    Choice,
}

/// What ended a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TeamEnd {
    /// Everybody has spoken.
    Complete,
    /// The cap on turns was reached.
    MaxTurns,
    /// A member or the picker ended the conversation.
    Terminated,
    /// No edge leads on from the last speaker.
    NoEdge,
    /// The picker named nobody who may speak.
    NoChoice,
}

/// How the wait for a person ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApprovalOutcome {
    /// Somebody approved the call.
    Approved,
    /// Somebody rejected it.
    Rejected,
    /// Nobody decided in time, and the call is made.
    TimedOutProceeded,
    /// Nobody decided in time, and the call is refused.
    TimedOutRejected,
}

impl ApprovalOutcome {
    /// Its word, as in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::TimedOutProceeded => "timedOutProceeded",
            Self::TimedOutRejected => "timedOutRejected",
        }
    }

    /// Whether the call is made.
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Approved | Self::TimedOutProceeded)
    }
}

impl TurnRule {
    /// Its word, as in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Edge => "edge",
            Self::Choice => "choice",
        }
    }
}

impl TeamEnd {
    /// Its word, as in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::MaxTurns => "maxTurns",
            Self::Terminated => "terminated",
            Self::NoEdge => "noEdge",
            Self::NoChoice => "noChoice",
        }
    }
}

/// What happened. Step ids (`0/model/1`, `0/tool/1/0`: target, kind, turn, call; of a team's member `0/turn/2/model/0`) are stable
/// across attempts and restarts: an answer found under its step id is never asked for again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The engine took the run up; `attempt` is 2 after the first restart.
    Started {
        /// From 1.
        attempt: u32,
    },
    /// A target began.
    TargetStarted {
        /// What is asked.
        key: ObjectRef,
    },
    /// A request goes to a model; written before it is sent.
    ModelRequest {
        /// Step id.
        step: String,
        /// The Model.
        model: ObjectRef,
        /// The agent that asks, if one does.
        agent: Option<ObjectRef>,
        /// Messages sent.
        messages: usize,
        /// From 1; a call cut by a crash or retried has more.
        attempt: u32,
        /// Who serves it, as the OpenTelemetry conventions name them: `openai`, `anthropic`…
        #[serde(default, skip_serializing_if = "String::is_empty")]
        provider: String,
        /// The provider's name of the model.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        provider_model: String,
    },
    /// A model answered.
    ModelResponse {
        /// Step id of the request.
        step: String,
        /// Text of the answer.
        content: String,
        /// Tools that it asks for.
        tool_calls: Vec<ToolCall>,
        /// What it thought, to be given back with what its tools give.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        thoughts: Vec<Thought>,
        /// Tokens.
        usage: Usage,
        /// What they cost, where the price is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cost: Option<Cost>,
        /// `stop`, `length`, `tool_calls`…
        finish_reason: String,
        /// Time to the first token.
        first_token_ms: Option<i64>,
        /// Time of the whole call.
        duration_ms: i64,
    },
    /// A model call failed and is tried again.
    ModelRetry {
        /// Step id of the request.
        step: String,
        /// Why.
        reason: String,
        /// When the next try starts, counted from this entry.
        delay_ms: i64,
    },
    /// A tool is called; written before the call, so that a restart knows that it was in flight.
    ToolRequest {
        /// Step id.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
        /// It may be sent twice (read-only or idempotent by the tool's annotations).
        repeatable: bool,
    },
    /// A tool ended.
    ToolResult {
        /// Step id.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
        /// What came back, as the model is told.
        content: String,
        /// It is an error that the model is told.
        is_error: bool,
        /// Time.
        duration_ms: i64,
    },
    /// A call waits for a person; written before anybody is asked, so that a restart asks nobody twice.
    ApprovalAsked {
        /// Step id of the call.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
        /// Arguments as the model wrote them: JSON text. Preset ones are not among them.
        arguments: String,
        /// The agent that wants to call, if one does.
        agent: Option<ObjectRef>,
        /// Why it asks, in a sentence.
        why: String,
        /// Name of the A2ATask that is answered.
        task: String,
        /// When the wait ends, in milliseconds since 1970.
        deadline_ms: i64,
        /// What happens then.
        on_timeout: OnTimeout,
    },
    /// The wait for a person ended; written before anything follows from it.
    ApprovalDecided {
        /// Step id of the call.
        step: String,
        /// How.
        outcome: ApprovalOutcome,
        /// Who decided; empty when nobody did.
        by: String,
        /// What they said about it.
        reason: String,
        /// Arguments in place of the model's, if they were changed: JSON text.
        arguments: Option<String>,
    },
    /// A member of a team speaks next; written with what it does first.
    TurnStarted {
        /// Step id.
        step: String,
        /// Turn of the team, from 1.
        turn: usize,
        /// The team.
        team: ObjectRef,
        /// Who speaks.
        member: ObjectRef,
        /// By which rule it was chosen.
        rule: TurnRule,
        /// Why, in a sentence.
        why: String,
    },
    /// A member of a team has spoken.
    TurnDone {
        /// Step id of the turn.
        step: String,
        /// What it said last.
        content: String,
    },
    /// A team ended well.
    TeamEnded {
        /// Step id.
        step: String,
        /// The team.
        team: ObjectRef,
        /// Turns that it took.
        turns: usize,
        /// What ended it.
        reason: TeamEnd,
        /// The same in a sentence.
        message: String,
    },
    /// A final answer does not fit the agent's output schema. The first time, the model is asked once more.
    OutputRejected {
        /// Step id of the model call that answered.
        step: String,
        /// Why, as the model is told.
        message: String,
    },
    /// A target ended well.
    TargetDone {
        /// The answer.
        content: String,
    },
    /// A target failed.
    TargetFailed {
        /// Stable code, as `ModelUnauthorized`.
        code: String,
        /// Sentence.
        message: String,
    },
    /// What was said before in the conversation was read; written with the first step that uses it.
    MemoryRead {
        /// The Memory.
        memory: ObjectRef,
        /// Its UID.
        uid: String,
        /// The conversation.
        conversation: String,
        /// Numbers of the messages that are told, in order: a restart reads the same ones.
        messages: Vec<i64>,
        /// Tokens of them, about.
        tokens: usize,
        /// Tokens that they may have.
        limit: usize,
        /// Earlier messages, which are not told.
        left_out: usize,
    },
    /// Question and answer are remembered; written in one with the end of the target.
    MemoryWritten {
        /// The Memory.
        memory: ObjectRef,
        /// The conversation.
        conversation: String,
        /// Messages.
        messages: usize,
    },
    /// The conversation cannot be read or kept; the run goes on without.
    MemoryFailed {
        /// The conversation.
        conversation: String,
        /// Reason of the condition, as `NoMemoryBackend`.
        reason: String,
        /// Sentence.
        message: String,
    },
    /// Something worth knowing, as a limit that was reached.
    Notice {
        /// Sentence.
        message: String,
    },
    /// The run ended.
    Finished {
        /// `done`, `error` or `canceled`.
        phase: String,
        /// Reason of the Completed condition.
        reason: String,
        /// Sentence.
        message: String,
    },
}

impl Event {
    /// The step whose streaming text this entry replaces or discards.
    pub(super) fn closes_step(&self) -> Option<&str> {
        match self {
            Self::ModelRequest { step, .. }
            | Self::ModelResponse { step, .. }
            | Self::ModelRetry { step, .. } => Some(step),
            _ => None,
        }
    }

    /// The text that may be long.
    pub(super) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::ModelResponse { content, .. }
            | Self::ToolResult { content, .. }
            | Self::TurnDone { content, .. }
            | Self::TargetDone { content } => Some(content),
            _ => None,
        }
    }

    /// [`text_mut`](Self::text_mut), to look at.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::ModelResponse { content, .. }
            | Self::ToolResult { content, .. }
            | Self::TurnDone { content, .. }
            | Self::TargetDone { content } => Some(content),
            _ => None,
        }
    }

    /// Cuts texts that are longer than an entry may hold, and says so in the text.
    pub(super) fn bounded(mut self) -> Self {
        if let Some(text) = self.text_mut() {
            bound(text, super::MAX_TEXT);
        }
        match &mut self {
            Self::TargetFailed { message, .. }
            | Self::TeamEnded { message, .. }
            | Self::TurnStarted { why: message, .. }
            | Self::OutputRejected { message, .. }
            | Self::Notice { message }
            | Self::MemoryFailed { message, .. }
            | Self::Finished { message, .. } => {
                bound(message, super::MAX_MESSAGE);
            }
            Self::ModelRetry { reason, .. } | Self::ApprovalDecided { reason, .. } => {
                bound(reason, super::MAX_MESSAGE);
            }
            _ => {}
        }
        self
    }
}

/// Cuts `text` to `max` bytes at a character border and appends how long it was.
pub fn bound(text: &mut String, max: usize) {
    if text.len() <= max {
        return;
    }
    let whole = text.len();
    text.truncate(text.floor_char_boundary(max));
    text.push_str(&format!(" … [cut here; {whole} bytes in all]"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let mut text = "ä".repeat(10);
        bound(&mut text, 5);
        assert_eq!(text, "ää … [cut here; 20 bytes in all]");
    }

    #[test]
    fn entries_from_before_there_were_prices_are_read() {
        let old = r#"{"type":"modelResponse","step":"0/model/0","content":"Low.","toolCalls":[],
            "usage":{"prompt":10,"completion":4,"cached":6},"finishReason":"stop","firstTokenMs":null,"durationMs":9}"#;
        let Event::ModelResponse { usage, cost, .. } = serde_json::from_str(old).unwrap() else { panic!() };
        assert_eq!((usage.prompt, usage.written, cost), (10, 0, None));
    }

    #[test]
    fn entries_are_tagged_camel_case_json() {
        let event = Event::TargetFailed { code: "ModelUnauthorized".into(), message: "no".into() };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"type":"targetFailed","code":"ModelUnauthorized","message":"no"}"#
        );
        let retry = Event::ModelRetry { step: "0/model/0".into(), reason: "busy".into(), delay_ms: 5 };
        assert_eq!(
            serde_json::to_string(&retry).unwrap(),
            r#"{"type":"modelRetry","step":"0/model/0","reason":"busy","delayMs":5}"#
        );
    }
}
