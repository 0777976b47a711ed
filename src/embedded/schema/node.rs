//! One node of a compiled schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::cel::Rule;
use super::format::Format;

/// What the schema says about one value. Fields are `None` or empty where it says nothing.
#[derive(Debug, Default)]
pub(in crate::embedded) struct Node {
    pub(super) types: Types,
    pub(super) nullable: bool,
    pub(super) format: Option<Format>,
    pub(super) default: Option<Value>,
    pub(super) properties: BTreeMap<String, Property>,
    pub(super) additional: Additional,
    pub(super) items: Option<Box<Node>>,
    pub(super) required: Vec<String>,
    pub(super) limits: Limits,
    pub(super) pattern: Option<Regex>,
    pub(super) one_of_values: Vec<Value>,
    pub(super) all_of: Vec<Node>,
    pub(super) any_of: Vec<Node>,
    pub(super) one_of: Vec<Node>,
    pub(super) not: Option<Box<Node>>,
    pub(super) preserve_unknown: bool,
    /// `x-kubernetes-embedded-resource`, and the root.
    pub(super) is_resource: bool,
    /// An `ObjectMeta`: rules see only its name.
    pub(super) is_metadata: bool,
    pub(super) list_type: ListType,
    pub(super) atomic_map: bool,
    pub(super) patch: Option<PatchStrategy>,
    pub(super) patch_merge_key: Option<String>,
    pub(super) rules: Vec<Rule>,
    /// Whether this node or one below has rules, so that walks skip what has none.
    pub(super) has_rules: bool,
    /// Likewise for list types that demand unique items.
    pub(super) has_unique_lists: bool,
}

/// A declared field.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) node: Node,
    /// Its name inside rules, escaped; `None` if it cannot be named there.
    pub(super) cel_name: Option<Arc<String>>,
}

/// What undeclared fields of an object may be.
#[derive(Debug, Default)]
pub(super) enum Additional {
    /// None: they are pruned.
    #[default]
    Closed,
    /// Anything.
    Any,
    /// A map: values of this form.
    Each(Box<Node>),
}

/// JSON types a value may have; none named means any.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Types(pub(super) Vec<Type>);

/// A JSON type of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

impl Type {
    pub(super) const ALL: [Type; 6] =
        [Type::Object, Type::Array, Type::String, Type::Integer, Type::Number, Type::Boolean];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Type::Object => "object",
            Type::Array => "array",
            Type::String => "string",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Boolean => "boolean",
        }
    }
}

/// Bounds of numbers, texts, lists and objects.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) minimum: Option<f64>,
    pub(super) exclusive_minimum: bool,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) unique_items: bool,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
}

/// `x-kubernetes-list-type`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::embedded) enum ListType {
    /// Replaced as a whole; a list that says nothing.
    #[default]
    Atomic,
    /// Scalars, each once.
    Set,
    /// Objects told apart by these fields.
    Map(Vec<String>),
}

/// `x-kubernetes-patch-strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatchStrategy {
    Merge,
    Replace,
}

impl Node {
    /// The node of a field, declared or additional.
    pub(in crate::embedded) fn child(&self, name: &str) -> Option<&Node> {
        match self.properties.get(name) {
            Some(property) => Some(&property.node),
            None => match &self.additional {
                Additional::Each(node) => Some(node),
                Additional::Any | Additional::Closed => None,
            },
        }
    }

    /// Whether the schema declares the field by name.
    pub(in crate::embedded) fn declares(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// The node of a list's items.
    pub(in crate::embedded) fn item(&self) -> Option<&Node> {
        self.items.as_deref()
    }

    /// How a list merges.
    pub(in crate::embedded) fn list_type(&self) -> &ListType {
        &self.list_type
    }

    /// Whether an object is owned and replaced as a whole (`x-kubernetes-map-type: atomic`).
    pub(in crate::embedded) fn is_atomic_map(&self) -> bool {
        self.atomic_map
    }

    /// Whether nothing below is owned by itself: atomic maps and lists.
    pub(in crate::embedded) fn is_owned_whole(&self) -> bool {
        self.atomic_map || (self.is_list() && self.list_type == ListType::Atomic)
    }

    /// Whether the schema declares an object.
    pub(in crate::embedded) fn is_object(&self) -> bool {
        self.types.0.contains(&Type::Object)
    }

    /// Whether the schema declares a list.
    pub(in crate::embedded) fn is_list(&self) -> bool {
        self.types.0.contains(&Type::Array)
    }

    /// Whether this is an `ObjectMeta`.
    pub(in crate::embedded) fn is_metadata(&self) -> bool {
        self.is_metadata
    }

    /// The default value, which list-map keys may have.
    pub(in crate::embedded) fn default_value(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Whether a strategic merge patch merges this list instead of replacing it.
    pub(in crate::embedded) fn is_merged_by_patch(&self) -> bool {
        match self.patch {
            Some(strategy) => strategy == PatchStrategy::Merge,
            None => self.patch_merge_key.is_some() || self.list_type != ListType::Atomic,
        }
    }

    /// Whether a strategic merge patch replaces this object instead of merging it.
    pub(in crate::embedded) fn is_replaced_by_patch(&self) -> bool {
        self.patch == Some(PatchStrategy::Replace) || (self.patch.is_none() && self.atomic_map)
    }

    /// The field that tells items apart in a strategic merge patch.
    pub(in crate::embedded) fn patch_merge_key(&self) -> Option<&str> {
        match (&self.patch_merge_key, &self.list_type) {
            (Some(key), _) => Some(key),
            (None, ListType::Map(keys)) => keys.first().map(String::as_str),
            (None, _) => None,
        }
    }

    /// Every node directly below, for what is computed bottom up.
    pub(super) fn below(&self) -> impl Iterator<Item = &Node> {
        let additional = match &self.additional {
            Additional::Each(node) => Some(&**node),
            Additional::Any | Additional::Closed => None,
        };
        self.properties
            .values()
            .map(|p| &p.node)
            .chain(additional)
            .chain(self.items.as_deref())
            .chain(&self.all_of)
    }

    /// The first type named, as rules show it instead of the value.
    pub(super) fn type_name(&self) -> &'static str {
        self.types.0.first().map_or("", |t| t.as_str())
    }
}
