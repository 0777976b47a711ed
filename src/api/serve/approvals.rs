//! Approvals: the inbox, and a person's answer, which is a write of the A2ATask as that person.

use std::collections::{HashMap, HashSet};

use kube::ResourceExt;
use serde_json::{Map, Value};

use super::objects::check;
use super::present::{World, first_line, moment, question};
use super::{asker, runs, services};
use crate::kubernetes::access::{Verb, may};
use crate::kubernetes::apply::{self, noun};
use crate::resources::approval::{ApprovalAnswer, Decision, MAX_REASON, OnTimeout, metadata};
use crate::resources::conditions::{a2a_task as reasons, types};
use crate::resources::kind::Kind;
use crate::resources::tool::ToolAnnotations;
use crate::resources::{A2ATask, A2ATaskPhase, condition};
use crate::views::ObjectKey;
use crate::views::approval::{
    Alike, AnswerView, ApprovalForm, ApprovalView, InboxItem, InboxView, MAX_ANSWERED, MAX_WAITING,
};
use crate::views::problem::{Problem, ProblemCode};
use crate::views::row::{State, Status};

/// See [`crate::api::approvals::list_approvals`].
pub async fn list() -> Result<InboxView, Problem> {
    Ok(inbox(&World::new(services()?.caches())))
}

/// The inbox as it is now.
pub fn inbox(world: &World) -> InboxView {
    let seen = |task: &A2ATask| may(&asker(), Verb::List, Kind::A2ATask, task.metadata.namespace.as_deref());
    let all: Vec<ApprovalView> = world
        .caches
        .a2a_tasks
        .list(None)
        .iter()
        .filter(|task| seen(task))
        .filter_map(|task| view(task))
        .collect();
    let mut alike: HashMap<(&str, &str), Alike> = HashMap::new();
    for one in &all {
        if let Some(answer) = &one.answer {
            count(alike.entry((&one.key.namespace, &one.tool)).or_default(), answer);
        }
    }
    let mut waiting: Vec<&ApprovalView> = all.iter().filter(|one| one.answer.is_none()).collect();
    waiting.sort_by(|a, b| (a.deadline_ms, &a.key).cmp(&(b.deadline_ms, &b.key)));
    let more = waiting.len().saturating_sub(MAX_WAITING);
    waiting.truncate(MAX_WAITING);
    let items = waiting.into_iter().map(|one| {
        let alike = alike.get(&(one.key.namespace.as_str(), one.tool.as_str())).copied().unwrap_or_default();
        item(world, one.clone(), alike)
    });
    let items = items.collect();
    let mut answered: Vec<ApprovalView> = all.into_iter().filter(|one| one.answer.is_some()).collect();
    let at = |one: &ApprovalView| one.answer.as_ref().map_or(0, |answer| answer.at_ms);
    answered.sort_by(|a, b| at(b).cmp(&at(a)).then_with(|| a.key.cmp(&b.key)));
    answered.truncate(MAX_ANSWERED);
    InboxView { waiting: items, more, answered }
}

/// How many calls wait for a person, over all namespaces that the person may see.
pub fn waiting(world: &World) -> usize {
    let tasks = world.caches.a2a_tasks.list(None);
    tasks
        .iter()
        .filter(|task| {
            waits(task) && may(&asker(), Verb::List, Kind::A2ATask, task.metadata.namespace.as_deref())
        })
        .count()
}

/// Queries of a namespace, or of all, that wait for a person.
pub fn asked(world: &World, namespace: Option<&str>) -> HashSet<ObjectKey> {
    let tasks = world.caches.a2a_tasks.list(namespace);
    tasks.iter().filter(|task| waits(task)).filter_map(|task| view(task)).map(|one| one.query).collect()
}

/// Whether a person is waited for.
pub fn waits(task: &A2ATask) -> bool {
    task.spec.is_decision() && phase(task) == Some(A2ATaskPhase::InputRequired)
}

fn phase(task: &A2ATask) -> Option<A2ATaskPhase> {
    task.status.as_ref().and_then(|status| status.phase)
}

fn count(alike: &mut Alike, answer: &AnswerView) {
    match answer.status.state {
        State::Done => {
            alike.approved += 1;
            alike.changed += usize::from(answer.status.word == WITH_CHANGES);
        }
        State::Failed => alike.rejected += 1,
        _ if answer.status.word == RAN_OUT => alike.ran_out += 1,
        _ => {}
    }
}

