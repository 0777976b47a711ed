//! Uniqueness in lists of type `set` and `map`, without which they could not be merged.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::error::{CauseReason, FieldError};
use super::node::{ListType, Node};
use super::path::Path;

/// Finds items that appear twice, anywhere below.
pub(super) fn check(node: &Node, value: &Value, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    if !node.has_unique_lists {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(child) = node.child(name) {
                    let step =
                        if node.declares(name) { Path::field(path, name) } else { Path::key(path, name) };
                    check(child, value, Some(&step), errors);
                }
            }
        }
        Value::Array(items) => {
            unique(&node.list_type, items, path, errors);
            if let Some(item) = node.item() {
                for (at, value) in items.iter().enumerate() {
                    check(item, value, Some(&Path::index(path, at)), errors);
                }
            }
        }
        _ => {}
    }
}

fn unique(list: &ListType, items: &[Value], path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    let identity = |item: &Value| match list {
        ListType::Atomic => None,
        ListType::Set => Some(item.clone()),
        ListType::Map(keys) => {
            let named = keys.iter().filter_map(|key| item.get(key).map(|v| (key.clone(), v.clone())));
            Some(Value::Object(named.collect::<Map<_, _>>()))
        }
    };
    if *list == ListType::Atomic || items.len() < 2 {
        return;
    }
    let (mut seen, mut told) = (HashSet::new(), HashSet::new());
    for (at, item) in items.iter().enumerate() {
        if let Some(identity) = identity(item)
            && !seen.insert(identity.to_string())
            && told.insert(identity.to_string())
        {
            errors.push(FieldError::about(
                Some(&Path::index(path, at)),
                CauseReason::Duplicate,
                &identity,
                "",
            ));
        }
    }
}
