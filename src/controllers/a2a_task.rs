//! A2A tasks that are decisions: who waits for one is told of its changes, one whose query has ended is closed, and one
//! that is over is removed when its time has passed.
//!
//! The run that asks makes the task and writes what was decided: it must not go on before its journal knows. Tasks of A2A
//! servers are left alone.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::ControllerDeps;
use super::expire::expire;
use super::follow::{Told, follow};
use super::index::Index;
use super::patch;
use super::queue::{Key, Queue, work};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{a2a_task as reasons, query as query_reasons, types};
use crate::resources::{A2ATask, A2ATaskPhase, A2ATaskStatus, Query};

/// Tasks at once.
const AT_ONCE: usize = 4;

/// What a task needs.
#[derive(Debug, PartialEq)]
enum Plan {
    /// Nobody waits for it any more.
    Close(Box<A2ATaskStatus>),
    /// To be looked at again then.
    Wait(Duration),
    /// To be deleted.
    Expire,
    /// Nothing.
    Nothing,
}

/// What `task` needs now; `query` is the one that it came from, if it exists.
fn plan(task: &A2ATask, query: Option<&Query>, now: Timestamp) -> Plan {
    let Some(phase) = task.status.as_ref().and_then(|status| status.phase) else { return Plan::Nothing };
    if !task.spec.is_decision() {
        return Plan::Nothing;
    }
    if phase == A2ATaskPhase::InputRequired {
        return closed(task, query, now).map_or(Plan::Nothing, |status| Plan::Close(Box::new(status)));
    }
    let Some(created) = task.metadata.creation_timestamp.as_ref().filter(|_| phase.is_terminal()) else {
        return Plan::Nothing;
    };
    let age = Duration::try_from(now.duration_since(created.0)).unwrap_or_default();
    match task.spec.ttl().to_std().checked_sub(age) {
        Some(left) if !left.is_zero() => Plan::Wait(left),
        _ => Plan::Expire,
    }
}

/// The status of a task that waits for nothing, because its query has ended.
fn closed(task: &A2ATask, query: Option<&Query>, now: Timestamp) -> Option<A2ATaskStatus> {
    let owner = task.owner_references().iter().find(|owner| owner.kind == "Query")?;
    let ended = query.filter(|query| query.metadata.uid.as_deref() == Some(&owner.uid)).map(|query| {
        let status = query.status.as_ref();
        let over = status.and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal());
        let conditions = status.map(|status| status.conditions.as_slice()).unwrap_or_default();
        let completed = condition::find(conditions, types::COMPLETED);
        over.then(|| completed.map(|condition| condition.reason.clone()).unwrap_or_default())
    });
    let (phase, reason, message) = match ended {
        Some(None) => return None,
        Some(Some(reason)) if reason == query_reasons::TIMED_OUT_IN_EXECUTION => (
            A2ATaskPhase::Failed,
            reasons::TIMEOUT,
            "The query's timeout passed before anybody decided; the call was not made.",
        ),
        Some(Some(_)) => (
            A2ATaskPhase::Cancelled,
            reasons::CANCELLED,
            "The query ended before anybody decided; the call was not made.",
        ),
        None => (A2ATaskPhase::Cancelled, reasons::CANCELLED, "The query that asked is gone."),
    };
    let mut status = task.status.clone().unwrap_or_default();
    let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    status.phase = Some(phase);
    status.protocol_state = Some(match phase {
        A2ATaskPhase::Failed => crate::resources::a2a_task_status::A2AProtocolState::Failed,
        _ => crate::resources::a2a_task_status::A2AProtocolState::Canceled,
    });
    message.clone_into(&mut status.error);
    status.completion_time.clone_from(&now);
    let generation = task.metadata.generation;
    let completed =
        Condition::new(types::COMPLETED, ConditionStatus::True, reason, message, generation, &now);
    condition::set(&mut status.conditions, completed);
    Some(status)
}

/// Namespace and name of the query that a task came from.
fn query_of(task: &A2ATask) -> Key {
    let query = &task.spec.query_ref;
    let own = task.namespace().unwrap_or_default();
    (if query.namespace.is_empty() { own } else { query.namespace.clone() }, query.name.clone())
}

