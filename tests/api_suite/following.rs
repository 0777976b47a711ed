//! Lists in pages, and watches that begin where a list ended.

use serde_json::{Value, json};

use crate::plain::{Plain, agent, names};

async fn fill(api: &Plain, names: &[&str]) {
    for name in names {
        let mut object = agent(name, json!({"prompt": "One."}));
        object["metadata"]["labels"] = json!({"name": name});
        api.post(&api.agents(""), &object).await.ok();
    }
}

fn version(list: &Value) -> String {
    list["metadata"]["resourceVersion"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_of_one_moment_whatever_is_written_between_them() {
    let api = Plain::start().await;
    fill(&api, &["a", "b", "c", "d", "e", "f", "g"]).await;
    let first = api.get(&api.agents("?limit=3")).await.ok();
    assert_eq!(names(&first), ["a", "b", "c"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 4);
    fill(&api, &["cc"]).await;
    api.merge(&api.agents("/e"), &json!({"spec": {"prompt": "Two."}})).await.ok();
    api.delete(&api.agents("/f"), &json!({})).await.ok();
    let next = |page: &Value| {
        api.agents(&format!("?limit=3&continue={}", page["metadata"]["continue"].as_str().unwrap()))
    };
    let second = api.get(&next(&first)).await.ok();
    assert_eq!(names(&second), ["d", "e", "f"]);
    assert_eq!(second["items"][1]["spec"]["prompt"], "One.");
    assert_eq!(version(&second), version(&first));
    let third = api.get(&next(&second)).await.ok();
    assert_eq!((names(&third), &third["metadata"]["continue"]), (vec!["g"], &json!("")));
    assert_eq!(names(&api.get(&api.agents("")).await.ok()), ["a", "b", "c", "cc", "d", "e", "g"]);
    let wrong = api.get(&api.agents("?limit=3&continue=nonsense")).await.failure();
    assert!(
        wrong.starts_with("400 BadRequest: invalid continue token: continue key is not valid"),
        "{wrong}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_begins_where_the_list_ended() {
    let api = Plain::start().await;
    fill(&api, &["a"]).await;
    let list = api.get(&api.agents("")).await.ok();
    fill(&api, &["b"]).await;
    api.merge(&api.agents("/a"), &json!({"spec": {"prompt": "Two."}})).await.ok();
    let mut lines = api.watch(&api.agents(&format!("?watch=1&resourceVersion={}", version(&list)))).await;
    assert_eq!(lines.tell().await, "ADDED b");
    assert_eq!(lines.tell().await, "MODIFIED a");
    api.delete(&api.agents("/a"), &json!({})).await.ok();
    let gone = lines.next().await;
    assert_eq!((&gone["type"], &gone["object"]["spec"]["prompt"]), (&json!("DELETED"), &json!("Two.")));
    let at = |event: &Value| version(&event["object"]).parse::<u64>().unwrap();
    assert!(at(&gone) > version(&list).parse().unwrap(), "the version of the deletion, to go on from");
    // What a selector stops matching is gone for who asks by it.
    let uri = format!("?watch=1&labelSelector=name%3Db&resourceVersion={}", version(&gone["object"]));
    let mut chosen = api.watch(&api.agents(&uri)).await;
    api.merge(&api.agents("/b"), &json!({"metadata": {"labels": {"name": "c"}}})).await.ok();
    assert_eq!(chosen.tell().await, "DELETED b");
    assert_eq!(lines.tell().await, "MODIFIED b");
    api.merge(&api.agents("/b"), &json!({"metadata": {"labels": {"name": "b"}}})).await.ok();
    assert_eq!(chosen.tell().await, "ADDED b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_can_bring_the_list_itself() {
    let api = Plain::start().await;
    fill(&api, &["a", "b"]).await;
    let uri =
        "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&limit=1";
    let refused =
        api.get(&api.agents(&uri.replace("&resourceVersionMatch=NotOlderThan", ""))).await.failure();
    assert!(refused.contains("resourceVersionMatch: Forbidden: sendInitialEvents requires"), "{refused}");
    let mut lines = api.watch(&api.agents(uri.trim_end_matches("&limit=1"))).await;
    let mut first = [lines.tell().await, lines.tell().await];
    first.sort();
    assert_eq!(first, ["ADDED a", "ADDED b"]);
    let mark = lines.next().await;
    assert_eq!((&mark["type"], &mark["object"]["kind"]), (&json!("BOOKMARK"), &json!("Agent")));
    assert_eq!(mark["object"]["metadata"]["annotations"], json!({"k8s.io/initial-events-end": "true"}));
    fill(&api, &["c"]).await;
    assert_eq!(lines.tell().await, "ADDED c");
    let mut later =
        api.watch(&api.agents(&format!("?watch=1&resourceVersion={}", version(&mark["object"])))).await;
    assert_eq!(later.tell().await, "ADDED c", "the bookmark is a place to go on from");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_is_history_is_expired() {
    let api = Plain::start().await;
    fill(&api, &["a"]).await;
    let api = api.restarted().await;
    let mut lines = api.watch(&api.agents("?watch=1&resourceVersion=1")).await;
    let error = lines.next().await;
    let status = &error["object"];
    assert_eq!(
        (&error["type"], &status["code"], &status["reason"]),
        (&json!("ERROR"), &json!(410), &json!("Expired"))
    );
    let message = status["message"].as_str().unwrap();
    assert!(message.starts_with("too old resource version: 1 ("), "{message}");
    assert_eq!(names(&api.get(&api.agents("")).await.ok()), ["a"]);
}
