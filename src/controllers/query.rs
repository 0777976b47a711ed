//! Queries: submitted to the engine when they are new, canceled when asked, removed when their time has passed.
//!
//! The engine writes their status. This is a plan (pure) and the hands that carry it out.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Preconditions};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::ControllerDeps;
use super::arrivals::{self, Arrivals};
use super::follow::{Told, follow};
use super::queue::{Key, Queue, work};
use crate::engine::Budget;
use crate::kubernetes::KindCache;
use crate::kubernetes::cache::Cached;
use crate::resources::annotations::FINALIZER;
use crate::resources::ark_config::{ArkConfigSpec, NAME as CONFIG};
use crate::resources::condition;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::query::Query;

/// Deletions and finalizers at once. Runs are not counted here: the engine bounds them.
const AT_ONCE: usize = 4;

/// What a query needs.
#[derive(Debug, PartialEq)]
enum Plan {
    /// To be run; the engine takes it once.
    Submit(Budget),
    /// To be ended.
    Cancel,
    /// Its finalizer is in the way of nothing any more.
    Release,
    /// To be looked at again then.
    Wait(Duration),
    /// To be deleted: its time has passed.
    Expire,
    /// Nothing.
    Nothing,
}

/// What `query` needs now; `has_run` says that the engine has its run.
fn plan(query: &Query, config: Option<&ArkConfigSpec>, has_run: bool, now: Timestamp) -> Plan {
    let ended =
        query.status.as_ref().and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal());
    let held = query.finalizers().iter().any(|name| name == FINALIZER);
    if query.metadata.deletion_timestamp.is_some() {
        return match (has_run, held) {
            (true, _) => Plan::Cancel,
            (false, true) => Plan::Release,
            (false, false) => Plan::Nothing,
        };
    }
    if !ended {
        return match (query.spec.cancel, has_run) {
            (true, true) => Plan::Cancel,
            // The engine sees `cancel` and ends the run before it begins.
            (_, _) => Plan::Submit(Budget {
                timeout: query.spec.timeout(config).to_std(),
                iterations: ArkConfigSpec::max_agent_iterations(config),
            }),
        };
    }
    if held && !has_run {
        return Plan::Release;
    }
    let Some(ended_at) = ended_at(query) else { return Plan::Nothing };
    let ttl = query.spec.ttl(config).to_std();
    let age = Duration::try_from(now.duration_since(ended_at)).unwrap_or_default();
    match ttl.checked_sub(age) {
        Some(left) if !left.is_zero() => Plan::Wait(left),
        _ => Plan::Expire,
    }
}

/// TTL counts from the end, never from the beginning: the transition of Completed, else the creation.
fn ended_at(query: &Query) -> Option<Timestamp> {
    let conditions = query.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default();
    let completed = condition::find(conditions, types::COMPLETED).filter(|condition| condition.is_true());
    completed
        .and_then(|condition| condition.last_transition_time.parse().ok())
        .or_else(|| query.metadata.creation_timestamp.as_ref().map(|time| time.0))
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let arrivals: Arc<Arrivals> = Arc::default();
    let told = |told: Told<Query>| match told {
        Told::All(mut queries) => {
            queries.sort_by(|a, b| a.metadata.creation_timestamp.cmp(&b.metadata.creation_timestamp));
            for query in &queries {
                look(&deps, &queue, &arrivals, query);
            }
        }
        Told::Changed { new, .. } => look(&deps, &queue, &arrivals, &new),
        Told::Gone(entry) => {
            deps.engine.forget(entry.uid());
            if let Some(query) = entry.sound() {
                queue.forget(&key(query));
                arrivals.forget(&key(query));
            }
        }
    };
    let first = async {
        // Budgets and lifetimes must not be read before their defaults are known.
        deps.ark_configs.ready().await;
        deps.queries.ready().await;
        configure(&deps);
        if let Err(error) = deps.engine.forget_missing().await {
            tracing::warn!(%error, "runs of deleted queries were not removed");
        }
        follow(&deps.queries, &shutdown, told).await;
    };
    let defaults = follow(&deps.ark_configs, &shutdown, |_| {
        configure(&deps);
        for query in deps.queries.list(None) {
            queue.add(key(&query));
        }
    });
    let hands = work(&queue, AT_ONCE, &shutdown, |key| {
        let (deps, queue, arrivals) = (deps.clone(), queue.clone(), arrivals.clone());
        async move { reconcile(&deps, &queue, &arrivals, &key).await.map(|()| None) }
    });
    let wake = Wake { arrivals: &arrivals, queue: &queue, shutdown: &shutdown };
    let came = async {
        tokio::join!(
            wake.on(&deps.agents, Kind::Agent),
            wake.on(&deps.teams, Kind::Team),
            wake.on(&deps.models, Kind::Model),
            wake.on(&deps.tools, Kind::Tool),
        )
    };
    tokio::join!(first, defaults, hands, came, adopt(&deps, &queue, &shutdown));
}

