//! Finalizers, owners, namespaces, apply, and the built-ins of the embedded API.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;

use embedded_support::{Fixture, WIDGETS, widget};
use serde_json::{Value, json};

const SECRETS: &str = "/api/v1/namespaces/default/secrets";

fn owned_by(name: &str, owner: &Value, blocking: bool) -> Value {
    let mut object = widget(name, "red");
    object["metadata"]["ownerReferences"] = json!([{
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"], "controller": true, "blockOwnerDeletion": blocking
    }]);
    object
}

#[tokio::test]
async fn finalizers_hold_an_object() {
    let api = Fixture::new().await;
    let mut object = widget("a", "red");
    object["metadata"]["finalizers"] = json!(["test.example.com/hold"]);
    api.post(WIDGETS, &object).await.ok();
    let uri = format!("{WIDGETS}/a");
    let pending = api.delete(&uri, &json!({})).await.ok();
    assert_eq!(pending["kind"], "Widget");
    assert!(pending["metadata"]["deletionTimestamp"].is_string());
    assert_eq!(pending["metadata"]["generation"], 2);
    assert_eq!(api.delete(&uri, &json!({})).await.ok(), pending);
    let more = json!({"metadata": {"finalizers": ["test.example.com/hold", "test.example.com/more"]}});
    assert!(api.merge(&uri, &more).await.failure().contains(
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"test.example.com/more\"}"
    ));
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1")).await;
    assert_eq!(lines.tell().await, "ADDED a");
    api.merge(&uri, &json!({"metadata": {"finalizers": null}})).await.ok();
    assert_eq!(lines.tell().await, "DELETED a");
    assert_eq!(api.get(&uri).await.code, 404);
}

#[tokio::test]
async fn deletion_minds_its_preconditions() {
    let api = Fixture::new().await;
    let made = api.post(WIDGETS, &widget("a", "red")).await.ok();
    let uri = format!("{WIDGETS}/a");
    let wrong = json!({"preconditions": {"uid": "other"}});
    assert!(api.delete(&uri, &wrong).await.failure().starts_with("409 Conflict"));
    let wrong = json!({"preconditions": {"resourceVersion": "1"}});
    assert!(api.delete(&uri, &wrong).await.failure().starts_with("409 Conflict"));
    api.delete(&format!("{uri}?dryRun=All"), &json!({})).await.ok();
    assert!(
        api.delete(&format!("{uri}?propagationPolicy=Sideways"), &json!({}))
            .await
            .failure()
            .starts_with("422")
    );
    let right = json!({"preconditions": {"uid": made["metadata"]["uid"]}});
    api.delete(&uri, &right).await.ok();
}

#[tokio::test]
async fn dependents_go_after_their_owner() {
    let api = Fixture::new().await;
    let owner = api.post(WIDGETS, &widget("owner", "red")).await.ok();
    let child = api.post(WIDGETS, &owned_by("child", &owner, false)).await.ok();
    api.post(WIDGETS, &owned_by("grandchild", &child, false)).await.ok();
    api.delete(&format!("{WIDGETS}/owner"), &json!({})).await.ok();
    api.gone(WIDGETS, "child").await;
    api.gone(WIDGETS, "grandchild").await;
    // An owner that never was is gone too.
    api.post(WIDGETS, &owned_by("late", &owner, false)).await.ok();
    api.gone(WIDGETS, "late").await;
    // One owner that stays is enough.
    let stays = api.post(WIDGETS, &widget("stays", "red")).await.ok();
    let mut shared = owned_by("shared", &stays, false);
    let mut gone = owned_by("x", &owner, false)["metadata"]["ownerReferences"][0].clone();
    gone["controller"] = false.into();
    shared["metadata"]["ownerReferences"].as_array_mut().unwrap().push(gone);
    api.post(WIDGETS, &shared).await.ok();
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1&fieldSelector=metadata.name%3Dshared")).await;
    loop {
        let event = lines.next().await.unwrap();
        assert_ne!(event["type"], "DELETED");
        if event["object"]["metadata"]["ownerReferences"].as_array().unwrap().len() == 1 {
            break;
        }
    }
}

#[tokio::test]
async fn dependents_go_before_their_owner_in_foreground() {
    let api = Fixture::new().await;
    let owner = api.post(WIDGETS, &widget("owner", "red")).await.ok();
    let mut child = owned_by("child", &owner, true);
    child["metadata"]["finalizers"] = json!(["test.example.com/hold"]);
    api.post(WIDGETS, &child).await.ok();
    let pending =
        api.delete(&format!("{WIDGETS}/owner"), &json!({"propagationPolicy": "Foreground"})).await.ok();
    assert_eq!(pending["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1&fieldSelector=metadata.name%3Dchild")).await;
    while lines.next().await.unwrap()["object"]["metadata"]["deletionTimestamp"].is_null() {}
    assert_eq!(api.get(&format!("{WIDGETS}/owner")).await.code, 200);
    api.merge(&format!("{WIDGETS}/child"), &json!({"metadata": {"finalizers": null}})).await.ok();
    api.gone(WIDGETS, "owner").await;
}

