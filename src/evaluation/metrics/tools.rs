//! Whether the tools were called that should have been.

use serde_json::Value;

use super::Measured;
use crate::evaluation::trace::{ToolTrace, Trace};
use crate::resources::metric::{ExpectedTool, Metric};

/// The share of the expected calls that were made, each by a call of its own; with `ordered`, of the longest row of them that
/// came in order.
pub(super) fn called(metric: &Metric, run: &Trace) -> Measured {
    let (wanted, calls) = (&metric.tools, &run.tools);
    if metric.negate {
        let unwanted: Vec<&str> = wanted
            .iter()
            .filter(|one| calls.iter().any(|call| fits(one, call)))
            .map(|one| one.name.as_str())
            .collect();
        let reason = match unwanted.as_slice() {
            [] => "none of the tools was called".to_owned(),
            names => format!("called and should not have been: {}", names.join(", ")),
        };
        return Ok((share(wanted.len() - unwanted.len(), wanted.len()), reason));
    }
    let met = if metric.ordered { in_order(wanted, calls) } else { in_any_order(wanted, calls) };
    let order = if metric.ordered { " in order" } else { "" };
    let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
    let made = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Ok((
        share(met, wanted.len()),
        format!("{met} of {} expected calls were made{order}; calls: {made}", wanted.len()),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "calls of a run")]
fn share(met: usize, wanted: usize) -> f64 {
    if wanted == 0 { 1.0 } else { met as f64 / wanted as f64 }
}

fn fits(wanted: &ExpectedTool, call: &ToolTrace) -> bool {
    let Some(Value::Object(arguments)) = &wanted.arguments else { return wanted.name == call.name };
    wanted.name == call.name && arguments.iter().all(|(name, value)| call.arguments.get(name) == Some(value))
}

fn in_any_order(wanted: &[ExpectedTool], calls: &[ToolTrace]) -> usize {
    // Those that say more take their calls first.
    let mut wanted: Vec<&ExpectedTool> = wanted.iter().collect();
    wanted.sort_by_key(|one| {
        std::cmp::Reverse(one.arguments.as_ref().and_then(Value::as_object).map_or(0, |a| a.len()))
    });
    let mut free: Vec<&ToolTrace> = calls.iter().collect();
    let mut met = 0;
    for one in wanted {
        if let Some(at) = free.iter().position(|call| fits(one, call)) {
            free.remove(at);
            met += 1;
        }
    }
    met
}

/// The longest common row of both.
fn in_order(wanted: &[ExpectedTool], calls: &[ToolTrace]) -> usize {
    let mut row = vec![0_usize; calls.len() + 1];
    for one in wanted {
        let mut diagonal = 0;
        for (at, call) in calls.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if fits(one, call) { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[calls.len()]
}