/// Tells the engine what the ArkConfig says.
pub(super) fn configure(deps: &ControllerDeps) {
    let config = deps.ark_configs.get("", CONFIG);
    deps.engine.configure(config.as_ref().map(|config| &config.spec));
}

/// Wakes the queries that wait for what has come.
struct Wake<'a> {
    arrivals: &'a Arrivals,
    queue: &'a Queue,
    shutdown: &'a CancellationToken,
}

impl Wake<'_> {
    async fn on<K: Cached>(&self, cache: &KindCache<K>, kind: Kind) {
        let wake = |object: &K| {
            let meta = object.meta();
            let namespace = meta.namespace.as_deref().unwrap_or_default();
            let came = self.arrivals.of(kind, namespace, meta.name.as_deref().unwrap_or_default());
            came.into_iter().for_each(|key| self.queue.add(key));
        };
        follow(cache, self.shutdown, |told| match told {
            Told::All(objects) => objects.iter().for_each(|object| wake(object)),
            Told::Changed { old: None, new } => wake(&new),
            Told::Changed { .. } | Told::Gone(_) => {}
        })
        .await;
    }
}

/// What needs no I/O is done on the spot, so that a new query starts at once; the rest goes to the queue.
fn look(deps: &ControllerDeps, queue: &Queue, arrivals: &Arrivals, query: &Arc<Query>) {
    let uid = query.uid().unwrap_or_default();
    let config = deps.ark_configs.get("", CONFIG);
    let has_run = deps.engine.has(&uid);
    match plan(query, config.as_ref().map(|config| &config.spec), has_run, Timestamp::now()) {
        Plan::Submit(budget) => {
            if let Some(left) = hold(deps, arrivals, query, has_run) {
                return queue.add_after(key(query), left);
            }
            deps.engine.submit(query.clone(), budget);
        }
        Plan::Cancel => {
            deps.engine.cancel(&uid);
        }
        Plan::Wait(left) => {
            deps.engine.ended(&uid);
            queue.add_after(key(query), left);
        }
        Plan::Release | Plan::Expire => {
            deps.engine.ended(&uid);
            queue.add(key(query));
        }
        Plan::Nothing => deps.engine.ended(&uid),
    }
}

