//! Memories: ours are there as soon as the database is; what they remember goes with them.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio_util::sync::CancellationToken;

use super::follow::{Told, follow};
use super::queue::{Key, Queue, work};
use super::{ControllerDeps, patch};
use crate::engine::memory::{MemoryError, is_default, is_ours};
use crate::resources::condition::{self, Condition, ConditionStatus};
use crate::resources::conditions::{reasons, types};
use crate::resources::memory::{Memory, MemoryStatus, ServicePhase};

/// Memories at once.
const AT_ONCE: usize = 4;
/// Until a namespace is looked for again that is not seen yet.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    // UIDs of memories that went; an empty one stands for all that went unseen.
    let gone: Arc<Queue> = Arc::default();
    let follower = follow(&deps.memories, &shutdown, |told| match told {
        Told::All(all) => {
            all.iter().for_each(|memory| queue.add(key(memory)));
            gone.add(Key::default());
        }
        Told::Changed { old, new } => {
            if old.is_none_or(|old| old.metadata.generation != new.metadata.generation) {
                queue.add(key(&new));
            }
        }
        Told::Gone(entry) => gone.add((String::new(), entry.uid().to_owned())),
    });
    let forgetting = work(&gone, AT_ONCE, &shutdown, |(_, uid)| {
        let deps = deps.clone();
        async move {
            let memories = deps.engine.memories();
            if uid.is_empty() {
                memories.forget_missing().await?;
            } else {
                memories.forget_memory(&uid).await?;
            }
            Ok::<_, MemoryError>(None::<Duration>)
        }
    });
    let worker = work(&queue, AT_ONCE, &shutdown, |key| {
        let deps = deps.clone();
        async move {
            let Some(memory) = deps.memories.get(&key.0, &key.1) else { return Ok(None) };
            let after = plan(&memory, &patch::now());
            if memory.status.as_ref() != Some(&after) {
                patch::status(&deps.client, &*memory, &after).await?;
            }
            let noted = note_default(&deps, &memory).await?;
            Ok::<_, Fault>((!noted).then_some(PAUSE))
        }
    });
    tokio::join!(follower, forgetting, worker);
}

/// Why a memory is looked at again.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Api(#[from] kube::Error),
    #[error(transparent)]
    Database(#[from] MemoryError),
}

/// That a namespace has a Memory `default`, whoever made it, is kept: once it is deleted, none is made in its place.
/// `false` when the namespace is not seen yet.
async fn note_default(deps: &ControllerDeps, memory: &Memory) -> Result<bool, Fault> {
    if !is_default(memory) {
        return Ok(true);
    }
    let namespace = memory.namespace().unwrap_or_default();
    let Some(uid) = deps.namespaces.get("", &namespace).and_then(|namespace| namespace.uid()) else {
        return Ok(false);
    };
    deps.engine.memories().had_default(&uid).await?;
    Ok(true)
}

fn plan(memory: &Memory, now: &str) -> MemoryStatus {
    let mut status = memory.status.clone().unwrap_or_default();
    let (phase, holds, reason, message) = if is_ours(memory) {
        (
            ServicePhase::Ready,
            ConditionStatus::True,
            reasons::AVAILABLE,
            "Conversations are kept in Arkdeck's own database.",
        )
    } else {
        (
            ServicePhase::Error,
            ConditionStatus::False,
            reasons::NOT_YET_SUPPORTED,
            "This version cannot use a memory at an address of its own yet; queries that name it run without a history. Take spec.address out to have conversations kept here.",
        )
    };
    status.phase = Some(phase);
    message.clone_into(&mut status.message);
    status.last_resolved_address.clear();
    let new = Condition::new(types::AVAILABLE, holds, reason, message, memory.metadata.generation, now);
    condition::set(&mut status.conditions, new);
    status
}

fn key(memory: &Memory) -> Key {
    (memory.namespace().unwrap_or_default(), memory.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_memory_without_an_address_is_ours_and_ready() {
        let memory = |spec: serde_json::Value| -> Memory {
            let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Memory",
                "metadata": {"name": "m", "generation": 2}, "spec": spec});
            serde_json::from_value(object).unwrap()
        };
        let now = "2026-01-01T00:00:00Z";
        let ours = plan(&memory(json!({})), now);
        assert_eq!(
            (ours.phase, ours.conditions[0].status),
            (Some(ServicePhase::Ready), ConditionStatus::True)
        );
        assert_eq!(ours.conditions[0].observed_generation, Some(2));
        let far = plan(&memory(json!({"address": {"value": "http://memory.example"}})), now);
        assert_eq!(
            (far.phase, far.conditions[0].reason.as_str()),
            (Some(ServicePhase::Error), "NotYetSupported")
        );
    }
}
