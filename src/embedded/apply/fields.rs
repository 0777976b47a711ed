//! The fields that a value has, and how items of a list are told apart.

use serde_json::Value;

use super::path::PathElement;
use super::set::{Branch, Set};
use crate::embedded::schema::{ListType, Node};

/// Shape of a value for merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar,
    Map,
    List,
}

/// The shape of `value`; a null takes the one that the schema declares.
pub(super) fn shape(node: Option<&Node>, value: &Value) -> Shape {
    match value {
        Value::Object(_) => Shape::Map,
        Value::Array(_) => Shape::List,
        Value::Null if node.is_some_and(Node::is_object) => Shape::Map,
        Value::Null if node.is_some_and(Node::is_list) => Shape::List,
        _ => Shape::Scalar,
    }
}

/// The path element of a list's item; `None` if the list is atomic or the item lacks what tells it apart.
pub(super) fn element(list: Option<&Node>, item: &Value) -> Option<PathElement> {
    let list = list?;
    match list.list_type() {
        ListType::Atomic => None,
        ListType::Set => (!item.is_null() && !item.is_object() && !item.is_array())
            .then(|| PathElement::Value(item.to_string())),
        ListType::Map(keys) => {
            let fields = item.as_object()?;
            let value = |key: &String| {
                fields
                    .get(key)
                    .or_else(|| list.item().and_then(|n| n.child(key)).and_then(Node::default_value))
            };
            let found: Vec<_> = keys.iter().filter_map(|key| value(key).map(|v| (key.as_str(), v))).collect();
            (!found.is_empty()).then(|| PathElement::key(found))
        }
    }
}

/// Whether the parts of a list are owned one by one.
pub(super) fn is_associative(node: Option<&Node>) -> bool {
    node.is_some_and(|n| *n.list_type() != ListType::Atomic)
}

/// All fields of an object that someone who wrote it owns.
pub(super) fn fields_of(node: Option<&Node>, value: &Value) -> Set {
    branch(node, value).below
}

fn branch(node: Option<&Node>, value: &Value) -> Branch {
    match value {
        Value::Object(_) if node.is_some_and(Node::is_atomic_map) => leaf(),
        Value::Object(fields) => {
            let mut below = Set::default();
            for (name, value) in fields {
                let mut part = branch(node.and_then(|n| n.child(name)), value);
                // Declared fields are implied by what is in them; keys of maps, nulls and {} are not.
                part.member |= !node.is_some_and(|n| n.declares(name))
                    || value.is_null()
                    || value.as_object().is_some_and(|o| o.is_empty());
                below.put(PathElement::Field(name.clone()), part);
            }
            Branch { member: false, below }
        }
        Value::Array(items) if is_associative(node) => {
            let mut below = Set::default();
            for item in items {
                if let Some(element) = element(node, item) {
                    // Items that cannot be told apart are owned as one.
                    let mut part = if below.get(&element).is_some() {
                        leaf()
                    } else {
                        branch(node.and_then(Node::item), item)
                    };
                    part.member = true;
                    below.put(element, part);
                }
            }
            Branch { member: false, below }
        }
        _ => leaf(),
    }
}

fn leaf() -> Branch {
    Branch { member: true, below: Set::default() }
}

/// Why `value` cannot be applied: items of lists that lack their keys or come twice.
pub(super) fn defect(node: Option<&Node>, value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Object(fields) if !node.is_some_and(Node::is_atomic_map) => {
            fields.iter().find_map(|(name, value)| {
                defect(node.and_then(|n| n.child(name)), value, &format!("{path}.{name}"))
            })
        }
        Value::Array(items) if is_associative(node) => {
            let mut seen = Vec::new();
            items.iter().enumerate().find_map(|(at, item)| match element(node, item) {
                None => Some(format!("{path}: element {at}: the item lacks the fields that tell it apart")),
                Some(element) if seen.contains(&element) => {
                    Some(format!("{path}: duplicate entries for key {element}"))
                }
                Some(element) => {
                    let below = defect(node.and_then(Node::item), item, &format!("{path}{element}"));
                    seen.push(element);
                    below
                }
            })
        }
        _ => None,
    }
}
