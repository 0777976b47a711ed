//! Sets of field paths, as a tree.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::path::PathElement;
use crate::embedded::schema::Node;

/// Paths that someone owns, or that changed. No branch is without a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Set(BTreeMap<PathElement, Branch>);

/// What is below one path element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Branch {
    /// Whether the path that ends here is in the set.
    pub(super) member: bool,
    pub(super) below: Set,
}

impl Set {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a branch unless it is bare.
    pub(super) fn put(&mut self, element: PathElement, branch: Branch) {
        if branch.member || !branch.below.is_empty() {
            self.0.insert(element, branch);
        }
    }

    pub(super) fn get(&self, element: &PathElement) -> Option<&Branch> {
        self.0.get(element)
    }

    /// Adds one path; the empty one stands for the whole object and is not kept.
    pub(super) fn insert(&mut self, path: &[PathElement]) {
        if let Some((first, rest)) = path.split_first() {
            let branch = self.0.entry(first.clone()).or_default();
            match rest {
                [] => branch.member = true,
                rest => branch.below.insert(rest),
            }
        }
    }

    /// Adds all of `other`.
    pub(super) fn extend(&mut self, other: &Set) {
        for (element, theirs) in &other.0 {
            let ours = self.0.entry(element.clone()).or_default();
            ours.member |= theirs.member;
            ours.below.extend(&theirs.below);
        }
    }

    pub(super) fn union(mut self, other: &Set) -> Set {
        self.extend(other);
        self
    }

    pub(super) fn intersection(&self, other: &Set) -> Set {
        let mut common = Set::default();
        for (element, ours) in &self.0 {
            if let Some(theirs) = other.0.get(element) {
                let below = ours.below.intersection(&theirs.below);
                common.put(element.clone(), Branch { member: ours.member && theirs.member, below });
            }
        }
        common
    }

    /// Takes the paths of `other` away; what is below them stays unless named itself.
    pub(super) fn remove(&mut self, other: &Set) {
        if other.is_empty() {
            return;
        }
        self.0.retain(|element, ours| {
            if let Some(theirs) = other.0.get(element) {
                ours.member &= !theirs.member;
                ours.below.remove(&theirs.below);
            }
            ours.member || !ours.below.is_empty()
        });
    }

    pub(super) fn difference(&self, other: &Set) -> Set {
        let mut rest = self.clone();
        rest.remove(other);
        rest
    }

    /// Keeps only what is at and below one top-level field.
    pub(super) fn keep_field(&mut self, name: &str) {
        self.0.retain(|element, _| matches!(element, PathElement::Field(field) if field == name));
    }

    /// Also includes declared fields on the way to a member: whoever owns `a.b.c` counts as owner of `a` where
    /// `a` is declared by name, though not where it is a key of a map.
    pub(super) fn with_named_parents(&self, node: Option<&Node>) -> Set {
        Set(self
            .0
            .iter()
            .map(|(element, branch)| {
                let (child, named) = match element {
                    PathElement::Field(name) => {
                        (node.and_then(|n| n.child(name)), node.is_some_and(|n| n.declares(name)))
                    }
                    _ => (node.and_then(Node::item), false),
                };
                let below = branch.below.with_named_parents(child);
                let member = branch.member || (named && !below.is_empty());
                (element.clone(), Branch { member, below })
            })
            .collect())
    }

    /// After a schema turned a list or map atomic, owners of its parts own the whole.
    pub(super) fn collapse_atomic(&mut self, node: Option<&Node>) {
        for (element, branch) in &mut self.0 {
            let child = match element {
                PathElement::Field(name) => node.and_then(|n| n.child(name)),
                _ => node.and_then(Node::item),
            };
            if child.is_some_and(Node::is_owned_whole) && !branch.below.is_empty() {
                *branch = Branch { member: true, below: Set::default() };
            }
            branch.below.collapse_atomic(child);
        }
    }

    /// Every path, members of a level before what is below it, as Kubernetes lists conflicts.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect_paths("", &mut paths);
        paths
    }

    fn collect_paths(&self, prefix: &str, paths: &mut Vec<String>) {
        for (element, _) in self.0.iter().filter(|(_, branch)| branch.member) {
            paths.push(format!("{prefix}{element}"));
        }
        for (element, branch) in self.0.iter().filter(|(_, branch)| !branch.below.is_empty()) {
            branch.below.collect_paths(&format!("{prefix}{element}"), paths);
        }
    }

    /// The `FieldsV1` form.
    pub(super) fn to_fields(&self) -> Value {
        let mut fields = Map::new();
        for (element, branch) in &self.0 {
            let mut below = branch.below.to_fields();
            if branch.member && !branch.below.is_empty() {
                below["."] = Value::Object(Map::new());
            }
            fields.insert(element.wire(), below);
        }
        Value::Object(fields)
    }

    /// Reads the `FieldsV1` form; `None` if it is malformed.
    pub(super) fn from_fields(fields: &Value) -> Option<Set> {
        let mut set = Set::default();
        for (name, below) in fields.as_object()? {
            if name == "." {
                continue;
            }
            let object = below.as_object()?;
            let member = object.is_empty() || object.contains_key(".");
            set.put(PathElement::parse(name)?, Branch { member, below: Set::from_fields(below)? });
        }
        Some(set)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn set(paths: &[&str]) -> Set {
        let mut set = Set::default();
        for path in paths {
            let elements: Vec<_> = path.split('/').map(|p| PathElement::Field(p.to_owned())).collect();
            set.insert(&elements);
        }
        set
    }

    #[test]
    fn fields_v1_reads_back() {
        let fields = json!({
            "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
            "f:spec": {"f:ports": {"k:{\"port\":80}": {".": {}, "f:port": {}}}, "f:tags": {"v:\"x\"": {}}}
        });
        let read = Set::from_fields(&fields).unwrap();
        assert_eq!(read.to_fields(), fields);
        assert_eq!(
            read.paths(),
            [
                ".metadata.labels",
                ".metadata.labels.a",
                ".spec.ports[port=80]",
                ".spec.ports[port=80].port",
                r#".spec.tags[="x"]"#
            ]
        );
        for bad in [json!([]), json!({"x": {}}), json!({"f:a": 1}), json!({"f:a": {"z:": {}}})] {
            assert_eq!(Set::from_fields(&bad), None, "{bad}");
        }
    }

    #[test]
    fn difference_keeps_what_is_below() {
        assert_eq!(set(&["a", "a/b", "c"]).difference(&set(&["a", "c"])), set(&["a/b"]));
        assert_eq!(set(&["a", "a/b"]).difference(&set(&["a/b"])), set(&["a"]));
    }

    fn arbitrary() -> impl Strategy<Value = Set> {
        prop::collection::vec("[a-c](/[a-c]){0,2}", 0..6)
            .prop_map(|paths| set(&paths.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    proptest! {
        #[test]
        fn set_algebra(a in arbitrary(), b in arbitrary()) {
            let both = a.intersection(&b);
            prop_assert_eq!(both.clone(), b.intersection(&a));
            prop_assert_eq!(a.difference(&b).union(&both), a.clone());
            prop_assert_eq!(a.clone().union(&b), b.clone().union(&a));
            prop_assert!(a.difference(&b).intersection(&b).is_empty());
            prop_assert!(a.difference(&a).is_empty());
            prop_assert_eq!(Set::from_fields(&a.to_fields()), Some(a));
        }
    }
}
