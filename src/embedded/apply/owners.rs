//! Who owns what after a change.

use std::sync::LazyLock;

use super::compare::Comparison;
use super::error::Conflict;
use super::managed::{Entry, Identity, Managed, Operation};
use super::path::PathElement;
use super::set::Set;

/// Entries of updaters kept; the oldest beyond are merged into one, as in kube-apiserver.
const MAX_UPDATERS: usize = 10;

/// The manager that old updaters are merged into.
const ANCIENT: &str = "ancient-changes";

/// Fields that nobody owns: type and identity of the object, and what the server writes.
static NEVER_OWNED: LazyLock<Set> = LazyLock::new(|| {
    let mut set = Set::default();
    let field = |name: &str| PathElement::Field(name.to_owned());
    for name in ["apiVersion", "kind", "metadata"] {
        set.insert(&[field(name)]);
    }
    for name in [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ] {
        set.insert(&[field("metadata"), field(name)]);
    }
    set
});

/// The part of a set that a manager can own, writing through this endpoint.
pub(super) fn ownable(mut fields: Set, subresource: Option<&str>) -> Set {
    fields.remove(&NEVER_OWNED);
    if subresource == Some("status") {
        fields.keep_field("status");
    }
    fields
}

/// Takes changed fields from everyone in `managed`, where the writer's own entry is not. Without `force`, a field
/// that someone owns is a conflict and nothing is taken.
pub(super) fn give_up(managed: &mut Managed, change: &Comparison, force: bool) -> Result<(), Vec<Conflict>> {
    let touched = change.touched();
    if !force {
        let mut owners: Vec<&Entry> = managed.0.iter().collect();
        owners.sort_by(|a, b| a.identity.cmp(&b.identity));
        let conflicts: Vec<Conflict> = owners.into_iter().flat_map(|e| conflicts(e, &touched)).collect();
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
    }
    for entry in &mut managed.0 {
        entry.fields.remove(&touched);
        entry.fields.remove(&change.removed);
    }
    managed.0.retain(|e| !e.fields.is_empty());
    Ok(())
}

fn conflicts(owner: &Entry, touched: &Set) -> Vec<Conflict> {
    let paths = owner.fields.intersection(touched).paths();
    let conflict = |field| Conflict {
        manager: owner.identity.manager.clone(),
        operation: owner.identity.operation,
        api_version: owner.api_version.clone(),
        subresource: owner.identity.subresource.clone(),
        time: owner.time.clone(),
        field,
    };
    paths.into_iter().map(conflict).collect()
}

/// Merges the oldest updaters until no more than [`MAX_UPDATERS`] are left; per version, as sets of different
/// versions do not mix.
pub(super) fn cap_updaters(managed: &mut Managed) {
    let is_updater = |e: &Entry| e.identity.operation == Operation::Update;
    let mut excess = managed.0.iter().filter(|e| is_updater(e)).count().saturating_sub(MAX_UPDATERS);
    if excess == 0 {
        return;
    }
    managed.sort_by_age();
    let (mut kept, mut buckets): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
    for entry in std::mem::take(&mut managed.0) {
        if excess == 0 || !is_updater(&entry) {
            kept.push(entry);
        } else if let Some(bucket) = buckets.iter_mut().find(|b| b.api_version == entry.api_version) {
            bucket.fields.extend(&entry.fields);
            bucket.time = entry.time;
            bucket.identity = Identity::new(ANCIENT, Operation::Update, &entry.api_version, None);
            excess -= 1;
        } else {
            buckets.push(entry);
        }
    }
    for bucket in buckets {
        match kept.iter_mut().find(|e| e.identity == bucket.identity) {
            // Left of an earlier capping.
            Some(ancient) => ancient.fields.extend(&bucket.fields),
            None => kept.push(bucket),
        }
    }
    managed.0 = kept;
}