fn item(world: &World, mut approval: ApprovalView, alike: Alike) -> InboxItem {
    let query = world.caches.queries.get(&approval.query.namespace, &approval.query.name);
    let tool = world.caches.tools.get(&approval.key.namespace, &approval.tool);
    let effect = tool.as_ref().and_then(|tool| tool.spec.annotations.as_ref()).and_then(effect);
    let tool = tool.map(|tool| ObjectKey::new(Kind::Tool, approval.key.namespace.as_str(), tool.name_any()));
    let config = world.caches.ark_configs.get("", crate::resources::ark_config::NAME);
    approval.query_ends_ms = query.as_ref().and_then(|query| {
        let created = query.metadata.creation_timestamp.as_ref()?.0.as_millisecond();
        Some(created + runs::timeout_ms(query, config.as_ref().map(|config| &config.spec)))
    });
    let question = query.map(|query| first_line(&question(&query))).unwrap_or_default();
    InboxItem { approval, question, effect, tool, alike }
}

/// What a tool's hints say about a call.
fn effect(hints: &ToolAnnotations) -> Option<String> {
    let text = match (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) {
        (Some(true), _, _) => "Only reads, by its own word.",
        (_, Some(true), Some(true)) => {
            "Changes or removes something, by its own word; again is the same as once."
        }
        (_, Some(true), _) => "Changes or removes something, by its own word.",
        (_, Some(false), _) => "Adds something and removes nothing, by its own word.",
        (_, None, Some(true)) => "Again is the same as once, by its own word.",
        _ => return None,
    };
    Some(text.to_owned())
}

/// What a task says about a call, if it is a decision that a run asked for.
pub fn view(task: &A2ATask) -> Option<ApprovalView> {
    let status = task.status.as_ref().filter(|_| task.spec.is_decision())?;
    let meta = |key: &str| status.protocol_metadata.get(key).map(String::as_str);
    let calls: Value = serde_json::from_str(meta(metadata::TOOL_CALLS)?).ok()?;
    let call = &calls.as_array()?.first()?["function"];
    let namespace = task.metadata.namespace.clone().unwrap_or_default();
    let own = |other: &str| if other.is_empty() { namespace.clone() } else { other.to_owned() };
    let asked_ms = moment(&status.start_time).unwrap_or_default();
    let timeout_ms = task.spec.timeout().as_nanos() / 1_000_000;
    let deadline_ms =
        meta(metadata::DEADLINE).and_then(|ms| ms.parse().ok()).unwrap_or(asked_ms + timeout_ms);
    let (query, agent) = (&task.spec.query_ref, &task.spec.agent_ref);
    Some(ApprovalView {
        key: ObjectKey::new(Kind::A2ATask, namespace.as_str(), task.name_any()),
        query: ObjectKey::new(Kind::Query, own(&query.namespace), query.name.as_str()),
        agent: (!agent.name.is_empty())
            .then(|| ObjectKey::new(Kind::Agent, own(&agent.namespace), agent.name.as_str())),
        tool: call["name"].as_str().unwrap_or_default().to_owned(),
        arguments: call["arguments"].as_str().unwrap_or_default().to_owned(),
        why: meta(metadata::WHY).unwrap_or_default().to_owned(),
        asked_ms,
        deadline_ms,
        on_timeout: meta(metadata::ON_TIMEOUT).and_then(OnTimeout::from_text).unwrap_or_default(),
        query_ends_ms: None,
        answer: answer(task),
    })
}

/// Word of an approval with other arguments than the model's.
const WITH_CHANGES: &str = "Approved with changes";
/// Word of a call that nobody decided about in time.
const RAN_OUT: &str = "Ran out";

/// How the wait ended; `None` while it lasts.
pub fn answer(task: &A2ATask) -> Option<AnswerView> {
    let status = task.status.as_ref().filter(|status| status.phase.is_some_and(A2ATaskPhase::is_terminal))?;
    let completed = condition::find(&status.conditions, types::COMPLETED);
    let meta = |key: &str| status.protocol_metadata.get(key).cloned().unwrap_or_default();
    let changed = !meta(metadata::ARGUMENTS).is_empty();
    let (state, word) = match completed.map(|condition| condition.reason.as_str()).unwrap_or_default() {
        reasons::APPROVAL_GRANTED if changed => (State::Done, WITH_CHANGES),
        reasons::APPROVAL_GRANTED => (State::Done, "Approved"),
        reasons::APPROVAL_REJECTED => (State::Failed, "Rejected"),
        reasons::APPROVAL_TIMEOUT_REJECTED | reasons::APPROVAL_TIMEOUT_PROCEEDED | reasons::TIMEOUT => {
            (State::Canceled, RAN_OUT)
        }
        _ => (State::Canceled, "Canceled"),
    };
    let reason = completed.map(|condition| condition.message.clone());
    Some(AnswerView {
        status: Status { state, word: word.to_owned(), reason },
        by: meta(metadata::DECIDED_BY),
        reason: meta(metadata::REASON),
        at_ms: moment(&status.completion_time).unwrap_or_default(),
    })
}

