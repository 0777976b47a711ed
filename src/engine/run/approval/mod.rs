//! A call that needs a person: asked once, in the journal before anybody sees it, and waited for across restarts.
//!
//! Only this call waits; others of the same turn run. The question is an A2ATask owned by the query; its `spec.input` is
//! the answer, whoever writes it. The run's [`Seat`](crate::engine::seat::Seat) lets it wait without a place.

mod task;

use std::time::Duration;

use kube::ResourceExt;
use kube::api::Api;
use tokio::time::Instant;

use super::Run;
use super::place::Place;
use crate::engine::desk::{Ticket, Told};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::{ApprovalOutcome, Event, ObjectRef, ToolCall, now_ms};
use crate::engine::seat::Wait;
use crate::engine::tools::{Callable, Reply};
use crate::resources::A2ATask;
use crate::resources::a2a_task::A2ATaskSpec;
use crate::resources::approval::{ApprovalAnswer, Decision, OnTimeout};
use task::Asked;
pub(super) use task::Decided;

/// Bytes of arguments that a person is shown; a call with more is refused, as nobody can judge what they do not see.
const MAX_ARGUMENTS: usize = 256 << 10;

/// Turns in a row whose calls people rejected; then the agent ends, as in Ark: asking once more would only tire them.
const MAX_REJECTED: u32 = 3;

/// How often in a row an agent's calls were rejected. Turns count, not calls: what is asked for at once is rejected at once.
#[derive(Debug, Default)]
pub(super) struct Rejections(u32);

impl Rejections {
    /// Takes what people said to the calls of one turn: whether each was let through, where anybody was asked.
    ///
    /// # Errors
    ///
    /// `ApprovalLimitReached` at the third turn in a row that has rejected calls and none that was approved.
    pub(super) fn turn(
        &mut self,
        agent: &str,
        said: impl IntoIterator<Item = Option<bool>>,
    ) -> Result<(), RunError> {
        let said: Vec<bool> = said.into_iter().flatten().collect();
        match (said.is_empty(), said.contains(&true)) {
            (true, _) => {}
            (false, true) => self.0 = 0,
            (false, false) => self.0 += 1,
        }
        if self.0 < MAX_REJECTED {
            return Ok(());
        }
        Err(RunError::new(
            codes::APPROVAL_LIMIT,
            format!(
                "Approval cascade limit reached ({MAX_REJECTED}): the calls of agent '{agent}' were rejected in {MAX_REJECTED} turns in a row. Change its prompt or its tools, or approve one of its calls."
            ),
        ))
    }
}

/// What the journal knows of a wait.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Past {
    pub(super) why: String,
    pub(super) asked_ms: i64,
    pub(super) deadline_ms: i64,
    pub(super) on_timeout: OnTimeout,
    pub(super) decided: Option<Decided>,
}

/// What became of a call that may need a person.
pub(super) enum Verdict {
    /// It is made, with these arguments in place of the model's, if somebody changed them.
    Go(Option<String>),
    /// It is not made, and the model is told this.
    Refused(Reply),
}

