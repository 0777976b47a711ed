//! What one target did in a run: its model calls with their tries, its tool calls, its answer or its failure.

use std::collections::HashMap;

use super::fold::Applied;
use super::work::{Work, asked_by};
use crate::resources::approval::OnTimeout;
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::run::{TokenUsage, ToolCallView};

/// Where a turn stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TurnState {
    /// Works.
    #[default]
    Running,
    /// Answered.
    Done,
    /// Failed.
    Failed,
    /// Was stopped with the run.
    Canceled,
}

/// Why something ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Journal entry that says so.
    pub seq: u64,
    /// Stable code.
    pub code: String,
    /// Sentence.
    pub message: String,
}

impl Failure {
    /// Code of a target that a person stopped: an end, not a fault.
    pub const CANCELED: &str = "Canceled";

    /// Whether a person stopped it.
    pub fn is_cancel(&self) -> bool {
        self.code == Self::CANCELED
    }
}

/// What one target did.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Index into the run's targets.
    pub target: Option<usize>,
    /// Who it is, once known.
    pub key: Option<ObjectKey>,
    /// Where it stands.
    pub state: TurnState,
    /// When it began.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// What it did itself; a team's members too.
    pub work: Work,
    /// What was done by agents and teams that were asked as tools, by the step of the call.
    pub nested: HashMap<String, Work>,
    /// Its model calls, in order.
    pub calls: Vec<Call>,
    /// Its tool calls, in the order in which the model asked.
    pub tools: Vec<ToolRow>,
    /// Its answer.
    pub answer: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// A step of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// A model was asked: index into [`Turn::calls`].
    Call(usize),
    /// A tool was called: index into [`Turn::tools`].
    Tool(usize),
    /// A member of the team speaks from here on.
    Member {
        /// Journal entry.
        seq: u64,
        /// Step id of the turn.
        step: String,
        /// Turn of the team, from 1.
        turn: usize,
        /// Who speaks.
        member: ObjectKey,
        /// Why, in a sentence.
        why: String,
    },
    /// Something worth knowing.
    Notice {
        /// Journal entry.
        seq: u64,
        /// Sentence.
        message: String,
    },
}

/// A model call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// Step id.
    pub step: String,
    /// The model asked, once known.
    pub model: Option<ObjectKey>,
    /// The agent that asks, if one does.
    pub agent: Option<ObjectKey>,
    /// Whose words these are, where they would stand under another's name.
    pub named: Option<ObjectKey>,
    /// Messages sent.
    pub messages: usize,
    /// Tries, in order.
    pub attempts: Vec<Attempt>,
    /// Text so far, or the answer.
    pub text: String,
    /// Text still arrives, or will.
    pub streaming: bool,
    /// Tokens, once it answered.
    pub usage: Option<TokenUsage>,
    /// What they cost, where the price is known.
    pub cost: Option<Cost>,
    /// Why the model stopped.
    pub finish_reason: String,
    /// Time to the first token.
    pub first_token_ms: Option<i64>,
    /// Time of the whole call.
    pub duration_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Journal entry of the answer.
    pub answer_seq: Option<u64>,
}

/// One try of a model call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Journal entry of the request.
    pub seq: u64,
    /// When it was sent.
    pub at_ms: i64,
    /// Why it failed and when that was, where it did.
    pub failed: Option<FailedTry>,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTry {
    /// Why.
    pub reason: String,
    /// When.
    pub at_ms: i64,
    /// Wait before the next try.
    pub delay_ms: i64,
}

/// A tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRow {
    /// Step id of the call.
    pub step: String,
    /// Id of the call.
    pub call_id: String,
    /// Tool.
    pub name: String,
    /// JSON text.
    pub arguments: String,
    /// When it was asked for.
    pub asked_ms: i64,
    /// Journal entry of the answer that asked for it.
    pub seq: u64,
    /// What came back.
    pub result: Option<String>,
    /// What came back is an error.
    pub is_error: bool,
    /// Time.
    pub duration_ms: Option<i64>,
    /// Journal entry of the result.
    pub result_seq: Option<u64>,
    /// The wait for a person before the call, where there was one.
    pub approval: Option<Approval>,
}

