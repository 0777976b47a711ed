//! Models: does it answer? Asked when it is new or changed, or a Secret or ConfigMap that it refers to is, or calls of it
//! begin or cease to fail, and again and again, as the far side may come and go.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::ResourceExt;
use regex::Regex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::index::Index;
use super::queue::{Key, Queue, jittered, work};
use super::sources::{self, Holder, Source};
use super::{ControllerDeps, patch, query};
use crate::engine::models::{self, HeaderOverrides};
use crate::engine::providers::connect;
use crate::engine::{RunError, codes};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{model as model_reasons, reasons, types};
use crate::resources::model::{Model, ModelStatus};

/// Probes at once.
const AT_ONCE: usize = 8;
/// Time for one probe.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);
/// A probe that takes longer than this first says that it is under way, if nothing was said before.
const QUIET: Duration = Duration::from_millis(200);
/// First pause after a failed probe: often a Secret is applied a moment later. It doubles up to the poll interval.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The shortest poll interval that is honoured.
const LEAST_INTERVAL: Duration = Duration::from_secs(1);
/// Characters of a condition's message, as Ark cuts it.
const MAX_MESSAGE: usize = 256;

/// Reasons of Events.
const SUCCEEDED: &str = "ModelProbeSucceeded";

/// What a probe found.
struct Probed {
    /// Base URL, if it could be resolved.
    address: Option<String>,
    /// The verdict.
    outcome: Result<(), RunError>,
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let index: Index<Source> = Index::default();
    let look = |model: &Model| {
        let key = key(model);
        index.set(&key, sources::sources(&key.0, &model.spec));
        queue.add(key);
    };
    let wake = |source: Option<Source>| {
        let concerned = source.map_or_else(|| index.all(), |source| index.of(&source));
        concerned.into_iter().for_each(|key| queue.add(key));
    };
    let (secrets_told, secrets_listed) = oneshot::channel();
    let (maps_told, maps_listed) = oneshot::channel();
    let secrets = sources::watch::<Secret>(&deps.client, Holder::Secret, None, secrets_told, &shutdown, wake);
    let maps = sources::watch::<ConfigMap>(&deps.client, Holder::ConfigMap, None, maps_told, &shutdown, wake);
    // What may be called is a matter of the ArkConfig.
    let config = follow(&deps.ark_configs, &shutdown, |_| {
        query::configure(&deps);
        // Not by the index: it has only models that refer to something.
        deps.models.list(None).iter().for_each(|model| queue.add(key(model)));
    });
    let follower = async {
        deps.ark_configs.ready().await;
        query::configure(&deps);
        // First they are watched, then models are probed with them: a change in between is told. Both only ever end
        // by being dropped.
        let _ = tokio::join!(secrets_listed, maps_listed);
        follow(&deps.models, &shutdown, |told| match told {
            Told::All(models) => {
                index.clear();
                models.iter().for_each(|model| look(model));
            }
            Told::Changed { old, new } => {
                // A change of status is our own.
                if old.is_none_or(|old| old.metadata.generation != new.metadata.generation) {
                    look(&new);
                }
            }
            Told::Gone(entry) => {
                if let Some(model) = entry.sound() {
                    index.set(&key(model), Vec::new());
                    queue.forget(&key(model));
                }
            }
        })
        .await;
    };
    let failures: Arc<parking_lot::Mutex<std::collections::HashMap<Key, u32>>> = Arc::default();
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let (deps, failures) = (deps.clone(), failures.clone());
        async move {
            let Some(model) = deps.models.get(&key.0, &key.1) else {
                failures.lock().remove(&key);
                return Ok::<_, kube::Error>(None);
            };
            let healthy = reconcile(&deps, &model).await?;
            let mut failures = failures.lock();
            let failed = if healthy {
                failures.remove(&key);
                0
            } else {
                let count = failures.entry(key).or_default();
                *count = count.saturating_add(1);
                *count
            };
            Ok(Some(jittered(next(model.spec.poll_interval().to_std(), failed))))
        }
    });
    let circuits = async {
        let mut changes = deps.engine.outbound().circuit_changes();
        loop {
            let changed = tokio::select! {
                () = shutdown.cancelled() => return,
                changed = changes.recv() => changed,
            };
            let concerned = |model: &Model| match &changed {
                Ok(address) => model.status.as_ref().is_some_and(|s| s.resolved_address == *address),
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => false,
            };
            deps.models.list(None).iter().filter(|m| concerned(m)).for_each(|model| queue.add(key(model)));
            if matches!(changed, Err(RecvError::Closed)) {
                return;
            }
        }
    };
    tokio::join!(follower, config, secrets, maps, circuits, worker);
}

/// When to probe again after `failed` failures in a row.
fn next(interval: Duration, failed: u32) -> Duration {
    let interval = interval.max(LEAST_INTERVAL);
    match failed {
        0 => interval,
        n => FIRST_PAUSE.saturating_mul(1 << (n - 1).min(10)).min(interval),
    }
}

/// Probes one model and writes what was found; whether it answers.
async fn reconcile(deps: &ControllerDeps, model: &Model) -> Result<bool, kube::Error> {
    let unseen = model.status.as_ref().is_none_or(|status| status.conditions.is_empty());
    let mut probing = std::pin::pin!(probe(deps, model));
    let probed = tokio::select! {
        probed = &mut probing => probed,
        () = tokio::time::sleep(QUIET), if unseen => {
            patch::status(&deps.client, model, &plan_begin(model, &patch::now())).await?;
            probing.await
        }
    };
    let healthy = probed.outcome.is_ok();
    let before = model.status.clone().unwrap_or_default();
    let after = plan(model, &probed, &patch::now());
    if after != before || unseen {
        patch::status(&deps.client, model, &after).await?;
    }
    let turned = condition::is_true(&before.conditions, types::MODEL_AVAILABLE) != healthy || unseen;
    if turned {
        match &probed.outcome {
            Ok(()) => deps.engine.events().normal(model, SUCCEEDED, "The model answers."),
            Err(error) => deps.engine.events().warning(model, model_reasons::PROBE_FAILED, stable(error)),
        }
    }
    Ok(healthy)
}