#[tokio::test]
async fn orphans_stay() {
    let api = Fixture::new().await;
    let owner = api.post(WIDGETS, &widget("owner", "red")).await.ok();
    api.post(WIDGETS, &owned_by("child", &owner, true)).await.ok();
    api.delete(&format!("{WIDGETS}/owner"), &json!({"propagationPolicy": "Orphan"})).await.ok();
    api.gone(WIDGETS, "owner").await;
    let child = api.get(&format!("{WIDGETS}/child")).await.ok();
    assert_eq!(child["metadata"].get("ownerReferences"), None);
}

#[tokio::test]
async fn a_namespace_is_emptied_and_goes() {
    let api = Fixture::new().await;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "work"}});
    let made = api.post("/api/v1/namespaces", &namespace).await.ok();
    assert_eq!(made["status"]["phase"], "Active");
    assert_eq!(made["metadata"]["labels"]["kubernetes.io/metadata.name"], "work");
    let widgets = "/apis/test.example.com/v1/namespaces/work/widgets";
    let mut held = widget("held", "red");
    held["metadata"]["finalizers"] = json!(["test.example.com/hold"]);
    api.post(widgets, &held).await.ok();
    api.post(widgets, &widget("free", "red")).await.ok();
    let ending = api.delete("/api/v1/namespaces/work", &json!({})).await.ok();
    assert_eq!(ending["status"]["phase"], "Terminating");
    api.gone(widgets, "free").await;
    assert_eq!(
        api.post(widgets, &widget("late", "red")).await.failure(),
        "403 Forbidden: widgets.test.example.com \"late\" is forbidden: unable to create new content in namespace work because it is being terminated"
    );
    assert_eq!(api.get("/api/v1/namespaces/work").await.code, 200);
    api.merge(&format!("{widgets}/held"), &json!({"metadata": {"finalizers": null}})).await.ok();
    api.gone("/api/v1/namespaces", "work").await;
    assert_eq!(
        api.delete("/api/v1/namespaces/default", &json!({})).await.failure(),
        "403 Forbidden: namespaces \"default\" is forbidden: this namespace may not be deleted"
    );
}

#[tokio::test]
async fn apply_owns_what_it_says() {
    let api = Fixture::new().await;
    let uri = format!("{WIDGETS}/a");
    assert!(
        api.apply(&uri, &widget("a", "red"))
            .await
            .failure()
            .contains("fieldManager: Required value: is required for apply patch")
    );
    let one = format!("{uri}?fieldManager=one");
    let made = api.apply(&one, &widget("a", "red")).await;
    assert_eq!(made.code, 201);
    let made = made.ok();
    assert_eq!(made["metadata"]["managedFields"][0]["manager"], "one");
    assert_eq!(made["metadata"]["managedFields"][0]["fieldsV1"], json!({"f:spec": {"f:color": {}}}));
    assert_eq!(made["spec"]["size"], 3);
    // Again the same: nothing is written.
    let again = api.apply(&one, &widget("a", "red")).await.ok();
    assert_eq!(again["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"]);
    let two = format!("{uri}?fieldManager=two");
    let conflict = api.apply(&two, &widget("a", "blue")).await;
    assert_eq!(conflict.value["details"]["causes"][0]["field"], ".spec.color");
    assert!(
        conflict
            .failure()
            .starts_with("409 Conflict: Apply failed with 1 conflict: conflict with \"one\": .spec.color")
    );
    let forced = api.apply(&format!("{two}&force=true"), &widget("a", "blue")).await.ok();
    assert_eq!(forced["spec"]["color"], "blue");
    assert_eq!(forced["metadata"]["generation"], 2);
    // A manager that no longer names a field gives it up, and alone it takes it away.
    let mut sized = widget("a", "blue");
    sized["spec"]["parts"] = json!([{"name": "p", "weight": 1}]);
    assert!(api.apply(&two, &sized).await.ok()["spec"]["parts"].is_array());
    assert_eq!(api.apply(&two, &widget("a", "blue")).await.ok()["spec"].get("parts"), None);
    let mut stale = widget("a", "blue");
    stale["metadata"]["resourceVersion"] = "1".into();
    assert!(
        api.apply(&two, &stale).await.failure().starts_with("409 Conflict: Operation cannot be fulfilled")
    );
    let status = json!({
        "apiVersion": "test.example.com/v1", "kind": "Widget", "metadata": {"name": "a"}, "status": {"phase": "Fine"}
    });
    let applied = api.apply(&format!("{uri}/status?fieldManager=controller&force=true"), &status).await.ok();
    assert_eq!((&applied["status"]["phase"], &applied["spec"]["color"]), (&json!("Fine"), &json!("blue")));
    assert_eq!(applied["metadata"]["generation"], 4);
}

