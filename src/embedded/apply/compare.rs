//! What an update changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{Shape, element, is_associative, shape};
use super::path::PathElement;
use super::set::Set;
use crate::embedded::schema::Node;

/// Paths by what happened to them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) added: Set,
    pub(super) removed: Set,
    pub(super) modified: Set,
}

impl Comparison {
    /// Compares two whole objects, but for `metadata.managedFields`.
    pub(super) fn of(root: &Node, old: &Value, new: &Value) -> Self {
        let mut comparison = Self::default();
        comparison.compare(Some(root), Some(old), Some(new), &mut Vec::new());
        comparison
    }

    /// Added or modified.
    pub(super) fn touched(&self) -> Set {
        self.added.clone().union(&self.modified)
    }

    fn leaf(&mut self, old: Option<&Value>, new: Option<&Value>, path: &[PathElement]) {
        match (old, new) {
            (None, Some(_)) => self.added.insert(path),
            (Some(_), None) => self.removed.insert(path),
            (old, new) if old != new => self.modified.insert(path),
            _ => {}
        }
    }

    fn compare(
        &mut self,
        node: Option<&Node>,
        old: Option<&Value>,
        new: Option<&Value>,
        path: &mut Vec<PathElement>,
    ) {
        if old == new {
            return;
        }
        let (before, after) = (old.map(|v| shape(node, v)), new.map(|v| shape(node, v)));
        // A value that changes its shape loses what it was and gains what it is.
        let mut was_leaf = false;
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            self.compare_as(before, node, old, new, path);
        }
        if let Some(now) = after.or(before) {
            was_leaf = self.compare_as(now, node, old, new, path);
        }
        if !was_leaf {
            match (old, new) {
                (None, _) => self.added.insert(path),
                (_, None) => self.removed.insert(path),
                _ => {}
            }
        }
    }

    /// Compares parts, or the whole where it has none of its own; says whether it was the whole.
    fn compare_as(
        &mut self,
        shape: Shape,
        node: Option<&Node>,
        old: Option<&Value>,
        new: Option<&Value>,
        path: &mut Vec<PathElement>,
    ) -> bool {
        let empty = Map::new();
        let whole = match shape {
            Shape::Scalar => true,
            Shape::Map => {
                let old = old.and_then(Value::as_object).unwrap_or(&empty);
                let new = new.and_then(Value::as_object).unwrap_or(&empty);
                let whole = node.is_some_and(Node::is_atomic_map) || (old.is_empty() && new.is_empty());
                if !whole {
                    self.compare_fields(node, old, new, path);
                }
                whole
            }
            Shape::List => {
                let old = old.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let new = new.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let whole = !is_associative(node) || (old.is_empty() && new.is_empty());
                if !whole {
                    self.compare_items(node, old, new, path);
                }
                whole
            }
        };
        if whole {
            self.leaf(old, new, path);
        }
        whole
    }

    fn compare_fields(
        &mut self,
        node: Option<&Node>,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        path: &mut Vec<PathElement>,
    ) {
        let metadata = node.is_some_and(Node::is_metadata);
        let gone = old.keys().filter(|name| !new.contains_key(*name));
        for name in new.keys().chain(gone) {
            let (before, after) = (old.get(name), new.get(name));
            if before != after && !(metadata && name == "managedFields") {
                path.push(PathElement::Field(name.clone()));
                self.compare(node.and_then(|n| n.child(name)), before, after, path);
                path.pop();
            }
        }
    }

    fn compare_items(
        &mut self,
        node: Option<&Node>,
        old: &[Value],
        new: &[Value],
        path: &mut Vec<PathElement>,
    ) {
        let mut pairs: BTreeMap<PathElement, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for item in old {
            if let Some(element) = element(node, item) {
                pairs.entry(element).or_default().0.push(item);
            }
        }
        for item in new {
            if let Some(element) = element(node, item) {
                pairs.entry(element).or_default().1.push(item);
            }
        }
        let item = node.and_then(Node::item);
        for (element, (before, after)) in pairs {
            path.push(element);
            // Items that come twice are one to their owner: they change together, added or removed as a mark.
            match (before.as_slice(), after.as_slice()) {
                ([], [one]) => self.compare(item, None, Some(one), path),
                ([one], []) => self.compare(item, Some(one), None, path),
                ([one], [other]) => self.compare(item, Some(one), Some(other), path),
                ([_, _, ..], [_, _, ..]) if before != after => self.modified.insert(path),
                ([_, _, ..], [_, _, ..]) => {}
                ([_, _, ..], after) => {
                    if let [one] = after {
                        self.compare(item, None, Some(one), path);
                    }
                    self.removed.insert(path);
                }
                (before, _) => {
                    if let [one] = before {
                        self.compare(item, Some(one), None, path);
                    }
                    self.added.insert(path);
                }
            }
            path.pop();
        }
    }
}
