//! Owner references: what they point at, and who points at whom.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::embedded::meta::{self, FOREGROUND};
use crate::embedded::server::Server;
use crate::embedded::storage::{Key, Range, Stored};

/// An object: its collection and its key.
pub(super) type Place = (usize, Key);

/// Who depends on whom, by the UID of the owner. Objects without owners are not in it.
#[derive(Default)]
pub(super) struct Index {
    dependents: HashMap<Box<str>, HashSet<Place>>,
    owners: HashMap<Place, Vec<Box<str>>>,
}

impl Index {
    /// Notes the owners that an object has now.
    pub(super) fn put(&mut self, place: &Place, owners: Vec<Box<str>>) {
        self.forget(place);
        for owner in &owners {
            self.dependents.entry(owner.clone()).or_default().insert(place.clone());
        }
        if !owners.is_empty() {
            self.owners.insert(place.clone(), owners);
        }
    }

    /// Forgets an object as a dependent.
    pub(super) fn forget(&mut self, place: &Place) {
        for owner in self.owners.remove(place).unwrap_or_default() {
            if let Some(places) = self.dependents.get_mut(&owner) {
                places.remove(place);
                if places.is_empty() {
                    self.dependents.remove(&owner);
                }
            }
        }
    }

    /// Who depends on the object with this UID.
    pub(super) fn dependents(&self, uid: &str) -> Vec<Place> {
        self.dependents.get(uid).into_iter().flatten().cloned().collect()
    }
}

/// The UIDs of an object's owners.
pub(super) fn uids(object: &Value) -> Vec<Box<str>> {
    references(object).filter_map(|r| r["uid"].as_str()).map(Into::into).collect()
}

/// An object's owner references.
pub(super) fn references(object: &Value) -> impl Iterator<Item = &Value> {
    object["metadata"]["ownerReferences"].as_array().into_iter().flatten()
}

/// What an owner reference points at.
pub(super) enum Owner {
    /// It is there, or nobody can tell: the dependent stays.
    Solid,
    /// It is there, and waits for its dependents to go first.
    Waiting(Place),
    /// It is gone.
    Gone,
}

/// Finds the owner that a dependent in `namespace` names.
pub(super) fn resolve(server: &Server, namespace: &str, reference: &Value) -> Owner {
    let part = |name: &str| reference[name].as_str().unwrap_or_default();
    let Some(resource) = server.registry.by_kind(part("apiVersion"), part("kind")) else {
        return Owner::Solid;
    };
    if resource.namespaced && namespace.is_empty() {
        // A cluster-scoped object cannot be owned from within a namespace; Kubernetes leaves it alone.
        return Owner::Solid;
    }
    let key = Key::new(if resource.namespaced { namespace } else { "" }, part("name"));
    match server.storage.get(resource.collection, &key) {
        Some(owner) if *owner.uid != *part("uid") => Owner::Gone,
        None => Owner::Gone,
        Some(owner) if owner.deleting && meta::finalizers(&owner.value()).contains(&FOREGROUND) => {
            Owner::Waiting((resource.collection, key))
        }
        Some(_) => Owner::Solid,
    }
}

/// Everybody who depends on `uid` at this moment. Read from the objects, not from the index, which may be behind:
/// forgetting one here would delete what was to be kept.
pub(super) fn dependents_now(server: &Server, uid: &str) -> Vec<(Place, Value)> {
    let mut found = Vec::new();
    for served in server.registry.stored() {
        let collection = served.resource.collection;
        let owned = |o: &Stored| o.owned && memchr(&o.body, uid.as_bytes());
        for object in server.storage.list(collection, Range::default()).items.iter().filter(|o| owned(o)) {
            let value = object.value();
            if references(&value).any(|r| r["uid"] == uid) {
                found.push(((collection, object.key.clone()), value));
            }
        }
    }
    found
}

/// Whether the bytes contain the text at all; spares parsing.
fn memchr(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}
