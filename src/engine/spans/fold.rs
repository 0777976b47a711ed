//! From a run's journal to its spans, by the OpenTelemetry conventions for generative AI: query → target → turn → model
//! call or tool call. A span is exported once, when it ends.
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/>

use std::collections::BTreeMap;

use serde_json::json;

use super::context::{TraceContext, attempt_key};
use super::otlp::{Attribute, Kind as SpanKind, Span, Status, nanos};
use crate::engine::journal::{Entry, Event, ObjectRef, RunRecord, ToolCall, bound};
use crate::resources::kind::Kind;
use crate::resources::query::Query;

/// Bytes of a text in a span, where texts are exported at all.
const MAX_TEXT: usize = 16 << 10;
/// Spans of one run that are open at once; steps beyond are not traced. Open ones are few: a call of each target and tool.
const MAX_OPEN: usize = 1_024;

/// A span that has begun.
#[derive(Debug, Clone)]
struct Open {
    /// What its id is made from.
    key: String,
    parent: Option<String>,
    name: String,
    kind: SpanKind,
    start_ms: i64,
    attributes: Vec<Attribute>,
}

/// The spans of one run on their way.
pub(super) struct Fold {
    context: TraceContext,
    texts: bool,
    /// By step, which for a target is its number and for the run nothing.
    open: BTreeMap<String, Open>,
}

impl Fold {
    /// The fold over the entries that were found; what ended before was exported by the process that wrote it.
    pub(super) fn begin(
        context: TraceContext,
        record: &RunRecord,
        query: &Query,
        texts: bool,
        found: &[Entry],
    ) -> Self {
        let mut attributes = vec![
            Attribute::text("ark.query.name", &record.name),
            Attribute::text("ark.query.uid", &record.id),
            Attribute::text("k8s.namespace.name", &record.namespace),
        ];
        for (key, value) in
            [("gen_ai.conversation.id", &query.spec.conversation_id), ("session.id", &query.spec.session_id)]
        {
            if !value.is_empty() {
                attributes.push(Attribute::text(key, value));
            }
        }
        let root = Open {
            key: "query".into(),
            parent: context.parent().map(str::to_owned),
            name: format!("query {}", record.name),
            kind: SpanKind::Internal,
            start_ms: record.created_ms,
            attributes,
        };
        let mut fold = Self { context, texts, open: BTreeMap::from([(String::new(), root)]) };
        for entry in found {
            fold.take(entry);
        }
        fold
    }

