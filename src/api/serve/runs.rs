//! A query's run as the page shows it: the journal, what streams, and the head.

use std::sync::Arc;

use super::Services;
use super::present::{conversation, images, query_place, query_status, query_targets, query_usage, question};
use crate::engine::journal::{Entry, Event, JournalError, ObjectRef, PartialText, Subscription};
use crate::kubernetes::apply::noun;
use crate::resources::kind::Kind;
use crate::resources::{ArkConfigSpec, Query};
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::problem::{Problem, ProblemCode};
use crate::views::run::{Partial, RunDelta, RunEntry, RunEvent, RunView, TokenUsage, ToolCallView};

/// Entries that a page opens with; older ones are asked for by `get_entries`.
pub const OPENING: usize = 500;

/// The query that a run belongs to.
pub fn query(services: &Services, key: &ObjectKey) -> Result<Arc<Query>, Problem> {
    services.caches().queries.get(&key.namespace, &key.name).ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, format!("There is no {}.", noun(key)))
            .next("It may have been deleted, or its time to live may have ended.")
    })
}

/// Words for a journal that cannot be read.
pub fn unreadable(error: &JournalError) -> Problem {
    tracing::error!(%error, "a journal cannot be read");
    Problem::new(ProblemCode::Internal, format!("The journal of the run could not be read: {error}."))
}

/// The run and everything that comes after it: what is sent first, then what to listen to. Subscribes before it
/// reads, so nothing is lost in between.
pub async fn open(services: &Services, key: &ObjectKey) -> Result<(RunView, Subscription), Problem> {
    let query = query(services, key)?;
    let uid = query.metadata.uid.clone().unwrap_or_default();
    let journal = services.journal();
    let subscription = journal.follow(&uid).await;
    let entries = journal.read_before(&uid, u64::MAX, OPENING).await.map_err(|error| unreadable(&error))?;
    let truncated = entries.first().is_some_and(|entry| entry.seq > 1);
    let entries = self::entries(&key.namespace, &entries);
    let config = services.caches().ark_configs.get("", crate::resources::ark_config::NAME);
    let RunDelta::Head { status, started_ms, ended_ms, usage } = head(services, &query, &entries) else {
        return Err(Problem::new(ProblemCode::Internal, "The head of the run could not be made."));
    };
    let view = RunView {
        key: key.clone(),
        uid,
        status,
        input: question(&query),
        images: images(&query),
        targets: targets(&query, &entries),
        created_ms: query.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond()),
        started_ms,
        ended_ms,
        timeout_ms: timeout_ms(&query, config.as_ref().map(|config| &config.spec)),
        usage,
        session: Some(query.spec.session_id.clone()).filter(|session| !session.is_empty()),
        conversation: conversation(&query).to_owned(),
        scripted: is_scripted(services, &query),
        partials: partials(&subscription.partials),
        entries,
        truncated,
    };
    Ok((view, subscription))
}

/// State, sums and times, from the query and the entries at hand.
pub fn head(services: &Services, query: &Query, entries: &[RunEntry]) -> RunDelta {
    let started =
        entries.iter().find(|entry| matches!(entry.event, RunEvent::Started { .. })).map(|e| e.at_ms);
    let finished =
        entries.iter().rev().find(|entry| matches!(entry.event, RunEvent::Finished { .. })).map(|e| e.at_ms);
    let (by_status_started, by_status_ended) = super::present::Present::times(query);
    RunDelta::Head {
        status: query_status(query, query_place(services.caches(), query)),
        started_ms: started.or(by_status_started),
        ended_ms: finished.or(by_status_ended),
        usage: query_usage(query).unwrap_or_else(|| usage(entries)),
    }
}

/// Sum over the model calls in these entries.
fn usage(entries: &[RunEntry]) -> TokenUsage {
    let mut sum = TokenUsage::default();
    for entry in entries {
        if let RunEvent::ModelResponse { usage, .. } = &entry.event {
            sum.prompt += usage.prompt;
            sum.completion += usage.completion;
            sum.cached += usage.cached;
        }
    }
    sum
}

