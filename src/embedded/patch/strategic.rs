//! Strategic merge patch, the form `kubectl apply` and `kubectl edit` send for built-in kinds.
//!
//! Which lists merge, and by which key, comes from the schema (`x-kubernetes-patch-strategy`,
//! `x-kubernetes-patch-merge-key`). Behaviour follows
//! <https://github.com/kubernetes/design-proposals-archive/blob/main/api-machinery/preserve-order-in-strategic-merge-patch.md>
//! and `k8s.io/apimachinery/pkg/util/strategicpatch`.

use serde_json::{Map, Value};

use super::{MAX_DEPTH, PatchError};
use crate::embedded::schema::{Node, Schema};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ELEMENT_ORDER: &str = "$setElementOrder/";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList/";

/// Applies a strategic merge patch.
pub fn strategic_merge_patch(schema: &Schema, live: &Value, patch: &Value) -> Result<Value, PatchError> {
    match (live, patch) {
        (Value::Object(live), Value::Object(patch)) => {
            Ok(Value::Object(merge_map(Some(schema.root()), live.clone(), patch, 0)?))
        }
        _ => Err(PatchError::Malformed("a strategic merge patch must be an object".into())),
    }
}

fn malformed<T>(detail: impl Into<String>) -> Result<T, PatchError> {
    Err(PatchError::Malformed(detail.into()))
}

fn merge_map(
    node: Option<&Node>,
    mut live: Map<String, Value>,
    patch: &Map<String, Value>,
    depth: usize,
) -> Result<Map<String, Value>, PatchError> {
    if depth > MAX_DEPTH {
        return malformed("nested too deeply");
    }
    match patch.get(DIRECTIVE).map(Value::as_str) {
        None | Some(Some("merge")) => {}
        Some(Some("delete")) => return Ok(Map::new()),
        Some(Some("replace")) => live.clear(),
        Some(other) => {
            return malformed(format!("unknown patch directive {:?}", other.unwrap_or("(no string)")));
        }
    }
    if let Some(keys) = patch.get(RETAIN_KEYS) {
        let Value::Array(keys) = keys else { return malformed("$retainKeys must be a list") };
        live.retain(|field, _| keys.iter().any(|k| k == field));
    }
    for (name, value) in patch {
        if let Some(field) = name.strip_prefix(DELETE_FROM_LIST) {
            delete_from_list(&mut live, field, value)?;
        } else if let Some(field) = name.strip_prefix(ELEMENT_ORDER) {
            // With the list itself in the patch, the order is applied where the list is merged.
            if !patch.contains_key(field)
                && let Some(Value::Array(items)) = live.get(field)
            {
                let key = merge_key(node.and_then(|n| n.child(field)));
                let sorted = in_order(items.clone(), value, items, key)?;
                live.insert(field.to_owned(), Value::Array(sorted));
            }
        } else if !name.starts_with('$') {
            let order = patch.get(&format!("{ELEMENT_ORDER}{name}"));
            let child = node.and_then(|n| n.child(name));
            match merge_value(child, live.remove(name), value, order, depth + 1)? {
                Some(merged) => live.insert(name.clone(), merged),
                None => None,
            };
        }
    }
    Ok(live)
}

/// `None` when the patch removes the field.
fn merge_value(
    node: Option<&Node>,
    live: Option<Value>,
    patch: &Value,
    order: Option<&Value>,
    depth: usize,
) -> Result<Option<Value>, PatchError> {
    match (live, patch) {
        (_, Value::Null) => Ok(None),
        (Some(Value::Object(live)), Value::Object(patch)) => {
            let live = if node.is_some_and(Node::is_replaced_by_patch) { Map::new() } else { live };
            merge_map(node, live, patch, depth).map(|m| Some(Value::Object(m)))
        }
        (_, Value::Object(patch)) => {
            merge_map(node, Map::new(), patch, depth).map(|m| Some(Value::Object(m)))
        }
        (live, Value::Array(patch)) if node.is_some_and(Node::is_merged_by_patch) => {
            let live = if let Some(Value::Array(live)) = live { live } else { Vec::new() };
            let key = merge_key(node);
            let merged = match key {
                Some(key) => merge_list(node.and_then(Node::item), live.clone(), patch, key, depth)?,
                None => merge_primitives(live.clone(), patch),
            };
            let ordered = match order {
                Some(order) => in_order(merged, order, &live, key)?,
                None => merged,
            };
            Ok(Some(Value::Array(ordered)))
        }
        (_, other) => Ok(Some(other.clone())),
    }
}

