//! What the runs of this process did, as Prometheus reads it: folded from the entries of their journals as they are
//! written. What a restart finds in a journal was counted by the process that wrote it.
//!
//! Names follow the OpenTelemetry semantic conventions for generative AI (`gen_ai_…`) where there is one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::journal::{Entry, Event};
use super::scorings::Scorings;
use super::spans::Counts;

/// Names of one kind, as of models, that are told apart; further ones are counted together as [`OTHER`].
const MAX_NAMES: usize = 200;
/// The label of names beyond [`MAX_NAMES`].
const OTHER: &str = "other";
/// Buckets of times in seconds: those that the GenAI conventions advise for operations.
pub(super) const SECONDS: [f64; 14] =
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/// Buckets of tokens: powers of four, as the conventions advise.
const TOKENS: [f64; 11] =
    [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0, 1_048_576.0];

/// A call of a model.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Chat {
    /// Name of the Model.
    gen_ai_request_model: Arc<str>,
}

/// Tokens of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tokens {
    /// Name of the Model.
    gen_ai_request_model: Arc<str>,
    /// `input` or `output`.
    gen_ai_token_type: &'static str,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ToolCalled {
    /// Name of the Tool.
    gen_ai_tool_name: Arc<str>,
    /// Whether it failed: `true` or `false`.
    error: &'static str,
}

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    /// `done`, `error` or `canceled`.
    phase: Arc<str>,
}

/// A target that failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    /// Its code, as `ModelUnauthorized`.
    code: Arc<str>,
}

/// What the runs of this process did.
pub struct Metrics {
    registry: Registry,
    chats: Family<Chat, Histogram, fn() -> Histogram>,
    first_tokens: Family<Chat, Histogram, fn() -> Histogram>,
    tokens: Family<Tokens, Histogram, fn() -> Histogram>,
    retries: Family<Chat, Counter>,
    tools: Family<ToolCalled, Histogram, fn() -> Histogram>,
    turns: Counter,
    failed: Family<Failed, Counter>,
    ended: Family<Ended, Histogram, fn() -> Histogram>,
    waited: Histogram,
    running: Gauge,
    waiting: Gauge,
    memory: Gauge,
    spans: Counts,
    scorings: Scorings,
    models: Names,
    names: Names,
    codes: Names,
}

/// The names that have a label of their own.
#[derive(Default)]
struct Names(Mutex<HashSet<Arc<str>>>);

impl Names {
    fn label(&self, name: &str) -> Arc<str> {
        let mut known = self.0.lock();
        if let Some(label) = known.get(name) {
            return label.clone();
        }
        if known.len() >= MAX_NAMES {
            return OTHER.into();
        }
        let label: Arc<str> = name.into();
        known.insert(label.clone());
        label
    }
}

/// What one run's entries need to know of its earlier ones.
#[derive(Default)]
pub(super) struct Thread {
    /// Models of the calls under way, by step.
    asked: HashMap<String, Arc<str>>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let counts: fn() -> Histogram = || Histogram::new(TOKENS);
        let metrics = Self {
            registry: Registry::default(),
            chats: Family::new_with_constructor(seconds),
            first_tokens: Family::new_with_constructor(seconds),
            tokens: Family::new_with_constructor(counts),
            retries: Family::default(),
            tools: Family::new_with_constructor(seconds),
            turns: Counter::default(),
            failed: Family::default(),
            ended: Family::new_with_constructor(seconds),
            waited: seconds(),
            running: Gauge::default(),
            waiting: Gauge::default(),
            memory: Gauge::default(),
            spans: Counts::default(),
            scorings: Scorings::new(),
            models: Names::default(),
            names: Names::default(),
            codes: Names::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let r = &mut self.registry;
        let unit = || Unit::Seconds;
        r.register_with_unit(
            "gen_ai_client_operation_duration",
            "Time of answered model calls",
            unit(),
            self.chats.clone(),
        );
        r.register_with_unit(
            "gen_ai_client_operation_time_to_first_chunk",
            "Time from the request of a model call to its first text",
            unit(),
            self.first_tokens.clone(),
        );
        r.register("gen_ai_client_token_usage", "Tokens of a model call", self.tokens.clone());
        r.register(
            "arkdeck_model_retries",
            "Model calls that failed and were tried again",
            self.retries.clone(),
        );
        r.register_with_unit(
            "gen_ai_execute_tool_duration",
            "Time of tool calls",
            unit(),
            self.tools.clone(),
        );
        r.register("arkdeck_team_turns", "Turns that members of teams took", self.turns.clone());
        r.register("arkdeck_target_failures", "Targets of queries that failed", self.failed.clone());
        r.register_with_unit(
            "arkdeck_run_duration",
            "Time of ended runs, from their query's acceptance, waiting included",
            unit(),
            self.ended.clone(),
        );
        r.register_with_unit(
            "arkdeck_run_wait",
            "Time that runs waited for a place",
            unit(),
            self.waited.clone(),
        );
        r.register("arkdeck_runs_running", "Runs that run", self.running.clone());
        r.register("arkdeck_runs_waiting", "Runs that wait for a place", self.waiting.clone());
        r.register(
            "arkdeck_spans_exported",
            "Spans that the receiver of traces took",
            self.spans.exported.clone(),
        );
        r.register(
            "arkdeck_spans_dropped",
            "Spans that were lost: too many at once, or the receiver did not take them",
            self.spans.dropped.clone(),
        );
        self.scorings.register(r);
        r.register_with_unit(
            "process_resident_memory",
            "Memory of the process",
            Unit::Bytes,
            self.memory.clone(),
        );
        self
    }