fn key(task: &A2ATask) -> Key {
    (task.namespace().unwrap_or_default(), task.name_any())
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let (queue, of_query): (Arc<Queue>, Index<Key>) = Default::default();
    let look = |task: &Arc<A2ATask>| {
        of_query.set(&key(task), vec![query_of(task)]);
        deps.engine.task_changed(task);
        queue.add(key(task));
    };
    let tasks = async {
        // Whether a query still runs must be known before a task of it is closed.
        deps.queries.ready().await;
        follow(&deps.a2a_tasks, &shutdown, |told| match told {
            Told::All(tasks) => {
                of_query.clear();
                tasks.iter().for_each(look);
            }
            Told::Changed { new, .. } => look(&new),
            Told::Gone(entry) => {
                if let Some(task) = entry.sound() {
                    let key = key(task);
                    of_query.set(&key, Vec::new());
                    queue.forget(&key);
                    deps.engine.task_gone(&key.0, &key.1);
                }
            }
        })
        .await;
    };
    let wake = |query: &Query| {
        let query = (query.namespace().unwrap_or_default(), query.name_any());
        of_query.of(&query).into_iter().for_each(|task| queue.add(task));
    };
    let queries = follow(&deps.queries, &shutdown, |told| match told {
        Told::All(_) => of_query.all().into_iter().for_each(|task| queue.add(task)),
        Told::Changed { new, .. } => wake(&new),
        Told::Gone(entry) => {
            if let Some(query) = entry.sound() {
                wake(query);
            }
        }
    });
    let hands = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move { reconcile(&deps, &key).await }
    });
    tokio::join!(tasks, queries, hands);
}

async fn reconcile(deps: &ControllerDeps, key: &Key) -> Result<Option<Duration>, kube::Error> {
    let Some(task) = deps.a2a_tasks.get(&key.0, &key.1) else { return Ok(None) };
    let of = query_of(&task);
    let query = deps.queries.get(&of.0, &of.1);
    match plan(&task, query.as_deref(), Timestamp::now()) {
        Plan::Close(status) => patch::status(&deps.client, &*task, &*status).await.map(|()| None),
        Plan::Wait(left) => Ok(Some(left)),
        Plan::Expire => expire(&deps.client, &*task).await.map(|()| None),
        Plan::Nothing => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(phase: &str, spec: serde_json::Value) -> A2ATask {
        let mut whole = json!({"queryRef": {"name": "tide"}, "agentRef": {"name": "pilot"}, "taskId": "1"});
        whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "A2ATask",
            "metadata": {"name": "a2a-task-1", "namespace": "lagoon", "creationTimestamp": "2026-01-01T00:00:00Z",
                "ownerReferences": [{"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "name": "tide", "uid": "u1"}]},
            "spec": whole, "status": {"phase": phase},
        }))
        .unwrap()
    }

    fn query(uid: &str, phase: &str, reason: &str) -> Query {
        serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
            "metadata": {"name": "tide", "namespace": "lagoon", "uid": uid}, "spec": {"input": "x"},
            "status": {"phase": phase, "conditions": [{"type": "Completed", "status": "True", "reason": reason,
                "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]},
        }))
        .unwrap()
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_task_is_closed_with_its_query_and_not_before() {
        let waits = task("input-required", json!({}));
        let now = at("2026-01-01T00:01:00Z");
        let running = query("u1", "input-required", "QueryInputRequired");
        assert_eq!(plan(&waits, Some(&running), now), Plan::Nothing);
        for (query, phase, reason) in [
            (Some(query("u1", "canceled", "QueryCanceled")), A2ATaskPhase::Cancelled, "TaskCancelled"),
            (Some(query("u1", "error", "TimedOutInExecution")), A2ATaskPhase::Failed, "TaskTimeout"),
            (Some(query("another", "running", "QueryRunning")), A2ATaskPhase::Cancelled, "TaskCancelled"),
            (None, A2ATaskPhase::Cancelled, "TaskCancelled"),
        ] {
            let Plan::Close(status) = plan(&waits, query.as_ref(), now) else { panic!("not closed") };
            assert_eq!((status.phase, status.conditions[0].reason.as_str()), (Some(phase), reason));
        }
    }

    #[test]
    fn a_task_that_is_over_goes_when_its_time_since_creation_has_passed() {
        let done = task("completed", json!({"ttl": "1h"}));
        assert_eq!(plan(&done, None, at("2026-01-01T00:50:00Z")), Plan::Wait(Duration::from_secs(600)));
        assert_eq!(plan(&done, None, at("2026-01-01T01:00:00Z")), Plan::Expire);
        let waits = task("input-required", json!({"ttl": "1s"}));
        let running = query("u1", "running", "QueryRunning");
        assert_eq!(plan(&waits, Some(&running), at("2026-02-01T00:00:00Z")), Plan::Nothing);
        let remote = task("completed", json!({"ttl": "1s", "a2aServerRef": {"name": "far"}}));
        assert_eq!(plan(&remote, None, at("2026-02-01T00:00:00Z")), Plan::Nothing);
    }
}
