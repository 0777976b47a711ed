//! The A2ATask that a waiting call is answered by: what is in it, how it is made, and how its end is told.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, PostParams};
use kube::{Client, Resource, ResourceExt};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::engine::journal::{ApprovalOutcome, ObjectRef, now_ms};
use crate::engine::patch_status;
use crate::resources::a2a_task::OptionalReference;
use crate::resources::a2a_task_status::{A2AMessage, A2APart, A2AProtocolState, A2ARole};
use crate::resources::annotations::{FIELD_MANAGER, UI_MANAGER};
use crate::resources::approval::{OnTimeout, metadata as keys};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{a2a_task as reasons, types};
use crate::resources::duration::GoDuration;
use crate::resources::evaluation_config::QueryRef;
use crate::resources::{A2ATask, A2ATaskPhase, A2ATaskSpec, A2ATaskStatus, Query};

/// Longest pause between two tries to write.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// Tries to tell a task how it ended: the run goes on without, as the journal knows.
const TRIES: u32 = 5;

/// A call that waits.
pub(super) struct Asked<'a> {
    pub(super) step: &'a str,
    pub(super) call_id: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: &'a str,
    pub(super) agent: Option<&'a ObjectRef>,
    pub(super) why: &'a str,
    pub(super) timeout: Duration,
    pub(super) deadline_ms: i64,
    pub(super) on_timeout: OnTimeout,
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine::run) struct Decided {
    pub(in crate::engine::run) outcome: ApprovalOutcome,
    pub(in crate::engine::run) by: String,
    pub(in crate::engine::run) reason: String,
    /// Arguments in place of the model's.
    pub(in crate::engine::run) arguments: Option<String>,
}