/// Asks a person where the call at `step` needs one, and waits for the answer; whether it was let through, if anybody was
/// asked.
pub(super) async fn settle(
    run: &Run,
    place: &Place,
    step: &str,
    tool: &Callable,
    call: &ToolCall,
) -> Result<(Verdict, Option<bool>), RunError> {
    let agent = place.agent(&run.namespace);
    let asked = match run.past.approval(step) {
        Some(past) => past.clone(),
        None => {
            // Arguments that cannot be read are refused by the tool itself, without anything being done.
            let Ok(arguments) = tool.arguments(&call.arguments) else { return Ok((Verdict::Go(None), None)) };
            let Some(need) = tool.gate.need(&arguments) else { return Ok((Verdict::Go(None), None)) };
            if call.arguments.len() > MAX_ARGUMENTS {
                let why = format!(
                    "the call needs a person's approval, and its arguments are longer than {MAX_ARGUMENTS} bytes: shorten them"
                );
                return Ok((Verdict::Refused(Reply::error(why)), None));
            }
            let asked_ms = now_ms();
            let timeout_ms = i64::try_from(need.timeout.as_millis()).unwrap_or(i64::MAX);
            let asked = Past {
                why: need.why,
                asked_ms,
                deadline_ms: asked_ms.saturating_add(timeout_ms),
                on_timeout: need.on_timeout,
                decided: None,
            };
            let event = event(run, step, call, agent.as_ref(), &asked);
            run.journal.append(Some(place.target), event).await?;
            asked
        }
    };
    let timeout = millis(asked.deadline_ms - asked.asked_ms);
    let question = Asked {
        step,
        call_id: &call.id,
        name: &call.name,
        arguments: &call.arguments,
        agent: agent.as_ref(),
        why: &asked.why,
        timeout,
        deadline_ms: asked.deadline_ms,
        on_timeout: asked.on_timeout,
    };
    let decided = match asked.decided {
        Some(decided) => {
            if run.past.tool(step).is_none() {
                // The process may have ended before the task was told.
                told(run, &question, &decided).await;
            }
            decided
        }
        None => {
            let waiting = run.seat.wait(step, &call.name);
            let decided = wait(run, place, &question, &waiting).await?;
            waiting.over().await;
            decided
        }
    };
    let through = decided.outcome.goes_on();
    Ok((verdict(decided, timeout), Some(through)))
}

fn event(run: &Run, step: &str, call: &ToolCall, agent: Option<&ObjectRef>, asked: &Past) -> Event {
    let uid = run.query.uid().unwrap_or_default();
    Event::ApprovalAsked {
        step: step.to_owned(),
        call_id: call.id.clone(),
        name: call.name.clone(),
        arguments: call.arguments.clone(),
        agent: agent.cloned(),
        why: asked.why.clone(),
        task: A2ATaskSpec::object_name(&task::id(&uid, step)),
        deadline_ms: asked.deadline_ms,
        on_timeout: asked.on_timeout,
    }
}

/// Waits until somebody has decided or the time is over; then journal first, then the task.
async fn wait(run: &Run, place: &Place, asked: &Asked<'_>, waiting: &Wait<'_>) -> Result<Decided, RunError> {
    let uid = run.query.uid().unwrap_or_default();
    let name = A2ATaskSpec::object_name(&task::id(&uid, asked.step));
    let mut ticket = run.desk.wait(&run.namespace, &name);
    let over = Instant::now() + millis(asked.deadline_ms - now_ms());
    // Made also when the time is over already: whoever looks finds what became of the call.
    let mut task = task::ensure(&run.client, &run.query, asked).await.map_err(|error| {
        RunError::api(&format!("the approval of a call of tool '{}'", asked.name), &error)
    })?;
    waiting.asked();
    let decided = tokio::select! {
        biased;
        decided = answer(run, asked, &mut ticket, &mut task) => decided,
        () = tokio::time::sleep_until(over) => timed_out(asked.on_timeout),
    };
    let event = Event::ApprovalDecided {
        step: asked.step.to_owned(),
        outcome: decided.outcome,
        by: decided.by.clone(),
        reason: decided.reason.clone(),
        arguments: decided.arguments.clone(),
    };
    run.journal.append(Some(place.target), event).await?;
    task::tell(&run.client, &task, &task::ended(&task, &decided)).await;
    Ok(decided)
}

/// Waits for an answer that can be read. `task` is the task as it was seen last.
async fn answer(run: &Run, asked: &Asked<'_>, ticket: &mut Ticket, task: &mut A2ATask) -> Decided {
    let client = &run.client;
    let api: Api<A2ATask> = Api::namespaced(client.clone(), &run.namespace);
    let name = task.name_any();
    loop {
        if !task.spec.input.trim().is_empty() {
            match ApprovalAnswer::parse(&task.spec.input) {
                Ok(answer) => return of(task, answer, asked.arguments),
                Err(why) => {
                    let status = task::unreadable(task, &why);
                    if task.status.as_ref() != Some(&status) {
                        task::tell(client, task, &status).await;
                        task.status = Some(status);
                    }
                }
            }
        }
        // Read afresh once it has an answer: the cache does not know who wrote it.
        *task = loop {
            if ticket.told.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let told = ticket.told.borrow_and_update().clone();
            match told {
                Told::Nothing => {}
                Told::Gone => return deleted(),
                Told::Task(told) if told.spec.input.trim().is_empty() => {}
                Told::Task(told) => match api.get_opt(&name).await {
                    Ok(Some(fresh)) => break fresh,
                    Ok(None) => return deleted(),
                    // What the watch told is enough to decide; only who did is not known.
                    Err(_) => break (*told).clone(),
                },
            }
        };
    }
}