/// See [`crate::api::approvals::approval_refusal`].
pub async fn refusal(namespace: String) -> Result<Option<String>, Problem> {
    let services = services()?;
    if let Err(problem) = check(Verb::Apply, Kind::A2ATask, Some(&namespace)) {
        return Ok(Some(problem.message));
    }
    let allowed =
        services.reviews().allows(&services.client(&asker()), "update", Kind::A2ATask, &namespace).await;
    Ok((!allowed).then(|| {
        let (plural, group) = (Kind::A2ATask.plural(), Kind::A2ATask.api_version());
        let group = group.split('/').next().unwrap_or_default();
        format!(
            "You may view but not decide approvals in {namespace}. Ask an owner for update on {plural}.{group}."
        )
    }))
}

/// See [`crate::api::approvals::decide_approval`].
pub async fn decide(form: ApprovalForm) -> Result<(), Problem> {
    let ApprovalForm { key, decision, reason, arguments } = form;
    if key.kind != Kind::A2ATask {
        return Err(Problem::new(ProblemCode::Invalid, format!("The {} asks for no approval.", noun(&key))));
    }
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    let input = input(decision, &reason, arguments.as_deref())?;
    let client = services()?.client(&asker());
    // Read afresh: the cache may not know yet that somebody was faster.
    let mut object = apply::get(&client, &key).await.map_err(|problem| match problem.code {
        ProblemCode::NotFound => gone(),
        _ => problem,
    })?;
    let task: A2ATask = object.clone().try_parse().map_err(|error| {
        Problem::new(ProblemCode::Internal, format!("The {} could not be read: {error}.", noun(&key)))
    })?;
    if let Some(problem) = too_late(&task) {
        return Err(problem);
    }
    object.data["spec"]["input"] = Value::String(input);
    let body = serde_json::to_value(&object)
        .map_err(|e| Problem::new(ProblemCode::Internal, format!("The answer could not be written: {e}.")))?;
    // The object at the version that was read: of two people who answer at once, one is told.
    match apply::replace(&client, &key, &body, false).await {
        Err(problem) if problem.code == ProblemCode::Conflict => {
            let now: Option<A2ATask> =
                apply::get(&client, &key).await.ok().and_then(|object| object.try_parse().ok());
            Err(now.as_ref().and_then(too_late).unwrap_or(problem))
        }
        Err(problem) if problem.code == ProblemCode::NotFound => Err(gone()),
        written => written.map(drop),
    }
}

/// `spec.input` for an answer.
fn input(decision: Decision, reason: &str, arguments: Option<&str>) -> Result<String, Problem> {
    let mut problem = Problem::new(ProblemCode::Invalid, "The answer cannot be sent yet.");
    let reason = reason.trim();
    if decision == Decision::Rejected && reason.is_empty() {
        problem = problem.field("reason", "Say why: the agent reads it and goes on.");
    }
    if reason.len() > MAX_REASON {
        problem = problem.field("reason", format!("Shorten it to {MAX_REASON} bytes."));
    }
    let mut changed = None;
    if let Some(text) = arguments.filter(|_| decision == Decision::Approved) {
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(arguments) => changed = Some(arguments),
            Err(error) => problem = problem.field("arguments", format!("Write a JSON object: {error}.")),
        }
    }
    if !problem.fields.is_empty() {
        return Err(problem);
    }
    let answer = ApprovalAnswer {
        decision,
        reason: reason.to_owned(),
        arguments: changed,
        by: asker().display().to_owned(),
    };
    serde_json::to_string(&answer)
        .map_err(|e| Problem::new(ProblemCode::Internal, format!("The answer could not be written: {e}.")))
}

fn gone() -> Problem {
    Problem::new(ProblemCode::Conflict, "This call waits no more: its query was deleted.")
}

/// What to say to somebody who comes too late.
fn too_late(task: &A2ATask) -> Option<Problem> {
    if let Some(answer) = answer(task) {
        let who = if answer.by.is_empty() { "Nobody".to_owned() } else { answer.by.clone() };
        let said = match answer.status.word.as_str() {
            RAN_OUT => "Nobody decided in time, and this call waits no more.".to_owned(),
            "Canceled" => "This call waits no more: its query has ended.".to_owned(),
            word => format!("{who} was faster: {}.", word.to_lowercase()),
        };
        return Some(Problem::new(ProblemCode::Conflict, said).next("Nothing was changed by your answer."));
    }
    let earlier = ApprovalAnswer::parse(&task.spec.input).ok()?;
    let who = if earlier.by.is_empty() { "Somebody".to_owned() } else { earlier.by };
    Some(
        Problem::new(ProblemCode::Conflict, format!("{who} was faster: {}.", earlier.decision))
            .next("Nothing was changed by your answer."),
    )
}
