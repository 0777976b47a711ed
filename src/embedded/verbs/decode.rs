//! Decoding: body to object of the right kind, pruned and defaulted.

use serde_json::Value;

use super::Call;
use crate::embedded::meta;
use crate::embedded::render::Warnings;
use crate::embedded::request::{FieldValidation, Format, read};
use crate::embedded::status::ApiError;

/// The object in the body of a request.
pub(super) fn object(call: &Call<'_>, warnings: &mut Warnings) -> Result<Value, ApiError> {
    let format = Format::of(&call.request.content_type)?;
    if format == Format::Protobuf && !call.resource().traits.native {
        return Err(ApiError::unsupported_media(&["application/json", "application/yaml"]));
    }
    let (value, duplicates) =
        read(format, &call.request.body).map_err(|e| unrecognized(call, &e.to_string()))?;
    shape(call, value, duplicates, warnings)
}

/// Makes an object of the endpoint's kind out of any value: type checked, unknown fields reported and dropped,
/// defaults filled in.
pub(super) fn shape(
    call: &Call<'_>,
    mut value: Value,
    duplicates: Vec<String>,
    warnings: &mut Warnings,
) -> Result<Value, ApiError> {
    if !value.is_object() {
        return Err(ApiError::bad_request("the body of the request is not an object"));
    }
    check_kind(call, &mut value)?;
    if !matches!(value.get("metadata"), Some(Value::Object(_) | Value::Null) | None) {
        return Err(ApiError::bad_request("metadata is not an object"));
    }
    let schema = &call.version().schema;
    let unknown = schema.prune(&mut value);
    let findings = duplicates.iter().map(|f| format!("duplicate field {f:?}"));
    let findings: Vec<String> =
        findings.chain(unknown.iter().map(|f| format!("unknown field {f:?}"))).collect();
    match call.request.query.field_validation {
        FieldValidation::Strict if !findings.is_empty() => {
            let kind = &call.resource().kind;
            return Err(ApiError::bad_request(format!(
                "{kind} in version {:?} cannot be handled as a {kind}: strict decoding error: {}",
                call.version().name,
                findings.join(", ")
            )));
        }
        FieldValidation::Warn => warnings.extend(findings),
        FieldValidation::Strict | FieldValidation::Ignore => {}
    }
    schema.default(&mut value);
    warnings.extend(meta::finalizers(&value).into_iter().filter(|f| unqualified(f)).map(|f| {
        format!(
            "metadata.finalizers: {f:?}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"
        )
    }));
    Ok(value)
}

/// Whether a finalizer may be anybody's; those of Kubernetes itself are known.
fn unqualified(finalizer: &str) -> bool {
    !finalizer.contains('/') && ![meta::ORPHAN, meta::FOREGROUND, "kubernetes"].contains(&finalizer)
}

/// Built-ins may leave out what the address says already; custom resources may not (as kube-apiserver has it).
fn check_kind(call: &Call<'_>, value: &mut Value) -> Result<(), ApiError> {
    let resource = call.resource();
    let expected = call.served.api_version();
    let native = resource.traits.native;
    match value["kind"].as_str().unwrap_or_default() {
        "" if native => value["kind"] = resource.kind.as_str().into(),
        "" => {
            return Err(unrecognized(call, &format!("Object 'Kind' is missing in '{}'", excerpt(value))));
        }
        kind if kind != resource.kind && !native => {
            let detail = format!("must be {}", resource.kind);
            let error = meta::invalid("kind", &kind.into(), &detail);
            let name = meta::text(value, "name");
            return Err(ApiError::invalid_kind(&resource.group, kind, name, &[error]));
        }
        kind if kind != resource.kind => {
            return Err(ApiError::bad_request(format!(
                "{kind} in version {:?} cannot be handled as a {}: the kind in the data ({kind}) does not match the expected kind ({})",
                call.version().name,
                resource.kind,
                resource.kind
            )));
        }
        _ => {}
    }
    match value["apiVersion"].as_str().unwrap_or_default() {
        "" if native => value["apiVersion"] = expected.into(),
        given if given != expected => {
            return Err(ApiError::bad_request(format!(
                "the API version in the data ({given}) does not match the expected API version ({expected})"
            )));
        }
        _ => {}
    }
    Ok(())
}

/// A body of which not even the kind can be told.
fn unrecognized(call: &Call<'_>, why: &str) -> ApiError {
    let body = &call.request.body;
    let head = &body[..body.len().min(SUMMARY)];
    let more = if body.len() > SUMMARY { " ..." } else { "" };
    let summary = match head.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => format!("{}{more}", String::from_utf8_lossy(head)),
        Some(_) => format!("{}{more}", head.iter().map(|b| format!("{b:02x}")).collect::<String>()),
    };
    ApiError::bad_request(format!(
        "the object provided is unrecognized (must be of type {}): {why} ({summary})",
        call.resource().kind
    ))
}

/// Bytes of a body that an error shows, as in kube-apiserver.
const SUMMARY: usize = 30;
/// Longest piece of a body that an error repeats.
const EXCERPT: usize = 256;

fn excerpt(value: &Value) -> String {
    value.to_string().chars().take(EXCERPT).collect()
}