/// Looks again at the queries whose runs have lost their replica.
async fn adopt(deps: &ControllerDeps, queue: &Queue, shutdown: &CancellationToken) {
    let Some(mut orphans) = deps.engine.orphans() else { return };
    loop {
        let orphan = tokio::select! {
            () = shutdown.cancelled() => return,
            orphan = orphans.recv() => orphan,
        };
        match orphan {
            Ok(orphan) if deps.engine.is_orphan(&orphan.id) => queue.add((orphan.namespace, orphan.name)),
            Ok(_) => {}
            // Some were missed: every run that is not here is asked for.
            Err(RecvError::Lagged(_)) => {
                deps.engine.ask_again();
                deps.queries.list(None).iter().for_each(|query| queue.add(key(query)));
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// How long a new query still waits for what it names; `None` when all is there, or its time to wait is over.
fn hold(deps: &ControllerDeps, arrivals: &Arrivals, query: &Query, has_run: bool) -> Option<Duration> {
    let begun = has_run || query.spec.cancel || query.status.is_some();
    let created = query.metadata.creation_timestamp.as_ref()?.0;
    let age = Duration::try_from(Timestamp::now().duration_since(created)).unwrap_or_default();
    let left = arrivals::PATIENCE.checked_sub(age).filter(|left| !left.is_zero() && !begun);
    let namespace = query.namespace().unwrap_or_default();
    let mut noted = None;
    // Looked for once more after it is noted, so that what comes in between is seen.
    while let (Some(left), Some(wanted)) = (left, arrivals::missing(deps, &namespace, &query.spec)) {
        if noted.as_ref() == Some(&wanted) {
            return Some(left);
        }
        arrivals.wait(key(query), wanted.clone());
        noted = Some(wanted);
    }
    arrivals.forget(&key(query));
    None
}

async fn reconcile(
    deps: &ControllerDeps,
    queue: &Queue,
    arrivals: &Arrivals,
    key: &Key,
) -> Result<(), kube::Error> {
    let Some(query) = deps.queries.get(&key.0, &key.1) else { return Ok(()) };
    let config = deps.ark_configs.get("", CONFIG);
    let has_run = query.uid().is_some_and(|uid| deps.engine.has(&uid));
    match plan(&query, config.as_ref().map(|config| &config.spec), has_run, Timestamp::now()) {
        Plan::Release => deps.engine.release(&query).await,
        Plan::Expire => expire(deps, &query).await,
        _ => {
            look(deps, queue, arrivals, &query);
            Ok(())
        }
    }
}

/// Deletes the query that was looked at, not one that took its name or was changed meanwhile.
async fn expire(deps: &ControllerDeps, query: &Query) -> Result<(), kube::Error> {
    let api: Api<Query> = Api::namespaced(deps.client.clone(), &query.namespace().unwrap_or_default());
    let preconditions = Preconditions { uid: query.uid(), resource_version: query.resource_version() };
    let params = DeleteParams { preconditions: Some(preconditions), ..DeleteParams::default() };
    match api.delete(&query.name_any(), &params).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(()),
        Err(error) => Err(error),
    }
}

fn key(query: &Query) -> Key {
    (query.namespace().unwrap_or_default(), query.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(spec: serde_json::Value, phase: Option<&str>, metadata: serde_json::Value) -> Query {
        let mut object = json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
            "metadata": {"name": "tide", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": spec,
        });
        object["metadata"].as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
        if let Some(phase) = phase {
            object["status"] = json!({"phase": phase, "conditions": [{"type": "Completed", "status": "True",
                "reason": "QuerySucceeded", "message": "", "lastTransitionTime": "2026-01-02T00:00:00Z"}]});
        }
        serde_json::from_value(object).unwrap()
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_new_query_is_submitted_with_its_budget() {
        let new = query(json!({"input": "x"}), None, json!({}));
        let now = at("2026-01-01T00:00:01Z");
        assert_eq!(
            plan(&new, None, false, now),
            Plan::Submit(Budget { timeout: Duration::from_secs(1800), iterations: 25 })
        );
        let config = ArkConfigSpec {
            query_timeout: Some("7s".parse().unwrap()),
            max_agent_iterations: Some(3),
            ..ArkConfigSpec::default()
        };
        assert_eq!(
            plan(&new, Some(&config), false, now),
            Plan::Submit(Budget { timeout: Duration::from_secs(7), iterations: 3 })
        );
    }

    #[test]
    fn ttl_counts_from_the_end_and_never_before() {
        let ended = query(json!({"input": "x", "ttl": "1h"}), Some("done"), json!({}));
        let plan_at = |time| plan(&ended, None, false, at(time));
        assert_eq!(plan_at("2026-01-02T00:10:00Z"), Plan::Wait(Duration::from_secs(50 * 60)));
        assert_eq!(plan_at("2026-01-02T01:00:00Z"), Plan::Expire);
        let open = query(json!({"input": "x", "ttl": "1s", "timeout": "1s"}), None, json!({}));
        assert!(matches!(plan(&open, None, false, at("2027-01-01T00:00:00Z")), Plan::Submit(_)));
    }

    #[test]
    fn cancel_and_deletion() {
        let now = at("2026-01-02T00:00:00Z");
        let wanted = query(json!({"input": "x", "cancel": true}), None, json!({}));
        assert_eq!(plan(&wanted, None, true, now), Plan::Cancel);
        assert!(matches!(plan(&wanted, None, false, now), Plan::Submit(_)));
        let done = query(json!({"input": "x", "cancel": true}), Some("done"), json!({}));
        assert!(
            matches!(plan(&done, None, false, now), Plan::Wait(_)),
            "cancel on a finished query changes nothing"
        );
        let deleting = json!({"deletionTimestamp": "2026-01-02T00:00:00Z", "finalizers": [FINALIZER]});
        let going = query(json!({"input": "x"}), None, deleting);
        assert_eq!(plan(&going, None, true, now), Plan::Cancel);
        assert_eq!(plan(&going, None, false, now), Plan::Release);
    }
}
