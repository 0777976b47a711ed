//! Creating, replacing, deleting: names, versions, dry runs, finalizers, owners, the status apart.

use serde_json::{Value, json};

use crate::plain::{Plain, agent, names};

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_update_is_a_conflict() {
    let api = Plain::start().await;
    let mut made = api.post(&api.agents(""), &agent("pilot", json!({"prompt": "One."}))).await.ok();
    let uri = api.agents("/pilot");
    api.merge(&uri, &json!({"spec": {"prompt": "Two."}})).await.ok();
    made["spec"]["prompt"] = "Three.".into();
    let conflict = "409 Conflict: Operation cannot be fulfilled on agents.ark.mckinsey.com \"pilot\": the object has been modified; please apply your changes to the latest version and try again";
    assert_eq!(api.put(&uri, &made).await.failure(), conflict);
    let version = &made["metadata"]["resourceVersion"];
    let patch = json!({"metadata": {"resourceVersion": version}, "spec": {"prompt": "Three."}});
    assert_eq!(api.merge(&uri, &patch).await.failure(), conflict);
    let mut applied = agent("pilot", json!({"prompt": "Three."}));
    applied["metadata"]["resourceVersion"] = version.clone();
    let apply = api.agents("/pilot?fieldManager=one&force=true");
    assert_eq!(api.apply(&apply, &applied).await.failure(), conflict);
    let stale = json!({"preconditions": {"resourceVersion": version}});
    assert!(api.delete(&uri, &stale).await.failure().starts_with("409 Conflict: "));
    assert_eq!(
        api.put(&uri, &agent("pilot", json!({}))).await.failure(),
        "422 Invalid: agents.ark.mckinsey.com \"pilot\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    );
    assert_eq!(api.get(&uri).await.ok()["spec"], json!({"prompt": "Two."}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_any_verb_changes_nothing() {
    let api = Plain::start().await;
    let made = api.post(&api.agents(""), &agent("pilot", json!({"prompt": "One."}))).await.ok();
    let before = api.get(&api.agents("")).await.ok()["items"].clone();
    let dry = api.agents("?dryRun=All");
    let one = api.agents("/pilot?dryRun=All&fieldManager=one");
    let status = api.agents("/pilot/status?dryRun=All");
    let two = json!({"spec": {"prompt": "Two."}});
    let is_two = |value: Value| assert_eq!(value["spec"]["prompt"], "Two.");

    let new = api.post(&dry, &agent("other", json!({}))).await;
    assert_eq!((new.code, new.value["metadata"]["uid"].is_string()), (201, true));
    let mut changed = made.clone();
    changed["spec"]["prompt"] = "Two.".into();
    is_two(api.put(&one, &changed).await.ok());
    is_two(api.merge(&one, &two).await.ok());
    let replace = json!([{"op": "replace", "path": "/spec/prompt", "value": "Two."}]);
    is_two(api.json_patch(&one, &replace).await.ok());
    is_two(api.apply(&format!("{one}&force=true"), &agent("pilot", two["spec"].clone())).await.ok());
    changed["status"] = json!({"conditions": []});
    api.put(&status, &changed).await.ok();
    api.merge(&status, &json!({"status": {"conditions": []}})).await.ok();
    // kube-apiserver reads the query of a deletion only when there is no body.
    api.send("DELETE", &one, "application/json", String::new()).await.ok();
    api.delete(&api.agents("/pilot"), &json!({"dryRun": ["All"]})).await.ok();
    api.send("DELETE", &dry, "application/json", String::new()).await.ok();
    // What is wrong is found all the same.
    assert_eq!(api.post(&dry, &agent("pilot", json!({}))).await.code, 409);
    assert_eq!(api.post(&dry, &agent("other", json!({"tools": [{"type": "none"}]}))).await.code, 422);
    assert_eq!(api.get(&api.agents("")).await.ok()["items"], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_deleted_by_its_labels() {
    let api = Plain::start().await;
    for (name, fleet) in [("a", "north"), ("b", "south"), ("c", "north")] {
        let mut object = agent(name, json!({}));
        object["metadata"]["labels"] = json!({"fleet": fleet});
        if name == "c" {
            object["metadata"]["finalizers"] = json!(["test.example.com/hold"]);
        }
        api.post(&api.agents(""), &object).await.ok();
    }
    let gone = api.delete(&api.agents("?labelSelector=fleet%3Dnorth"), &json!({})).await.ok();
    assert_eq!((&gone["kind"], names(&gone)), (&json!("AgentList"), vec!["a", "c"]));
    let left = api.get(&api.agents("")).await.ok();
    assert_eq!(names(&left), ["b", "c"], "a finalizer holds the one");
    assert!(left["items"][1]["metadata"]["deletionTimestamp"].is_string());
    api.delete(&api.agents("?fieldSelector=metadata.name%3Db"), &json!({})).await.ok();
    assert_eq!(names(&api.get(&api.agents("")).await.ok()), ["c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finalizer_holds_what_is_deleted() {
    let api = Plain::start().await;
    let mut object = agent("pilot", json!({"prompt": "One."}));
    object["metadata"]["finalizers"] = json!(["test.example.com/hold"]);
    api.post(&api.agents(""), &object).await.ok();
    let uri = api.agents("/pilot");
    let pending = api.delete(&uri, &json!({})).await.ok();
    assert!(pending["metadata"]["deletionTimestamp"].is_string());
    assert_eq!((&pending["kind"], &pending["metadata"]["generation"]), (&json!("Agent"), &json!(2)));
    // It can still be written, but neither held by more nor made to live again.
    let more = json!({"metadata": {"finalizers": ["test.example.com/hold", "test.example.com/more"]}});
    assert!(api.merge(&uri, &more).await.failure().contains("no new finalizers can be added"));
    let alive = json!({"metadata": {"deletionTimestamp": null}, "spec": {"prompt": "Two."}});
    let written = api.merge(&uri, &alive).await.ok();
    assert_eq!(written["metadata"]["deletionTimestamp"], pending["metadata"]["deletionTimestamp"]);
    assert_eq!(written["spec"]["prompt"], "Two.");
    api.merge(&uri, &json!({"metadata": {"finalizers": null}})).await.ok();
    assert_eq!(api.get(&uri).await.failure(), "404 NotFound: agents.ark.mckinsey.com \"pilot\" not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn dependents_follow_their_owner() {
    let api = Plain::start().await;
    let owner = api.post(&api.agents(""), &agent("owner", json!({}))).await.ok();
    let mut child = agent("child", json!({}));
    child["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Agent", "name": "owner",
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true}]);
    let made = api.post(&api.agents(""), &child).await.ok();
    assert_eq!(made["metadata"]["ownerReferences"], child["metadata"]["ownerReferences"]);
    let foreground =
        api.delete(&api.agents("/owner"), &json!({"propagationPolicy": "Foreground"})).await.ok();
    assert_eq!(foreground["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    // kube-apiserver stores owners and policies; kube-controller-manager, which acts on them, is not there.
    if api.is_embedded() {
        api.gone("child").await;
        api.gone("owner").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_made_from_their_beginning() {
    let api = Plain::start().await;
    let mut object = agent("", json!({}));
    object["metadata"] = json!({"generateName": "pilot-"});
    let one = api.post(&api.agents(""), &object).await.ok();
    let two = api.post(&api.agents(""), &object).await.ok();
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    assert_ne!(name(&one), name(&two));
    assert!(name(&one).starts_with("pilot-") && name(&one).len() == "pilot-".len() + 5, "{}", name(&one));
    let long = "a".repeat(70);
    object["metadata"] = json!({"generateName": long});
    let cut = api.post(&api.agents(""), &object).await.ok();
    assert_eq!(name(&cut).len(), 63, "room is made for what is appended");
    object["metadata"] = json!({});
    assert_eq!(
        api.post(&api.agents(""), &object).await.failure(),
        "422 Invalid: Agent.ark.mckinsey.com \"\" is invalid: [metadata.name: Required value: name or generateName is required, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn spec_and_status_are_written_apart() {
    let api = Plain::start().await;
    let ready = json!({"conditions": [{"type": "Available", "status": "True", "reason": "Fine", "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z"}]});
    let mut object = agent("pilot", json!({"prompt": "One."}));
    object["status"] = ready.clone();
    let mut made = api.post(&api.agents(""), &object).await.ok();
    assert_eq!(made.get("status"), None, "who creates says nothing of the status");
    made["status"] = ready.clone();
    made["spec"]["prompt"] = "Two.".into();
    made["metadata"]["labels"] = json!({"a": "b"});
    let status = api.put(&api.agents("/pilot/status"), &made).await.ok();
    assert_eq!((&status["spec"]["prompt"], &status["status"]), (&json!("One."), &ready));
    assert_eq!((&status["metadata"]["generation"], status["metadata"].get("labels")), (&json!(1), None));
    let mut next = status.clone();
    next["spec"]["prompt"] = "Two.".into();
    next["status"] = json!({});
    let spec = api.put(&api.agents("/pilot"), &next).await.ok();
    assert_eq!((&spec["spec"]["prompt"], &spec["status"]), (&json!("Two."), &ready));
    assert_eq!(spec["metadata"]["generation"], 2);
    let both = json!({"spec": {"prompt": "Three."}, "status": {"conditions": []}});
    let patched = api.merge(&api.agents("/pilot/status"), &both).await.ok();
    assert_eq!((&patched["spec"]["prompt"], &patched["status"]["conditions"]), (&json!("Two."), &json!([])));
    let patched = api.merge(&api.agents("/pilot"), &both).await.ok();
    assert_eq!(
        (&patched["spec"]["prompt"], &patched["status"]["conditions"]),
        (&json!("Three."), &json!([]))
    );
    assert_eq!(api.get(&api.agents("/pilot/status")).await.ok(), patched);
}
