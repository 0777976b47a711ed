//! Leases: who leads, and for how long.

use serde_json::Value;

use crate::embedded::meta::invalid;
use crate::embedded::schema::FieldError;

/// Checks that what is counted can be counted.
pub(super) fn validate(new: &Value, _old: Option<&Value>) -> Vec<FieldError> {
    let least = |field: &str, least: i64, detail: &str| {
        let value = &new["spec"][field];
        value.as_i64().filter(|n| *n < least).map(|_| invalid(format!("spec.{field}"), value, detail))
    };
    [
        least("leaseDurationSeconds", 1, "must be greater than 0"),
        least("leaseTransitions", 0, "must be greater than or equal to 0"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
