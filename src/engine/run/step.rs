//! One model call: written to the journal before it is sent, found there after a restart, tried again where that may help.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::Rng;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Run;
use crate::engine::error::RunError;
use crate::engine::journal::{Event, ObjectRef};
use crate::engine::models::{self, HeaderOverrides};
use crate::engine::prices::Prices;
use crate::engine::providers::{ChatAnswer, ChatRequest, ModelError, connect};
use crate::engine::secret::Secret;
use crate::engine::settings::MAX_BACKOFF;
use crate::engine::spans::{TRACEPARENT, attempt_key};
use crate::resources::model::Model;

/// Least time between two publications of streaming text. The first piece goes out at once; a fast model's pieces are
/// put together, so that a page is not sent thousands of updates a second.
const PUBLISH_GAP: Duration = Duration::from_millis(40);

/// Who asks which model.
pub(super) struct Caller<'a> {
    /// Index of the target.
    pub(super) target: usize,
    /// The Model.
    pub(super) model: &'a Model,
    /// Name of the Model in the journal.
    pub(super) model_ref: ObjectRef,
    /// The agent that asks, if one does.
    pub(super) agent: Option<ObjectRef>,
    /// Headers on top of the Model's own.
    pub(super) overrides: HeaderOverrides<'a>,
}

/// Asks `caller.model`, or returns what it answered before a restart.
pub(super) async fn ask(
    run: &Run,
    caller: &Caller<'_>,
    step: &str,
    request: &ChatRequest,
) -> Result<ChatAnswer, RunError> {
    if let Some(answer) = run.past.answer(step) {
        return Ok(answer.clone());
    }
    let marked = run.marks.marked(request);
    let before = run.past.attempts(step);
    let target = Some(caller.target);
    let mut tried = 0;
    loop {
        // Resolved for every attempt: a key that was mended meanwhile counts.
        let mut endpoint =
            models::endpoint(&run.world, caller.model, Some(&run.parameters), &caller.overrides).await?;
        // By the prices of now: a later change does not change what was paid.
        let prices = Prices::of(caller.model, &endpoint, &run.tariff).unwrap_or_else(|why| {
            tracing::warn!(model = %caller.model_ref.name, %why, "the call has no price");
            None
        });
        tried += 1;
        if let Some(trace) = &run.trace {
            // First, so that the Model's own header of this name wins.
            let parent = trace.header(&attempt_key(step, before + tried));
            endpoint.headers.insert(0, (TRACEPARENT.into(), Secret::new(parent)));
        }
        let (serves, asked) = (endpoint.api.semantic_name().to_owned(), endpoint.model.clone());
        let provider = connect(&run.outbound, endpoint);
        let sent = Event::ModelRequest {
            step: step.to_owned(),
            model: caller.model_ref.clone(),
            agent: caller.agent.clone(),
            messages: request.messages.len(),
            attempt: before + tried,
            provider: serves,
            provider_model: asked,
        };
        run.journal.append(target, sent).await?;
        let publisher = Publisher::new(run, step, caller.target);
        let mut on_text = |piece: &str| publisher.take(piece);
        let outcome = tokio::select! {
            outcome = provider.chat(&marked, &mut on_text) => outcome,
            never = publisher.flush_late() => match never {},
        };
        publisher.flush();
        let error = match outcome {
            Ok(answer) => {
                run.journal.stage_soon(target, response(step, &answer, prices.as_ref()));
                return Ok(answer);
            }
            Err(error) => error,
        };
        if !error.retryable || tried >= run.settings.max_attempts {
            return Err(given_up(error, tried));
        }
        let delay = backoff(run.settings.backoff, tried, &error);
        if Instant::now() + delay >= run.stop.deadline {
            return Err(no_time(error, delay));
        }
        let retry =
            Event::ModelRetry { step: step.to_owned(), reason: error.message, delay_ms: millis(delay) };
        run.journal.append(target, retry).await?;
        tokio::time::sleep(delay).await;
    }
}

fn response(step: &str, answer: &ChatAnswer, prices: Option<&Prices>) -> Event {
    Event::ModelResponse {
        step: step.to_owned(),
        content: answer.content.clone(),
        tool_calls: answer.tool_calls.clone(),
        // Only calls of tools are gone on from.
        thoughts: if answer.tool_calls.is_empty() { Vec::new() } else { answer.thoughts.clone() },
        usage: answer.usage,
        cost: prices.map(|prices| prices.cost(answer.usage)),
        finish_reason: answer.finish_reason.clone(),
        first_token_ms: answer.first_token.map(millis),
        duration_ms: millis(answer.duration),
    }
}

/// What the provider asks for, else doubling from `first`, give or take a quarter so that many runs do not return at once.
pub(in crate::engine) fn backoff(first: Duration, tried: u32, error: &ModelError) -> Duration {
    if let Some(asked) = error.retry_after {
        return asked;
    }
    let doubled = first.saturating_mul(1 << (tried - 1).min(16)).min(MAX_BACKOFF);
    doubled.mul_f64(rand::rng().random_range(0.75..=1.25))
}

pub(in crate::engine) fn given_up(error: ModelError, tried: u32) -> RunError {
    let mut error = RunError::from(error);
    if tried > 1 {
        error.message.push_str(&format!(" Tried {tried} times."));
    }
    error
}

fn no_time(error: ModelError, delay: Duration) -> RunError {
    let mut error = RunError::from(error);
    let text = format!(" The next try would be in {:.0} s, after the query's timeout.", delay.as_secs_f64());
    error.message.push_str(&text);
    error
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Publishes text at once when the last publication is long ago, else together with what follows.
struct Publisher<'a> {
    run: &'a Run,
    step: Arc<str>,
    target: usize,
    state: Mutex<Pending>,
    late: Notify,
}

struct Pending {
    text: String,
    published: Option<Instant>,
}

impl<'a> Publisher<'a> {
    fn new(run: &'a Run, step: &str, target: usize) -> Self {
        let state = Mutex::new(Pending { text: String::new(), published: None });
        Self { run, step: step.into(), target, state, late: Notify::new() }
    }

    fn take(&self, piece: &str) {
        let mut state = self.state.lock();
        state.text.push_str(piece);
        if state.published.is_none_or(|at| at.elapsed() >= PUBLISH_GAP) {
            self.publish(&mut state);
        } else {
            self.late.notify_one();
        }
    }

    fn publish(&self, state: &mut Pending) {
        if !state.text.is_empty() {
            self.run.journal.text(&self.step, Some(self.target), &state.text);
            state.text.clear();
            state.published = Some(Instant::now());
        }
    }

    fn flush(&self) {
        self.publish(&mut self.state.lock());
    }

    async fn flush_late(&self) -> std::convert::Infallible {
        loop {
            self.late.notified().await;
            let at = self.state.lock().published;
            if let Some(at) = at {
                tokio::time::sleep_until(at + PUBLISH_GAP).await;
            }
            self.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::providers::ModelErrorCode;

    #[test]
    fn pauses_double_within_bounds_unless_the_provider_says() {
        let mut error = ModelError::passing(ModelErrorCode::ModelUnavailable, "down");
        let first = Duration::from_millis(100);
        for (tried, least, most) in [(1, 75, 125), (2, 150, 250), (30, 6_000, 10_000)] {
            let pause = backoff(first, tried, &error).as_millis();
            assert!((least..=most).contains(&pause), "{tried}: {pause}");
        }
        error.retry_after = Some(Duration::from_secs(17));
        assert_eq!(backoff(first, 1, &error), Duration::from_secs(17));
    }
}
