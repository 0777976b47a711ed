//! A run as the page shows it: the fold over its journal.
//!
//! Entries are taken in order of their number; what was seen is skipped and what is missing is reported, so that
//! a reconnect neither repeats nor loses anything. No clock and no signal here: the whole of it is tested.

use super::memory;
use super::turn::{Approval, Call, Decided, Failure, Part, Turn, TurnState, tool_step};
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::row::{State, Status};
use crate::views::run::{Partial, RunDelta, RunEntry, RunEvent, RunView, TokenUsage};

/// What [`RunModel::apply`] did with a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Something shown is different now.
    Changed,
    /// All of it was known already.
    Known,
    /// Something before it is missing: the page needs the run as a whole again.
    Gap,
}

/// A run with its journal folded into turns.
#[derive(Debug, Clone, PartialEq)]
pub struct RunModel {
    /// The query.
    pub key: ObjectKey,
    /// UID of the query.
    pub uid: String,
    /// Its state.
    pub status: Status,
    /// The question as it was asked.
    pub input: String,
    /// Images of the question, as `data:` addresses.
    pub images: Vec<String>,
    /// What it was asked of.
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
    /// Conversation that it belongs to.
    pub conversation: String,
    /// A model in it is the scripted demo model.
    pub scripted: bool,
    /// Entries before the first one here were left out.
    pub truncated: bool,
    /// The journal so far.
    pub entries: Vec<RunEntry>,
    /// One for each target that has begun, in order of the targets.
    pub turns: Vec<Turn>,
    /// How much of the memory went with the question, in a sentence.
    pub memory: Option<(u64, String)>,
    /// Restarts, limits and other sentences that concern the whole run.
    pub notices: Vec<(u64, String)>,
    /// Why the run as a whole ended, where it ended badly without any target failing.
    pub failure: Option<Failure>,
}

impl RunModel {
    /// The model of a run as it was loaded.
    pub fn open(view: RunView) -> Self {
        let mut model = Self {
            key: view.key,
            uid: view.uid,
            status: view.status,
            input: view.input,
            images: view.images,
            targets: view.targets,
            created_ms: view.created_ms,
            started_ms: view.started_ms,
            ended_ms: view.ended_ms,
            timeout_ms: view.timeout_ms,
            usage: view.usage,
            session: view.session,
            conversation: view.conversation,
            scripted: view.scripted,
            truncated: view.truncated,
            entries: Vec::with_capacity(view.entries.len()),
            turns: Vec::new(),
            memory: None,
            notices: Vec::new(),
            failure: None,
        };
        for entry in view.entries {
            model.push(entry);
        }
        for Partial { step, target, text } in view.partials {
            model.text(&step, target, 0, &text);
        }
        model
    }

