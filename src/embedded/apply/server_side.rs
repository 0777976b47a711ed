//! Server-side apply.

use serde_json::{Map, Value, json};

use super::Manager;
use super::compare::Comparison;
use super::error::{ApplyError, Conflict};
use super::fields::{defect, fields_of};
use super::managed::{Entry, Identity, Managed, Operation};
use super::merge::merge;
use super::owners::{give_up, ownable};
use super::prune::prune;
use super::set::Set;
use super::update::before_first_apply;
use crate::embedded::schema::Schema;

/// The manager whose conflicts with what client-side apply wrote are forgiven, see [`upgrade`].
const KUBECTL: &str = "kubectl";

/// Where client-side apply keeps the configuration it applied last.
const LAST_APPLIED: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// Merges `applied` into `live` (or makes a new object of it) and returns the object with its
/// `metadata.managedFields`.
///
/// What the same manager applied before and does not apply now is removed, unless someone else owns it. Fields
/// that others own and the configuration would change are conflicts, unless `force` takes them over. Applying the
/// same again changes nothing, not even a time.
///
/// Through `status` only `status` counts. What an endpoint resets otherwise (`status` on the main one) is for the
/// caller to leave out, as are unknown fields ([`Schema::prune`]).
pub fn server_side_apply(
    schema: &Schema,
    live: Option<&Value>,
    applied: &Value,
    manager: &Manager<'_>,
    force: bool,
) -> Result<Value, ApplyError> {
    let applied = &restrict(applied, manager.subresource);
    if applied.pointer("/metadata/managedFields").is_some_and(|m| !m.is_null()) {
        return Err(ApplyError::Invalid("metadata.managedFields must be nil".into()));
    }
    if let Some(defect) = defect(Some(schema.root()), applied, "") {
        return Err(ApplyError::Invalid(format!("failed to create typed patch object: {defect}")));
    }
    let managed = match live {
        Some(live) => Some(Managed::read(schema.root(), live))
            .filter(|managed| !managed.is_empty())
            .unwrap_or_else(|| before_first_apply(schema, live, manager)),
        None => Managed::default(),
    };
    let bare = live.map_or_else(|| json!({}), without_managed);
    apply(schema, &bare, applied, managed.clone(), manager, force)
        .or_else(|conflicts| upgrade(schema, &bare, applied, managed, manager, conflicts))
}

/// The part of a configuration that counts at this endpoint.
fn restrict(applied: &Value, subresource: Option<&str>) -> Value {
    let mut applied = applied.clone();
    let status = subresource == Some("status");
    let Some(fields) = applied.as_object_mut() else { return applied };
    if status {
        fields.retain(|name, _| matches!(name.as_str(), "apiVersion" | "kind" | "metadata" | "status"));
    }
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        let identity = ["name", "namespace", "uid", "resourceVersion", "managedFields"];
        // Many clients write `creationTimestamp: null`, which must not erase the real one.
        metadata.retain(|name, value| !value.is_null() && (!status || identity.contains(&name.as_str())));
    }
    applied
}

fn without_managed(live: &Value) -> Value {
    let mut live = live.clone();
    if let Some(metadata) = live.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    live
}

fn apply(
    schema: &Schema,
    live: &Value,
    applied: &Value,
    mut managed: Managed,
    manager: &Manager<'_>,
    force: bool,
) -> Result<Value, Vec<Conflict>> {
    let root = schema.root();
    let identity = Identity::of(manager, Operation::Apply);
    let last = managed.take(&identity);
    let fields = fields_of(Some(root), applied);
    let mut object = merge(Some(root), live, applied);
    if let Some(last) = &last {
        object = prune(root, object, &last.fields, &managed.union().union(&fields));
    }
    // What is stored is defaulted, so that comparing with it needs the same. It also drops nulls, which an applied
    // configuration may hold.
    schema.default(&mut object);
    give_up(&mut managed, &Comparison::of(root, live, &object), force)?;
    let fields = ownable(fields, manager.subresource);
    let unchanged = object == *live && last.as_ref().is_some_and(|last| last.fields == fields);
    if !fields.is_empty() {
        let time = if unchanged { last.and_then(|l| l.time) } else { Some(manager.now.to_owned()) };
        managed.0.push(Entry { identity, api_version: manager.api_version.to_owned(), time, fields });
    }
    if let Some(fields) = object.as_object_mut() {
        fields.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    }
    managed.write(&mut object);
    Ok(object)
}

/// Lets `kubectl apply --server-side` take over from `kubectl apply`: fields that still are as the client-side
/// configuration had them do not conflict.
fn upgrade(
    schema: &Schema,
    live: &Value,
    applied: &Value,
    managed: Managed,
    manager: &Manager<'_>,
    conflicts: Vec<Conflict>,
) -> Result<Value, ApplyError> {
    let allowed = if manager.name == KUBECTL { last_applied(schema, live, manager) } else { None };
    let allowed = allowed.map(|set| set.paths()).unwrap_or_default();
    let rest: Vec<Conflict> = conflicts.into_iter().filter(|c| !allowed.contains(&c.field)).collect();
    if !rest.is_empty() {
        return Err(ApplyError::Conflicts(rest));
    }
    apply(schema, live, applied, managed, manager, true).map_err(ApplyError::Conflicts)
}

fn last_applied(schema: &Schema, live: &Value, manager: &Manager<'_>) -> Option<Set> {
    let text = live.pointer(LAST_APPLIED)?.as_str()?;
    let last: Value = serde_json::from_str(text).ok()?;
    if last.get("apiVersion").and_then(Value::as_str) != Some(manager.api_version) {
        return None;
    }
    let change = Comparison::of(schema.root(), &last, live);
    let mut same = fields_of(Some(schema.root()), &last);
    same.remove(&change.touched());
    same.remove(&change.removed);
    Some(same)
}
