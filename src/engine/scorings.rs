//! What scoring did in this process, as Prometheus reads it. It is counted here because `/metrics` is one text; what is scored,
//! and how, the engine does not know.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::journal::Usage;
use super::metrics::SECONDS;

/// An answer that was scored, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    /// Type of the Evaluation; answers of experiments are of `query`.
    evaluation_type: &'static str,
    /// `passed`, `failed`, or `error` when there is no score.
    outcome: &'static str,
}

/// Tokens of judges.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tokens {
    /// `input` or `output`.
    gen_ai_token_type: &'static str,
}

/// What scoring did; cheap to clone.
#[derive(Clone)]
pub struct Scorings {
    ended: Family<Ended, Histogram, fn() -> Histogram>,
    tokens: Family<Tokens, Counter>,
}

impl Scorings {
    /// Nothing counted yet.
    pub(super) fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        Self { ended: Family::new_with_constructor(seconds), tokens: Family::default() }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "arkdeck_scoring_duration",
            "Time of scoring one answer, a data set or the rules of a run",
            Unit::Seconds,
            self.ended.clone(),
        );
        registry.register("arkdeck_judge_tokens", "Tokens of models that judge", self.tokens.clone());
    }

    /// Counts one that ended; `passed` is `None` when there is no score.
    pub fn ended(&self, evaluation_type: &'static str, passed: Option<bool>, took: Duration) {
        let outcome = match passed {
            Some(true) => "passed",
            Some(false) => "failed",
            None => "error",
        };
        let label = Ended { evaluation_type, outcome };
        self.ended.get_or_create(&label).observe(took.as_secs_f64());
    }

    /// Counts what a judge was paid.
    pub fn judged(&self, usage: Usage) {
        for (gen_ai_token_type, count) in [("input", usage.prompt), ("output", usage.completion)] {
            let count = u64::try_from(count).unwrap_or_default();
            self.tokens.get_or_create(&Tokens { gen_ai_token_type }).inc_by(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_scored_is_told_with_its_outcome() {
        let (scorings, mut registry) = (Scorings::new(), Registry::default());
        scorings.register(&mut registry);
        scorings.ended("query", Some(true), Duration::from_millis(500));
        scorings.ended("query", Some(true), Duration::from_millis(250));
        scorings.ended("event", None, Duration::ZERO);
        scorings.judged(Usage { prompt: 10, completion: 4, ..Usage::default() });
        scorings.judged(Usage { prompt: 10, completion: 4, ..Usage::default() });
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            r#"arkdeck_scoring_duration_seconds_sum{evaluation_type="query",outcome="passed"} 0.75"#,
            r#"arkdeck_scoring_duration_seconds_count{evaluation_type="query",outcome="passed"} 2"#,
            r#"arkdeck_scoring_duration_seconds_count{evaluation_type="event",outcome="error"} 1"#,
            r#"arkdeck_judge_tokens_total{gen_ai_token_type="input"} 20"#,
            r#"arkdeck_judge_tokens_total{gen_ai_token_type="output"} 8"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
