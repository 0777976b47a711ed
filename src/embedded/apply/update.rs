//! Ownership after a create, update or patch.

use serde_json::{Value, json};

use super::Manager;
use super::compare::Comparison;
use super::managed::{Entry, Identity, Managed, Operation};
use super::owners::{cap_updaters, give_up, ownable};
use super::set::Set;
use crate::embedded::schema::Schema;

/// Sets `metadata.managedFields` of `new`, the object about to be stored in place of `live`.
///
/// The manager owns what it changed; others lose it. Nothing changed, nothing moves. On an update, a client may
/// correct entries by sending them, or clear them with `[]` or `[{}]`; an object without entries is not tracked
/// until the next apply. To be called last, after defaulting.
pub fn track_update(schema: &Schema, live: Option<&Value>, new: &mut Value, manager: &Manager<'_>) {
    let root = schema.root();
    let given = new.pointer("/metadata/managedFields");
    let reset = manager.subresource.is_none() && given.is_some_and(is_reset);
    let mut managed = if reset {
        Managed::default()
    } else {
        // Clients that know nothing of managed fields leave them out, which must not lose them. Through a
        // subresource they cannot be written at all.
        let sent = if manager.subresource.is_none() { Managed::read(root, new) } else { Managed::default() };
        match live {
            Some(live) if sent.is_empty() => Managed::read(root, live),
            _ => sent,
        }
    };
    if managed.is_empty() && live.is_some() {
        Managed::default().write(new);
        return;
    }
    let nothing = json!({});
    let change = Comparison::of(root, live.unwrap_or(&nothing), new);
    // Forced: an update always wins. Its own earlier entry loses these fields too and gets them back with the time.
    if give_up(&mut managed, &change, true).is_ok() {
        claim(&mut managed, ownable(change.touched(), manager.subresource), manager);
    }
    cap_updaters(&mut managed);
    managed.write(new);
}

/// Adds `fields` to the manager's entry, which makes it as new as this write.
fn claim(managed: &mut Managed, fields: Set, manager: &Manager<'_>) {
    if fields.is_empty() {
        return;
    }
    let identity = Identity::of(manager, Operation::Update);
    let earlier = managed.take(&identity).map(|e| e.fields).unwrap_or_default();
    managed.0.push(Entry {
        identity,
        api_version: manager.api_version.to_owned(),
        time: Some(manager.now.to_owned()),
        fields: earlier.union(&fields),
    });
}

fn is_reset(given: &Value) -> bool {
    match given.as_array().map(Vec::as_slice) {
        Some([]) => true,
        Some([one]) => one.as_object().is_some_and(|o| o.is_empty()),
        _ => false,
    }
}

/// The entry that stands for all fields an object had before anyone applied: without it the first apply could
/// change anything unseen.
pub(super) fn before_first_apply(schema: &Schema, live: &Value, manager: &Manager<'_>) -> Managed {
    let mut managed = Managed::default();
    let change = Comparison::of(schema.root(), &json!({}), live);
    let writer = Manager { name: "before-first-apply", ..*manager };
    claim(&mut managed, ownable(change.touched(), None), &writer);
    managed
}
