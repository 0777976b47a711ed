//! Server-side apply, patches, and what becomes of fields that nobody declared.

use serde_json::{Value, json};

use crate::plain::{Plain, agent};

/// Who owns fields, and which of `spec`: `one Apply prompt`.
fn owners(object: &Value) -> Vec<String> {
    let entries = object["metadata"]["managedFields"].as_array().unwrap();
    let mut owners: Vec<String> = entries
        .iter()
        .map(|entry| {
            let fields = entry["fieldsV1"]["f:spec"].as_object().into_iter().flatten();
            let fields: Vec<&str> = fields.map(|(name, _)| name.trim_start_matches("f:")).collect();
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("manager"), text("operation"), fields.join(","))
        })
        .collect();
    owners.sort();
    owners
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_apply_the_same_field_conflict_until_one_forces() {
    let api = Plain::start().await;
    let by = |manager: &str| api.agents(&format!("/pilot?fieldManager={manager}"));
    let first = agent("pilot", json!({"prompt": "One.", "description": "The first."}));
    assert_eq!(api.apply(&by("one"), &first).await.code, 201);
    let second = agent("pilot", json!({"prompt": "Two."}));
    let refused = api.apply(&by("two"), &second).await;
    assert_eq!(
        refused.value["details"]["causes"],
        json!([{"reason": "FieldManagerConflict", "message": "conflict with \"one\"", "field": ".spec.prompt"}])
    );
    assert_eq!(
        refused.failure(),
        "409 Conflict: Apply failed with 1 conflict: conflict with \"one\": .spec.prompt"
    );
    // A plain update owns what it changes, and is named with its version.
    api.merge(&by("three"), &json!({"spec": {"description": "The third."}})).await.ok();
    assert_eq!(
        api.apply(&by("one"), &first).await.failure(),
        "409 Conflict: Apply failed with 1 conflict: conflict with \"three\" using ark.mckinsey.com/v1alpha1: .spec.description"
    );
    let forced = api.apply(&format!("{}&force=true", by("two")), &second).await.ok();
    assert_eq!(forced["spec"]["prompt"], "Two.");
    assert_eq!(owners(&forced), ["three Update description", "two Apply prompt"]);
    // Who applies the same as is there shares it.
    let shared = api.apply(&by("one"), &second).await.ok();
    assert_eq!(owners(&shared), ["one Apply prompt", "three Update description", "two Apply prompt"]);
    assert_eq!(
        api.apply(&api.agents("/pilot"), &second).await.failure(),
        "422 Invalid: PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_applier_leaves_out_goes_unless_someone_else_owns_it() {
    let api = Plain::start().await;
    let by = |manager: &str| api.agents(&format!("/pilot?fieldManager={manager}"));
    let tools = |names: &[&str]| -> Value {
        names.iter().map(|name| json!({"type": "built-in", "name": name})).collect()
    };
    let whole =
        json!({"prompt": "One.", "description": "The first.", "tools": tools(&["noop", "terminate"])});
    api.apply(&by("one"), &agent("pilot", whole)).await.ok();
    api.apply(&by("two"), &agent("pilot", json!({"prompt": "One."}))).await.ok();
    let less = api.apply(&by("one"), &agent("pilot", json!({"tools": tools(&["noop"])}))).await.ok();
    assert_eq!(less["spec"], json!({"prompt": "One.", "tools": tools(&["noop"])}));
    assert_eq!(less["metadata"]["generation"], 2);
    let same = api.apply(&by("one"), &agent("pilot", json!({"tools": tools(&["noop"])}))).await.ok();
    assert_eq!(same["metadata"], less["metadata"], "applying the same again is no write");
    let none = api.apply(&by("two"), &agent("pilot", json!({}))).await.ok();
    assert_eq!(none["spec"], json!({"tools": tools(&["noop"])}), "nobody is left who wants the prompt");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_refused_said_or_ignored_as_asked() {
    let api = Plain::start().await;
    let wrong = agent("pilot", json!({"prompt": "One.", "promt": "Two."}));
    assert_eq!(
        api.post(&api.agents("?fieldValidation=Strict"), &wrong).await.failure(),
        "400 BadRequest: Agent in version \"v1alpha1\" cannot be handled as a Agent: strict decoding error: unknown field \"spec.promt\""
    );
    let warned = api.post(&api.agents("?fieldValidation=Warn&dryRun=All"), &wrong).await;
    assert_eq!(warned.warnings, ["299 - \"unknown field \\\"spec.promt\\\"\""]);
    assert_eq!(warned.ok()["spec"], json!({"prompt": "One."}));
    let ignored = api.post(&api.agents("?fieldValidation=Ignore"), &wrong).await;
    assert!(ignored.warnings.is_empty());
    assert_eq!(ignored.ok()["spec"], json!({"prompt": "One."}));
    let patch = json!({"spec": {"promt": "Two."}});
    let strict = api.merge(&api.agents("/pilot?fieldValidation=Strict"), &patch).await;
    assert!(strict.failure().contains("strict decoding error: unknown field \"spec.promt\""));
    // An apply is always strict: a field that is not in the schema can have no owner.
    assert_eq!(
        api.apply(&api.agents("/pilot?fieldManager=one&fieldValidation=Ignore"), &wrong).await.failure(),
        "500 : failed to create typed patch object (/pilot; ark.mckinsey.com/v1alpha1, Kind=Agent): .spec.promt: field not declared in schema"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_built_ins_merge_by_their_keys() {
    let api = Plain::start().await;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "broker"},
        "spec": {"ports": [
            {"name": "http", "port": 80, "targetPort": 8080}, {"name": "admin", "port": 81, "targetPort": 8081}]}});
    api.post(&api.core("services"), &service).await.ok();
    let ports = |value: &Value| -> Vec<String> {
        let ports = value["spec"]["ports"].as_array().unwrap();
        ports.iter().map(|p| format!("{} {}", p["port"], p["targetPort"])).collect()
    };
    let uri = api.core("services/broker");
    let patch = json!({"spec": {"ports": [{"port": 81, "targetPort": 9000}]}});
    assert_eq!(ports(&api.strategic(&uri, &patch).await.ok()), ["80 8080", "81 9000"]);
    let patch =
        json!({"spec": {"ports": [{"port": 80, "$patch": "delete"}]}, "metadata": {"labels": {"a": "b"}}});
    let less = api.strategic(&uri, &patch).await.ok();
    assert_eq!(ports(&less), ["81 9000"]);
    let patch = json!({"metadata": {"labels": {"a": null, "c": "d"}}});
    assert_eq!(api.strategic(&uri, &patch).await.ok()["metadata"]["labels"], json!({"c": "d"}));
    // Custom resources have no such patches.
    api.post(&api.agents(""), &agent("pilot", json!({}))).await.ok();
    assert_eq!(api.strategic(&api.agents("/pilot"), &patch).await.code, 415);
}
