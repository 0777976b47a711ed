//! The verbs of the embedded API, on a made-up resource.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;

use embedded_support::{Fixture, WIDGETS, open, widget};
use serde_json::json;

#[tokio::test]
async fn an_object_lives_from_creation_to_deletion() {
    let api = Fixture::new().await;
    let made = api.post(WIDGETS, &widget("a", "red")).await;
    assert_eq!(made.code, 201);
    let made = made.ok();
    assert_eq!(made["spec"], json!({"color": "red", "size": 3}));
    assert_eq!(made["metadata"]["generation"], 1);
    assert_eq!(made["metadata"]["namespace"], "default");
    assert_eq!(api.get(&format!("{WIDGETS}/a")).await.ok(), made);

    let mut changed = made.clone();
    changed["spec"]["color"] = "blue".into();
    changed["status"] = json!({"phase": "ignored"});
    let put = api.put(&format!("{WIDGETS}/a"), &changed).await.ok();
    assert_eq!(put["metadata"]["generation"], 2);
    assert_eq!(put.get("status"), None);
    assert_ne!(put["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"]);
    // The same again with the old version is a conflict; without any it is refused.
    let stale = api.put(&format!("{WIDGETS}/a"), &changed).await.failure();
    assert_eq!(
        stale,
        "409 Conflict: Operation cannot be fulfilled on widgets.test.example.com \"a\": the object has been modified; please apply your changes to the latest version and try again"
    );
    let blind = api.put(&format!("{WIDGETS}/a"), &widget("a", "blue")).await.failure();
    assert_eq!(
        blind,
        "422 Invalid: widgets.test.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    );

    let gone = api.delete(&format!("{WIDGETS}/a"), &json!({})).await.ok();
    assert_eq!((&gone["status"], &gone["details"]["name"]), (&json!("Success"), &json!("a")));
    assert_eq!(
        api.get(&format!("{WIDGETS}/a")).await.failure(),
        "404 NotFound: widgets.test.example.com \"a\" not found"
    );
}

#[tokio::test]
async fn the_status_is_apart() {
    let api = Fixture::new().await;
    let mut made = api.post(WIDGETS, &widget("a", "red")).await.ok();
    made["status"] = json!({"phase": "Fine"});
    made["spec"]["color"] = "blue".into();
    let put = api.put(&format!("{WIDGETS}/a/status"), &made).await.ok();
    assert_eq!((&put["spec"]["color"], &put["status"]["phase"]), (&json!("red"), &json!("Fine")));
    assert_eq!(put["metadata"]["generation"], 1);
    let patched =
        api.merge(&format!("{WIDGETS}/a/status"), &json!({"status": {"phase": "Finer"}})).await.ok();
    assert_eq!(patched["status"]["phase"], "Finer");
    // A write that changes nothing is none.
    let again = api.merge(&format!("{WIDGETS}/a/status"), &json!({"status": {"phase": "Finer"}})).await.ok();
    assert_eq!(again["metadata"]["resourceVersion"], patched["metadata"]["resourceVersion"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_as_kubernetes_says_it() {
    let api = Fixture::new().await;
    let mut bad = widget("a", "green");
    bad["spec"]["size"] = 100.into();
    let answer = api.post(WIDGETS, &bad).await;
    assert_eq!(answer.value["details"]["causes"][0]["field"], "spec.color");
    assert!(
        answer
            .failure()
            .contains("spec.color: Unsupported value: \"green\": supported values: \"red\", \"blue\"")
    );
    bad["spec"]["color"] = "red".into();
    assert!(api.post(WIDGETS, &bad).await.failure().contains("size must be below 100"));
    assert!(api.post(WIDGETS, &widget("A_b", "red")).await.failure().starts_with("422 Invalid: Widget.test.example.com \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain"));
    assert_eq!(
        api.post("/apis/test.example.com/v1/namespaces/nowhere/widgets", &widget("a", "red")).await.failure(),
        "404 NotFound: namespaces \"nowhere\" not found"
    );
    api.post(WIDGETS, &widget("a", "red")).await.ok();
    assert_eq!(
        api.post(WIDGETS, &widget("a", "red")).await.failure(),
        "409 AlreadyExists: widgets.test.example.com \"a\" already exists"
    );
    assert_eq!(api.send("POST", WIDGETS, "application/json", "{").await.code, 400);
    assert_eq!(api.send("POST", WIDGETS, "text/plain", "x").await.code, 415);
    assert_eq!(api.send("POST", WIDGETS, "application/json", vec![b' '; 4 << 20]).await.code, 413);
    assert_eq!(api.get("/apis/nothing/v1/here").await.code, 404);
    assert_eq!(api.send("POST", &format!("{WIDGETS}/a"), "", "").await.code, 405);
    assert_eq!(api.send("POST", "/version", "", "").await.code, 405);
}

#[tokio::test]
async fn unknown_fields_warn_or_fail() {
    let api = Fixture::new().await;
    let mut object = widget("a", "red");
    object["spec"]["colour"] = 1.into();
    object["spec"]["extra"] = json!({"any": {"thing": 1}});
    let answer = api.post(WIDGETS, &object).await;
    assert_eq!(answer.warnings, ["299 - \"unknown field \\\"spec.colour\\\"\""]);
    assert_eq!(answer.ok()["spec"], json!({"color": "red", "size": 3, "extra": {"any": {"thing": 1}}}));
    let strict = api.post(&format!("{WIDGETS}?fieldValidation=Strict"), &object).await.failure();
    assert_eq!(
        strict,
        "400 BadRequest: Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.colour\""
    );
    // Server-side apply never drops a field: nobody could own it.
    for mode in ["", "&fieldValidation=Ignore"] {
        let applied = api.apply(&format!("{WIDGETS}/a?fieldManager=me{mode}"), &object).await.failure();
        assert_eq!(
            applied,
            "500 : failed to create typed patch object (/a; test.example.com/v1, Kind=Widget): .spec.colour: field not declared in schema"
        );
    }
    let twice = r#"{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"b"},"spec":{"color":"red","color":"blue"}}"#;
    let answer = api.send("POST", WIDGETS, "application/json", twice).await;
    assert_eq!(answer.warnings, ["299 - \"duplicate field \\\"spec.color\\\"\""]);
}

#[tokio::test]
async fn yaml_generated_names_and_dry_run_work() {
    let api = Fixture::new().await;
    let yaml =
        "apiVersion: test.example.com/v1\nkind: Widget\nmetadata: {generateName: run-}\nspec: {color: red}\n";
    let one = api.send("POST", WIDGETS, "application/yaml", yaml).await.ok();
    let two = api.send("POST", WIDGETS, "application/yaml", yaml).await.ok();
    assert_ne!(one["metadata"]["name"], two["metadata"]["name"]);
    assert!(one["metadata"]["name"].as_str().unwrap().starts_with("run-"));
    let dry = api.post(&format!("{WIDGETS}?dryRun=All"), &widget("a", "red")).await.ok();
    assert!(dry["metadata"]["uid"].is_string());
    assert_eq!(api.get(&format!("{WIDGETS}/a")).await.code, 404);
}

#[tokio::test]
async fn a_restart_finds_everything_and_goes_on_counting() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).await;
    let api = Fixture { client: kube::Client::new(first.router(), "default"), embedded: first, dir };
    let a = api.post(WIDGETS, &widget("a", "red")).await.ok();
    api.post(WIDGETS, &widget("b", "red")).await.ok();
    api.delete(&format!("{WIDGETS}/b"), &json!({})).await.ok();
    let revision = |list: &serde_json::Value| -> u64 {
        list["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap()
    };
    let before = revision(&api.get(WIDGETS).await.ok());
    api.embedded.shutdown().await;
    let Fixture { dir, embedded, client } = api;
    drop((embedded, client));
    let api = reopened(dir).await;
    assert_eq!(api.get(&format!("{WIDGETS}/a")).await.ok(), a);
    let list = api.get(WIDGETS).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(revision(&list) >= before);
    // What an earlier process did is past: watchers and pages begin again.
    let mut lines = api.watch(&format!("{WIDGETS}?watch=1&resourceVersion=1")).await;
    let error = lines.next().await.unwrap();
    assert_eq!((&error["type"], &error["object"]["code"]), (&json!("ERROR"), &json!(410)));
    assert_eq!(error["object"]["reason"], "Expired");
    assert_eq!(lines.next().await, None);
    let exact = api.get(&format!("{WIDGETS}?resourceVersion=1&resourceVersionMatch=Exact")).await;
    assert!(exact.failure().starts_with("410 Expired"));
    let c = api.post(WIDGETS, &widget("c", "red")).await.ok();
    assert!(c["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap() > before);
}

async fn reopened(dir: tempfile::TempDir) -> Fixture {
    let embedded = open(dir.path()).await;
    Fixture { client: kube::Client::new(embedded.router(), "default"), embedded, dir }
}
