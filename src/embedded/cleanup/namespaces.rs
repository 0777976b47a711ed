//! Emptying namespaces that are being deleted.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt, stream};

use super::PARALLEL;
use crate::embedded::registry::Served;
use crate::embedded::request::Propagation;
use crate::embedded::server::Server;
use crate::embedded::storage::{EventType, Followed, Key, Range};
use crate::embedded::verbs::{DeleteOptions, edit, remove};

/// Follows namespaces, and, while some are ending, what is deleted in them.
pub(super) async fn run(server: Arc<Server>) {
    let namespaces = server.registry.namespaces();
    let mut follower = server.storage.follow();
    let mut ending = BTreeSet::new();
    loop {
        // Found afresh at the start and whenever changes were missed, so nothing is ever forgotten.
        ending.extend(all_ending(&server));
        let mut look: BTreeSet<Box<str>> = ending.clone();
        loop {
            for name in std::mem::take(&mut look) {
                empty(&server, &name).await;
            }
            let Some(followed) = follower.next().await else { return };
            let Followed::Events(collection, events) = followed else { break };
            for event in events {
                let key = &event.object.key;
                if collection == namespaces {
                    match event.kind {
                        EventType::Deleted => {
                            ending.remove(&key.name);
                        }
                        _ if event.object.deleting => {
                            ending.insert(key.name.clone());
                            look.insert(key.name.clone());
                        }
                        _ => {}
                    }
                } else if event.kind == EventType::Deleted && ending.contains(&key.namespace) {
                    look.insert(key.namespace.clone());
                }
            }
        }
    }
}

fn all_ending(server: &Server) -> Vec<Box<str>> {
    let all = server.storage.list(server.registry.namespaces(), Range::default());
    all.items.iter().filter(|n| n.deleting).map(|n| n.key.name.clone()).collect()
}

/// Deletes what is in the namespace; when nothing is, lets the namespace go.
async fn empty(server: &Server, name: &str) {
    let range = Range { namespace: Some(name), ..Range::default() };
    let contents: Vec<(Served, Key)> = server
        .registry
        .stored()
        .filter(|served| served.resource.namespaced)
        .flat_map(|served| {
            let list = server.storage.list(served.resource.collection, range);
            list.items.into_iter().map(move |o| (served.clone(), o))
        })
        .map(|(served, object)| (served, object.key.clone()))
        .collect();
    let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
    let waiting = stream::iter(contents)
        .map(|(served, key)| {
            let options = &options;
            async move {
                let resource = &served.resource;
                let deleting = |o: &Arc<crate::embedded::storage::Stored>| o.deleting;
                if server.storage.get(resource.collection, &key).as_ref().is_some_and(deleting) {
                    return true;
                }
                let _ = remove(server, &served, &key, options).await;
                server.storage.get(resource.collection, &key).is_some()
            }
        })
        .buffer_unordered(PARALLEL)
        .fold(false, |any, this| async move { any | this })
        .await;
    if waiting {
        return;
    }
    let Some(served) = server.registry.by_collection(server.registry.namespaces()) else { return };
    let result = edit(server, &served, &Key::new("", name), |namespace| {
        match namespace["spec"].as_object_mut().and_then(|spec| spec.remove("finalizers")) {
            Some(finalizers) => finalizers.as_array().is_some_and(|f| !f.is_empty()),
            None => false,
        }
    })
    .await;
    if let Err(error) = result {
        tracing::warn!(namespace = name, %error, "an empty namespace could not be removed");
    }
}