    /// Takes an entry; the spans that it ends.
    pub(super) fn take(&mut self, entry: &Entry) -> Vec<Span> {
        let at = entry.at_ms;
        let target = entry.target.map(|target| target.to_string()).unwrap_or_default();
        match &entry.event {
            Event::TargetStarted { key } => {
                let (name, attributes) = asked(key, "target");
                self.start(&target, &target, name, SpanKind::Internal, at, attributes);
            }
            Event::TurnStarted { step, turn, team, member, rule, .. } => {
                let (name, mut attributes) = asked(member, "turn");
                attributes.push(Attribute::text("ark.team.name", &team.name));
                attributes.push(Attribute::number("ark.team.turn", i64::try_from(*turn).unwrap_or(i64::MAX)));
                attributes.push(Attribute::text("ark.team.rule", rule.as_str()));
                self.start(step, step, name, SpanKind::Internal, at, attributes);
            }
            Event::TurnDone { step, .. } => return self.end(step, at, Status::default(), Vec::new()),
            Event::ModelRequest { step, model, agent, attempt, provider, provider_model, .. } => {
                // One that has no end was cut with the process that made it.
                let cut = self.end(
                    step,
                    at,
                    Status::error("The process ended during the call."),
                    vec![failed("cut")],
                );
                let asked = if provider_model.is_empty() { &model.name } else { provider_model };
                let mut attributes = vec![
                    Attribute::text("gen_ai.operation.name", "chat"),
                    Attribute::text("gen_ai.request.model", asked),
                    Attribute::text("ark.model.name", &model.name),
                    Attribute::number("ark.attempt", i64::from(*attempt)),
                ];
                if !provider.is_empty() {
                    attributes.push(Attribute::text("gen_ai.provider.name", provider));
                }
                if let Some(agent) = agent {
                    attributes.push(Attribute::text("gen_ai.agent.name", &agent.name));
                }
                let key = attempt_key(step, *attempt);
                self.start(step, &key, format!("chat {asked}"), SpanKind::Client, at, attributes);
                return cut;
            }
            Event::ModelResponse { step, content, tool_calls, usage, finish_reason, .. } => {
                let mut more = vec![
                    Attribute::number("gen_ai.usage.input_tokens", usage.prompt),
                    Attribute::number("gen_ai.usage.output_tokens", usage.completion),
                    Attribute::texts("gen_ai.response.finish_reasons", [finish_reason.as_str()]),
                ];
                for (key, count) in [
                    ("gen_ai.usage.cache_read.input_tokens", usage.cached),
                    ("gen_ai.usage.cache_creation.input_tokens", usage.written),
                ] {
                    if count > 0 {
                        more.push(Attribute::number(key, count));
                    }
                }
                if self.texts {
                    more.push(Attribute::text(
                        "gen_ai.output.messages",
                        said(content, tool_calls, finish_reason),
                    ));
                }
                return self.end(step, at, Status::default(), more);
            }
            Event::ModelRetry { step, reason, .. } => {
                return self.end(step, at, Status::error(reason), vec![failed("retried")]);
            }
            Event::ToolRequest { step, call_id, name, .. } => {
                self.start(
                    step,
                    step,
                    format!("execute_tool {name}"),
                    SpanKind::Internal,
                    at,
                    tool(name, call_id),
                );
            }
            Event::ToolResult { step, call_id, name, content, is_error, duration_ms } => {
                if !self.open.contains_key(step) {
                    // Refused before it was made.
                    let began = at.saturating_sub(*duration_ms);
                    let title = format!("execute_tool {name}");
                    self.start(step, step, title, SpanKind::Internal, began, tool(name, call_id));
                }
                let mut more = Vec::new();
                if self.texts {
                    more.push(Attribute::text("gen_ai.tool.call.result", bounded(content.clone())));
                }
                // What a tool says of its failure may be anybody's words, so they are texts too.
                let status =
                    if *is_error { Status::error("The tool call failed.") } else { Status::default() };
                if *is_error {
                    more.push(failed("tool_error"));
                }
                return self.end(step, at, status, more);
            }
            Event::ApprovalAsked { step, name, .. } => {
                let (place, title) = (approval(step), format!("approval {name}"));
                let attributes = vec![Attribute::text("gen_ai.tool.name", name)];
                self.start(&place, &place, title, SpanKind::Internal, at, attributes);
            }
            Event::ApprovalDecided { step, outcome, .. } => {
                let more = vec![Attribute::text("ark.approval.outcome", outcome.as_str())];
                return self.end(&approval(step), at, Status::default(), more);
            }
            Event::TargetDone { .. } => return self.end(&target, at, Status::default(), Vec::new()),
            Event::TargetFailed { code, message } => {
                return self.end(&target, at, Status::error(message), vec![failed(code)]);
            }
            Event::Finished { phase, reason, message } => {
                let status = if phase == "error" { Status::error(message) } else { Status::default() };
                let mut more = vec![Attribute::text("ark.query.phase", phase)];
                if phase == "error" {
                    more.push(failed(reason));
                }
                return self.end("", at, status, more);
            }
            _ => {}
        }
        Vec::new()
    }

    fn start(
        &mut self,
        place: &str,
        key: &str,
        name: String,
        kind: SpanKind,
        start_ms: i64,
        attributes: Vec<Attribute>,
    ) {
        if self.open.len() >= MAX_OPEN {
            return;
        }
        let parent = self.around(place).map(|open| self.context.span(&open.key));
        let open = Open { key: key.to_owned(), parent, name, kind, start_ms, attributes };
        self.open.insert(place.to_owned(), open);
    }

