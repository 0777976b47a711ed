//! The engine among other replicas: which runs it asks for, which it lets go, and what it must not say when it cannot be sure.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use tokio::sync::{broadcast, watch};

use super::drive;
use super::registry::{Active, Elsewhere};
use super::replicas::{Orphan, Replicas};
use super::runtime::{Engine, Inner, accepted_ms};
use super::settings::Budget;
use crate::resources::query::Query;

/// How long a replica whose places are taken lets the others claim a run first.
const HESITATION: Duration = Duration::from_millis(300);

impl Engine {
    /// Asks for the run of a query, once; takes it when it is ours.
    pub(super) fn claim(&self, replicas: &Replicas, query: Arc<Query>, budget: Budget) {
        let Some(uid) = query.uid() else { return };
        let inner = &self.inner;
        let is_full = {
            let mut registry = inner.registry.lock();
            if registry.knows(&uid) {
                return;
            }
            match registry.elsewhere.get_mut(&uid) {
                Some(Elsewhere::Other) => return,
                // What is claimed is run as it was seen last.
                Some(asking) => return *asking = Elsewhere::Asking(query, budget),
                None => {
                    drop(registry.elsewhere.insert(uid.clone(), Elsewhere::Asking(query.clone(), budget)))
                }
            }
            registry.asking += 1;
            let scheduler = &registry.scheduler;
            scheduler.running() + scheduler.waiting() + registry.asking > inner.settings.max_running
        };
        let (inner, replicas) = (inner.clone(), replicas.clone());
        self.inner.tasks.spawn(async move {
            if is_full {
                tokio::time::sleep(HESITATION).await;
            }
            let claimed = replicas.claim(&drive::record(&query, accepted_ms(&query))).await;
            let mut registry = inner.registry.lock();
            registry.asking -= 1;
            match (registry.elsewhere.remove(&uid), claimed) {
                (Some(Elsewhere::Asking(query, budget)), Ok(true)) => {
                    drop(registry);
                    inner.take(query, budget);
                }
                // Its query is gone, and with it the claim.
                (None | Some(Elsewhere::Other), Ok(true)) => {}
                (_, Ok(false)) => drop(registry.elsewhere.insert(uid, Elsewhere::Other)),
                (_, Err(error)) => {
                    registry.elsewhere.insert(uid, Elsewhere::Other);
                    drop(registry);
                    tracing::warn!(query = query.name_any(), %error, "a run was not claimed; it is tried again");
                    replicas.let_go(orphan(&query));
                }
            }
        });
    }

    /// The query has ended, wherever it ran.
    pub fn ended(&self, uid: &str) {
        if self.inner.replicas.is_some() {
            self.inner.registry.lock().elsewhere.remove(uid);
        }
    }

    /// Whether this replica is the one that does what only one should do; always, where there is one.
    pub fn leads(&self) -> watch::Receiver<bool> {
        self.inner.replicas.as_ref().map_or_else(|| watch::channel(true).1, Replicas::leads)
    }

    /// Runs without an owner, as they are noticed: their queries are to be looked at again. `None` where there is one process.
    pub fn orphans(&self) -> Option<broadcast::Receiver<Orphan>> {
        self.inner.replicas.as_ref().map(Replicas::orphans)
    }

    /// Runs of others are asked for anew when their queries are looked at.
    pub fn ask_again(&self) {
        self.inner.registry.lock().elsewhere.retain(|_, run| matches!(run, Elsewhere::Asking(..)));
    }

    /// A run is noticed to have no owner: whether its query is to be looked at.
    pub fn is_orphan(&self, uid: &str) -> bool {
        let mut registry = self.inner.registry.lock();
        if registry.active.contains_key(uid) {
            return false;
        }
        if matches!(registry.elsewhere.get(uid), Some(Elsewhere::Other)) {
            registry.elsewhere.remove(uid);
        }
        true
    }
}

impl Inner {
    /// Lets a run go that is another's now, or that must be claimed anew.
    pub(super) fn let_go(&self, query: &Query) {
        let run = orphan(query);
        let mut registry = self.registry.lock();
        registry.let_go(&run.id);
        registry.elsewhere.insert(run.id.clone(), Elsewhere::Other);
        drop(registry);
        if let Some(replicas) = &self.replicas {
            replicas.let_go(run);
        }
    }

    /// Whether this replica may speak for its runs outside their journals.
    pub(super) fn is_sure(&self) -> bool {
        self.replicas.as_ref().is_none_or(Replicas::is_sure)
    }

    /// Whether a run is this replica's still, for what is said of it on its way.
    pub(super) fn has_still(&self, active: &Active) -> bool {
        !active.lost.is_cancelled() && self.is_sure()
    }
}

fn orphan(query: &Query) -> Orphan {
    Orphan {
        id: query.uid().unwrap_or_default(),
        namespace: query.namespace().unwrap_or_default(),
        name: query.name_any(),
    }
}