/// A call that waits, or waited, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Journal entry that says so.
    pub seq: u64,
    /// The A2ATask that is answered.
    pub task: ObjectKey,
    /// The agent that wants to call, if one does.
    pub agent: Option<ObjectKey>,
    /// Why it asks.
    pub why: String,
    /// Since when.
    pub asked_ms: i64,
    /// When the wait ends.
    pub deadline_ms: i64,
    /// What happens then.
    pub on_timeout: OnTimeout,
    /// How it ended.
    pub decided: Option<Decided>,
    /// The run ended before anybody decided.
    pub dropped: bool,
}

/// How a wait for a person ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// When.
    pub at_ms: i64,
    /// `approved`, `rejected`, `timedOutProceeded` or `timedOutRejected`.
    pub outcome: String,
    /// Who; empty when nobody did.
    pub by: String,
    /// What they said.
    pub reason: String,
    /// Arguments in place of the model's.
    pub arguments: Option<String>,
}

impl Approval {
    /// Whether a person is waited for.
    pub fn waits(&self) -> bool {
        self.decided.is_none() && !self.dropped
    }
}

impl Turn {
    /// A turn in which nothing has happened.
    pub fn new(target: Option<usize>, key: Option<ObjectKey>) -> Self {
        Self {
            target,
            work: Work::of(key.clone()),
            nested: HashMap::new(),
            key,
            state: TurnState::Running,
            started_ms: None,
            ended_ms: None,
            calls: Vec::new(),
            tools: Vec::new(),
            answer: None,
            failure: None,
        }
    }

    /// Whether it ended badly; what a person stopped did not.
    pub fn failed(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| !failure.is_cancel())
    }

    /// Tokens in and out of its model calls; `None` before the first answer.
    pub fn tokens(&self) -> Option<i64> {
        let mut usages = self.calls.iter().filter_map(|call| call.usage).peekable();
        usages.peek()?;
        Some(usages.map(|usage| usage.prompt + usage.completion).sum())
    }

    /// What its model calls cost, in words; `None` where no price is known. `partly`: there were more calls.
    pub fn cost(&self, partly: bool) -> Option<String> {
        let mut sums = Vec::new();
        let answered = || self.calls.iter().filter(|call| call.finished());
        answered().filter_map(|call| call.cost.as_ref()).for_each(|cost| cost.add_to(&mut sums));
        Cost::words(&sums, partly || answered().any(|call| call.cost.is_none()))
    }

    /// Its own last model call: not one of an agent that it asked as a tool.
    pub fn last_call(&self) -> Option<&Call> {
        self.work.parts.iter().rev().find_map(|part| match part {
            Part::Call(at) => self.calls.get(*at),
            _ => None,
        })
    }

    /// What was done at a place: by the target itself, or under the call of this step.
    pub fn work_at(&self, call: Option<&str>) -> Option<&Work> {
        match call {
            None => Some(&self.work),
            Some(step) => self.nested.get(step),
        }
    }

    /// The answer where the last call's text does not already show it.
    pub fn extra_answer(&self) -> Option<&str> {
        let answer = self.answer.as_deref().filter(|answer| !answer.trim().is_empty())?;
        let shown = self.last_call().is_some_and(|call| call.text.trim() == answer.trim());
        (!shown).then_some(answer)
    }

    /// Words of the answer, for the announcement.
    pub fn words(&self) -> usize {
        self.text().unwrap_or_default().split_whitespace().count()
    }

    /// Its answer, or what there is of it.
    pub fn text(&self) -> Option<&str> {
        self.answer.as_deref().or_else(|| self.last_call().map(|call| call.text.as_str()))
    }

    /// No text arrives any more, and nobody is waited for.
    pub(super) fn settle(&mut self) {
        for call in &mut self.calls {
            call.streaming = false;
        }
        for approval in self.tools.iter_mut().filter_map(|tool| tool.approval.as_mut()) {
            approval.dropped = approval.decided.is_none();
        }
    }

    /// Where what belongs to `step` is noted.
    pub(super) fn work_mut(&mut self, step: &str) -> &mut Work {
        match asked_by(&self.tools, step) {
            None => &mut self.work,
            Some(call) => self.nested.entry(call).or_default(),
        }
    }

    /// The call of this step, made at the end when it is not there yet.
    pub(super) fn call_mut(&mut self, step: &str) -> &mut Call {
        let found = self.calls.iter().position(|call| call.step == step);
        let place = found.unwrap_or_else(|| {
            let part = Part::Call(self.calls.len());
            self.work_mut(step).parts.push(part);
            self.calls.push(Call { step: step.to_owned(), streaming: true, ..Call::default() });
            self.calls.len() - 1
        });
        &mut self.calls[place]
    }

    /// A tool call that the model asked for.
    pub(super) fn ask_tool(&mut self, step: String, asked: &ToolCallView, seq: u64, at_ms: i64) {
        let part = Part::Tool(self.tools.len());
        self.work_mut(&step).parts.push(part);
        self.tools.push(ToolRow::asked(step, asked, seq, at_ms));
    }

    /// The row of this tool call, made at the end when the answer that asked for it was left out.
    pub(super) fn tool_mut(
        &mut self,
        step: &str,
        call_id: &str,
        name: &str,
        seq: u64,
        at_ms: i64,
    ) -> &mut ToolRow {
        // Members of a team and agents that are tools may give their calls the same ids.
        let found = self.tools.iter().position(|row| row.step == step);
        let place = found.unwrap_or_else(|| {
            let asked =
                ToolCallView { id: call_id.to_owned(), name: name.to_owned(), arguments: String::new() };
            self.ask_tool(step.to_owned(), &asked, seq, at_ms);
            self.tools.len() - 1
        });
        &mut self.tools[place]
    }
}

