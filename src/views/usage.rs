//! Tokens and cost of an object's runs over time.

use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::run::TokenUsage;

/// What the runs of an agent, a team or a model used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageView {
    /// Spans of time from the oldest to the newest, without gaps.
    pub spans: Vec<UsageSpan>,
    /// Length of each span, in milliseconds.
    pub span_ms: i64,
    /// Runs that are older than the first span.
    pub older: usize,
    /// Runs whose cost is not counted, because there are too many or their journals are too long.
    pub uncounted: usize,
}

/// What the runs used that began in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSpan {
    /// Its begin.
    pub at_ms: i64,
    /// Runs.
    pub runs: usize,
    /// Runs that failed.
    pub failed: usize,
    /// Tokens of all their model calls.
    pub tokens: TokenUsage,
    /// What they cost where prices are known, by currency.
    pub costs: Vec<Cost>,
}

impl UsageView {
    /// Adds an amount to a sum by currency.
    pub fn add(sums: &mut Vec<Cost>, cost: &Cost) {
        match sums.iter_mut().find(|sum| sum.currency == cost.currency) {
            Some(sum) => sum.nanos = sum.nanos.saturating_add(cost.nanos),
            None => sums.push(cost.clone()),
        }
    }

    /// All spans together.
    pub fn sum(&self) -> UsageSpan {
        let mut all = UsageSpan::default();
        for span in &self.spans {
            all.runs += span.runs;
            all.failed += span.failed;
            all.tokens.prompt += span.tokens.prompt;
            all.tokens.completion += span.tokens.completion;
            all.tokens.cached += span.tokens.cached;
            for cost in &span.costs {
                Self::add(&mut all.costs, cost);
            }
        }
        all
    }
}
