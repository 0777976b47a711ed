//! The journal of a run in lines, and one entry in full.

use super::memory;
use crate::app::words::{count, duration, number};
use crate::views::ObjectKey;
use crate::views::run::{RunEntry, RunEvent};

/// Longest text in a line; the whole of it is in the entry.
const LINE_CHARS: usize = 160;

/// What an entry is about; the journal filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// The run itself.
    Run,
    /// A target's turn.
    Turn,
    /// A model call.
    Model,
    /// A tool call.
    Tool,
    /// A wait for a person.
    Approval,
    /// Something worth knowing.
    Notice,
}

impl LineKind {
    /// Every kind, as the filters are ordered.
    pub const ALL: [Self; 6] = [Self::Model, Self::Tool, Self::Approval, Self::Turn, Self::Run, Self::Notice];

    /// The kind of an entry.
    pub const fn of(event: &RunEvent) -> Self {
        match event {
            RunEvent::Started { .. }
            | RunEvent::MemoryRead { .. }
            | RunEvent::MemoryWritten { .. }
            | RunEvent::Finished { .. } => Self::Run,
            RunEvent::TargetStarted { .. }
            | RunEvent::TurnStarted { .. }
            | RunEvent::TurnDone { .. }
            | RunEvent::TeamEnded { .. }
            | RunEvent::TargetDone { .. }
            | RunEvent::TargetFailed { .. } => Self::Turn,
            RunEvent::ModelRequest { .. }
            | RunEvent::ModelResponse { .. }
            | RunEvent::ModelRetry { .. }
            | RunEvent::OutputRejected { .. } => Self::Model,
            RunEvent::ToolRequest { .. } | RunEvent::ToolResult { .. } => Self::Tool,
            RunEvent::ApprovalAsked { .. } | RunEvent::ApprovalDecided { .. } => Self::Approval,
            RunEvent::MemoryFailed { .. } | RunEvent::Notice { .. } => Self::Notice,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "Run",
            Self::Turn => "Turn",
            Self::Model => "Model",
            Self::Tool => "Tool",
            Self::Approval => "Approval",
            Self::Notice => "Notice",
        }
    }
}

/// An entry in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Number.
    pub seq: u64,
    /// Time since the run began; `None` when that is not known.
    pub after_ms: Option<i64>,
    /// What it is about.
    pub kind: LineKind,
    /// Its name, as `model.asked`.
    pub name: &'static str,
    /// Who did it; `None` for the engine.
    pub by: Option<ObjectKey>,
    /// What happened.
    pub what: String,
    /// It is bad news.
    pub bad: bool,
}