    /// Counters of what scoring did.
    pub(super) fn scorings(&self) -> &Scorings {
        &self.scorings
    }

    /// Counters of what became of spans.
    pub(super) fn spans(&self) -> Counts {
        self.spans.clone()
    }

    /// Counts an entry of a run that was accepted at `created_ms`.
    pub(super) fn observe(&self, thread: &mut Thread, created_ms: i64, entry: &Entry) {
        let since = || seconds(entry.at_ms - created_ms);
        match &entry.event {
            Event::Started { attempt: 1 } => self.waited.observe(since()),
            Event::ModelRequest { step, model, .. } => {
                thread.asked.insert(step.clone(), self.models.label(&model.name));
            }
            Event::ModelResponse { step, usage, first_token_ms, duration_ms, .. } => {
                let Some(model) = thread.asked.remove(step) else { return };
                let chat = Chat { gen_ai_request_model: model.clone() };
                self.chats.get_or_create(&chat).observe(seconds(*duration_ms));
                if let Some(first) = first_token_ms {
                    self.first_tokens.get_or_create(&chat).observe(seconds(*first));
                }
                for (kind, count) in [("input", usage.prompt), ("output", usage.completion)] {
                    let label = Tokens { gen_ai_request_model: model.clone(), gen_ai_token_type: kind };
                    self.tokens.get_or_create(&label).observe(count as f64);
                }
            }
            Event::ModelRetry { step, .. } => {
                if let Some(model) = thread.asked.remove(step) {
                    self.retries.get_or_create(&Chat { gen_ai_request_model: model }).inc();
                }
            }
            Event::ToolResult { name, is_error, duration_ms, .. } => {
                let label = ToolCalled {
                    gen_ai_tool_name: self.names.label(name),
                    error: if *is_error { "true" } else { "false" },
                };
                self.tools.get_or_create(&label).observe(seconds(*duration_ms));
            }
            Event::TurnDone { .. } => {
                self.turns.inc();
            }
            Event::TargetFailed { code, .. } => {
                self.failed.get_or_create(&Failed { code: self.codes.label(code) }).inc();
            }
            Event::Finished { phase, .. } => {
                let label = Ended { phase: self.codes.label(phase) };
                self.ended.get_or_create(&label).observe(since());
            }
            _ => {}
        }
    }

    /// The text that Prometheus reads, with the runs that run and wait now.
    pub fn text(&self, running: usize, waiting: usize) -> String {
        self.running.set(i64::try_from(running).unwrap_or(i64::MAX));
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.memory.set(resident_bytes().unwrap_or(0));
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn seconds(ms: i64) -> f64 {
    ms.max(0) as f64 / 1000.0
}

/// Resident memory of this process; `None` where the system does not tell.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<i64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::{ObjectRef, Usage};
    use crate::resources::kind::Kind;

    fn entry(seq: u64, at_ms: i64, event: Event) -> Entry {
        Entry { seq, at_ms, target: Some(0), event }
    }

    fn ask(step: &str, model: &str) -> Event {
        let model = ObjectRef { kind: Kind::Model, namespace: "default".into(), name: model.into() };
        Event::ModelRequest {
            step: step.into(),
            model,
            agent: None,
            messages: 1,
            attempt: 1,
            provider: String::new(),
            provider_model: String::new(),
        }
    }

    #[test]
    fn entries_are_counted_under_the_names_of_the_conventions() {
        let (metrics, mut thread) = (Metrics::new(), Thread::default());
        let usage = Usage { prompt: 10, completion: 4, ..Usage::default() };
        let answer = Event::ModelResponse {
            step: "0/model/0".into(),
            content: String::new(),
            tool_calls: Vec::new(),
            thoughts: Vec::new(),
            usage,
            cost: None,
            finish_reason: "stop".into(),
            first_token_ms: Some(20),
            duration_ms: 500,
        };
        let end = Event::Finished { phase: "done".into(), reason: String::new(), message: String::new() };
        let events = [Event::Started { attempt: 1 }, ask("0/model/0", "gull"), answer, end];
        for (seq, event) in (1..).zip(events) {
            metrics.observe(&mut thread, 1_000, &entry(seq, 3_000, event));
        }
        let text = metrics.text(1, 2);
        for line in [
            r#"gen_ai_client_operation_duration_seconds_sum{gen_ai_request_model="gull"} 0.5"#,
            r#"gen_ai_client_operation_time_to_first_chunk_seconds_sum{gen_ai_request_model="gull"} 0.02"#,
            r#"gen_ai_client_token_usage_sum{gen_ai_request_model="gull",gen_ai_token_type="input"} 10.0"#,
            "arkdeck_run_wait_seconds_sum 2.0",
            r#"arkdeck_run_duration_seconds_count{phase="done"} 1"#,
            "arkdeck_runs_running 1",
            "arkdeck_runs_waiting 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn names_have_a_bound() {
        let names = Names::default();
        for n in 0..MAX_NAMES {
            names.label(&n.to_string());
        }
        assert_eq!(&*names.label("one more"), OTHER);
        assert_eq!(&*names.label("7"), "7");
    }
}
