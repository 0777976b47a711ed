//! What is kept of a namespace goes with it: who makes one of the same name again must not find it.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::ResourceExt;
use kube::api::Api;
use tokio_util::sync::CancellationToken;

use crate::controllers::ControllerDeps;
use crate::controllers::follow::{Told, follow};
use crate::controllers::queue::{Key, Queue, work};
use crate::evaluation::namespaces::Namespaces;

/// Why it is tried again.
type Fault = Box<dyn Error + Send + Sync>;

/// Watches for namespaces that come and go.
pub(super) async fn run(deps: &ControllerDeps, shutdown: &CancellationToken) {
    let queue: Arc<Queue> = Arc::default();
    let one = |namespace: &Namespace| queue.add((String::new(), namespace.name_any()));
    let follower = follow(&deps.namespaces, shutdown, |told| match told {
        // Which of them came and went unseen is asked of the database: an empty name.
        Told::All(_) => queue.add(Key::default()),
        Told::Changed { old: None, new } => one(&new),
        Told::Changed { .. } => {}
        Told::Gone(entry) => {
            if let Some(namespace) = entry.sound() {
                one(namespace);
            }
        }
    });
    let worker = work(&queue, 1, shutdown, |key| {
        let deps = deps.clone();
        async move { look(&deps, &key.1).await.map(|()| None::<Duration>) }
    });
    tokio::join!(follower, worker);
}

async fn look(deps: &ControllerDeps, name: &str) -> Result<(), Fault> {
    // Whoever is shown another cluster by mistake must not take everything for deleted.
    if !deps.engine.memories().are_of_this_cluster().await? {
        return Ok(());
    }
    let namespaces = Namespaces::new(deps.scorer.store().clone());
    if !name.is_empty() {
        return is_now(deps, &namespaces, name).await;
    }
    let seen = deps.namespaces.list(None);
    let mut seen: HashMap<String, String> =
        seen.iter().map(|one| (one.name_any(), one.uid().unwrap_or_default())).collect();
    for kept in namespaces.kept().await? {
        let now = seen.remove(&kept.name);
        if now.is_none() || kept.uid.is_some() && kept.uid != now {
            is_now(deps, &namespaces, &kept.name).await?;
        } else if let (None, Some(uid)) = (kept.uid, now) {
            seen.insert(kept.name, uid);
        }
    }
    Ok(namespaces.note(&seen.into_iter().collect::<Vec<_>>()).await?)
}

/// The API is asked, so that no watch that is behind decides what is forgotten.
async fn is_now(deps: &ControllerDeps, namespaces: &Namespaces, name: &str) -> Result<(), Fault> {
    let found = Api::<Namespace>::all(deps.client.clone()).get_metadata_opt(name).await?;
    Ok(namespaces.is_now(name, found.and_then(|found| found.metadata.uid).as_deref()).await?)
}
