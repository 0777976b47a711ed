//! How far an experiment is, and when it will end.

use crate::engine::journal::now_ms;
use crate::evaluation::experiment::{Experiment, State, Trial};
use crate::resources::Evaluation;
use crate::resources::evaluation_status::EvaluationStatus;
use crate::views::experiments::Progress;

/// Trials by whose pace the end is told: the last ones.
const PACE: usize = 100;

/// What the experiment does, while it does: as its Evaluation says; else what became of it.
pub(super) fn message(one: &Experiment, evaluation: Option<&Evaluation>) -> String {
    match of(one, evaluation) {
        Some(status) if one.state == State::Running => status.message.clone(),
        _ => one.message.clone(),
    }
}

/// Where it stands.
pub(super) fn progress(one: &Experiment, trials: &[Trial], evaluation: Option<&Evaluation>) -> Progress {
    let completed = trials.iter().filter(|trial| trial.score.is_some()).count();
    let runs = one.state == State::Running;
    let running = of(one, evaluation).and_then(|status| status.batch_progress.as_ref());
    let running = running.and_then(|progress| usize::try_from(progress.running).ok()).unwrap_or_default();
    Progress {
        total: one.total,
        completed,
        failed: trials.len() - completed,
        running: if runs { running.min(one.total - trials.len().min(one.total)) } else { 0 },
        eta_ms: if runs {
            eta(trials.iter().map(|trial| trial.at_ms).collect(), one.total, now_ms())
        } else {
            None
        },
    }
}

/// The status of the Evaluation, if it is about this experiment.
fn of<'a>(one: &Experiment, evaluation: Option<&'a Evaluation>) -> Option<&'a EvaluationStatus> {
    let status = evaluation?.status.as_ref()?;
    (status.experiment == i32::try_from(one.number).ok()).then_some(status)
}

/// Until the end, at the pace of the last trials until now; `None` before there is one.
fn eta(mut ended: Vec<i64>, total: usize, now: i64) -> Option<i64> {
    let left = i64::try_from(total.checked_sub(ended.len())?).ok()?;
    ended.sort_unstable();
    let last = &ended[ended.len().saturating_sub(PACE)..];
    let first = *last.first()?;
    // The first of them is where the others are counted from.
    let counted = i64::try_from(last.len()).ok()? - 1;
    (counted > 0).then(|| (now - first).max(1).saturating_mul(left) / counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_by_the_pace_of_the_last() {
        assert_eq!(eta(vec![], 10, 5_000), None);
        assert_eq!(eta(vec![1_000], 10, 5_000), None);
        // Two more in four seconds, and six are left.
        assert_eq!(eta(vec![1_000, 2_000, 3_000, 5_000], 10, 5_000), Some(4_000 * 6 / 3));
        // A pause of a day is not counted when it is long ago.
        let mut many: Vec<i64> = (0..100).map(|n| 90_000_000 + n * 10).collect();
        many.push(0);
        assert_eq!(eta(many, 201, 90_000_990), Some(1_000));
    }
}