/// The step of call `index` that a model asked for in `step`, as the engine names it.
pub(super) fn tool_step(step: &str, index: usize) -> String {
    match step.rsplit_once("/model/") {
        Some((place, turn)) => format!("{place}/tool/{turn}/{index}"),
        // A picker calls once.
        None => format!("{step}/call"),
    }
}

impl Call {
    /// Whether the answer is in the journal.
    pub fn finished(&self) -> bool {
        self.answer_seq.is_some()
    }

    /// A request went out; a try after the first begins with no text.
    pub(super) fn ask(&mut self, number: u32, seq: u64, at_ms: i64) {
        if self.attempts.iter().any(|attempt| attempt.number == number) {
            return;
        }
        if !self.attempts.is_empty() {
            self.text.clear();
        }
        self.streaming = true;
        self.attempts.push(Attempt { number, seq, at_ms, failed: None });
    }

    /// The try failed.
    pub(super) fn fail(&mut self, reason: &str, delay_ms: i64, at_ms: i64) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.failed = Some(FailedTry { reason: reason.to_owned(), at_ms, delay_ms });
        }
    }

    /// The model answered. What streamed is kept when it is the same, so that nothing shown is drawn again.
    pub(super) fn answer(&mut self, content: &str, at_ms: i64, seq: u64) {
        if self.text != content {
            content.clone_into(&mut self.text);
        }
        self.streaming = false;
        self.ended_ms = Some(at_ms);
        self.answer_seq = Some(seq);
    }

    /// Takes streamed text that begins at byte `at`.
    pub(super) fn append(&mut self, at: usize, append: &str) -> Applied {
        self.streaming = true;
        let have = self.text.len();
        if at > have {
            return Applied::Gap;
        }
        if at == 0 && have > 0 && !self.text.starts_with(append) && !append.starts_with(&self.text) {
            // A new try begins over; its entry comes a moment later.
            append.clone_into(&mut self.text);
            return Applied::Changed;
        }
        match append.get(have - at..) {
            Some("") | None => Applied::Known,
            Some(new) => {
                self.text.push_str(new);
                Applied::Changed
            }
        }
    }
}

impl ToolRow {
    /// A call that the model asked for.
    pub(super) fn asked(step: String, call: &ToolCallView, seq: u64, at_ms: i64) -> Self {
        Self {
            step,
            call_id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            asked_ms: at_ms,
            seq,
            result: None,
            is_error: false,
            duration_ms: None,
            result_seq: None,
            approval: None,
        }
    }

    /// When the tool itself began: after the person, where one was asked; `None` while one is.
    pub fn began_ms(&self) -> Option<i64> {
        match &self.approval {
            None => Some(self.asked_ms),
            Some(approval) => approval.decided.as_ref().map(|decided| decided.at_ms),
        }
    }

    /// Whether a person is waited for.
    pub fn waits(&self) -> bool {
        self.approval.as_ref().is_some_and(Approval::waits)
    }
}
