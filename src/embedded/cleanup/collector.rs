//! The garbage collector: background, foreground and orphan deletion, as kube-controller-manager does them.

use std::collections::HashSet;
use std::sync::Arc;

use futures::{StreamExt, stream};
use serde_json::Value;

use super::PARALLEL;
use super::owners::{Index, Owner, Place, dependents_now, references, resolve, uids};
use crate::embedded::meta::{self, FOREGROUND, ORPHAN};
use crate::embedded::request::Propagation;
use crate::embedded::server::Server;
use crate::embedded::storage::{Event, EventType, Followed, Range, Stored};
use crate::embedded::verbs::{DeleteOptions, edit, remove};

/// Follows all changes; looks at whoever may have lost an owner, or may be waiting for dependents.
pub(super) async fn run(server: Arc<Server>) {
    let mut follower = server.storage.follow();
    let mut index = Index::default();
    let mut look = HashSet::new();
    for served in server.registry.stored() {
        scan(&server, served.resource.collection, &mut index, &mut look);
    }
    loop {
        stream::iter(std::mem::take(&mut look))
            .for_each_concurrent(PARALLEL, |place| {
                let server = &server;
                async move { attend(server, &place).await }
            })
            .await;
        match follower.next().await {
            None => return,
            Some(Followed::Missed(collection)) => scan(&server, collection, &mut index, &mut look),
            Some(Followed::Events(collection, events)) => {
                for event in events {
                    note(&server, collection, &event, &mut index, &mut look);
                }
            }
        }
    }
}

/// Takes all objects of a collection for changed.
fn scan(server: &Server, collection: usize, index: &mut Index, look: &mut HashSet<Place>) {
    for object in server.storage.list(collection, Range::default()).items {
        consider(collection, &object, index, look);
    }
}

fn consider(collection: usize, object: &Stored, index: &mut Index, look: &mut HashSet<Place>) {
    let place = (collection, object.key.clone());
    match object.owned {
        true => index.put(&place, uids(&object.value())),
        false => index.forget(&place),
    }
    if object.owned || object.deleting {
        look.insert(place);
    }
}

fn note(server: &Server, collection: usize, event: &Event, index: &mut Index, look: &mut HashSet<Place>) {
    let object = &event.object;
    if event.kind != EventType::Deleted {
        consider(collection, object, index, look);
        // Foreground deletion begins: its dependents are to go first.
        if object.deleting {
            look.extend(index.dependents(&object.uid));
        }
        return;
    }
    index.forget(&(collection, object.key.clone()));
    look.extend(index.dependents(&object.uid));
    if object.owned {
        // An owner may have been waiting for this one.
        for reference in references(&object.value()) {
            if let Owner::Waiting(place) = resolve(server, &object.key.namespace, reference) {
                look.insert(place);
            }
        }
    }
}

/// Does what an object needs: its own finalizers of deletion, or its end for want of owners.
async fn attend(server: &Server, place: &Place) {
    let (collection, key) = place;
    let Some(stored) = server.storage.get(*collection, key) else { return };
    let object = stored.value();
    if stored.deleting {
        let finalizers = meta::finalizers(&object);
        if finalizers.contains(&ORPHAN) {
            orphan(server, place, &stored.uid).await;
        } else if finalizers.contains(&FOREGROUND) {
            foreground(server, place, &stored.uid).await;
        }
        return;
    }
    if stored.owned {
        collect(server, place, &stored, &object).await;
    }
}

/// Deletes an object whose owners are all gone; of some, only the references are dropped.
async fn collect(server: &Server, place: &Place, stored: &Stored, object: &Value) {
    let (mut solid, mut waiting, mut lost) = (false, false, Vec::new());
    for reference in references(object) {
        match resolve(server, &place.1.namespace, reference) {
            Owner::Solid => solid = true,
            Owner::Waiting(_) => {
                waiting = true;
                lost.push(reference["uid"].clone());
            }
            Owner::Gone => lost.push(reference["uid"].clone()),
        }
    }
    if lost.is_empty() {
        return;
    }
    if solid {
        return disown(server, place, &lost).await;
    }
    let has_dependents = waiting && !dependents_now(server, &stored.uid).is_empty();
    let finalizers = meta::finalizers(object);
    let propagation = match () {
        () if has_dependents || finalizers.contains(&FOREGROUND) => Propagation::Foreground,
        () if finalizers.contains(&ORPHAN) => Propagation::Orphan,
        () => Propagation::Background,
    };
    let options = DeleteOptions {
        propagation: Some(propagation),
        uid: Some(stored.uid.to_string()),
        // If it has changed since, the change brings us back.
        resource_version: Some(stored.revision.to_string()),
        ..DeleteOptions::default()
    };
    let Some(served) = server.registry.by_collection(place.0) else { return };
    if let Err(error) = remove(server, &served, &place.1, &options).await
        && error.code().is_server_error()
    {
        tracing::warn!(kind = served.resource.kind, name = %place.1.name, %error, "an object without owners stays");
    }
}

/// Lets the dependents forget their owner, then the owner go.
async fn orphan(server: &Server, place: &Place, uid: &str) {
    for (dependent, _) in dependents_now(server, uid) {
        disown(server, &dependent, &[uid.into()]).await;
    }
    drop_finalizer(server, place, ORPHAN).await;
}

/// Sends the dependents away; when none blocks any more, lets the owner go.
async fn foreground(server: &Server, place: &Place, uid: &str) {
    let mut blocked = false;
    for (dependent, value) in dependents_now(server, uid) {
        let blocking = references(&value).any(|r| r["uid"] == uid && r["blockOwnerDeletion"] == true);
        if !meta::deleting(&value) {
            Box::pin(attend(server, &dependent)).await;
        }
        blocked |= blocking && server.storage.get(dependent.0, &dependent.1).is_some();
    }
    if !blocked {
        drop_finalizer(server, place, FOREGROUND).await;
    }
}

async fn disown(server: &Server, place: &Place, owners: &[Value]) {
    change(server, place, |object| {
        let Some(list) = object["metadata"]["ownerReferences"].as_array_mut() else { return false };
        let before = list.len();
        list.retain(|r| !owners.contains(&r["uid"]));
        let changed = list.len() < before;
        tidy(object, "ownerReferences");
        changed
    })
    .await;
}

async fn drop_finalizer(server: &Server, place: &Place, finalizer: &str) {
    change(server, place, |object| {
        let Some(list) = object["metadata"]["finalizers"].as_array_mut() else { return false };
        let before = list.len();
        list.retain(|f| f != finalizer);
        let changed = list.len() < before;
        tidy(object, "finalizers");
        changed
    })
    .await;
}

/// An empty list is left out.
fn tidy(object: &mut Value, field: &str) {
    if let Some(meta) = object["metadata"].as_object_mut()
        && meta.get(field).and_then(Value::as_array).is_some_and(Vec::is_empty)
    {
        meta.remove(field);
    }
}

async fn change(server: &Server, place: &Place, make: impl FnMut(&mut Value) -> bool) {
    let Some(served) = server.registry.by_collection(place.0) else { return };
    if let Err(error) = edit(server, &served, &place.1, make).await {
        tracing::warn!(kind = served.resource.kind, name = %place.1.name, %error, "an object could not be tidied");
    }
}