/// A part of an entry in full.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A short value.
    Fact(&'static str, String),
    /// Another object.
    Link(&'static str, ObjectKey),
    /// A moment.
    Time(&'static str, i64),
    /// A long text.
    Text(&'static str, String),
}

/// The line of an entry.
pub fn line(entry: &RunEntry, targets: &[ObjectKey], started_ms: Option<i64>) -> Line {
    let target = || entry.target.and_then(|index| targets.get(index)).cloned();
    let kind = LineKind::of(&entry.event);
    let (name, by, what, bad) = match &entry.event {
        RunEvent::Started { attempt: 1 } => ("run.started", None, "taken up by the engine".to_owned(), false),
        RunEvent::Started { attempt } => {
            let what = format!("taken up again after a restart, attempt {attempt}");
            ("run.resumed", None, what, false)
        }
        RunEvent::TargetStarted { key } => {
            ("turn.started", Some(key.clone()), key.kind.noun().to_owned(), false)
        }
        RunEvent::ModelRequest { model, agent, messages, attempt, .. } => {
            let by = agent.clone().or_else(target);
            let plural = if *messages == 1 { "message" } else { "messages" };
            let mut what = format!("{}, {messages} {plural}", model.name);
            if *attempt > 1 {
                what.push_str(&format!(", attempt {attempt}"));
            }
            ("model.asked", by, what, false)
        }
        RunEvent::ModelResponse { content, tool_calls, usage, cost, duration_ms, .. } => {
            let mut what = match tool_calls.len() {
                0 => String::new(),
                1 => "1 tool call, ".to_owned(),
                n => format!("{n} tool calls, "),
            };
            what.push_str(&format!("{} tokens out, {}", number(usage.completion), duration(*duration_ms)));
            if let Some(cost) = cost {
                what.push_str(&format!(", {cost}"));
            }
            if !content.trim().is_empty() {
                what.push_str(&format!(": {}", first_line(content)));
            }
            ("model.answered", target(), what, false)
        }
        RunEvent::ModelRetry { reason, delay_ms, .. } => {
            let what = format!("{}, next try in {}", reason.trim_end_matches('.'), duration(*delay_ms));
            ("model.failed", target(), what, true)
        }
        RunEvent::ToolRequest { name, .. } => ("tool.asked", target(), name.clone(), false),
        RunEvent::ToolResult { name, content, is_error, duration_ms, .. } => {
            let what = format!("{name}, {}: {}", duration(*duration_ms), first_line(content));
            ("tool.answered", target(), what, *is_error)
        }
        RunEvent::ApprovalAsked { name, agent, why, .. } => {
            let by = agent.clone().or_else(target);
            ("approval.asked", by, format!("{name}: {why}"), false)
        }
        RunEvent::ApprovalDecided { outcome, by, reason, arguments, .. } => {
            let mut what = outcome_words(outcome, by, arguments.is_some());
            if !reason.is_empty() {
                what.push_str(&format!(": {}", first_line(reason)));
            }
            ("approval.decided", None, what, !goes_on(outcome))
        }
        RunEvent::TurnStarted { turn, member, why, .. } => {
            ("turn.chosen", Some(member.clone()), format!("turn {turn}: {why}"), false)
        }
        RunEvent::TurnDone { content, .. } => ("turn.spoken", target(), first_line(content), false),
        RunEvent::TeamEnded { team, turns, message, .. } => {
            let plural = if *turns == 1 { "turn" } else { "turns" };
            ("team.ended", Some(team.clone()), format!("{turns} {plural}: {message}"), false)
        }
        RunEvent::OutputRejected { message, .. } => ("answer.rejected", target(), message.clone(), true),
        RunEvent::TargetDone { content } => ("turn.ended", target(), first_line(content), false),
        RunEvent::TargetFailed { code, message } => {
            ("turn.failed", target(), format!("{code}: {message}"), true)
        }
        RunEvent::MemoryRead { messages, tokens, limit, left_out, .. } => {
            let what = memory::read(*messages, *tokens, *limit, *left_out);
            let what = what.unwrap_or_else(|| "nothing was said before".to_owned());
            ("memory.read", None, what, false)
        }
        RunEvent::MemoryWritten { messages, .. } => {
            let what = count(*messages, "message is remembered", "messages are remembered");
            ("memory.written", target(), what, false)
        }
        RunEvent::MemoryFailed { message, .. } => ("memory.failed", target(), message.clone(), true),
        RunEvent::Notice { message } => ("notice", target(), message.clone(), false),
        RunEvent::Finished { phase, message, .. } => {
            let what = if message.is_empty() { phase.clone() } else { format!("{phase}: {message}") };
            ("run.ended", None, what, phase == "error")
        }
    };
    let after_ms = started_ms.map(|start| (entry.at_ms - start).max(0));
    Line { seq: entry.seq, after_ms, kind, name, by, what, bad }
}

/// The whole of an entry.
pub fn details(entry: &RunEntry) -> Vec<Detail> {
    use Detail::{Fact, Link, Text, Time};
    let mut all = vec![Time("At", entry.at_ms)];
    match &entry.event {
        RunEvent::Started { attempt } => all.push(Fact("Attempt", attempt.to_string())),
        RunEvent::TargetStarted { key } => all.push(Link("Target", key.clone())),
        RunEvent::ModelRequest { step, model, agent, messages, attempt } => {
            all.push(Link("Model", model.clone()));
            all.extend(agent.clone().map(|agent| Link("Asked by", agent)));
            all.push(Fact("Messages", messages.to_string()));
            all.push(Fact("Attempt", attempt.to_string()));
            all.push(Fact("Step", step.clone()));
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
            all.push(Fact("Took", duration(*duration_ms)));
            all.extend(first_token_ms.map(|ms| Fact("First token after", duration(ms))));
            all.push(Fact("Tokens in", tokens_in(usage.prompt, usage.cached)));
            all.push(Fact("Tokens out", number(usage.completion)));
            all.extend(cost.as_ref().map(|cost| Fact("Cost", cost.to_string())));
            all.push(Fact("Stopped by", finish_reason.clone()));
            all.push(Fact("Step", step.clone()));
            if !content.is_empty() {
                all.push(Text("Answer", content.clone()));
            }
            for call in tool_calls {
                all.push(Fact("Calls", call.name.clone()));
                all.push(Text("Arguments", pretty(&call.arguments)));
            }
        }
        RunEvent::ModelRetry { step, reason, delay_ms } => {
            all.push(Fact("Next try after", duration(*delay_ms)));
            all.push(Fact("Step", step.clone()));
            all.push(Text("Reason", reason.clone()));
        }
        RunEvent::ToolRequest { step, name, .. } => {
            all.push(Fact("Tool", name.clone()));
            all.push(Fact("Step", step.clone()));
        }
        RunEvent::ToolResult { step, name, content, is_error, duration_ms, .. } => {
            all.push(Fact("Tool", name.clone()));
            all.push(Fact("Took", duration(*duration_ms)));
            all.push(Fact("Result", if *is_error { "error" } else { "ok" }.to_owned()));
            all.push(Fact("Step", step.clone()));
            all.push(Text("Content", pretty(content)));
        }
        RunEvent::ApprovalAsked {
            step, name, arguments, agent, why, task, deadline_ms, on_timeout, ..
        } => {
            all.push(Fact("Tool", name.clone()));
            all.extend(agent.clone().map(|agent| Link("Asked by", agent)));
            all.push(Link("Answered by", task.clone()));
            all.push(Time("Waits until", *deadline_ms));
            all.push(Fact("Then", on_timeout.to_string()));
            all.push(Fact("Step", step.clone()));
            all.push(Text("Why", why.clone()));
            all.push(Text("Arguments", pretty(arguments)));
        }
        RunEvent::ApprovalDecided { step, outcome, by, reason, arguments } => {
            all.push(Fact("Outcome", outcome.clone()));
            if !by.is_empty() {
                all.push(Fact("Decided by", by.clone()));
            }
            all.push(Fact("Step", step.clone()));
            if !reason.is_empty() {
                all.push(Text("Reason", reason.clone()));
            }
            all.extend(arguments.as_deref().map(|arguments| Text("Changed arguments", pretty(arguments))));
        }
        RunEvent::TurnStarted { step, turn, team, member, rule, why } => {
            all.push(Link("Speaks", member.clone()));
            all.push(Link("Team", team.clone()));
            all.push(Fact("Turn", turn.to_string()));
            all.push(Fact("Rule", rule.clone()));
            all.push(Fact("Step", step.clone()));
            all.push(Text("Why", why.clone()));
        }
        RunEvent::TurnDone { step, content } => {
            all.push(Fact("Step", step.clone()));
            all.push(Text("Answer", content.clone()));
        }
        RunEvent::TeamEnded { step, team, turns, reason, message } => {
            all.push(Link("Team", team.clone()));
            all.push(Fact("Turns", turns.to_string()));
            all.push(Fact("Ended by", reason.clone()));
            all.push(Fact("Step", step.clone()));
            all.push(Text("Message", message.clone()));
        }
        RunEvent::OutputRejected { step, message } => {
            all.push(Fact("Step", step.clone()));
            all.push(Text("Does not fit the output schema", message.clone()));
        }
        RunEvent::TargetDone { content } => all.push(Text("Answer", content.clone())),
        RunEvent::TargetFailed { code, message } => {
            all.push(Fact("Code", code.clone()));
            all.push(Text("Message", message.clone()));
        }
        RunEvent::MemoryRead { memory, conversation, messages, tokens, limit, left_out } => {
            all.push(Link("Memory", memory.clone()));
            all.push(Fact("Conversation", conversation.clone()));
            all.push(Fact("Messages", messages.to_string()));
            all.push(Fact("Left out", left_out.to_string()));
            all.push(Fact("Tokens", format!("about {tokens}, at most {limit}")));
        }
        RunEvent::MemoryWritten { memory, conversation, messages } => {
            all.push(Link("Memory", memory.clone()));
            all.push(Fact("Conversation", conversation.clone()));
            all.push(Fact("Messages", messages.to_string()));
        }
        RunEvent::MemoryFailed { conversation, reason, message } => {
            all.push(Fact("Conversation", conversation.clone()));
            all.push(Fact("Reason", reason.clone()));
            all.push(Text("Message", message.clone()));
        }
        RunEvent::Notice { message } => all.push(Text("Message", message.clone())),
        RunEvent::Finished { phase, reason, message } => {
            all.push(Fact("Phase", phase.clone()));
            all.push(Fact("Reason", reason.clone()));
            if !message.is_empty() {
                all.push(Text("Message", message.clone()));
            }
        }
    }
    all
}

/// Whether the call was made after this outcome of a wait for a person.
pub fn goes_on(outcome: &str) -> bool {
    matches!(outcome, "approved" | "timedOutProceeded")
}

/// `approved with changes by ana`, `nobody decided in time, refused`.
pub fn outcome_words(outcome: &str, by: &str, changed: bool) -> String {
    match outcome {
        "timedOutProceeded" => "nobody decided in time, the call was made".to_owned(),
        "timedOutRejected" => "nobody decided in time, the call was refused".to_owned(),
        "approved" if changed => format!("approved with changes by {by}"),
        outcome => format!("{outcome} by {by}"),
    }
}

/// `18,204, 11,020 cached`.
pub fn tokens_in(prompt: i64, cached: i64) -> String {
    if cached > 0 { format!("{}, {} cached", number(prompt), number(cached)) } else { number(prompt) }
}

/// JSON with indentation; other text as it is.
pub fn pretty(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .filter(|value| value.is_object() || value.is_array())
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| text.to_owned())
}

/// The first line with anything in it, cut to what a line of the journal holds.
pub fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(LINE_CHARS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::kind::Kind;
    use crate::views::cost::Cost;
    use crate::views::run::TokenUsage;

    fn entry(event: RunEvent) -> RunEntry {
        RunEntry { seq: 4, at_ms: 5_250, target: Some(0), event }
    }

    #[test]
    fn a_line_says_when_who_and_what() {
        let pilot = ObjectKey::new(Kind::Agent, "harbour", "pilot");
        let answered = entry(RunEvent::ModelResponse {
            step: "s".into(),
            content: "\n High water at noon.\nMore.".into(),
            tool_calls: Vec::new(),
            usage: TokenUsage { prompt: 4_912, completion: 1_188, cached: 3_840 },
            cost: Some(Cost { currency: "USD".into(), nanos: 6_100_000 }),
            finish_reason: "stop".into(),
            first_token_ms: Some(340),
            duration_ms: 4_300,
        });
        let line = line(&answered, std::slice::from_ref(&pilot), Some(1_000));
        assert_eq!(line.name, "model.answered");
        assert_eq!(line.after_ms, Some(4_250));
        assert_eq!(line.by, Some(pilot));
        assert_eq!(line.what, "1,188 tokens out, 4.3 s, $0.0061: High water at noon.");
        let all = details(&answered);
        assert!(all.contains(&Detail::Fact("Tokens in", "4,912, 3,840 cached".into())), "{all:?}");
    }

    #[test]
    fn a_failed_try_is_bad_news_and_says_what_comes_next() {
        let retry =
            RunEvent::ModelRetry { step: "s".into(), reason: "It answered 429.".into(), delay_ms: 2_000 };
        let line = line(&entry(retry), &[], None);
        assert!(line.bad);
        assert_eq!(line.what, "It answered 429, next try in 2.0 s");
        assert_eq!(line.by, None);
    }

    #[test]
    fn long_lines_are_cut_between_letters() {
        let text = "ü".repeat(400);
        assert_eq!(first_line(&text).chars().count(), LINE_CHARS + 1);
    }

    #[test]
    fn json_is_indented_and_other_text_is_left_alone() {
        assert_eq!(pretty("{\"a\":1}"), "{\n  \"a\": 1\n}");
        assert_eq!(pretty("12:40"), "12:40");
        assert_eq!(pretty("7"), "7");
    }
}
