//! How far an experiment is, as its status tells.

use crate::controllers::evaluation::status;
use crate::evaluation::experiment::{Experiment, Trial};
use crate::resources::Evaluation;
use crate::resources::evaluation_status::{BatchProgress, EvaluationPhase, EvaluationStatus};

/// How far an experiment is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) total: usize,
    /// Ended with a score.
    pub(super) completed: usize,
    /// Ended without one.
    pub(super) failed: usize,
    pub(super) passed: usize,
    pub(super) running: usize,
}

impl Progress {
    /// Counts a trial that has ended.
    pub(super) fn add(&mut self, trial: &Trial) {
        if trial.score.is_some() {
            self.completed += 1
        } else {
            self.failed += 1
        }
        self.passed += usize::from(trial.passed);
    }

    /// As the status of a batch has it, without children: there are none.
    pub(super) fn told(self) -> BatchProgress {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        BatchProgress {
            total: count(self.total),
            completed: count(self.completed),
            failed: count(self.failed),
            running: count(self.running),
            child_evaluations: Vec::new(),
        }
    }
}

/// The status of an experiment that runs: nothing of an earlier one is left in it but the trend.
pub(super) fn status(
    evaluation: &Evaluation,
    experiment: &Experiment,
    progress: Progress,
) -> EvaluationStatus {
    let message = format!(
        "{} of {} answers have ended, {} passed",
        progress.completed + progress.failed,
        progress.total,
        progress.passed
    );
    let open = status::open(evaluation, EvaluationPhase::Running, &message);
    EvaluationStatus {
        phase: open.phase,
        message: open.message,
        conditions: open.conditions,
        experiment: i32::try_from(experiment.number).ok(),
        batch_progress: Some(progress.told()),
        trend: open.trend,
        ..EvaluationStatus::default()
    }
}