/// Targets in the order of the run, which the journal knows; before it begins, as the query names them.
fn targets(query: &Query, entries: &[RunEntry]) -> Vec<ObjectKey> {
    let mut begun: Vec<(usize, ObjectKey)> = entries
        .iter()
        .filter_map(|entry| match &entry.event {
            RunEvent::TargetStarted { key } => Some((entry.target.unwrap_or(0), key.clone())),
            _ => None,
        })
        .collect();
    begun.sort();
    begun.dedup();
    let mut keys: Vec<_> = begun.into_iter().map(|(_, key)| key).collect();
    for key in query_targets(query) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Budget of time of a query.
pub fn timeout_ms(query: &Query, config: Option<&ArkConfigSpec>) -> i64 {
    query.spec.timeout(config).as_nanos() / 1_000_000
}

/// Whether a model in it is the scripted one of this process.
fn is_scripted(services: &Services, query: &Query) -> bool {
    let caches = services.caches();
    query_targets(query).iter().any(|key| super::present::is_scripted(caches, key))
}

/// Entries of a run in `namespace` as the page shows them.
pub fn entries(namespace: &str, entries: &[Entry]) -> Vec<RunEntry> {
    entries.iter().map(|one| entry(namespace, one)).collect()
}

/// Text that streams, as the page shows it.
pub fn partials(partials: &[PartialText]) -> Vec<Partial> {
    partials
        .iter()
        .map(|partial| Partial {
            step: partial.step.to_string(),
            target: partial.target,
            text: partial.text.clone(),
        })
        .collect()
}

/// One entry of a run in `namespace` as the page shows it.
pub fn entry(namespace: &str, entry: &Entry) -> RunEntry {
    let event = event(namespace, &entry.event);
    RunEntry { seq: entry.seq, at_ms: entry.at_ms, target: entry.target, event }
}

fn key(object: &ObjectRef) -> ObjectKey {
    ObjectKey::new(object.kind, &object.namespace, &object.name)
}

fn event(namespace: &str, event: &Event) -> RunEvent {
    match event.clone() {
        Event::Started { attempt } => RunEvent::Started { attempt },
        Event::TargetStarted { key: object } => RunEvent::TargetStarted { key: key(&object) },
        Event::ModelRequest { step, model, agent, messages, attempt, .. } => RunEvent::ModelRequest {
            step,
            model: key(&model),
            agent: agent.as_ref().map(key),
            messages,
            attempt,
        },
        Event::ModelResponse {
            step,
            content,
            tool_calls,
            usage,
            cost,
            finish_reason,
            first_token_ms,
            duration_ms,
            ..
        } => RunEvent::ModelResponse {
            step,
            content,
            tool_calls: tool_calls
                .into_iter()
                .map(|call| ToolCallView { id: call.id, name: call.name, arguments: call.arguments })
                .collect(),
            usage: TokenUsage { prompt: usage.prompt, completion: usage.completion, cached: usage.cached },
            cost: cost.map(|cost| Cost { currency: cost.currency, nanos: cost.nanos }),
            finish_reason,
            first_token_ms,
            duration_ms,
        },
        Event::ModelRetry { step, reason, delay_ms } => RunEvent::ModelRetry { step, reason, delay_ms },
        Event::ToolRequest { step, call_id, name, .. } => RunEvent::ToolRequest { step, call_id, name },
        Event::ToolResult { step, call_id, name, content, is_error, duration_ms } => {
            RunEvent::ToolResult { step, call_id, name, content, is_error, duration_ms }
        }
        Event::ApprovalAsked {
            step,
            call_id,
            name,
            arguments,
            agent,
            why,
            task,
            deadline_ms,
            on_timeout,
        } => RunEvent::ApprovalAsked {
            step,
            call_id,
            name,
            arguments,
            agent: agent.as_ref().map(key),
            why,
            task: ObjectKey::new(Kind::A2ATask, namespace, task),
            deadline_ms,
            on_timeout,
        },
        Event::ApprovalDecided { step, outcome, by, reason, arguments } => {
            RunEvent::ApprovalDecided { step, outcome: outcome.as_str().to_owned(), by, reason, arguments }
        }
        Event::TurnStarted { step, turn, team, member, rule, why } => RunEvent::TurnStarted {
            step,
            turn,
            team: key(&team),
            member: key(&member),
            rule: rule.as_str().to_owned(),
            why,
        },
        Event::TurnDone { step, content } => RunEvent::TurnDone { step, content },
        Event::TeamEnded { step, team, turns, reason, message } => {
            RunEvent::TeamEnded { step, team: key(&team), turns, reason: reason.as_str().to_owned(), message }
        }
        Event::OutputRejected { step, message } => RunEvent::OutputRejected { step, message },
        Event::TargetDone { content } => RunEvent::TargetDone { content },
        Event::TargetFailed { code, message } => RunEvent::TargetFailed { code, message },
        Event::MemoryRead { memory, conversation, messages, tokens, limit, left_out, .. } => {
            RunEvent::MemoryRead {
                memory: key(&memory),
                conversation,
                messages: messages.len(),
                tokens,
                limit,
                left_out,
            }
        }
        Event::MemoryWritten { memory, conversation, messages } => {
            RunEvent::MemoryWritten { memory: key(&memory), conversation, messages }
        }
        Event::MemoryFailed { conversation, reason, message } => {
            RunEvent::MemoryFailed { conversation, reason, message }
        }
        Event::Notice { message } => RunEvent::Notice { message },
        Event::Finished { phase, reason, message } => RunEvent::Finished { phase, reason, message },
    }
}
