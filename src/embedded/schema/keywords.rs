//! Keywords that bound a single value: ranges, lengths, patterns, formats, enumerations.

use serde_json::{Number, Value, json};

use super::error::{CauseReason, FieldError};
use super::format::Format;
use super::node::Node;
use super::path::Path;
use super::validate::wrong_type;

/// Judges `value`, whose type is right, by the keywords of `node`.
pub(super) fn check(node: &Node, value: &Value, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) => string(node, text, value, path, errors),
        Value::Number(n) => number(node, n, value, path, errors),
        Value::Array(items) => array(node, items, path, errors),
        Value::Object(fields) => {
            let count = fields.len() as u64;
            if let Some(least) = node.limits.min_properties.filter(|least| count < *least) {
                errors.push(invalid(path, &json!(""), &format!("should have at least {least} properties")));
            }
            too_many(count, node.limits.max_properties, path, errors);
        }
        Value::Null | Value::Bool(_) => {}
    }
    if !node.one_of_values.is_empty() && !node.one_of_values.contains(value) {
        let allowed: Vec<String> = node.one_of_values.iter().map(quoted).collect();
        let detail = format!("supported values: {}", allowed.join(", "));
        errors.push(FieldError::about(path, CauseReason::NotSupported, value, &detail));
    }
}

/// Texts as they are, other values as quoted JSON, as kube-apiserver lists them.
fn quoted(value: &Value) -> String {
    match value {
        Value::String(_) => value.to_string(),
        other => json!(other.to_string()).to_string(),
    }
}

fn invalid(path: Option<&Path<'_>>, value: &Value, demand: &str) -> FieldError {
    let detail = format!("{} in body {demand}", Path::render(path));
    FieldError::about(path, CauseReason::Invalid, value, &detail)
}

fn string(node: &Node, text: &str, value: &Value, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    let limits = &node.limits;
    if limits.min_length.is_some() || limits.max_length.is_some() {
        let length = text.chars().count() as u64;
        if let Some(most) = limits.max_length.filter(|most| length > *most) {
            let bytes = if most == 1 { "byte" } else { "bytes" };
            let detail = format!("may not be more than {most} {bytes}");
            errors.push(FieldError::plain(path, CauseReason::TooLong, &detail));
            return;
        }
        if let Some(least) = limits.min_length.filter(|least| length < *least) {
            errors.push(invalid(path, value, &format!("should be at least {least} chars long")));
            return;
        }
    }
    if let Some(pattern) = node.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        errors.push(invalid(path, value, &format!("should match '{pattern}'")));
        return;
    }
    if let Some(format) = node.format.filter(|format| !format.accepts(text)) {
        errors.push(wrong_type(path, format.as_str(), value));
    }
}

fn number(
    node: &Node,
    number: &Number,
    value: &Value,
    path: Option<&Path<'_>>,
    errors: &mut Vec<FieldError>,
) {
    let limits = &node.limits;
    let Some(n) = number.as_f64() else { return };
    if node.format == Some(Format::Int32) && number.as_i64().is_none_or(|n| i32::try_from(n).is_err()) {
        errors.push(wrong_type(path, Format::Int32.as_str(), value));
    }
    if let Some(factor) = limits.multiple_of.filter(|f| *f > 0.0 && (n / f).fract() != 0.0) {
        errors.push(invalid(path, value, &format!("should be a multiple of {factor}")));
    }
    if let Some(most) = limits.maximum {
        if limits.exclusive_maximum && n >= most {
            errors.push(invalid(path, value, &format!("should be less than {most}")));
        } else if n > most {
            errors.push(invalid(path, value, &format!("should be less than or equal to {most}")));
        }
    }
    if let Some(least) = limits.minimum {
        if limits.exclusive_minimum && n <= least {
            errors.push(invalid(path, value, &format!("should be greater than {least}")));
        } else if n < least {
            errors.push(invalid(path, value, &format!("should be greater than or equal to {least}")));
        }
    }
}

fn array(node: &Node, items: &[Value], path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    let count = items.len() as u64;
    if let Some(least) = node.limits.min_items.filter(|least| count < *least) {
        errors.push(invalid(path, &json!(count), &format!("should have at least {least} items")));
    }
    too_many(count, node.limits.max_items, path, errors);
    let repeats = |(at, item): (usize, &Value)| items.iter().take(at).any(|earlier| earlier == item);
    if node.limits.unique_items && items.iter().enumerate().any(repeats) {
        errors.push(invalid(path, &json!(""), "shouldn't contain duplicates"));
    }
}

fn too_many(count: u64, most: Option<u64>, path: Option<&Path<'_>>, errors: &mut Vec<FieldError>) {
    if let Some(most) = most.filter(|most| count > *most) {
        let items = if most == 1 { "item" } else { "items" };
        let detail = format!("must have at most {most} {items}");
        errors.push(FieldError::about(path, CauseReason::TooMany, &json!(count), &detail));
    }
}
