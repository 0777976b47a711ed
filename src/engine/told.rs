//! Kubernetes Events about the course of a run, drawn from its journal: who has a team's turn, what ended a team, what
//! failed on the way. Names follow Ark's. What models and tools say is not in them: Events are read by many.

use std::collections::HashSet;

use super::events::Recorder;
use super::journal::{Entry, Event, ObjectRef, RunRecord, TeamEnd, TurnRule, Watching};
use crate::resources::query::{Query, QuerySpec};

/// Events of one run; further ones are left out, which the last one says. A team of a hundred turns needs no hundred writes.
const MAX_OF_RUN: usize = 50;

/// Reasons of Events.
mod reasons {
    pub(super) const TURN: &str = "TeamTurnStart";
    pub(super) const MAX_TURNS: &str = "TeamTurnMaxTurns";
    pub(super) const TEAM: &str = "TeamExecutionComplete";
    pub(super) const TARGET: &str = "TargetExecutionError";
    pub(super) const MODEL: &str = "LLMCallError";
    pub(super) const TOOL: &str = "ToolCallError";
    pub(super) const APPROVAL: &str = "ApprovalDecided";
    pub(super) const OMITTED: &str = "EventsOmitted";
}

/// One Event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Told {
    warning: bool,
    reason: &'static str,
    message: String,
}

/// Tells of one run.
pub(super) struct RunEvents {
    recorder: Recorder,
    query: Query,
    targets: Vec<ObjectRef>,
    /// What was told: the same is not told again.
    told: HashSet<Told>,
}

impl RunEvents {
    /// Tells about the query of `record`; what was `found` was told before.
    pub(super) fn of(recorder: Recorder, record: &RunRecord, found: &[Entry]) -> Self {
        let mut query = Query::new(&record.name, QuerySpec::default());
        query.metadata.namespace = Some(record.namespace.clone());
        query.metadata.uid = Some(record.id.clone());
        let mut events = Self { recorder, query, targets: Vec::new(), told: HashSet::new() };
        for entry in found {
            if let Some(told) = events.read(entry)
                && events.told.len() < MAX_OF_RUN
            {
                events.told.insert(told);
            }
        }
        events
    }

    /// What an entry tells, if anything.
    fn read(&mut self, entry: &Entry) -> Option<Told> {
        let (warning, reason, message) = match &entry.event {
            Event::TargetStarted { key } => {
                self.targets.push(key.clone());
                return None;
            }
            Event::TurnStarted { turn, team, member, rule, .. } => {
                let by = match rule {
                    TurnRule::Order => "by the order of the members",
                    TurnRule::Edge => "by the only edge that leads on",
                    TurnRule::Choice => "by choice",
                };
                let who = format!("{} '{}'", member.kind.noun(), member.name);
                (false, reasons::TURN, format!("Turn {turn} of team '{}': {who} speaks, {by}.", team.name))
            }
            Event::TeamEnded { team, turns, reason, .. } => {
                let why = match reason {
                    TeamEnd::Complete => "everybody has spoken",
                    TeamEnd::MaxTurns => "more are not allowed",
                    TeamEnd::Terminated => "the conversation was ended",
                    TeamEnd::NoEdge => "no edge leads on",
                    TeamEnd::NoChoice => "nobody was chosen",
                };
                let reason = if *reason == TeamEnd::MaxTurns { reasons::MAX_TURNS } else { reasons::TEAM };
                (false, reason, format!("Team '{}' ended after {turns} turns: {why}.", team.name))
            }
            // Of a query's only target, its own Event tells.
            Event::TargetFailed { code, message } if self.targets.len() > 1 => {
                let target = self.targets.get(entry.target?)?;
                let who = format!("{} '{}'", target.kind.noun(), target.name);
                (true, reasons::TARGET, format!("{who} failed ({code}): {message}"))
            }
            Event::ModelRetry { reason, .. } => {
                (true, reasons::MODEL, format!("A model call failed and is tried again: {reason}"))
            }
            Event::ToolResult { name, is_error: true, .. } => {
                (true, reasons::TOOL, format!("A call of tool '{name}' failed; the model was told."))
            }
            Event::ApprovalDecided { step, outcome, by, .. } => {
                let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
                (
                    false,
                    reasons::APPROVAL,
                    format!("The call at step {step} was decided{by}: {}.", outcome.as_str()),
                )
            }
            Event::MemoryFailed { message, .. } => (true, "MemoryFailed", message.clone()),
            _ => return None,
        };
        Some(Told { warning, reason, message })
    }
}

impl Watching for RunEvents {
    fn see(&mut self, entry: &Entry) {
        let Some(told) = self.read(entry) else { return };
        if self.told.len() > MAX_OF_RUN || self.told.contains(&told) {
            return;
        }
        let told = if self.told.len() < MAX_OF_RUN {
            told
        } else {
            let message = "Further Events of this run are left out; its journal has all of them.".into();
            Told { warning: false, reason: reasons::OMITTED, message }
        };
        if told.warning {
            self.recorder.warning(&self.query, told.reason, told.message.as_str());
        } else {
            self.recorder.normal(&self.query, told.reason, told.message.as_str());
        }
        self.told.insert(told);
    }
}
