//! What the journal already knows when a run begins: nothing for a new one, everything that completed for a resumed one.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::approval::{self, Decided};
use crate::engine::error::RunError;
use crate::engine::journal::{Entry, Event, ObjectRef};
use crate::engine::providers::ChatAnswer;

/// The fold over the entries that were found.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// How often the engine took the run up before.
    pub(super) starts: u32,
    /// The targets, as they were resolved at the first start.
    pub(super) targets: Vec<ObjectRef>,
    /// Targets that ended.
    pub(super) outcomes: HashMap<usize, Result<String, RunError>>,
    /// The end, if it was reached: phase, reason, message.
    pub(super) finished: Option<(String, String, String)>,
    /// The history that was read.
    pub(super) memory_read: Option<MemoryRead>,
    /// Why the memory could not be used: reason and sentence.
    pub(super) memory_failure: Option<(String, String)>,
    /// Targets whose messages are remembered.
    pub(super) remembered: HashSet<usize>,
    answers: HashMap<String, ChatAnswer>,
    attempts: HashMap<String, u32>,
    tools: HashMap<String, ToolPast>,
    approvals: HashMap<String, approval::Past>,
    turns: HashMap<String, ObjectRef>,
    rejections: HashMap<String, String>,
    closed: HashSet<String>,
}

/// The history that was read before a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemoryRead {
    /// The Memory.
    pub(super) memory: ObjectRef,
    /// Its UID.
    pub(super) uid: String,
    /// Numbers of the messages.
    pub(super) messages: Vec<i64>,
}

/// What is known of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToolPast {
    /// It was sent and its result is not known.
    InFlight {
        /// It may be sent again.
        repeatable: bool,
    },
    /// It ended.
    Ended {
        /// What the model was told.
        content: String,
        /// It was an error.
        is_error: bool,
    },
}

impl Past {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut past = Self::default();
        for entry in entries {
            past.take(entry);
        }
        past
    }

    fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Started { attempt } => self.starts = *attempt,
            Event::TargetStarted { key } => self.targets.push(key.clone()),
            Event::ModelRequest { step, attempt, .. } => {
                self.attempts.insert(step.clone(), *attempt);
            }
            Event::ModelResponse {
                step,
                content,
                tool_calls,
                thoughts,
                usage,
                finish_reason,
                first_token_ms,
                duration_ms,
                ..
            } => {
                let millis = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
                self.answers.insert(
                    step.clone(),
                    ChatAnswer {
                        content: content.clone(),
                        tool_calls: tool_calls.clone(),
                        thoughts: thoughts.clone(),
                        usage: *usage,
                        finish_reason: finish_reason.clone(),
                        first_token: first_token_ms.map(millis),
                        duration: millis(*duration_ms),
                    },
                );
            }
            Event::ToolRequest { step, repeatable, .. } => {
                self.tools.insert(step.clone(), ToolPast::InFlight { repeatable: *repeatable });
            }
            Event::ToolResult { step, content, is_error, .. } => {
                let ended = ToolPast::Ended { content: content.clone(), is_error: *is_error };
                self.tools.insert(step.clone(), ended);
            }
            Event::ApprovalAsked { step, why, deadline_ms, on_timeout, .. } => {
                let asked = approval::Past {
                    why: why.clone(),
                    asked_ms: entry.at_ms,
                    deadline_ms: *deadline_ms,
                    on_timeout: *on_timeout,
                    decided: None,
                };
                self.approvals.insert(step.clone(), asked);
            }
            Event::ApprovalDecided { step, outcome, by, reason, arguments } => {
                if let Some(asked) = self.approvals.get_mut(step) {
                    asked.decided = Some(Decided {
                        outcome: *outcome,
                        by: by.clone(),
                        reason: reason.clone(),
                        arguments: arguments.clone(),
                    });
                }
            }
            Event::TurnStarted { step, member, .. } => {
                self.turns.insert(step.clone(), member.clone());
            }
            Event::TurnDone { step, .. } | Event::TeamEnded { step, .. } => {
                self.closed.insert(step.clone());
            }
            Event::OutputRejected { step, message } => {
                self.rejections.insert(step.clone(), message.clone());
            }
            Event::TargetDone { content } => self.end(entry.target, Ok(content.clone())),
            Event::TargetFailed { code, message } => {
                self.end(entry.target, Err(RunError::new(code.as_str(), message.as_str())));
            }
            Event::Finished { phase, reason, message } => {
                self.finished = Some((phase.clone(), reason.clone(), message.clone()));
            }
            Event::MemoryRead { memory, uid, messages, .. } => {
                let (memory, uid) = (memory.clone(), uid.clone());
                self.memory_read = Some(MemoryRead { memory, uid, messages: messages.clone() });
            }
            Event::MemoryFailed { reason, message, .. } => {
                self.memory_failure = Some((reason.clone(), message.clone()));
            }
            Event::MemoryWritten { .. } => self.remembered.extend(entry.target),
            Event::ModelRetry { .. } | Event::Notice { .. } => {}
        }
    }

    fn end(&mut self, target: Option<usize>, outcome: Result<String, RunError>) {
        if let Some(target) = target {
            self.outcomes.insert(target, outcome);
        }
    }

    /// The answer of a completed model call.
    pub(super) fn answer(&self, step: &str) -> Option<&ChatAnswer> {
        self.answers.get(step)
    }

    /// Attempts that were made of a model call.
    pub(super) fn attempts(&self, step: &str) -> u32 {
        self.attempts.get(step).copied().unwrap_or(0)
    }

    /// Why the answer of a model call was rejected.
    pub(super) fn rejection(&self, step: &str) -> Option<&str> {
        self.rejections.get(step).map(String::as_str)
    }

    /// Who had a turn of a team.
    pub(super) fn turn(&self, step: &str) -> Option<&ObjectRef> {
        self.turns.get(step)
    }

    /// Whether the end of a turn or of a team was written.
    pub(super) fn closed(&self, step: &str) -> bool {
        self.closed.contains(step)
    }

    /// What is known of the wait for a person before a tool call.
    pub(super) fn approval(&self, step: &str) -> Option<&approval::Past> {
        self.approvals.get(step)
    }

    /// What is known of a tool call.
    pub(super) fn tool(&self, step: &str) -> Option<&ToolPast> {
        self.tools.get(step)
    }
}
