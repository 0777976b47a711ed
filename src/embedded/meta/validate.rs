//! Validation of `metadata`; wording of k8s.io/apimachinery/pkg/api/validation/objectmeta.go.

use serde_json::Value;

use super::{FOREGROUND, ORPHAN, deleting, finalizers, forbidden, invalid, names, required, text};
use crate::embedded::resource::Resource;
use crate::embedded::schema::{CauseReason, FieldError};

/// Bytes of all annotations of one object.
const ANNOTATIONS_BYTES: usize = 256 * 1024;

/// What is wrong with the metadata of a new object.
pub fn validate_new(resource: &Resource, object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = text(object, "name");
    if name.is_empty() {
        errors.push(required("metadata.name", "name or generateName is required"));
    } else {
        for detail in names::check_name(resource.traits.names, name) {
            errors.push(invalid("metadata.name", &name.into(), &detail));
        }
    }
    let namespace = text(object, "namespace");
    if resource.namespaced {
        for detail in names::label(namespace) {
            errors.push(invalid("metadata.namespace", &namespace.into(), &detail));
        }
    } else if !namespace.is_empty() {
        errors.push(forbidden("metadata.namespace", "not allowed on this type"));
    }
    errors.extend(common(object));
    errors
}

/// What is wrong with the metadata of a changed object.
pub fn validate_update(object: &Value, live: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if deleting(live) {
        let known = finalizers(live);
        let mut extra: Vec<&str> = finalizers(object).into_iter().filter(|f| !known.contains(f)).collect();
        if !extra.is_empty() {
            extra.sort_unstable();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                extra.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>().join(", ")
            );
            errors.push(forbidden("metadata.finalizers", &detail));
        }
    }
    if object["metadata"] != live["metadata"] {
        errors.extend(common(object));
    }
    errors
}

fn common(object: &Value) -> Vec<FieldError> {
    let meta = &object["metadata"];
    let mut errors = Vec::new();
    for (key, value) in meta["labels"].as_object().into_iter().flatten() {
        for detail in names::check_qualified(key) {
            errors.push(invalid("metadata.labels", &key.as_str().into(), &detail));
        }
        for detail in names::check_value(value.as_str().unwrap_or_default()) {
            errors.push(invalid("metadata.labels", value, &detail));
        }
    }
    let mut bytes = 0;
    for (key, value) in meta["annotations"].as_object().into_iter().flatten() {
        bytes += key.len() + value.as_str().map_or(0, str::len);
        for detail in names::check_qualified(&key.to_lowercase()) {
            errors.push(invalid("metadata.annotations", &key.as_str().into(), &detail));
        }
    }
    if bytes > ANNOTATIONS_BYTES {
        errors.push(FieldError {
            field: "metadata.annotations".to_owned(),
            reason: CauseReason::TooLong,
            message: format!("Too long: may not be more than {ANNOTATIONS_BYTES} bytes"),
        });
    }
    errors.extend(owners(&meta["ownerReferences"]));
    let list = finalizers(object);
    for finalizer in &list {
        for detail in names::check_qualified(finalizer) {
            errors.push(invalid("metadata.finalizers", &(*finalizer).into(), &detail));
        }
    }
    if list.contains(&FOREGROUND) && list.contains(&ORPHAN) {
        let detail = format!("finalizer {ORPHAN} and {FOREGROUND} cannot be both set");
        errors.push(invalid("metadata.finalizers", &meta["finalizers"], &detail));
    }
    errors
}

fn owners(references: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut controller: Option<String> = None;
    for reference in references.as_array().into_iter().flatten() {
        let part = |name: &str| reference[name].as_str().unwrap_or_default();
        for (name, detail) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if part(name).is_empty() {
                errors.push(invalid(format!("metadata.ownerReferences.{name}"), &"".into(), detail));
            }
        }
        if reference["controller"] == true {
            let this = format!("{}/{}", part("kind"), part("name"));
            match &controller {
                Some(first) => {
                    let detail = format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
                    );
                    errors.push(invalid("metadata.ownerReferences", references, &detail));
                }
                None => controller = Some(this),
            }
        }
    }
    errors
}
