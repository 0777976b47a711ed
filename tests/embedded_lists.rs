//! Lists, watches and their forms in the embedded API.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;

use embedded_support::{Fixture, WIDGETS, widget};
use futures::TryStreamExt;
use kube::runtime::{WatchStreamExt, watcher};
use serde_json::{Value, json};

async fn fill(api: &Fixture, count: usize) {
    for i in 0..count {
        let mut object = widget(&format!("w{i:02}"), if i % 2 == 0 { "red" } else { "blue" });
        object["metadata"]["labels"] =
            json!({"n": i.to_string(), "half": if i < count / 2 { "one" } else { "two" }});
        api.post(WIDGETS, &object).await.ok();
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|o| o["metadata"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_are_of_one_moment() {
    let api = Fixture::new().await;
    fill(&api, 7).await;
    let first = api.get(&format!("{WIDGETS}?limit=3")).await.ok();
    assert_eq!(names(&first), ["w00", "w01", "w02"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 4);
    // What happens between the pages is not seen: one comes, one changes, one goes.
    api.post(WIDGETS, &widget("w03a", "red")).await.ok();
    api.merge(&format!("{WIDGETS}/w04"), &json!({"spec": {"size": 9}})).await.ok();
    api.delete(&format!("{WIDGETS}/w05"), &json!({})).await.ok();
    let token = first["metadata"]["continue"].as_str().unwrap();
    let second = api.get(&format!("{WIDGETS}?limit=3&continue={token}")).await.ok();
    assert_eq!(names(&second), ["w03", "w04", "w05"]);
    assert_eq!(second["items"][1]["spec"]["size"], 3);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    let token = second["metadata"]["continue"].as_str().unwrap();
    let third = api.get(&format!("{WIDGETS}?limit=3&continue={token}")).await.ok();
    assert_eq!((names(&third), &third["metadata"]["continue"]), (vec!["w06"], &json!("")));
    let exact = format!(
        "{WIDGETS}?resourceVersion={}&resourceVersionMatch=Exact",
        first["metadata"]["resourceVersion"].as_str().unwrap()
    );
    assert_eq!(names(&api.get(&exact).await.ok()).len(), 7);
    assert!(api.get(&format!("{WIDGETS}?continue=nonsense")).await.failure().starts_with("400 BadRequest"));
    assert!(api.get(&format!("{WIDGETS}?resourceVersion=99999")).await.failure().starts_with("504 Timeout"));
    assert!(
        api.get(&format!("{WIDGETS}?resourceVersionMatch=Exact")).await.failure().starts_with("422 Invalid")
    );
}

#[tokio::test]
async fn selectors_choose() {
    let api = Fixture::new().await;
    fill(&api, 6).await;
    let chosen = |selector: &'static str| {
        let api = &api;
        async move { names(&api.get(&format!("{WIDGETS}?{selector}")).await.ok()).join(" ") }
    };
    assert_eq!(chosen("labelSelector=half%3Done").await, "w00 w01 w02");
    assert_eq!(chosen("labelSelector=n+in+(1,4),half!%3Done").await, "w04");
    assert_eq!(chosen("labelSelector=!half").await, "");
    assert_eq!(chosen("fieldSelector=spec.color%3Dblue").await, "w01 w03 w05");
    assert_eq!(chosen("fieldSelector=metadata.name%3Dw02").await, "w02");
    let page = api.get(&format!("{WIDGETS}?labelSelector=half&limit=4")).await.ok();
    assert_eq!((names(&page).len(), page["metadata"].get("remainingItemCount")), (4, None));
    assert_eq!(
        api.get(&format!("{WIDGETS}?fieldSelector=spec.size%3D1")).await.failure(),
        "400 BadRequest: field label not supported: spec.size"
    );
    assert_eq!(api.get(&format!("{WIDGETS}?labelSelector=a+in")).await.code, 400);
    api.delete(&format!("{WIDGETS}?labelSelector=half%3Done"), &json!({})).await.ok();
    assert_eq!(chosen("").await, "w03 w04 w05");
}

#[tokio::test]
async fn a_watch_goes_on_from_a_revision() {
    let api = Fixture::new().await;
    fill(&api, 2).await;
    let list = api.get(WIDGETS).await.ok();
    let revision = list["metadata"]["resourceVersion"].as_str().unwrap();
    api.merge(&format!("{WIDGETS}/w00"), &json!({"spec": {"size": 9}})).await.ok();
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1&resourceVersion={revision}")).await;
    assert_eq!(lines.tell().await, "MODIFIED w00");
    api.delete(&format!("{WIDGETS}/w01"), &json!({})).await.ok();
    let deleted = lines.next().await.unwrap();
    assert_eq!(
        (&deleted["type"], &deleted["object"]["metadata"]["name"]),
        (&json!("DELETED"), &json!("w01"))
    );
    api.post(WIDGETS, &widget("w02", "red")).await.ok();
    assert_eq!(lines.tell().await, "ADDED w02");
}

#[tokio::test]
async fn a_watch_with_a_selector_tells_of_coming_and_going() {
    let api = Fixture::new().await;
    fill(&api, 2).await;
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1&labelSelector=half%3Done")).await;
    assert_eq!(lines.tell().await, "ADDED w00");
    api.merge(&format!("{WIDGETS}/w01"), &json!({"metadata": {"labels": {"half": "one"}}})).await.ok();
    assert_eq!(lines.tell().await, "ADDED w01");
    api.merge(&format!("{WIDGETS}/w00"), &json!({"metadata": {"labels": {"half": "x"}}})).await.ok();
    assert_eq!(lines.tell().await, "DELETED w00");
    api.merge(&format!("{WIDGETS}/w00"), &json!({"spec": {"size": 4}})).await.ok();
    api.merge(&format!("{WIDGETS}/w01"), &json!({"spec": {"size": 4}})).await.ok();
    assert_eq!(lines.tell().await, "MODIFIED w01");
}

#[tokio::test]
async fn initial_events_end_with_a_bookmark_and_timeouts_with_another() {
    let api = Fixture::new().await;
    fill(&api, 2).await;
    let uri = format!(
        "{WIDGETS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1"
    );
    let mut lines = api.watch(&uri).await;
    assert_eq!(lines.tell().await, "ADDED w00");
    assert_eq!(lines.tell().await, "ADDED w01");
    let bookmark = lines.next().await.unwrap();
    assert_eq!(bookmark["type"], "BOOKMARK");
    assert_eq!(bookmark["object"]["kind"], "Widget");
    assert_eq!(bookmark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    let last = lines.next().await.unwrap();
    assert_eq!(last["type"], "BOOKMARK");
    assert_eq!(last["object"]["metadata"].get("annotations"), None);
    assert_eq!(lines.next().await, None);
    let wrong = format!("{WIDGETS}?watch=1&sendInitialEvents=true");
    assert!(
        api.get(&wrong).await.failure().contains("sendInitialEvents requires setting resourceVersionMatch")
    );
}

#[tokio::test]
async fn the_client_of_kube_lists_and_watches_in_process() {
    let api = Fixture::new().await;
    fill(&api, 3).await;
    for config in [watcher::Config::default().page_size(2), watcher::Config::default().streaming_lists()] {
        let events = watcher(api.widgets("default"), config).applied_objects();
        let mut events = std::pin::pin!(events);
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.push(events.try_next().await.unwrap().unwrap().metadata.name.unwrap());
        }
        assert_eq!(seen, ["w00", "w01", "w02"]);
        api.merge(&format!("{WIDGETS}/w01"), &json!({"metadata": {"annotations": {"x": uid(&api).await}}}))
            .await
            .ok();
        assert_eq!(events.try_next().await.unwrap().unwrap().metadata.name.as_deref(), Some("w01"));
    }
}

/// Something that is not yet there.
async fn uid(api: &Fixture) -> Value {
    api.get(WIDGETS).await.ok()["metadata"]["resourceVersion"].clone()
}

#[tokio::test]
async fn tables_and_metadata_are_forms_of_the_same() {
    let api = Fixture::new().await;
    fill(&api, 1).await;
    let status = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    api.merge(&format!("{WIDGETS}/w00/status"), &status).await.ok();
    let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let table = api.send_with("GET", WIDGETS, &accept, "").await.ok();
    let headings: Vec<&str> =
        table["columnDefinitions"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(headings, ["Name", "Color", "Ready", "Size", "Age"]);
    let row = &table["rows"][0];
    assert_eq!(row["cells"].as_array().unwrap()[..4], [json!("w00"), json!("red"), json!("True"), json!(3)]);
    assert_eq!(row["object"]["kind"], "PartialObjectMetadata");
    let bare = api.send_with("GET", &format!("{WIDGETS}?includeObject=None"), &accept, "").await.ok();
    assert_eq!(bare["rows"][0].get("object"), Some(&Value::Null));
    let one = api.send_with("GET", &format!("{WIDGETS}/w00?includeObject=Object"), &accept, "").await.ok();
    assert_eq!(one["rows"][0]["object"]["spec"]["color"], "red");
    let accept = [("accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")];
    let list = api.send_with("GET", WIDGETS, &accept, "").await.ok();
    assert_eq!((&list["kind"], list["items"][0].get("spec")), (&json!("PartialObjectMetadataList"), None));
    assert_eq!(list["items"][0]["metadata"]["name"], "w00");
    let accept = [("accept", "application/vnd.kubernetes.protobuf")];
    assert_eq!(api.send_with("GET", WIDGETS, &accept, "").await.code, 406);
}

#[tokio::test]
async fn versions_share_their_objects() {
    let api = Fixture::new().await;
    let gadget = json!({
        "apiVersion": "test.example.com/v1beta1", "kind": "Gadget", "metadata": {"name": "g"}, "any": {"x": 1}
    });
    let made = api.post("/apis/test.example.com/v1beta1/gadgets", &gadget).await;
    assert_eq!(made.warnings, ["299 - \"test.example.com/v1beta1 Gadget is deprecated\""]);
    assert_eq!(made.ok()["apiVersion"], "test.example.com/v1beta1");
    let v1 = api.get("/apis/test.example.com/v1/gadgets").await.ok();
    assert_eq!(
        (&v1["items"][0]["apiVersion"], &v1["items"][0]["any"]["x"]),
        (&json!("test.example.com/v1"), &json!(1))
    );
    let old = api.get("/apis/test.example.com/v1beta1/gadgets/g").await.ok();
    assert_eq!(old["apiVersion"], "test.example.com/v1beta1");
}