async fn probe(deps: &ControllerDeps, model: &Model) -> Probed {
    let endpoint = match models::endpoint(deps.engine.world(), model, None, &HeaderOverrides::default()).await
    {
        Ok(endpoint) => endpoint,
        Err(error) => return Probed { address: None, outcome: Err(error) },
    };
    let address = Some(endpoint.base_url.clone());
    let provider = connect(deps.engine.outbound(), endpoint);
    let outcome = match tokio::time::timeout(PROBE_TIMEOUT, provider.probe()).await {
        Ok(outcome) => outcome.map_err(RunError::from),
        Err(_) => Err(RunError::new(
            codes::TIMED_OUT,
            format!("Probe failed (timeout after {} seconds)", PROBE_TIMEOUT.as_secs()),
        )),
    };
    Probed { address, outcome }
}

fn plan_begin(model: &Model, now: &str) -> ModelStatus {
    let mut status = model.status.clone().unwrap_or_default();
    "running".clone_into(&mut status.phase);
    set(
        &mut status,
        model,
        ConditionStatus::Unknown,
        reasons::INITIALIZING,
        "The model is being probed.",
        now,
    );
    status
}

/// The status that says what a probe found.
fn plan(model: &Model, probed: &Probed, now: &str) -> ModelStatus {
    let mut status = model.status.clone().unwrap_or_default();
    if let Some(address) = &probed.address {
        status.resolved_address.clone_from(address);
    }
    match &probed.outcome {
        Ok(()) => {
            "ready".clone_into(&mut status.phase);
            status.message = "The model answers.".into();
            set(&mut status, model, ConditionStatus::True, reasons::AVAILABLE, "The model answers.", now);
        }
        Err(error) => {
            let message = stable(error);
            "error".clone_into(&mut status.phase);
            status.message.clone_from(&message);
            set(&mut status, model, ConditionStatus::False, model_reasons::PROBE_FAILED, &message, now);
        }
    }
    status
}

fn set(
    status: &mut ModelStatus,
    model: &Model,
    holds: ConditionStatus,
    reason: &str,
    message: &str,
    now: &str,
) {
    let new = Condition::new(types::MODEL_AVAILABLE, holds, reason, message, model.metadata.generation, now);
    condition::set(&mut status.conditions, new);
}

/// Code and sentence without what differs from probe to probe (request ids, times), so that the condition does not flap.
fn stable(error: &RunError) -> String {
    static CHANGING: std::sync::LazyLock<Option<Regex>> = std::sync::LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            r"|\breq[_-][0-9a-z]+\b",
            r"|\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[0-9.,]*(?:Z|[+-]\d{2}:?\d{2})?",
            r"|\b[0-9a-f]{24,}\b",
        ))
        .ok()
    });
    let text = format!("{}: {}", error.code, error.message);
    let text =
        CHANGING.as_ref().map_or_else(|| text.clone(), |regex| regex.replace_all(&text, "…").into_owned());
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((at, _)) => format!("{}…", &text[..text.floor_char_boundary(at - '…'.len_utf8())]),
        None => text,
    }
}

fn key(model: &Model) -> Key {
    (model.namespace().unwrap_or_default(), model.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model() -> Model {
        serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model",
            "metadata": {"name": "gull", "namespace": "lagoon", "generation": 4},
            "spec": {"model": {"value": "m"}, "provider": "openai", "config": {}},
        }))
        .unwrap()
    }

    fn failed(message: &str) -> Probed {
        Probed { address: None, outcome: Err(RunError::new("ModelUnavailable", message)) }
    }

    #[test]
    fn both_releases_find_their_fields_and_nothing_flaps() {
        let mut model = model();
        let ready = Probed { address: Some("http://gull/v1".into()), outcome: Ok(()) };
        let first = plan(&model, &ready, "t1");
        assert_eq!((first.phase.as_str(), first.resolved_address.as_str()), ("ready", "http://gull/v1"));
        assert_eq!(first.conditions[0].observed_generation, Some(4));
        model.status = Some(first.clone());
        assert_eq!(plan(&model, &ready, "t2"), first, "nothing new is nothing to write");
        let down = plan(&model, &failed("down (req_abc123 at 2026-01-01T00:00:00Z)"), "t3");
        assert_eq!(down.message, "ModelUnavailable: down (… at …)");
        assert_eq!(down.conditions[0].reason, "ModelProbeFailed");
        assert_eq!(down.resolved_address, "http://gull/v1");
        model.status = Some(down.clone());
        assert_eq!(plan(&model, &failed("down (req_xyz789 at 2026-01-01T00:01:00Z)"), "t4"), down);
    }

    #[test]
    fn names_of_models_stay_in_the_message() {
        let error = RunError::new("ModelNotFound", "knows no model 'gpt-4.1-mini-2025-04-14'");
        assert!(stable(&error).contains("gpt-4.1-mini-2025-04-14"));
        assert!(stable(&RunError::new("X", "ä".repeat(999))).chars().count() <= MAX_MESSAGE);
    }

    #[test]
    fn failures_are_looked_at_sooner_but_not_more_often_than_asked() {
        let minute = Duration::from_secs(60);
        let pauses: Vec<u64> = (0..8).map(|failed| next(minute, failed).as_secs()).collect();
        assert_eq!(pauses, [60, 2, 4, 8, 16, 32, 60, 60]);
    }
}
