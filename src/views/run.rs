//! A query's run: the fold over its journal that the page, the strip and the streams show.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::cost::Cost;
use super::row::Status;
use crate::resources::approval::OnTimeout;

/// Tokens, counted once, at the provider call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Tokens of the request.
    pub prompt: i64,
    /// Tokens of the answer.
    pub completion: i64,
    /// Of the request's, how many came from the provider's cache.
    pub cached: i64,
}

/// Everything the run page opens with; afterwards it lives by [`RunDelta`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    /// The query.
    pub key: ObjectKey,
    /// UID of the query, which is the id of the run.
    pub uid: String,
    /// Its state.
    pub status: Status,
    /// The question as it was asked.
    pub input: String,
    /// Images of the question, as `data:` addresses.
    pub images: Vec<String>,
    /// What it was asked of, in order of the answers.
    pub targets: Vec<ObjectKey>,
    /// When the query was created.
    pub created_ms: i64,
    /// When the engine took it up.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Budget of time.
    pub timeout_ms: i64,
    /// Sum over all model calls.
    pub usage: TokenUsage,
    /// Session that it belongs to.
    pub session: Option<String>,
    /// Conversation that it belongs to: the one that it names, else the one that it begins.
    pub conversation: String,
    /// A model in it is the scripted demo model.
    pub scripted: bool,
    /// The journal so far, by number.
    pub entries: Vec<RunEntry>,
    /// Text of the model calls that stream right now.
    pub partials: Vec<Partial>,
    /// Entries before the first one here were left out because the run is long.
    pub truncated: bool,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// Number in the run, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at_ms: i64,
    /// Index into the run's targets; `None` for what concerns the whole run.
    pub target: Option<usize>,
    /// What happened.
    pub event: RunEvent,
}

/// What a journal entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunEvent {
    /// The engine took the run up; `attempt` is 2 after the first restart.
    Started {
        /// From 1.
        attempt: u32,
    },
    /// A target began.
    TargetStarted {
        /// What is asked.
        key: ObjectKey,
    },
    /// A request went to a model.
    ModelRequest {
        /// Step id, stable across attempts.
        step: String,
        /// The Model.
        model: ObjectKey,
        /// The agent that asks, if one does.
        agent: Option<ObjectKey>,
        /// Messages sent.
        messages: usize,
        /// From 1; a call cut by a crash or retried has more.
        attempt: u32,
    },
    /// A model answered.
    ModelResponse {
        /// Step id of the request.
        step: String,
        /// Text of the answer.
        content: String,
        /// Tools that it asks for.
        tool_calls: Vec<ToolCallView>,
        /// Tokens.
        usage: TokenUsage,
        /// What they cost, where the price is known.
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
        /// When the next try starts.
        delay_ms: i64,
    },
    /// A tool is called.
    ToolRequest {
        /// Step id.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
    },
    /// A tool ended.
    ToolResult {
        /// Step id.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
        /// What came back.
        content: String,
        /// It is an error that the model was told.
        is_error: bool,
        /// Time.
        duration_ms: i64,
    },
    /// A call waits for a person.
    ApprovalAsked {
        /// Step id of the call.
        step: String,
        /// Id of the call in the model's answer.
        call_id: String,
        /// Tool name.
        name: String,
        /// JSON text, as the model wrote it.
        arguments: String,
        /// The agent that wants to call, if one does.
        agent: Option<ObjectKey>,
        /// Why it asks, in a sentence.
        why: String,
        /// The A2ATask that is answered.
        task: ObjectKey,
        /// When the wait ends.
        deadline_ms: i64,
        /// What happens then.
        on_timeout: OnTimeout,
    },
    /// The wait for a person ended.
    ApprovalDecided {
        /// Step id of the call.
        step: String,
        /// How: `approved`, `rejected`, `timedOutProceeded` or `timedOutRejected`.
        outcome: String,
        /// Who decided; empty when nobody did.
        by: String,
        /// What they said about it.
        reason: String,
        /// Arguments in place of the model's, if they were changed.
        arguments: Option<String>,
    },
    /// A member of a team speaks next.
    TurnStarted {
        /// Step id.
        step: String,
        /// Turn of the team, from 1.
        turn: usize,
        /// The team.
        team: ObjectKey,
        /// Who speaks.
        member: ObjectKey,
        /// By which rule it was chosen: `order`, `edge` or `choice`.
        rule: String,
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
        /// Step id of the end.
        step: String,
        /// The team.
        team: ObjectKey,
        /// Turns that it took.
        turns: usize,
        /// What ended it, as `complete` or `maxTurns`.
        reason: String,
        /// The same in a sentence.
        message: String,
    },
    /// A final answer does not fit the agent's output schema.
    OutputRejected {
        /// Step id of the model call that answered.
        step: String,
        /// Why.
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
    /// What was said before in the conversation was read.
    MemoryRead {
        /// The Memory.
        memory: ObjectKey,
        /// The conversation.
        conversation: String,
        /// Messages that are told.
        messages: usize,
        /// Tokens of them, about.
        tokens: usize,
        /// Tokens that they may have.
        limit: usize,
        /// Earlier messages, which are not told.
        left_out: usize,
    },
    /// Question and answer are remembered.
    MemoryWritten {
        /// The Memory.
        memory: ObjectKey,
        /// The conversation.
        conversation: String,
        /// Messages.
        messages: usize,
    },
    /// The conversation cannot be read or kept.
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

/// A tool call in a model's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCallView {
    /// Id.
    pub id: String,
    /// Tool name.
    pub name: String,
    /// JSON text.
    pub arguments: String,
}

/// The text so far of a model call that streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// Step id.
    pub step: String,
    /// Index into the run's targets.
    pub target: Option<usize>,
    /// Text so far.
    pub text: String,
}

/// What a live run page is sent after it opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunDelta {
    /// New journal entries.
    Entries(Vec<RunEntry>),
    /// Text to append to a streaming call; `at` is the length in bytes before it, so that a gap or an overlap shows.
    Text {
        /// Step id.
        step: String,
        /// Index into the run's targets.
        target: Option<usize>,
        /// Bytes before.
        at: usize,
        /// Text to append.
        append: String,
    },
    /// State, sums and times changed.
    Head {
        /// State.
        status: Status,
        /// See [`RunView`].
        started_ms: Option<i64>,
        /// See [`RunView`].
        ended_ms: Option<i64>,
        /// See [`RunView`].
        usage: TokenUsage,
    },
}
