//! Taking away what a manager applied before and does not apply any more.

use serde_json::Value;

use super::fields::{element, fields_of, is_associative};
use super::path::PathElement;
use super::set::Set;
use crate::embedded::schema::Node;

/// Removes from `merged` what is in `last`, the manager's fields as of its previous apply, unless it is in `owned`,
/// the fields of every manager now. Fields without any owner stay.
pub(super) fn prune(root: &Node, merged: Value, last: &Set, owned: &Set) -> Value {
    if last.is_empty() {
        return merged;
    }
    let node = Some(root);
    let named = |set: &Set| set.with_named_parents(node);
    let fields = |value: &Value| named(&fields_of(node, value));
    let (all, last) = (fields(&merged), named(last));
    // A removed parent takes everything below with it, so what others own below is found by difference: first
    // what remains without the manager's old fields, then what else is owned.
    let without = remove(node, merged.clone(), &last);
    let kept = fields(&without).union(&named(owned));
    let unowned = remove(node, merged.clone(), &all.difference(&kept));
    // A list that someone owns as such stays, if empty.
    let gone = all.difference(&fields(&unowned)).intersection(&last).difference(owned);
    remove(node, merged, &gone)
}

/// `value` without the paths in `set`.
fn remove(node: Option<&Node>, value: Value, set: &Set) -> Value {
    if set.is_empty() {
        return value;
    }
    match value {
        Value::Object(mut fields) if !node.is_some_and(Node::is_atomic_map) => {
            fields.retain(|name, value| {
                let Some(branch) = set.get(&PathElement::Field(name.clone())) else { return true };
                if !branch.member && !branch.below.is_empty() {
                    *value = remove(node.and_then(|n| n.child(name)), value.take(), &branch.below);
                }
                !branch.member
            });
            Value::Object(fields)
        }
        Value::Array(mut items) if is_associative(node) => {
            items.retain_mut(|item| {
                let Some(branch) = element(node, item).and_then(|e| set.get(&e)) else { return true };
                if !branch.member && !branch.below.is_empty() {
                    *item = remove(node.and_then(Node::item), item.take(), &branch.below);
                }
                !branch.member
            });
            Value::Array(items)
        }
        other => other,
    }
}
