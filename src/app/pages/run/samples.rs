//! Runs for the tests of what is folded from them.

use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::{State, Status};
use crate::views::run::{RunDelta, RunEntry, RunEvent, RunView, TokenUsage, ToolCallView};

pub const T0: i64 = 1_000_000;

pub fn agent(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Agent, "harbour", name)
}

pub fn view(targets: &[&str]) -> RunView {
    RunView {
        key: ObjectKey::new(Kind::Query, "harbour", "tide-1"),
        uid: "u-1".into(),
        status: Status { state: State::Running, word: "Running".into(), reason: None },
        input: "When is high water?".into(),
        targets: targets.iter().map(|name| agent(name)).collect(),
        created_ms: T0,
        started_ms: None,
        ended_ms: None,
        timeout_ms: 60_000,
        usage: TokenUsage::default(),
        session: None,
        conversation: String::new(),
        images: Vec::new(),
        scripted: true,
        entries: Vec::new(),
        partials: Vec::new(),
        truncated: false,
    }
}

pub fn entry(seq: u64, target: Option<usize>, event: RunEvent) -> RunEntry {
    RunEntry { seq, at_ms: T0 + seq as i64 * 100, target, event }
}

pub fn request(seq: u64, target: usize, step: &str, attempt: u32) -> RunEntry {
    let model = ObjectKey::new(Kind::Model, "harbour", "lamp");
    let agent = Some(agent("pilot"));
    let event = RunEvent::ModelRequest { step: step.into(), model, agent, messages: 2, attempt };
    entry(seq, Some(target), event)
}

pub fn response(seq: u64, target: usize, step: &str, content: &str, tools: &[&str]) -> RunEntry {
    let tool_calls = tools
        .iter()
        .map(|id| ToolCallView { id: (*id).into(), name: "tides".into(), arguments: "{}".into() })
        .collect();
    let event = RunEvent::ModelResponse {
        step: step.into(),
        content: content.into(),
        tool_calls,
        usage: TokenUsage { prompt: 10, completion: 5, cached: 2 },
        cost: None,
        finish_reason: "stop".into(),
        first_token_ms: Some(30),
        duration_ms: 90,
    };
    entry(seq, Some(target), event)
}

pub fn started(seq: u64, target: usize, name: &str) -> RunEntry {
    entry(seq, Some(target), RunEvent::TargetStarted { key: agent(name) })
}

pub fn text(step: &str, at: usize, append: &str) -> RunDelta {
    RunDelta::Text { step: step.into(), target: Some(0), at, append: append.into() }
}
