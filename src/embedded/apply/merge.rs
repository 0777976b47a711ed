//! Laying an applied configuration over the live object.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};

use super::fields::{Shape, element, is_associative, shape};
use super::path::PathElement;
use crate::embedded::schema::Node;

/// `live` with everything that `applied` says.
pub(super) fn merge(node: Option<&Node>, live: &Value, applied: &Value) -> Value {
    let kind = shape(node, applied);
    if shape(node, live) != kind {
        return applied.clone();
    }
    let nothing = Map::new();
    match kind {
        Shape::Map if !node.is_some_and(Node::is_atomic_map) => {
            let old = live.as_object().unwrap_or(&nothing);
            let new = applied.as_object().unwrap_or(&nothing);
            // Between null and {} the applied one stands.
            if old.is_empty() && new.is_empty() {
                applied.clone()
            } else {
                Value::Object(merge_maps(node, old, new))
            }
        }
        Shape::List if is_associative(node) => {
            let old = live.as_array().map(Vec::as_slice).unwrap_or_default();
            let new = applied.as_array().map(Vec::as_slice).unwrap_or_default();
            if old.is_empty() && new.is_empty() {
                return applied.clone();
            }
            Value::Array(merge_lists(node, old, new).unwrap_or_else(|| new.to_vec()))
        }
        _ => applied.clone(),
    }
}

fn merge_maps(
    node: Option<&Node>,
    live: &Map<String, Value>,
    applied: &Map<String, Value>,
) -> Map<String, Value> {
    let mut merged = live.clone();
    for (name, value) in applied {
        let value = match live.get(name) {
            Some(old) => merge(node.and_then(|n| n.child(name)), old, value),
            None => value.clone(),
        };
        merged.insert(name.clone(), value);
    }
    merged
}

/// Items named by both take the applied order; items only live keep their place among them. `None` if live items
/// cannot be told apart at all.
fn merge_lists(node: Option<&Node>, live: &[Value], applied: &[Value]) -> Option<Vec<Value>> {
    let elements =
        |items: &[Value]| items.iter().map(|i| element(node, i)).collect::<Option<Vec<PathElement>>>();
    let (left, right) = (elements(live)?, elements(applied)?);
    let new: HashMap<&PathElement, &Value> = right.iter().zip(applied).collect();
    // Live items that come twice have no one counterpart.
    let mut old: HashMap<&PathElement, Option<&Value>> = HashMap::new();
    for (element, item) in left.iter().zip(live) {
        old.entry(element).and_modify(|seen| *seen = None).or_insert(Some(item));
    }
    let combine = |element: &PathElement, item: &Value| match old.get(element) {
        Some(Some(live)) => merge(node.and_then(Node::item), live, item),
        _ => item.clone(),
    };
    let mut shared: VecDeque<&PathElement> = right.iter().filter(|e| old.contains_key(e)).collect();
    let mut done: HashSet<&PathElement> = HashSet::new();
    let mut merged = Vec::with_capacity(live.len().max(applied.len()));
    let (mut l, mut r) = (0, 0);
    loop {
        let (here, there) = (left.get(l), right.get(r));
        match (here, there) {
            (None, None) => return Some(merged),
            // A live item that the applied order wants later: it comes with its applied counterpart.
            (Some(here), Some(there))
                if here != there
                    && new.contains_key(here)
                    && shared.front().is_some_and(|next| *next != here) =>
            {
                l += 1;
                continue;
            }
            (Some(here), there) if there != Some(here) => {
                if !new.contains_key(here) {
                    merged.extend(live.get(l).cloned());
                    l += 1;
                    continue;
                }
                if done.contains(here) {
                    l += 1;
                }
            }
            (Some(_), _) => l += 1,
            (None, _) => {}
        }
        if let (Some(there), Some(item)) = (there, applied.get(r)) {
            merged.push(combine(there, item));
            done.insert(there);
            r += 1;
            if shared.front() == Some(&there) {
                shared.pop_front();
            }
        }
    }
}