    /// Number of the last entry, 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.seq)
    }

    /// Whether the run has ended, by its state.
    pub fn ended(&self) -> bool {
        matches!(self.status.state, State::Done | State::Failed | State::Canceled)
    }

    /// Takes what arrived.
    pub fn apply(&mut self, delta: RunDelta) -> Applied {
        match delta {
            RunDelta::Entries(entries) => self.extend(entries),
            RunDelta::Text { step, target, at, append } => self.text(&step, target, at, &append),
            RunDelta::Head { status, started_ms, ended_ms, usage } => {
                let changed = self.status != status
                    || self.started_ms != started_ms
                    || self.ended_ms != ended_ms
                    || self.usage != usage;
                self.status = status;
                self.started_ms = started_ms;
                self.ended_ms = ended_ms;
                self.usage = usage;
                if changed { Applied::Changed } else { Applied::Known }
            }
        }
    }

    /// What the calls cost whose price is known, by currency, and how many calls have none.
    pub fn cost(&self) -> (Vec<Cost>, usize) {
        let mut sums: Vec<Cost> = Vec::new();
        let mut unknown = 0;
        for entry in &self.entries {
            match &entry.event {
                RunEvent::ModelResponse { cost: Some(cost), .. } => cost.add_to(&mut sums),
                RunEvent::ModelResponse { cost: None, .. } => unknown += 1,
                _ => {}
            }
        }
        (sums, unknown)
    }

    /// Puts older entries before those that are here.
    pub fn prepend(&mut self, older: Vec<RunEntry>) {
        let first = self.entries.first().map_or(u64::MAX, |entry| entry.seq);
        // Where nothing is older any more, what is missing is gone.
        let more = !older.is_empty();
        let mut all: Vec<RunEntry> = older.into_iter().filter(|entry| entry.seq < first).collect();
        all.append(&mut self.entries);
        let streaming = self.partials();
        self.truncated = more && all.first().is_some_and(|entry| entry.seq > 1);
        self.turns.clear();
        self.memory = None;
        self.notices.clear();
        self.failure = None;
        for entry in all {
            self.push(entry);
        }
        for Partial { step, target, text } in streaming {
            self.text(&step, target, 0, &text);
        }
    }

    /// Keeps the older entries that the reader has of this run, where they reach to those that are here.
    pub fn keep_older(&mut self, before: &mut Self) {
        let first = self.entries.first().map_or(0, |entry| entry.seq);
        let last = before.last_seq();
        if self.truncated && self.uid == before.uid && last > 0 && last + 1 >= first {
            self.prepend(std::mem::take(&mut before.entries));
        }
    }

    /// The call of this step.
    pub fn call(&self, step: &str) -> Option<&Call> {
        self.turns.iter().flat_map(|turn| &turn.calls).find(|call| call.step == step)
    }

    /// How many model calls were made and how many tool calls.
    pub fn call_counts(&self) -> (usize, usize) {
        let models =
            self.turns.iter().flat_map(|turn| &turn.calls).map(|call| call.attempts.len().max(1)).sum();
        (models, self.turns.iter().map(|turn| turn.tools.len()).sum())
    }

    /// Time from the first request to its first token.
    pub fn first_token_ms(&self) -> Option<i64> {
        self.turns.iter().flat_map(|turn| &turn.calls).find_map(|call| call.first_token_ms)
    }

    /// Tokens by who asked: the agent, else the model; most first.
    pub fn usage_by_asker(&self) -> Vec<(ObjectKey, TokenUsage)> {
        let mut sums: Vec<(ObjectKey, TokenUsage)> = Vec::new();
        for call in self.turns.iter().flat_map(|turn| &turn.calls) {
            let (Some(usage), Some(asker)) = (call.usage, call.agent.as_ref().or(call.model.as_ref())) else {
                continue;
            };
            match sums.iter_mut().find(|(key, _)| key == asker) {
                Some((_, sum)) => add(sum, usage),
                None => sums.push((asker.clone(), usage)),
            }
        }
        sums.sort_by_key(|(_, usage)| -(usage.prompt + usage.completion));
        sums
    }

    fn partials(&self) -> Vec<Partial> {
        let calls = self.turns.iter().flat_map(|turn| turn.calls.iter().map(move |call| (turn.target, call)));
        calls
            .filter(|(_, call)| call.streaming)
            .map(|(target, call)| Partial { step: call.step.clone(), target, text: call.text.clone() })
            .collect()
    }

    fn extend(&mut self, entries: Vec<RunEntry>) -> Applied {
        let mut applied = Applied::Known;
        for entry in entries {
            let last = self.last_seq();
            if entry.seq <= last {
                continue;
            }
            if last > 0 && entry.seq > last + 1 {
                return Applied::Gap;
            }
            self.push(entry);
            applied = Applied::Changed;
        }
        applied
    }

    fn push(&mut self, entry: RunEntry) {
        let (seq, at) = (entry.seq, entry.at_ms);
        match &entry.event {
            RunEvent::Started { attempt } => {
                self.started_ms.get_or_insert(at);
                if *attempt > 1 {
                    let times = attempt - 1;
                    let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
                    self.notices.push((
                        seq,
                        format!(
                            "Arkdeck was restarted {times}; the run went on after its last finished step."
                        ),
                    ));
                }
            }
            RunEvent::TargetStarted { key } => {
                let key = key.clone();
                let turn = self.turn(entry.target);
                turn.work.who.get_or_insert_with(|| key.clone());
                turn.key.get_or_insert(key);
                turn.started_ms.get_or_insert(at);
            }
            RunEvent::ModelRequest { step, model, agent, messages, attempt } => {
                let (model, agent) = (model.clone(), agent.clone());
                let turn = self.turn_at(entry.target, at);
                let named = turn.work_mut(step).speak(step, agent.as_ref());
                let call = turn.call_mut(step);
                call.model = Some(model);
                call.agent = agent;
                // A further try says nothing new.
                call.named = named.or(call.named.take());
                call.messages = *messages;
                call.ask(*attempt, seq, at);
            }
            RunEvent::ModelResponse {
                step,
                content,
                tool_calls,
                usage,
                cost,
                finish_reason,
                first_token_ms,
                duration_ms,
            } => {
                let turn = self.turn_at(entry.target, at);
                let call = turn.call_mut(step);
                call.answer(content, at, seq);
                call.usage = Some(*usage);
                call.cost.clone_from(cost);
                call.finish_reason.clone_from(finish_reason);
                call.first_token_ms = *first_token_ms;
                call.duration_ms = Some(*duration_ms);
                for (index, asked) in tool_calls.iter().enumerate() {
                    turn.ask_tool(tool_step(step, index), asked, seq, at);
                }
            }
            RunEvent::ModelRetry { step, reason, delay_ms } => {
                self.turn_at(entry.target, at).call_mut(step).fail(reason, *delay_ms, at);
            }
            RunEvent::ToolRequest { step, call_id, name } => {
                self.turn_at(entry.target, at).tool_mut(step, call_id, name, seq, at);
            }
            RunEvent::ToolResult { step, call_id, name, content, is_error, duration_ms } => {
                let row = self.turn_at(entry.target, at).tool_mut(step, call_id, name, seq, at);
                row.result = Some(content.clone());
                row.is_error = *is_error;
                row.duration_ms = Some(*duration_ms);
                row.result_seq = Some(seq);
            }
            RunEvent::ApprovalAsked {
                step,
                call_id,
                name,
                arguments,
                agent,
                why,
                task,
                deadline_ms,
                on_timeout,
            } => {
                let row = self.turn_at(entry.target, at).tool_mut(step, call_id, name, seq, at);
                if row.arguments.is_empty() {
                    row.arguments.clone_from(arguments);
                }
                row.approval = Some(Approval {
                    seq,
                    task: task.clone(),
                    agent: agent.clone(),
                    why: why.clone(),
                    asked_ms: at,
                    deadline_ms: *deadline_ms,
                    on_timeout: *on_timeout,
                    decided: None,
                    dropped: false,
                });
            }
            RunEvent::ApprovalDecided { step, outcome, by, reason, arguments } => {
                let decided = Decided {
                    at_ms: at,
                    outcome: outcome.clone(),
                    by: by.clone(),
                    reason: reason.clone(),
                    arguments: arguments.clone(),
                };
                let turn = self.turn_at(entry.target, at);
                let row = turn.tools.iter_mut().find(|row| row.step == *step);
                if let Some(approval) = row.and_then(|row| row.approval.as_mut()) {
                    approval.decided = Some(decided);
                }
            }
            RunEvent::TurnStarted { step: place, turn, team, member, why, .. } => {
                let (step, who, why) = (place.clone(), member.clone(), why.clone());
                let part = Part::Member { seq, step, turn: *turn, member: who, why };
                self.turn_at(entry.target, at).work_mut(place).begin_turn(team, member, part);
            }
            RunEvent::TurnDone { .. } => {}
            RunEvent::TeamEnded { step, reason, message, .. } => {
                // That everybody has spoken shows without words.
                if reason != "complete" {
                    let part = Part::Notice { seq, message: message.clone() };
                    self.turn_at(entry.target, at).work_mut(step).parts.push(part);
                }
            }
            RunEvent::OutputRejected { step, message } => {
                let message = format!("The answer does not fit the output schema: {message}.");
                self.turn_at(entry.target, at).work_mut(step).parts.push(Part::Notice { seq, message });
            }
            RunEvent::TargetDone { content } => {
                let content = content.clone();
                let turn = self.turn_at(entry.target, at);
                turn.state = TurnState::Done;
                turn.ended_ms = Some(at);
                turn.settle();
                turn.answer = Some(content);
            }
            RunEvent::TargetFailed { code, message } => {
                let failure = Failure { seq, code: code.clone(), message: message.clone() };
                let turn = self.turn_at(entry.target, at);
                turn.state = if failure.is_cancel() { TurnState::Canceled } else { TurnState::Failed };
                turn.ended_ms = Some(at);
                turn.settle();
                turn.failure = Some(failure);
            }
            RunEvent::MemoryRead { messages, tokens, limit, left_out, .. } => {
                let told = memory::read(*messages, *tokens, *limit, *left_out);
                self.memory = told.map(|told| (seq, told));
            }
            RunEvent::MemoryWritten { .. } => {}
            RunEvent::MemoryFailed { message, .. } => self.notices.push((seq, message.clone())),
            RunEvent::Notice { message } => match entry.target {
                Some(_) => {
                    let part = Part::Notice { seq, message: message.clone() };
                    self.turn_at(entry.target, at).work.parts.push(part);
                }
                None => self.notices.push((seq, message.clone())),
            },
            RunEvent::Finished { phase, reason, message } => {
                self.ended_ms.get_or_insert(at);
                self.finish(seq, at, phase, reason, message);
            }
        }
        self.entries.push(entry);
    }

    fn finish(&mut self, seq: u64, at: i64, phase: &str, reason: &str, message: &str) {
        let canceled = phase == "canceled";
        for turn in &mut self.turns {
            turn.settle();
            if turn.state == TurnState::Running {
                turn.state = if canceled { TurnState::Canceled } else { TurnState::Failed };
                turn.ended_ms = Some(at);
            }
        }
        let told = self.turns.iter().any(|turn| turn.failure.is_some());
        if phase == "error" && !told {
            self.failure = Some(Failure { seq, code: reason.to_owned(), message: message.to_owned() });
        }
    }

    fn text(&mut self, step: &str, target: Option<usize>, at: usize, append: &str) -> Applied {
        let turn = self.turn(target);
        if turn.calls.iter().any(|call| call.step == step && call.finished()) {
            return Applied::Known;
        }
        turn.call_mut(step).append(at, append)
    }

    fn turn_at(&mut self, target: Option<usize>, at: i64) -> &mut Turn {
        let turn = self.turn(target);
        turn.started_ms.get_or_insert(at);
        turn
    }

    /// The turn of a target, made where it belongs when it is not there yet.
    fn turn(&mut self, target: Option<usize>) -> &mut Turn {
        let place = self.turns.partition_point(|turn| turn.target < target);
        if self.turns.get(place).is_none_or(|turn| turn.target != target) {
            let key = self.targets.get(target.unwrap_or(0)).cloned();
            self.turns.insert(place, Turn::new(target, key));
        }
        &mut self.turns[place]
    }
}

fn add(sum: &mut TokenUsage, more: TokenUsage) {
    sum.prompt += more.prompt;
    sum.completion += more.completion;
    sum.cached += more.cached;
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