/// What an answer means; arguments that are the model's are no change.
fn of(task: &A2ATask, answer: ApprovalAnswer, written: &str) -> Decided {
    let outcome = match answer.decision {
        Decision::Approved => ApprovalOutcome::Approved,
        Decision::Rejected => ApprovalOutcome::Rejected,
    };
    let changed = answer.arguments.filter(|new| {
        outcome == ApprovalOutcome::Approved
            && serde_json::from_str::<serde_json::Map<_, _>>(written).ok().as_ref() != Some(new)
    });
    Decided {
        outcome,
        by: task::author(task, &answer.by),
        reason: answer.reason,
        arguments: changed.map(|arguments| serde_json::Value::Object(arguments).to_string()),
    }
}

fn deleted() -> Decided {
    Decided {
        outcome: ApprovalOutcome::Rejected,
        by: "somebody".to_owned(),
        reason: "The A2ATask that asked for approval was deleted.".to_owned(),
        arguments: None,
    }
}

fn timed_out(on_timeout: OnTimeout) -> Decided {
    let outcome = match on_timeout {
        OnTimeout::Proceed => ApprovalOutcome::TimedOutProceeded,
        OnTimeout::Reject => ApprovalOutcome::TimedOutRejected,
    };
    Decided { outcome, by: String::new(), reason: String::new(), arguments: None }
}

/// Tells the task of a decision that the journal knows.
async fn told(run: &Run, asked: &Asked<'_>, decided: &Decided) {
    let client = &run.client;
    let api: Api<A2ATask> = Api::namespaced(client.clone(), &run.namespace);
    let uid = run.query.uid().unwrap_or_default();
    let name = A2ATaskSpec::object_name(&task::id(&uid, asked.step));
    if let Ok(Some(task)) = api.get_opt(&name).await
        && !task.status.as_ref().and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal())
    {
        task::tell(client, &task, &task::ended(&task, decided)).await;
    }
}

fn verdict(decided: Decided, timeout: Duration) -> Verdict {
    match decided.outcome {
        ApprovalOutcome::Approved | ApprovalOutcome::TimedOutProceeded => Verdict::Go(decided.arguments),
        ApprovalOutcome::Rejected if decided.reason.is_empty() => {
            Verdict::Refused(Reply::error("Tool execution rejected by user. The tool was not called."))
        }
        ApprovalOutcome::Rejected => Verdict::Refused(Reply::error(format!(
            "Tool execution rejected by user. The tool was not called. Reason: {}",
            decided.reason
        ))),
        ApprovalOutcome::TimedOutRejected => Verdict::Refused(Reply::error(format!(
            "Tool execution rejected: approval timeout exceeded, nobody decided within {}. The tool was not called.",
            crate::engine::status::go(timeout)
        ))),
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_rejected_turns_in_a_row_are_enough() {
        let mut rejections = Rejections::default();
        let mut turn = |said: &[Option<bool>]| rejections.turn("pilot", said.iter().copied());
        // Several calls of one turn are one rejection, and one approved call makes good for all.
        turn(&[Some(false), Some(false), Some(false)]).unwrap();
        turn(&[None]).unwrap();
        turn(&[Some(false)]).unwrap();
        turn(&[Some(false), Some(true)]).unwrap();
        turn(&[Some(false)]).unwrap();
        turn(&[Some(false)]).unwrap();
        let error = turn(&[Some(false), None]).unwrap_err();
        assert_eq!(error.code, "ApprovalLimitReached");
        assert!(error.message.starts_with("Approval cascade limit reached (3)"), "{error}");
    }
}
