//! The status of a query: built from an outcome (pure), written by a merge patch of the status subresource.

use std::time::Duration;

use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use super::error::{RunError, codes};
use super::journal::bound;
use super::providers::Message;
use super::run::{Report, RunOutcome, TargetOutcome, conversation};
use crate::engine::patch_status;
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{query as reasons, types};
use crate::resources::duration::GoDuration;
use crate::resources::query::{Query, QueryTarget, TargetType};
use crate::resources::query_status::{QueryPhase, QueryResponse, QueryStatus};
use crate::resources::token_usage::TokenUsage;

/// Bytes of answers in one status: objects are limited to about 1.5 MB. Longer ones are cut, which shows in the text;
/// the journal has them whole.
const MAX_CONTENT: usize = 400 << 10;
/// Bytes of `raw` in one status; when there is not room for all, `raw` is left out rather than cut, as it is JSON.
const MAX_RAW: usize = 400 << 10;
/// Bytes of a condition's message.
const MAX_MESSAGE: usize = 2 << 10;
/// Longest pause between two tries to write.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Status of a query that waits.
pub(super) fn queued(query: &Query, before: usize) -> QueryStatus {
    let message = match before {
        0 => "Waits for a place; it is next.".to_owned(),
        1 => "Waits for a place; 1 run is before it.".to_owned(),
        n => format!("Waits for a place; {n} runs are before it."),
    };
    open(query, QueryPhase::Queued, reasons::QUEUED, message)
}

/// Status of a query that runs.
pub(super) fn running(query: &Query) -> QueryStatus {
    open(query, QueryPhase::Running, reasons::RUNNING, "The query runs.".to_owned())
}

/// Status of a query whose calls of these tools wait for a person.
pub(super) fn waiting(query: &Query, tools: &[String]) -> QueryStatus {
    let message = match tools {
        [tool] => format!("Waits for a person: a call of {tool} needs approval."),
        _ => format!("Waits for a person: calls of {} need approval.", tools.join(", ")),
    };
    let message = cut(message);
    open(query, QueryPhase::InputRequired, reasons::INPUT_REQUIRED, message)
}

fn open(query: &Query, phase: QueryPhase, reason: &str, message: String) -> QueryStatus {
    let mut conditions = query.status.as_ref().map(|status| status.conditions.clone()).unwrap_or_default();
    complete(&mut conditions, query, ConditionStatus::False, reason, message);
    QueryStatus { phase: Some(phase), conditions, ..QueryStatus::default() }
}

/// Status of a query that ended after `duration`.
pub(super) fn ended(query: &Query, outcome: &RunOutcome, memory: &Report, duration: Duration) -> QueryStatus {
    let mut conditions = query.status.as_ref().map(|status| status.conditions.clone()).unwrap_or_default();
    let message = cut(outcome.message.clone());
    complete(&mut conditions, query, ConditionStatus::True, &outcome.reason, message);
    remembered(&mut conditions, query, memory);
    let share = MAX_CONTENT / outcome.targets.len().max(1);
    let mut room = MAX_RAW;
    let responses: Vec<QueryResponse> =
        outcome.targets.iter().map(|target| response(target, share, &mut room)).collect();
    let usage = outcome.usage();
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    QueryStatus {
        phase: Some(outcome.phase),
        response: first(&responses).cloned().or_else(|| whole(query, outcome)),
        responses,
        token_usage: (usage != Default::default()).then(|| TokenUsage {
            prompt_tokens: usage.prompt,
            completion_tokens: usage.completion,
            total_tokens: usage.prompt.saturating_add(usage.completion),
            cached_tokens: usage.cached,
        }),
        duration: Some(Duration::from_millis(millis).into()),
        conversation_id: conversation(query).to_owned(),
        conditions,
        ..QueryStatus::default()
    }
}

fn cut(mut message: String) -> String {
    bound(&mut message, MAX_MESSAGE);
    message
}