/// The id of the task for `step` of the run `uid`: the same after a restart, so that nobody is asked twice.
pub(super) fn id(uid: &str, step: &str) -> String {
    let digest = Sha256::digest(format!("{uid}/{step}"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The task, without its status.
pub(super) fn object(query: &Query, asked: &Asked<'_>) -> A2ATask {
    let namespace = query.namespace().unwrap_or_default();
    let task_id = id(&query.uid().unwrap_or_default(), asked.step);
    let agent = asked
        .agent
        .map(|agent| OptionalReference { name: agent.name.clone(), namespace: agent.namespace.clone() });
    let spec = A2ATaskSpec {
        query_ref: QueryRef { name: query.name_any(), namespace: namespace.clone(), ..QueryRef::default() },
        agent_ref: agent.unwrap_or_default(),
        task_id: task_id.clone(),
        timeout: Some(GoDuration::from(asked.timeout)),
        ..A2ATaskSpec::default()
    };
    let mut task = A2ATask::new(&A2ATaskSpec::object_name(&task_id), spec);
    task.metadata.namespace = Some(namespace);
    task.metadata.owner_references = Some(vec![OwnerReference {
        api_version: Query::api_version(&()).into_owned(),
        kind: Query::kind(&()).into_owned(),
        name: query.name_any(),
        uid: query.uid().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: None,
    }]);
    task
}

/// The status of a task that waits.
pub(super) fn waiting(asked: &Asked<'_>, generation: Option<i64>) -> A2ATaskStatus {
    let calls = json!([{"id": asked.call_id, "type": "function",
        "function": {"name": asked.name, "arguments": asked.arguments}}]);
    let protocol_metadata = BTreeMap::from([
        (keys::TOOL_CALLS.to_owned(), calls.to_string()),
        (keys::TIMEOUT.to_owned(), GoDuration::from(asked.timeout).to_string()),
        (keys::ON_TIMEOUT.to_owned(), asked.on_timeout.to_string()),
        (keys::STEP.to_owned(), asked.step.to_owned()),
        (keys::WHY.to_owned(), asked.why.to_owned()),
        (keys::DEADLINE.to_owned(), asked.deadline_ms.to_string()),
    ]);
    let message = format!("The call of {} waits for a person. {}", asked.name, asked.why);
    let mut status = A2ATaskStatus {
        phase: Some(A2ATaskPhase::InputRequired),
        protocol_state: Some(A2AProtocolState::InputRequired),
        start_time: now(),
        last_status_timestamp: now(),
        last_status_message: Some(A2AMessage {
            role: A2ARole::Agent,
            parts: vec![A2APart { text: message.clone(), ..A2APart::default() }],
            ..A2AMessage::default()
        }),
        protocol_metadata,
        ..A2ATaskStatus::default()
    };
    complete(&mut status, ConditionStatus::False, reasons::RUNNING, message, generation);
    status
}

/// The status of a task whose answer cannot be read: it waits on.
pub(super) fn unreadable(task: &A2ATask, why: &str) -> A2ATaskStatus {
    let mut status = task.status.clone().unwrap_or_default();
    let message = format!("{why} The call waits on.");
    complete(
        &mut status,
        ConditionStatus::False,
        reasons::INVALID_APPROVAL_DECISION,
        message,
        task.metadata.generation,
    );
    status
}

/// The status of a task that was decided.
pub(super) fn ended(task: &A2ATask, decided: &Decided) -> A2ATaskStatus {
    let mut status = task.status.clone().unwrap_or_default();
    let who = if decided.by.is_empty() { "Nobody" } else { decided.by.as_str() };
    let (reason, mut message) = match decided.outcome {
        ApprovalOutcome::Approved if decided.arguments.is_some() => {
            (reasons::APPROVAL_GRANTED, format!("{who} approved the call with changed arguments."))
        }
        ApprovalOutcome::Approved => (reasons::APPROVAL_GRANTED, format!("{who} approved the call.")),
        ApprovalOutcome::Rejected => (reasons::APPROVAL_REJECTED, format!("{who} rejected the call.")),
        ApprovalOutcome::TimedOutProceeded => (
            reasons::APPROVAL_TIMEOUT_PROCEEDED,
            "Nobody decided in time, and the call is made, as the tool says.".to_owned(),
        ),
        ApprovalOutcome::TimedOutRejected => (
            reasons::APPROVAL_TIMEOUT_REJECTED,
            "Nobody decided in time, and the call is refused.".to_owned(),
        ),
    };
    if !decided.reason.is_empty() {
        message.push_str(&format!(" Reason: {}", decided.reason));
    }
    let (phase, state) = match decided.outcome {
        ApprovalOutcome::Approved | ApprovalOutcome::TimedOutProceeded => {
            (A2ATaskPhase::Completed, A2AProtocolState::Completed)
        }
        ApprovalOutcome::Rejected => (A2ATaskPhase::Failed, A2AProtocolState::Rejected),
        ApprovalOutcome::TimedOutRejected => (A2ATaskPhase::Failed, A2AProtocolState::Failed),
    };
    status.phase = Some(phase);
    status.protocol_state = Some(state);
    status.completion_time = now();
    status.last_status_timestamp = now();
    if phase == A2ATaskPhase::Failed {
        status.error.clone_from(&message);
    }
    for (key, value) in [
        (keys::DECIDED_BY, decided.by.as_str()),
        (keys::REASON, decided.reason.as_str()),
        (keys::ARGUMENTS, decided.arguments.as_deref().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            status.protocol_metadata.insert(key.to_owned(), value.to_owned());
        }
    }
    complete(&mut status, ConditionStatus::True, reason, message, task.metadata.generation);
    status
}

fn complete(
    status: &mut A2ATaskStatus,
    holds: ConditionStatus,
    reason: &str,
    message: String,
    generation: Option<i64>,
) {
    let new = Condition::new(types::COMPLETED, holds, reason, message, generation, &now());
    condition::set(&mut status.conditions, new);
}

fn now() -> String {
    let now = jiff::Timestamp::from_millisecond(now_ms()).unwrap_or_default();
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The task as it is in the API; made when it is not there, told that it waits when it was not told yet. While the API
/// fails it is tried again: the caller's deadline ends that.
pub(super) async fn ensure(
    client: &Client,
    query: &Query,
    asked: &Asked<'_>,
) -> Result<A2ATask, kube::Error> {
    let wanted = object(query, asked);
    let api: Api<A2ATask> = Api::namespaced(client.clone(), &query.namespace().unwrap_or_default());
    let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
    let mut pause = Duration::from_millis(100);
    loop {
        let made = match api.create(&params, &wanted).await {
            Err(kube::Error::Api(answer)) if answer.code == 409 => api.get(&wanted.name_any()).await,
            made => made,
        };
        let told = match made {
            Ok(task) if task.status.as_ref().and_then(|status| status.phase).is_none_or(is_new) => {
                let status = waiting(asked, task.metadata.generation);
                patch(client, &task, &status).await.map(|()| A2ATask { status: Some(status), ..task })
            }
            made => made,
        };
        match told {
            Err(error) if passes(&error) => {
                tracing::warn!(query = query.name_any(), %error, "a person could not be asked; it is tried again");
            }
            told => return told,
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

fn is_new(phase: A2ATaskPhase) -> bool {
    phase == A2ATaskPhase::Pending
}

fn passes(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(answer) => answer.code >= 500 || matches!(answer.code, 404 | 408 | 409 | 429),
        _ => true,
    }
}

/// Tells the task how it ended; the run does not depend on it.
pub(super) async fn tell(client: &Client, task: &A2ATask, status: &A2ATaskStatus) {
    let mut pause = Duration::from_millis(100);
    for attempt in 1..=TRIES {
        match patch(client, task, status).await {
            Ok(()) => return,
            Err(kube::Error::Api(answer)) if answer.code == 404 => return,
            Err(error) if attempt == TRIES || !passes(&error) => {
                tracing::warn!(task = task.name_any(), %error, "the task was not told what was decided");
                return;
            }
            Err(_) => {}
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

async fn patch(client: &Client, task: &A2ATask, status: &A2ATaskStatus) -> Result<(), kube::Error> {
    let patch = json!({"metadata": {"uid": task.metadata.uid}, "status": status});
    let namespace = task.namespace().unwrap_or_default();
    patch_status::<A2ATask>(client, &namespace, &task.name_any(), &patch).await
}

/// Who wrote `spec.input`: by the word of the answer when the interface wrote it, which asked who it is; else by the
/// field manager, to which an answer may add a name. The cluster's audit log knows the account.
pub(super) fn author(task: &A2ATask, by: &str) -> String {
    let managers = task.metadata.managed_fields.iter().flatten();
    let manager = managers
        .filter(|entry| {
            let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
            fields.is_some_and(|fields| fields["f:spec"]["f:input"].is_object())
        })
        .max_by_key(|entry| entry.time.as_ref().map(|time| time.0))
        .and_then(|entry| entry.manager.clone())
        .unwrap_or_default();
    match (by, manager.as_str()) {
        ("", "") => "somebody".to_owned(),
        ("", manager) => manager.to_owned(),
        (by, UI_MANAGER) => by.to_owned(),
        (by, manager) => format!("{by} ({manager})"),
    }
}