    /// The innermost open span around `place`.
    fn around(&self, place: &str) -> Option<&Open> {
        let mut end = place.len();
        while let Some(slash) = place[..end].rfind('/') {
            if let Some(open) = self.open.get(&place[..slash]) {
                return Some(open);
            }
            end = slash;
        }
        self.open.get("").filter(|_| !place.is_empty())
    }

    /// Ends the span at `place` and what is open within it, which ended with it: the innermost first.
    fn end(&mut self, place: &str, at: i64, status: Status, more: Vec<Attribute>) -> Vec<Span> {
        let within = |other: &&String| {
            place.is_empty() && !other.is_empty()
                || other.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
        };
        let inner: Vec<String> = self.open.keys().filter(within).cloned().collect();
        let mut spans = Vec::new();
        for place in inner.iter().rev() {
            let status = Status::error("It did not end before what it is part of.");
            spans.extend(
                self.open.remove(place).map(|open| self.ended(open, at, status, vec![failed("cut")])),
            );
        }
        spans.extend(self.open.remove(place).map(|open| self.ended(open, at, status, more)));
        spans
    }

    fn ended(&self, open: Open, at: i64, status: Status, more: Vec<Attribute>) -> Span {
        let Open { key, parent, name, kind, start_ms, mut attributes } = open;
        attributes.extend(more);
        Span {
            trace_id: self.context.trace().to_owned(),
            span_id: self.context.span(&key),
            parent_span_id: parent,
            name,
            kind,
            start_time_unix_nano: nanos(start_ms),
            end_time_unix_nano: nanos(at.max(start_ms)),
            attributes,
            status,
        }
    }
}

/// Where the wait for a person has its place: beside the call that it decides about, not within it.
fn approval(step: &str) -> String {
    format!("{step}+approval")
}

/// Name and attributes of the span of who is asked.
fn asked(key: &ObjectRef, what: &str) -> (String, Vec<Attribute>) {
    let kind = Attribute::text("ark.target.type", key.kind.noun());
    match key.kind {
        Kind::Agent => (
            format!("invoke_agent {}", key.name),
            vec![
                Attribute::text("gen_ai.operation.name", "invoke_agent"),
                Attribute::text("gen_ai.agent.name", &key.name),
                kind,
            ],
        ),
        Kind::Team => (
            format!("invoke_workflow {}", key.name),
            vec![
                Attribute::text("gen_ai.operation.name", "invoke_workflow"),
                Attribute::text("gen_ai.workflow.name", &key.name),
                kind,
            ],
        ),
        _ => (format!("{what} {}", key.name), vec![Attribute::text("ark.target.name", &key.name), kind]),
    }
}

fn tool(name: &str, call_id: &str) -> Vec<Attribute> {
    vec![
        Attribute::text("gen_ai.operation.name", "execute_tool"),
        Attribute::text("gen_ai.tool.name", name),
        Attribute::text("gen_ai.tool.call.id", call_id),
        Attribute::text("gen_ai.tool.type", "function"),
    ]
}

fn failed(code: &str) -> Attribute {
    Attribute::text("error.type", code)
}

/// An answer as the conventions write messages.
fn said(content: &str, calls: &[ToolCall], finish_reason: &str) -> String {
    let text = (!content.is_empty()).then(|| json!({"type": "text", "content": bounded(content.to_owned())}));
    let calls = calls.iter().map(|call| {
        json!({"type": "tool_call", "id": call.id, "name": call.name, "arguments": bounded(call.arguments.clone())})
    });
    let parts: Vec<_> = text.into_iter().chain(calls).collect();
    json!([{"role": "assistant", "parts": parts, "finish_reason": finish_reason}]).to_string()
}

fn bounded(mut text: String) -> String {
    bound(&mut text, MAX_TEXT);
    text
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