fn complete(
    conditions: &mut Vec<Condition>,
    query: &Query,
    status: ConditionStatus,
    reason: &str,
    message: String,
) {
    set(conditions, query, types::COMPLETED, status, reason, message);
}

fn set(
    conditions: &mut Vec<Condition>,
    query: &Query,
    type_: &str,
    status: ConditionStatus,
    reason: &str,
    message: String,
) {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let new = Condition::new(type_, status, reason, message, query.metadata.generation, &now);
    condition::set(conditions, new);
}

/// Whether a query that wants to be remembered is: `MemoryUnavailable` and, where there is a memory, `MemoryDegraded`.
fn remembered(conditions: &mut Vec<Condition>, query: &Query, memory: &Report) {
    use ConditionStatus::{False, True};
    if !memory.wanted {
        return;
    }
    let mut told = |type_, status, reason: &str, message: &str| {
        set(conditions, query, type_, status, reason, message.to_owned());
    };
    match &memory.failure {
        Some((reason, message)) if reason == reasons::NO_MEMORY_BACKEND => {
            told(types::MEMORY_UNAVAILABLE, True, reason, message);
            return;
        }
        Some((reason, message)) => told(types::MEMORY_DEGRADED, True, reason, message),
        None => told(types::MEMORY_DEGRADED, False, reasons::MEMORY_HEALTHY, "The memory works."),
    }
    told(types::MEMORY_UNAVAILABLE, False, reasons::MEMORY_REACHABLE, "The conversation has a memory.");
}

/// Decision 8: the first in the order agent, team, model, tool.
fn first(responses: &[QueryResponse]) -> Option<&QueryResponse> {
    responses.iter().min_by_key(|response| match response.target.as_ref().map(|target| target.type_) {
        Some(TargetType::Agent) => 0,
        Some(TargetType::Team) => 1,
        Some(TargetType::Model) => 2,
        Some(TargetType::Tool) | None => 3,
    })
}

fn response(outcome: &TargetOutcome, share: usize, room: &mut usize) -> QueryResponse {
    let target = Some(outcome.target.clone());
    let (mut content, raw, phase) = match &outcome.result {
        Ok(answer) => (answer.content.clone(), raw(&answer.messages, &answer.content), QueryPhase::Done),
        Err(error) if error.code == codes::CANCELED => {
            (error.message.clone(), failure(error), QueryPhase::Canceled)
        }
        Err(error) => (error.message.clone(), failure(error), QueryPhase::Error),
    };
    bound(&mut content, share);
    let raw = if raw.len() <= *room { raw } else { String::new() };
    *room -= raw.len();
    QueryResponse { target, content, raw, phase: phase.to_string(), a2a: None }
}

/// The messages that a target produced, as Ark keeps them: a JSON array in a string.
fn raw(messages: &[Message], content: &str) -> String {
    if messages.is_empty() {
        return json!([{"role": "assistant", "content": content}]).to_string();
    }
    serde_json::to_string(messages).unwrap_or_default()
}

fn failure(error: &RunError) -> String {
    json!([{"error": "target_execution_error", "code": error.code, "message": error.message}]).to_string()
}

/// The response of a run that ended before any target began.
fn whole(query: &Query, outcome: &RunOutcome) -> Option<QueryResponse> {
    if outcome.phase != QueryPhase::Error {
        return None;
    }
    let targets: Vec<QueryTarget> = query.spec.targets();
    let error = RunError::new(outcome.reason.as_str(), outcome.message.as_str());
    Some(QueryResponse {
        target: targets.into_iter().next(),
        content: outcome.message.clone(),
        raw: failure(&error),
        phase: QueryPhase::Error.to_string(),
        a2a: None,
    })
}

/// Writes `status`, again and again while the API fails; `Ok(false)` when the query is gone.
pub(super) async fn write(client: &Client, query: &Query, status: &QueryStatus) -> Result<bool, kube::Error> {
    write_while(client, query, status, || true).await
}

