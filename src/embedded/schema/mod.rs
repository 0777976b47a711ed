//! Schemas as kube-apiserver reads them: a CRD's `openAPIV3Schema`, compiled once into a tree that prunes,
//! defaults and validates objects, and that server-side apply and strategic patches ask how a field merges.
//!
//! A write goes through [`Schema::prune`], [`Schema::default`] and [`Schema::validate`] in this order. The wording
//! of errors is kube-apiserver's, so that `kubectl` and its users see what they know. Built-in kinds describe
//! themselves in the same form.

mod cel;
mod cel_functions;
mod cel_value;
mod compile;
mod default;
mod error;
mod format;
mod keywords;
mod lists;
mod metadata;
mod node;
mod path;
mod prune;
#[cfg(test)]
mod tests;
mod validate;

use serde_json::Value;

pub use error::{CauseReason, FieldError, SchemaError};
pub(in crate::embedded) use node::{ListType, Node};

/// A compiled schema of a whole resource, `metadata` included.
#[derive(Debug)]
pub struct Schema {
    raw: Value,
    root: Node,
}

impl Schema {
    /// Compiles an `openAPIV3Schema`. Errors name the place in the schema.
    pub fn compile(openapi: &Value) -> Result<Self, SchemaError> {
        Ok(Self { raw: openapi.clone(), root: compile::root(openapi)? })
    }

    /// The schema as it was given.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The compiled tree, for the modules that merge.
    pub(in crate::embedded) fn root(&self) -> &Node {
        &self.root
    }

    /// Removes fields that the schema does not know and returns their paths, sorted, as kube-apiserver names
    /// them: `spec.modelReff`, `spec.tools[0].x`.
    pub fn prune(&self, object: &mut Value) -> Vec<String> {
        let mut removed = Vec::new();
        prune::prune(&self.root, object, None, &mut removed);
        removed.sort();
        removed
    }

    /// Fills in defaults. A `null` that the schema does not allow becomes the default, or is removed.
    pub fn default(&self, object: &mut Value) {
        default::default(&self.root, object);
    }

    /// Everything that is wrong with `new`: structure first and, where that is sound, the validation rules.
    /// With `old` it is an update: what did not change is not judged again, and transition rules apply.
    pub fn validate(&self, new: &Value, old: Option<&Value>) -> Vec<FieldError> {
        self.validate_after(Vec::new(), new, old)
    }

    /// The same, appended to what was found in the metadata, which too can keep rules from being evaluated.
    pub fn validate_after(
        &self,
        mut errors: Vec<FieldError>,
        new: &Value,
        old: Option<&Value>,
    ) -> Vec<FieldError> {
        validate::validate(&self.root, new, old, None, &mut errors);
        let repeats = self.repeats(new);
        if !repeats.is_empty() && old.is_none_or(|old| self.repeats(old).is_empty()) {
            errors.extend(repeats);
        }
        // kube-apiserver does not evaluate rules on objects of the wrong shape: they would only fail obscurely.
        if !errors.iter().any(|e| e.reason.hides_rules()) {
            cel::check(&self.root, new, old, &mut errors);
        } else if self.root.has_rules {
            errors.push(FieldError::rules_unchecked());
        }
        errors
    }

    /// Items that appear twice where each must be unique. An object that already had such is let be.
    fn repeats(&self, object: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        lists::check(&self.root, object, None, &mut errors);
        errors
    }
}
