//! The fold: entries of a journal, one after the other, into a trace.

use std::collections::HashMap;

use super::teams::Teams;
use super::{AgentTrace, LlmTrace, StepTrace, TargetTrace, ToolTrace, Trace};
use crate::engine::journal::{Event, ObjectRef, ToolCall, Usage};

/// What the fold remembers between entries.
#[derive(Default)]
pub(super) struct Fold {
    trace: Trace,
    began_ms: Option<i64>,
    llm: HashMap<String, usize>,
    tools: HashMap<String, usize>,
    teams: Teams,
    /// By the place of their steps, as `0` or `0/turn/2`.
    agents: HashMap<String, usize>,
    /// Calls that a model's answer asked for, by its step.
    asked: HashMap<String, Vec<ToolCall>>,
    /// Arguments that a person put in place of the model's, by the step of the call.
    changed: HashMap<String, String>,
    costs: Vec<Option<(String, i64)>>,
}

impl Fold {
    /// Milliseconds since the first entry.
    pub(super) fn at(&mut self, at_ms: i64) -> i64 {
        let at = at_ms - *self.began_ms.get_or_insert(at_ms);
        self.trace.query.duration_ms = at;
        at
    }

    pub(super) fn take(&mut self, at: i64, event: &Event) {
        match event {
            Event::TargetStarted { key } => self
                .trace
                .query
                .targets
                .push(TargetTrace { type_: key.kind.noun().to_owned(), name: key.name.clone() }),
            Event::ModelRequest { step, model, agent, attempt, .. } => {
                self.asks(at, step, model, agent.as_ref(), *attempt);
            }
            Event::ModelResponse {
                step,
                content,
                tool_calls,
                usage,
                cost,
                finish_reason,
                duration_ms,
                ..
            } => {
                self.asked.insert(step.clone(), tool_calls.clone());
                self.costs.push(cost.as_ref().map(|cost| (cost.currency.clone(), cost.nanos)));
                self.answered(at, step, content, *usage, finish_reason, *duration_ms);
            }
            Event::ApprovalDecided { step, arguments: Some(arguments), .. } => {
                self.changed.insert(step.clone(), arguments.clone());
            }
            Event::ToolRequest { step, name, .. } => self.calls(at, step, name),
            Event::ToolResult { step, name, content, is_error, duration_ms, .. } => {
                // What was never made, as a call of a tool that is not there, has a result only.
                if !self.tools.contains_key(step) {
                    self.calls(at, step, name);
                }
                if let Some(tool) = self.tools.get(step).and_then(|at| self.trace.tools.get_mut(*at)) {
                    content.clone_into(&mut tool.result);
                    (tool.ok, tool.duration_ms, tool.end_ms) = (!is_error, *duration_ms, at);
                }
            }
            Event::TurnStarted { .. } | Event::TurnDone { .. } | Event::TeamEnded { .. } => {
                self.teams.take(at, event);
            }
            Event::TargetDone { content } if self.trace.output.is_empty() => {
                content.clone_into(&mut self.trace.output);
            }
            Event::TargetFailed { code, .. } => self.trace.query.timed_out |= code.starts_with("TimedOut"),
            Event::Finished { phase, reason, .. } => {
                phase.clone_into(&mut self.trace.query.phase);
                self.trace.query.timed_out |= reason.starts_with("TimedOut");
                self.trace.query.resolved = phase == "done";
            }
            _ => {}
        }
    }

    fn asks(&mut self, at: i64, step: &str, model: &ObjectRef, agent: Option<&ObjectRef>, attempt: u32) {
        if let Some(llm) = self.llm.get(step).and_then(|at| self.trace.llm.get_mut(*at)) {
            llm.attempts = attempt;
            return;
        }
        self.llm.insert(step.to_owned(), self.trace.llm.len());
        self.trace.llm.push(LlmTrace {
            name: model.name.clone(),
            agent: agent.map(|agent| agent.name.clone()).unwrap_or_default(),
            attempts: attempt,
            start_ms: at,
            end_ms: at,
            ..LlmTrace::default()
        });
        let Some(agent) = agent else { return };
        let agents = &mut self.trace.agents;
        let index = *self.agents.entry(place(step).to_owned()).or_insert_with(|| {
            agents.push(AgentTrace {
                name: agent.name.clone(),
                start_ms: at,
                step: place(step).to_owned(),
                ..AgentTrace::default()
            });
            agents.len() - 1
        });
        let agent = &mut agents[index];
        agent.llm_calls += 1;
        (agent.ok, agent.end_ms) = (false, at);
    }