#[tokio::test]
async fn patches_are_of_their_kind() {
    let api = Fixture::new().await;
    api.post(WIDGETS, &widget("a", "red")).await.ok();
    let uri = format!("{WIDGETS}/a");
    let strategic = api.send("PATCH", &uri, "application/strategic-merge-patch+json", "{}").await;
    assert_eq!(strategic.code, 415);
    let patch = r#"[{"op": "test", "path": "/spec/color", "value": "red"}, {"op": "replace", "path": "/spec/color", "value": "blue"}]"#;
    assert_eq!(
        api.send("PATCH", &uri, "application/json-patch+json", patch).await.ok()["spec"]["color"],
        "blue"
    );
    assert_eq!(api.send("PATCH", &uri, "application/json-patch+json", patch).await.code, 422);
    assert_eq!(api.send("PATCH", &uri, "application/merge-patch+json", "{").await.code, 400);
    let stale = json!({"metadata": {"resourceVersion": "1"}, "spec": {"size": 7}});
    assert!(api.merge(&uri, &stale).await.failure().starts_with("409 Conflict"));
    assert!(
        api.merge(&uri, &json!({"metadata": {"name": "b"}}))
            .await
            .failure()
            .starts_with("400 BadRequest: the name of the object (b)")
    );
    assert_eq!(api.merge(&format!("{WIDGETS}/none"), &json!({})).await.code, 404);
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "1"}});
    let made = api.post(SECRETS, &secret).await.ok();
    assert_eq!(
        (&made["data"], &made["type"], made.get("stringData")),
        (&json!({"a": "MQ=="}), &json!("Opaque"), None)
    );
    let merged = api
        .send(
            "PATCH",
            &format!("{SECRETS}/s"),
            "application/strategic-merge-patch+json",
            r#"{"data": {"b": "Mg=="}}"#,
        )
        .await
        .ok();
    assert_eq!(merged["data"], json!({"a": "MQ==", "b": "Mg=="}));
}

#[tokio::test]
async fn built_ins_of_the_wrong_shape_are_refused() {
    let api = Fixture::new().await;
    for (uri, kind, object) in [
        ("/api/v1/namespaces", "Namespace", json!({"spec": "x"})),
        (SECRETS, "Secret", json!({"data": "x", "stringData": {"a": "b"}})),
        (SECRETS, "Secret", json!({"stringData": ["a"]})),
        ("/api/v1/namespaces/default/services", "Service", json!({"spec": {"ports": "x"}})),
        ("/api/v1/namespaces/default/services", "Service", json!({"spec": {"ports": ["x"]}})),
        ("/api/v1/namespaces/default/events", "Event", json!({"involvedObject": 1})),
        (
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            "ClusterRoleBinding",
            json!({"roleRef": 1}),
        ),
    ] {
        let mut object = object;
        object["kind"] = kind.into();
        object["metadata"] = json!({"name": "x"});
        let answer = api.post(uri, &object).await;
        assert!(matches!(answer.code, 400 | 422), "{object}: {answer:?}");
        for odd in [json!(null), json!([]), json!("x"), json!(1)] {
            object["metadata"] = odd;
            let answer = api.post(uri, &object).await;
            assert!(matches!(answer.code, 400 | 422), "{object}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn events_have_two_forms() {
    let api = Fixture::new().await;
    let event = json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e.1", "namespace": "default"},
        "regarding": {"kind": "Widget", "name": "a", "namespace": "default", "uid": "u-1"}, "reason": "Made",
        "note": "It was made.", "type": "Normal", "eventTime": "2026-01-01T00:00:00.000000Z", "action": "Make",
        "reportingController": "test", "reportingInstance": "test-1"
    });
    api.post("/apis/events.k8s.io/v1/namespaces/default/events", &event).await.ok();
    let list = api.get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3Du-1").await.ok();
    assert_eq!(list["items"][0]["message"], "It was made.");
    assert_eq!(list["items"][0]["apiVersion"], "v1");
    let list = api.get("/apis/events.k8s.io/v1/events?fieldSelector=regarding.kind%3DWidget").await.ok();
    assert_eq!(list["items"][0]["note"], "It was made.");
}

#[tokio::test]
async fn definitions_are_read_and_not_written() {
    let api = Fixture::new().await;
    let uri = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let one = api.get(&format!("{uri}/widgets.test.example.com")).await.ok();
    assert_eq!(one["status"]["conditions"][1]["type"], "Established");
    assert_eq!(one["spec"]["names"]["plural"], "widgets");
    assert_eq!(api.post(uri, &one).await.code, 405);
    assert_eq!(api.delete(&format!("{uri}/widgets.test.example.com"), &json!({})).await.code, 405);
    let review =
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {}});
    let answer = api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review).await.ok();
    assert_eq!(answer["status"]["allowed"], true);
}
