//! Objects as YAML text and back.

use kube::api::DynamicObject;
use serde_json::{Map, Value};

use crate::kubernetes::cause;
use crate::views::problem::{FieldProblem, Problem, ProblemCode};

/// Metadata that only the server writes.
const SERVER_METADATA: [&str; 8] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
];
/// kubectl's copy of the object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What of an object people edit: everything but status and what only the server writes.
pub fn editable(object: &DynamicObject) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(object).map_err(|e| {
        Problem::new(ProblemCode::Internal, format!("The object could not be written as text: {e}."))
    })?;
    drop_server_fields(&mut value);
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
        metadata.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
    }
    Ok(value)
}

/// Takes away status and what only the server writes.
pub fn drop_server_fields(object: &mut Value) {
    if let Some(top) = object.as_object_mut() {
        top.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, _| !SERVER_METADATA.contains(&name.as_str()));
    }
}

/// The live object with everything that people edit taken from `edited`.
pub fn overlay(live: &DynamicObject, edited: &Value) -> Value {
    let mut result = edited.clone();
    let Ok(Value::Object(live)) = serde_json::to_value(live) else { return result };
    let kept: Map<String, Value> = live
        .get("metadata")
        .and_then(Value::as_object)
        .map(|metadata| {
            let server = metadata.iter().filter(|(name, _)| SERVER_METADATA.contains(&name.as_str()));
            server.filter(|(name, _)| *name != "managedFields").map(|(n, v)| (n.clone(), v.clone())).collect()
        })
        .unwrap_or_default();
    if let Some(metadata) = result["metadata"].as_object_mut() {
        metadata.extend(kept);
        let copy =
            live.get("metadata").and_then(|metadata| metadata["annotations"].get(LAST_APPLIED)).cloned();
        if let Some(copy) = copy {
            metadata.entry("annotations").or_insert_with(|| Value::Object(Map::new()))[LAST_APPLIED] = copy;
        }
    }
    if let (Some(status), Some(top)) = (live.get("status"), result.as_object_mut()) {
        top.insert("status".into(), status.clone());
    }
    result
}

/// The one document of `text`, which must be a mapping.
pub fn parse(text: &str) -> Result<Value, Problem> {
    let value: Value = serde_saphyr::from_str(text).map_err(|error| {
        let plain = error.without_snippet();
        let line = error.location().and_then(|at| u32::try_from(at.line()).ok()).filter(|line| *line > 0);
        let place = line.map(|line| format!(" at line {line}")).unwrap_or_default();
        let why = plain.to_string();
        let why = why.lines().next().unwrap_or_default().to_owned();
        let mut problem =
            Problem::new(ProblemCode::Invalid, format!("The text cannot be read as YAML{place}: {why}."));
        problem.fields.push(FieldProblem { field: String::new(), message: why, line });
        problem
    })?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Problem::new(ProblemCode::Invalid, "The text is no Kubernetes object.")
        .next("It begins with apiVersion, kind and metadata."))
}

/// A value as YAML: apiVersion, kind, metadata and spec first, as everybody writes them.
pub fn to_yaml(value: &Value) -> Result<String, Problem> {
    let mut text = String::new();
    let top = value.as_object().cloned().unwrap_or_default();
    let first = ["apiVersion", "kind", "metadata", "spec"];
    let rest = top.keys().filter(|name| !first.contains(&name.as_str())).map(String::as_str);
    for name in first.into_iter().filter(|name| top.contains_key(*name)).chain(rest) {
        let one = Map::from_iter([(name.to_owned(), top[name].clone())]);
        let options = serde_saphyr::ser_options! { compact_list_indent: true };
        let part = serde_saphyr::to_string_with_options(&Value::Object(one), options).map_err(|e| {
            Problem::new(
                ProblemCode::Internal,
                format!("The object could not be written as text: {}.", cause(&e)),
            )
        })?;
        text.push_str(&part);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_and_object_are_the_same_thing() {
        let object = json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Agent",
            "metadata": {"name": "tide", "labels": {"a": "yes", "b": "1"}},
            "spec": {"prompt": "You know the tides.\nAnswer briefly.\n", "tools": [{"name": "x", "type": "http"}], "n": null}
        });
        let text = to_yaml(&object).unwrap();
        assert!(
            text.starts_with("apiVersion: ark.mckinsey.com/v1alpha1\nkind: Agent\nmetadata:\n"),
            "{text}"
        );
        assert!(text.contains("prompt: |\n"), "{text}");
        assert_eq!(parse(&text).unwrap(), object);
    }

    #[test]
    fn an_error_of_the_text_has_its_line() {
        let problem = parse("apiVersion: v1\nkind: [unclosed\n").unwrap_err();
        assert_eq!(problem.code, ProblemCode::Invalid);
        assert!(problem.fields[0].line.is_some(), "{problem:?}");
        assert!(parse("just words").is_err());
    }

    #[test]
    fn what_the_server_wrote_survives_an_edit() {
        let live: DynamicObject = serde_json::from_value(json!({
            "apiVersion": "x/v1", "kind": "Agent",
            "metadata": {"name": "a", "uid": "u", "resourceVersion": "7", "labels": {"old": "1"}, "finalizers": ["f"]},
            "spec": {"prompt": "old"}, "status": {"ready": true}
        }))
        .unwrap();
        let edited = json!({"apiVersion": "x/v1", "kind": "Agent", "metadata": {"name": "a"}, "spec": {"prompt": "new"}});
        let result = overlay(&live, &edited);
        assert_eq!(result["metadata"]["resourceVersion"], "7");
        assert_eq!(result["metadata"].get("labels"), None, "a label that was taken out is out");
        assert_eq!(result["spec"]["prompt"], "new");
        assert_eq!(result["status"]["ready"], true);
    }
}