    fn answered(&mut self, at: i64, step: &str, content: &str, usage: Usage, reason: &str, duration_ms: i64) {
        let tokens = usage.prompt.saturating_add(usage.completion);
        let query = &mut self.trace.query;
        query.prompt_tokens += usage.prompt;
        query.completion_tokens += usage.completion;
        query.total_tokens += tokens;
        if let Some(llm) = self.llm.get(step).and_then(|at| self.trace.llm.get_mut(*at)) {
            content.clone_into(&mut llm.content);
            reason.clone_into(&mut llm.finish_reason);
            (llm.ok, llm.end_ms, llm.duration_ms) = (true, at, duration_ms);
            (llm.prompt_tokens, llm.completion_tokens, llm.total_tokens) =
                (usage.prompt, usage.completion, tokens);
        }
        if let Some(agent) = self.agents.get(place(step)).and_then(|at| self.trace.agents.get_mut(*at)) {
            agent.total_tokens += tokens;
            (agent.ok, agent.end_ms) = (true, at);
        }
    }

    fn calls(&mut self, at: i64, step: &str, name: &str) {
        let agent = self.agents.get(place(step)).and_then(|at| self.trace.agents.get_mut(*at));
        let by = agent.map(|agent| {
            agent.tools.push(name.to_owned());
            agent.name.clone()
        });
        let written = self.changed.get(step).map(String::as_str).or_else(|| {
            // `0/tool/1/2` is call 2 of the answer of `0/model/1`.
            let (place, call) = step.rsplit_once("/tool/")?;
            let (turn, index) = call.split_once('/')?;
            let calls = self.asked.get(&format!("{place}/model/{turn}"))?;
            Some(calls.get(index.parse::<usize>().ok()?)?.arguments.as_str())
        });
        let arguments = written.map_or_else(
            || serde_json::Value::Object(serde_json::Map::new()),
            |text| serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        );
        self.tools.insert(step.to_owned(), self.trace.tools.len());
        self.trace.tools.push(ToolTrace {
            name: name.to_owned(),
            agent: by.unwrap_or_default(),
            arguments,
            start_ms: at,
            end_ms: at,
            step: step.to_owned(),
            ..ToolTrace::default()
        });
    }

    pub(super) fn end(mut self) -> Trace {
        let trace = &mut self.trace;
        (trace.teams, trace.turns) = self.teams.end(trace.query.duration_ms);
        for agent in &mut trace.agents {
            agent.duration_ms = agent.end_ms - agent.start_ms;
        }
        trace.query.llm_calls = trace.llm.len();
        trace.query.tool_calls = trace.tools.len();
        trace.query.agent_runs = trace.agents.len();
        if let Some((currency, nanos)) = sum(&self.costs) {
            #[expect(clippy::cast_precision_loss, reason = "shown, and compared with a bound")]
            let cost = nanos as f64 / 1e9;
            (trace.query.cost, trace.query.currency) = (Some(cost), currency);
        }
        let step = |kind: &str, name: &str, place: &str, ok, start_ms, end_ms| StepTrace {
            kind: kind.to_owned(),
            name: name.to_owned(),
            ok,
            start_ms,
            end_ms,
            step: place.to_owned(),
        };
        let teams = trace.teams.iter().map(|t| step("team", &t.name, &t.step, t.ok, t.start_ms, t.end_ms));
        let turns = trace.turns.iter().map(|t| step("turn", &t.name, &t.step, t.ok, t.start_ms, t.end_ms));
        let agents = trace.agents.iter().map(|a| step("agent", &a.name, &a.step, a.ok, a.start_ms, a.end_ms));
        // Nothing is made of calls of models.
        let llm = trace.llm.iter().map(|l| step("llm", &l.name, "", l.ok, l.start_ms, l.end_ms));
        let tools = trace.tools.iter().map(|t| step("tool", &t.name, &t.step, t.ok, t.start_ms, t.end_ms));
        let mut sequence: Vec<StepTrace> = teams.chain(turns).chain(agents).chain(llm).chain(tools).collect();
        sequence.sort_by_key(|step| step.start_ms);
        trace.sequence = sequence;
        self.trace
    }
}

/// The sum, when every call has a price and all are in one currency.
fn sum(costs: &[Option<(String, i64)>]) -> Option<(String, i64)> {
    let mut costs = costs.iter();
    let (currency, first) = costs.next()?.clone()?;
    costs.try_fold((currency, first), |(currency, sum), cost| match cost {
        Some((other, nanos)) if *other == currency => Some((currency, sum.saturating_add(*nanos))),
        _ => None,
    })
}

