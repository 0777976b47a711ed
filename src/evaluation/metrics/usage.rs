//! What a run took. Up to the bound the score is 1; beyond it falls as the bound's share of what was taken.

use super::Measured;
use crate::evaluation::trace::Trace;
use crate::resources::metric::Metric;

pub(super) fn latency(metric: &Metric, run: &Trace) -> Measured {
    let bound = metric.max_duration.ok_or_else(|| "it has no maxDuration".to_owned())?;
    #[expect(clippy::cast_precision_loss, reason = "times of runs")]
    let seconds = run.query.duration_ms as f64 / 1000.0;
    Ok(within(seconds, bound.to_std().as_secs_f64(), &format!("the run took {seconds:.3} s of {bound}")))
}

pub(super) fn tokens(metric: &Metric, run: &Trace) -> Measured {
    let bound = metric.max.ok_or_else(|| "it has no max".to_owned())?;
    let total = run.query.total_tokens;
    #[expect(clippy::cast_precision_loss, reason = "tokens of a run")]
    Ok(within(total as f64, bound, &format!("the run took {total} tokens of {bound}")))
}

pub(super) fn cost(metric: &Metric, run: &Trace) -> Measured {
    let bound = metric.max.ok_or_else(|| "it has no max".to_owned())?;
    let cost = run.query.cost.ok_or_else(|| {
        "what the run cost is not known: give its models prices (annotation ark.mckinsey.com/token-prices)".to_owned()
    })?;
    let currency = &run.query.currency;
    Ok(within(cost, bound, &format!("the run cost {cost:.6} {currency} of {bound}")))
}

fn within(taken: f64, bound: f64, reason: &str) -> (f64, String) {
    let score = if taken <= bound { 1.0 } else { (bound / taken).max(0.0) };
    (score, reason.to_owned())
}
