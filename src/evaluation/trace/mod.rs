//! What happened in a run, as rules and measures see it: a fold of its journal into typed steps.

mod fold;
mod teams;

use serde::Serialize;
use serde_json::Value;

use crate::engine::journal::Entry;

/// A run. Times are milliseconds since its first entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The whole.
    pub query: QueryTrace,
    /// What is scored: the answer.
    pub output: String,
    /// Calls of tools that were made, in the order of their beginning.
    pub tools: Vec<ToolTrace>,
    /// Agents at work: one for each time that one was asked.
    pub agents: Vec<AgentTrace>,
    /// Calls of models.
    pub llm: Vec<LlmTrace>,
    /// Teams at work: one for each time that one was asked.
    pub teams: Vec<TeamTrace>,
    /// Turns of teams.
    pub turns: Vec<TurnTrace>,
    /// All of them in the order of their beginning.
    pub sequence: Vec<StepTrace>,
}

/// The whole of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryTrace {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// What was asked.
    pub input: String,
    /// `done`, `error` or `canceled`; empty before the end.
    pub phase: String,
    /// It ended with an answer.
    pub resolved: bool,
    /// Its time was up.
    pub timed_out: bool,
    /// Who was asked.
    pub targets: Vec<TargetTrace>,
    /// Its time.
    pub duration_ms: i64,
    /// Tokens sent.
    pub prompt_tokens: i64,
    /// Tokens answered.
    pub completion_tokens: i64,
    /// Both.
    pub total_tokens: i64,
    /// What it cost, where all prices are known and in one currency.
    pub cost: Option<f64>,
    /// ISO 4217.
    pub currency: String,
    /// Calls of models.
    pub llm_calls: usize,
    /// Calls of tools.
    pub tool_calls: usize,
    /// Agents at work.
    pub agent_runs: usize,
}

/// Who was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TargetTrace {
    /// `agent`, `team`, `model` or `tool`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Name.
    pub name: String,
}

/// A call of a tool.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolTrace {
    /// Tool.
    pub name: String,
    /// Who called it; empty for a query's target.
    pub agent: String,
    /// Arguments; what a model wrote that is no JSON is a text.
    pub arguments: Value,
    /// What came back.
    pub result: String,
    /// It went well.
    pub ok: bool,
    /// Its time.
    pub duration_ms: i64,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Its place in the run, as `0/turn/2`; the places of what it is made of begin with it.
    pub step: String,
}

/// An agent at work.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentTrace {
    /// Agent.
    pub name: String,
    /// Its last model call was answered.
    pub ok: bool,
    /// Its calls of models.
    pub llm_calls: usize,
    /// Tools that it called, in order.
    pub tools: Vec<String>,
    /// Tokens.
    pub total_tokens: i64,
    /// Its time.
    pub duration_ms: i64,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Its place in the run, as `0/turn/2`; the places of what it is made of begin with it.
    pub step: String,
}

/// A call of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LlmTrace {
    /// Model.
    pub name: String,
    /// The agent that asked, if one did.
    pub agent: String,
    /// What it answered.
    pub content: String,
    /// It was answered.
    pub ok: bool,
    /// Attempts.
    pub attempts: u32,
    /// Tokens sent.
    pub prompt_tokens: i64,
    /// Tokens answered.
    pub completion_tokens: i64,
    /// Both.
    pub total_tokens: i64,
    /// `stop`, `length`, `tool_calls`…
    pub finish_reason: String,
    /// Its time.
    pub duration_ms: i64,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
}

/// A team at work.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamTrace {
    /// Team.
    pub name: String,
    /// It ended well.
    pub ok: bool,
    /// What ended it, as `complete` or `maxTurns`; empty when it did not end well.
    pub end: String,
    /// Who spoke, each once, in the order of their first turns.
    pub members: Vec<String>,
    /// Its turns; their kind is that of who spoke.
    pub turns: Vec<StepTrace>,
    /// Its time.
    pub duration_ms: i64,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Its place in the run, as `0/turn/2`; the places of what it is made of begin with it.
    pub step: String,
}

/// A turn of a team.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnTrace {
    /// Who spoke.
    pub name: String,
    /// `agent` or `team`.
    pub kind: String,
    /// Team.
    pub team: String,
    /// From 1.
    pub turn: usize,
    /// `order`, `edge` or `choice`.
    pub rule: String,
    /// What was said.
    pub content: String,
    /// It was said.
    pub ok: bool,
    /// Its time.
    pub duration_ms: i64,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Its place in the run, as `0/turn/2`; the places of what it is made of begin with it.
    pub step: String,
}

/// A step of any kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepTrace {
    /// `team`, `turn`, `agent`, `llm` or `tool`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// It went well.
    pub ok: bool,
    /// Beginning.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Its place in the run, as `0/turn/2`; the places of what it is made of begin with it.
    pub step: String,
}

impl Trace {
    /// The run with these entries; all of it, or with `target` what concerns one of its targets.
    pub fn of(entries: &[Entry], target: Option<usize>) -> Self {
        let mut fold = fold::Fold::default();
        for entry in entries {
            let at = fold.at(entry.at_ms);
            if target.is_none() || entry.target.is_none() || entry.target == target {
                fold.take(at, &entry.event);
            }
        }
        fold.end()
    }
}