/// The same for as long as `mine` says that the run is this process's: the status of a run on its way must not come after the
/// last one, which another replica may have written. `Ok(false)` when it is not any more.
pub(super) async fn write_while(
    client: &Client,
    query: &Query,
    status: &QueryStatus,
    mine: impl Fn() -> bool,
) -> Result<bool, kube::Error> {
    let namespace = query.namespace().unwrap_or_default();
    // The UID keeps the status of a deleted query away from a new one of the same name.
    let patch: Value = json!({"metadata": {"uid": query.metadata.uid}, "status": status});
    let mut pause = Duration::from_millis(100);
    loop {
        if !mine() {
            return Ok(false);
        }
        let error = match patch_status::<Query>(client, &namespace, &query.name_any(), &patch).await {
            Ok(()) => return Ok(true),
            Err(error) => error,
        };
        match &error {
            kube::Error::Api(answer) if answer.code == 404 => return Ok(false),
            // Another object has the name by now.
            kube::Error::Api(answer) if answer.code == 409 && answer.message.contains("UID") => {
                return Ok(false);
            }
            kube::Error::Api(answer)
                if (400..500).contains(&answer.code) && !matches!(answer.code, 408 | 409 | 429) =>
            {
                return Err(error);
            }
            _ => {}
        }
        tracing::warn!(namespace = query.namespace(), query = query.name_any(), %error, "the status was not written; it is tried again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// A duration as Go writes it, for sentences.
pub(super) fn go(duration: Duration) -> String {
    GoDuration::from(duration).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::journal::Usage;
    use crate::engine::run::Answer;
    use crate::resources::query::QuerySpec;

    fn query() -> Query {
        let mut query = Query::new("tide", QuerySpec::default());
        query.metadata.generation = Some(3);
        query
    }

    fn target(type_: TargetType, result: Result<&str, RunError>) -> TargetOutcome {
        TargetOutcome {
            target: QueryTarget::new(type_, "pilot"),
            result: result.map(|text| Answer::new(text, vec![])),
            usage: Usage { prompt: 10, completion: 4, cached: 2, written: 0 },
        }
    }

    #[test]
    fn both_releases_find_their_fields() {
        let outcome = RunOutcome::of(vec![
            target(TargetType::Model, Ok("from the model")),
            target(TargetType::Agent, Ok("from the agent")),
        ]);
        let status = ended(&query(), &outcome, &Report::default(), Duration::from_micros(1_234_567));
        let json = serde_json::to_value(&status).unwrap();
        assert_eq!(json["phase"], "done");
        assert_eq!(json["duration"], "1.234s");
        assert_eq!(json["responses"][0]["content"], "from the model");
        assert_eq!(json["response"]["content"], "from the agent");
        assert_eq!(json["response"]["raw"], r#"[{"content":"from the agent","role":"assistant"}]"#);
        assert_eq!(json["tokenUsage"]["totalTokens"], 28);
        assert_eq!(json["tokenUsage"]["cachedTokens"], 4);
        assert_eq!(json["conditions"][0]["reason"], "QuerySucceeded");
        assert_eq!(json["conditions"][0]["observedGeneration"], 3);
    }

    #[test]
    fn a_failure_before_any_target_is_the_response() {
        let outcome = RunOutcome::failed(&RunError::new(codes::NO_TARGETS, "Nothing matches."));
        let status = ended(&query(), &outcome, &Report::default(), Duration::ZERO);
        assert_eq!(status.response.unwrap().content, "NoTargets: Nothing matches.");
        assert_eq!(status.conditions[0].reason, "QueryErrored");
    }

    #[test]
    fn long_answers_are_cut_to_what_an_object_holds() {
        let long = "x".repeat(MAX_CONTENT);
        let outcome = RunOutcome::of((0..3).map(|_| target(TargetType::Agent, Ok(&long))).collect());
        let status = ended(&query(), &outcome, &Report::default(), Duration::ZERO);
        assert!(serde_json::to_vec(&status).unwrap().len() < 1 << 20);
        assert!(status.responses[2].content.ends_with("bytes in all]"));
    }
}
