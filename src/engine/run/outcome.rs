//! What became of each target and of the run.

use crate::engine::error::{RunError, codes};
use crate::engine::journal::Usage;
use crate::engine::providers::Message;
use crate::resources::conditions::query as reasons;
use crate::resources::query::QueryTarget;
use crate::resources::query_status::QueryPhase;

/// A target's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answer {
    /// The text.
    pub(crate) content: String,
    /// Messages that led to it; empty when the run was resumed after the target had ended.
    pub(crate) messages: Vec<Message>,
    /// The tool `terminate` ended it: the team around it ends too.
    pub(crate) terminated: bool,
}

impl Answer {
    /// An answer after which others may speak.
    pub(crate) fn new(content: impl Into<String>, messages: Vec<Message>) -> Self {
        Self { content: content.into(), messages, terminated: false }
    }
}

/// What became of one target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TargetOutcome {
    /// Who was asked.
    pub(crate) target: QueryTarget,
    /// The answer, or why there is none.
    pub(crate) result: Result<Answer, RunError>,
    /// Tokens.
    pub(crate) usage: Usage,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunOutcome {
    /// `done`, `error` or `canceled`.
    pub(crate) phase: QueryPhase,
    /// Reason of the Completed condition.
    pub(crate) reason: String,
    /// Message of the Completed condition.
    pub(crate) message: String,
    /// Each target, in order.
    pub(crate) targets: Vec<TargetOutcome>,
}

impl RunOutcome {
    /// A run that ended before any target began.
    pub(crate) fn failed(error: &RunError) -> Self {
        let (phase, reason) = classify(error);
        Self { phase, reason: reason.to_owned(), message: sentence(error), targets: Vec::new() }
    }

    /// The end that the targets' ends make: canceled if a target was, else an error if a target failed, else done.
    pub(crate) fn of(targets: Vec<TargetOutcome>) -> Self {
        let failures: Vec<&RunError> =
            targets.iter().filter_map(|target| target.result.as_ref().err()).collect();
        let worst = failures.iter().min_by_key(|error| match classify(error) {
            (QueryPhase::Canceled, _) => 0,
            (_, reasons::TIMED_OUT_IN_EXECUTION) => 1,
            _ => 2,
        });
        let Some(worst) = worst else {
            let message = match targets.len() {
                1 => "The target answered.".to_owned(),
                n => format!("All {n} targets answered."),
            };
            let (phase, reason) = (QueryPhase::Done, reasons::SUCCEEDED.to_owned());
            return Self { phase, reason, message, targets };
        };
        let (phase, reason) = classify(worst);
        let mut message = sentence(worst);
        if targets.len() > 1 {
            message = format!("{} of {} targets did not answer. {message}", failures.len(), targets.len());
        }
        let reason = reason.to_owned();
        Self { phase, reason, message, targets }
    }

    /// Tokens of all targets.
    pub(crate) fn usage(&self) -> Usage {
        let mut sum = Usage::default();
        for target in &self.targets {
            sum += target.usage;
        }
        sum
    }
}

fn classify(error: &RunError) -> (QueryPhase, &'static str) {
    match error.code.as_str() {
        codes::CANCELED => (QueryPhase::Canceled, reasons::CANCELED),
        codes::TIMED_OUT => (QueryPhase::Error, reasons::TIMED_OUT_IN_EXECUTION),
        _ => (QueryPhase::Error, reasons::ERRORED),
    }
}

/// Code and sentence, for the condition; the reason of a cancel or timeout says its code already.
fn sentence(error: &RunError) -> String {
    match error.code.as_str() {
        codes::CANCELED | codes::TIMED_OUT => error.message.clone(),
        code => format!("{code}: {}", error.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::query::TargetType;

    fn target(result: Result<&str, &str>) -> TargetOutcome {
        TargetOutcome {
            target: QueryTarget::new(TargetType::Agent, "pilot"),
            result: result
                .map(|text| Answer::new(text, vec![]))
                .map_err(|code| RunError::new(code, "It failed.")),
            usage: Usage { prompt: 2, completion: 1, cached: 0, written: 0 },
        }
    }

    #[test]
    fn one_failure_makes_an_error_and_keeps_the_answers() {
        let outcome = RunOutcome::of(vec![target(Ok("low")), target(Err("ModelNotFound"))]);
        assert_eq!(outcome.phase, QueryPhase::Error);
        assert_eq!(outcome.message, "1 of 2 targets did not answer. ModelNotFound: It failed.");
        assert_eq!(outcome.targets.len(), 2);
        assert_eq!(outcome.usage().prompt, 4);
    }

    #[test]
    fn cancel_and_timeout_have_reasons_of_their_own() {
        let canceled = RunOutcome::of(vec![target(Err("ModelNotFound")), target(Err(codes::CANCELED))]);
        assert_eq!((canceled.phase, canceled.reason.as_str()), (QueryPhase::Canceled, "QueryCanceled"));
        let late = RunOutcome::of(vec![target(Err(codes::TIMED_OUT))]);
        assert_eq!((late.phase, late.reason.as_str()), (QueryPhase::Error, "TimedOutInExecution"));
        assert_eq!(RunOutcome::of(vec![target(Ok("x"))]).reason, "QuerySucceeded");
    }
}