/// Where a step belongs: what stands before its kind.
fn place(step: &str) -> &str {
    let at = [step.rfind("/model/"), step.rfind("/tool/")].into_iter().flatten().max();
    at.map_or(step, |at| &step[..at])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::journal::Entry;

    fn entries(events: serde_json::Value) -> Vec<Entry> {
        let events: Vec<(i64, Event)> = serde_json::from_value(events).unwrap();
        (1..).zip(events).map(|(seq, (at_ms, event))| Entry { seq, at_ms, target: Some(0), event }).collect()
    }

    fn object(kind: &str, name: &str) -> serde_json::Value {
        json!({"kind": kind, "namespace": "lagoon", "name": name})
    }

    #[test]
    fn a_run_with_a_tool_is_told_as_it_was() {
        let usage = json!({"prompt": 10, "completion": 5, "cached": 0});
        let cost = json!({"currency": "EUR", "nanos": 1_500_000_000_i64});
        let ask = |step: &str, attempt: u32| {
            json!({"type": "modelRequest", "step": step, "model": object("model", "gull"),
                "agent": object("agent", "pilot"), "messages": 1, "attempt": attempt})
        };
        let answer = |step: &str, content: &str, calls: serde_json::Value| {
            json!({"type": "modelResponse", "step": step, "content": content, "toolCalls": calls, "usage": usage,
                "cost": cost, "finishReason": "stop", "firstTokenMs": 1, "durationMs": 40})
        };
        let calls = json!([
            {"id": "a", "name": "search", "arguments": "{\"port\": \"Lisbon\"}"},
            {"id": "a", "name": "fetch", "arguments": "not JSON"},
        ]);
        let result = |step: &str, name: &str, is_error: bool| {
            json!({"type": "toolResult", "step": step, "callId": "a", "name": name, "content": "r",
                "isError": is_error, "durationMs": 7})
        };
        let trace = Trace::of(
            &entries(json!([
                [1000, {"type": "started", "attempt": 1}],
                [1000, {"type": "targetStarted", "key": object("agent", "pilot")}],
                [1000, ask("0/model/0", 1)],
                [1010, ask("0/model/0", 2)],
                [1050, answer("0/model/0", "", calls)],
                [1051, {"type": "toolRequest", "step": "0/tool/0/0", "callId": "a", "name": "search", "repeatable": true}],
                [1052, result("0/tool/0/1", "fetch", true)],
                [1060, result("0/tool/0/0", "search", false)],
                [1061, ask("0/model/1", 1)],
                [1100, answer("0/model/1", "Low at noon.", json!([]))],
                [1101, {"type": "targetDone", "content": "Low at noon."}],
                [1101, {"type": "finished", "phase": "done", "reason": "QuerySucceeded", "message": ""}],
            ])),
            None,
        );
        assert_eq!(trace.output, "Low at noon.");
        assert_eq!((trace.query.duration_ms, trace.query.total_tokens), (101, 30));
        assert_eq!((trace.query.cost, trace.query.currency.as_str()), (Some(3.0), "EUR"));
        assert!(trace.query.resolved && !trace.query.timed_out);
        assert_eq!(trace.tools[0].arguments, json!({"port": "Lisbon"}));
        assert_eq!((trace.tools[0].start_ms, trace.tools[0].end_ms, trace.tools[0].ok), (51, 60, true));
        assert_eq!((trace.tools[1].arguments.as_str(), trace.tools[1].ok), (Some("not JSON"), false));
        assert_eq!(trace.llm[0].attempts, 2);
        assert_eq!(trace.agents.len(), 1);
        assert_eq!((trace.agents[0].tools.join(" "), trace.agents[0].llm_calls), ("search fetch".into(), 2));
        let names: Vec<&str> = trace.sequence.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["pilot", "gull", "search", "fetch", "gull"]);
    }

    #[test]
    fn a_price_that_is_missing_leaves_the_sum_unknown() {
        let euros = |nanos| Some(("EUR".to_owned(), nanos));
        assert_eq!(sum(&[euros(1), euros(2)]), euros(3));
        assert_eq!(sum(&[euros(1), None]), None);
        assert_eq!(sum(&[euros(1), Some(("USD".into(), 1))]), None);
        assert_eq!(sum(&[]), None);
    }
}
