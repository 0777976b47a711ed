//! Bindings of roles. They are stored for tools and for the day of a move to a cluster; nothing here enforces them.

use serde_json::Value;

use crate::embedded::meta::invalid;
use crate::embedded::schema::FieldError;

/// Fills in API groups.
pub(super) fn mutate_binding(object: &mut Value) {
    if object["roleRef"].is_object() && object["roleRef"]["apiGroup"].is_null() {
        object["roleRef"]["apiGroup"] = super::RBAC.into();
    }
    for subject in object["subjects"].as_array_mut().into_iter().flatten() {
        if matches!(subject["kind"].as_str(), Some("User" | "Group")) && subject["apiGroup"].is_null() {
            subject["apiGroup"] = super::RBAC.into();
        }
    }
}

/// A binding keeps its role.
pub(super) fn validate_binding(new: &Value, old: Option<&Value>) -> Vec<FieldError> {
    match old.is_some_and(|o| o["roleRef"] != new["roleRef"]) {
        true => vec![invalid("roleRef", &new["roleRef"], "cannot change roleRef")],
        false => Vec::new(),
    }
}