fn merge_key(node: Option<&Node>) -> Option<&str> {
    node.and_then(Node::patch_merge_key)
}

fn delete_from_list(live: &mut Map<String, Value>, field: &str, values: &Value) -> Result<(), PatchError> {
    let Value::Array(values) = values else {
        return malformed(format!("{DELETE_FROM_LIST}{field} must be a list"));
    };
    if let Some(Value::Array(items)) = live.get_mut(field) {
        items.retain(|item| !values.contains(item));
    }
    Ok(())
}

fn merge_primitives(mut live: Vec<Value>, patch: &[Value]) -> Vec<Value> {
    for value in patch {
        if !live.contains(value) {
            live.push(value.clone());
        }
    }
    live
}

fn merge_list(
    item_node: Option<&Node>,
    mut live: Vec<Value>,
    patch: &[Value],
    key: &str,
    depth: usize,
) -> Result<Vec<Value>, PatchError> {
    let directive = |item: &Value| item.get(DIRECTIVE).and_then(Value::as_str).map(str::to_owned);
    if patch.iter().any(|item| directive(item).as_deref() == Some("replace")) {
        live.clear();
    }
    for item in patch {
        let Value::Object(fields) = item else {
            return malformed(format!("{item} is no object, in a list that is merged by {key:?}"));
        };
        let directive = directive(item);
        if directive.as_deref() == Some("replace") && !fields.contains_key(key) {
            continue;
        }
        let Some(identity) = fields.get(key) else {
            return malformed(format!("map: {item} does not contain declared merge key: {key}"));
        };
        let position = live.iter().position(|l| l.get(key) == Some(identity));
        match directive.as_deref() {
            Some("delete") => live.retain(|l| l.get(key) != Some(identity)),
            Some("merge" | "replace") | None => {
                let old = position.and_then(|at| live.get(at)).and_then(Value::as_object).cloned();
                let merged = Value::Object(merge_map(item_node, old.unwrap_or_default(), fields, depth + 1)?);
                match position.and_then(|at| live.get_mut(at)) {
                    Some(place) => *place = merged,
                    None => live.push(merged),
                }
            }
            Some(other) => return malformed(format!("unknown patch directive {other:?}")),
        }
    }
    Ok(live)
}

/// Sorts as `$setElementOrder` asks: named items in its order, the server's other items where they stood
/// relative to them.
fn in_order(
    items: Vec<Value>,
    order: &Value,
    live: &[Value],
    key: Option<&str>,
) -> Result<Vec<Value>, PatchError> {
    let Value::Array(order) = order else { return malformed("$setElementOrder must be a list") };
    let identity = |value: &Value| match key {
        Some(key) => value.get(key).cloned().unwrap_or(Value::Null),
        None => value.clone(),
    };
    let order: Vec<Value> = order.iter().map(&identity).collect();
    let before: Vec<Value> = live.iter().map(&identity).collect();
    let rank = |list: &[Value], item: &Value| list.iter().position(|i| *i == identity(item));
    let (mut named, others): (Vec<Value>, Vec<Value>) =
        items.into_iter().partition(|i| rank(&order, i).is_some());
    named.sort_by_key(|i| rank(&order, i));
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    let mut sorted = Vec::new();
    loop {
        let other_first = match (named.peek(), others.peek()) {
            (None, None) => return Ok(sorted),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(n), Some(o)) => matches!((rank(&before, o), rank(&before, n)), (Some(o), Some(n)) if o < n),
        };
        sorted.extend(if other_first { others.next() } else { named.next() });
    }
}
