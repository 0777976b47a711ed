//! Data sets: as a ConfigMap, here, and from past runs; changed, uploaded and downloaded.

use arkdeck::resources::Query;
use axum::body::Body;
use axum::http::{StatusCode, header};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::harness::{Answer, Server, request};

const CSV: &str = "id,input,expectedOutput,tags\nlow,When is low water?,At noon.,tides\nhigh,And high?,At six.,tides; six\n";

fn maps(server: &Server) -> Api<ConfigMap> {
    Api::namespaced(server.client.clone(), "default")
}

async fn data_set(server: &Server, name: &str, key: &str, text: &str) {
    let map = json!({"metadata": {"name": name, "labels": {"ark.mckinsey.com/data-set": "true"}}, "data": {key: text}});
    maps(server).create(&PostParams::default(), &serde_json::from_value(map).unwrap()).await.unwrap();
}

async fn change(server: &Server, name: &str, from: u32, home: &str, change: Value) -> Answer {
    let change = json!({"namespace": "default", "name": name, "home": home, "from": from, "change": change, "note": ""});
    server.call("datasets/change", json!({"change": change})).await
}

async fn get(server: &Server, name: &str, more: Value) -> Answer {
    let mut request =
        json!({"namespace": "default", "name": name, "version": 0, "tag": "", "search": "", "offset": 0});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.call("datasets/get", json!({"request": request})).await
}

fn ids(view: &Value) -> Vec<&str> {
    view["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

async fn upload(server: &Server, path: &str, kind: &str, body: &str) -> Answer {
    let request = request("POST", &format!("/api/datasets/upload/default/{path}"))
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body.to_owned()))
        .unwrap();
    server.answer(request).await
}

#[tokio::test]
async fn a_data_set_that_is_kept_here_has_versions_and_conflicts() {
    let server = Server::start().await;
    let made = change(&server, "tides", 0, "Store", json!({"Replace": CSV})).await;
    assert_eq!((made.status, made.body.as_str()), (StatusCode::OK, "1"));
    let put = json!({"id": "low", "name": "", "input": "Low water?", "expected_output": "Noon.", "tags": [],
        "metadata": "{\"port\": 1}", "source": ""});
    assert_eq!(change(&server, "tides", 1, "Store", json!({"Put": put})).await.body, "2");
    let late = change(&server, "tides", 1, "Store", json!({"Remove": ["high"]})).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.json()["message"].as_str().unwrap().contains("its newest version is 2"), "{}", late.body);
    let taken = change(&server, "tides", 0, "Store", json!({"Replace": CSV})).await;
    assert_eq!(taken.json()["code"], "AlreadyExists");
    let wrong = change(&server, "tides", 2, "Store", json!({"Append": "id,input\nx,\n"})).await.json();
    assert_eq!((&wrong["fields"][0]["field"], &wrong["fields"][0]["line"]), (&json!("items"), &json!(2)));

    let view = get(&server, "tides", json!({})).await.json();
    assert_eq!(
        (&view["row"]["home"], &view["version"], &view["items_total"]),
        (&json!("Store"), &json!(2), &json!(2))
    );
    assert_eq!((ids(&view), &view["items"][0]["metadata"]), (vec!["low", "high"], &json!("{\"port\":1}")));
    assert_eq!(view["versions"][0]["changes"], json!([0, 1, 0]));
    assert_eq!(view["versions"][0]["note"], "Item low saved by owner");
    let old = get(&server, "tides", json!({"version": 1})).await.json();
    assert_eq!(old["items"][0]["input"], "When is low water?");
    assert_eq!(ids(&get(&server, "tides", json!({"tag": "six"})).await.json()), ["high"]);
    assert_eq!(ids(&get(&server, "tides", json!({"search": "NOON"})).await.json()), ["low"]);
    assert_eq!(get(&server, "tides", json!({"version": 9})).await.status, StatusCode::NOT_FOUND);

    let list = server.call("datasets/list", json!({"namespace": "default"})).await.json();
    assert_eq!(
        (&list[0]["name"], &list[0]["items"], &list[0]["tags"]),
        (&json!("tides"), &json!(2), &json!(["six", "tides"]))
    );
    let export =
        server.call("datasets/export", json!({"namespace": "default", "name": "tides", "version": 1})).await;
    assert_eq!(export.json().as_str().unwrap().lines().count(), 2);
    let gone = server.call("datasets/delete", json!({"namespace": "default", "name": "tides"})).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    assert_eq!(get(&server, "tides", json!({})).await.status, StatusCode::NOT_FOUND);
    let bad = change(&server, "Tides", 0, "Store", json!({"Replace": CSV})).await.json();
    assert_eq!(bad["fields"][0]["field"], "name");
}

#[tokio::test]
async fn a_config_map_is_changed_as_the_person_and_in_its_own_format() {
    let server = Server::start().await;
    data_set(&server, "small", "items.yaml", "# Ours.\n- {id: low, input: Low?} # the first\n").await;
    let more = "{\"id\": \"high\", \"input\": \"High?\", \"tags\": [\"new\"]}";
    let changed = change(&server, "small", 1, "ConfigMap", json!({"Append": more})).await;
    assert_eq!((changed.status, changed.body.as_str()), (StatusCode::OK, "2"), "{}", changed.body);
    let map = maps(&server).get("small").await.unwrap();
    let text = &map.data.as_ref().unwrap()["items.yaml"];
    assert!(text.starts_with("# Ours.\n- {id: low, input: Low?} # the first\n- id: high\n"), "{text}");
    let managers: Vec<_> =
        map.metadata.managed_fields.unwrap().into_iter().filter_map(|one| one.manager).collect();
    assert!(managers.contains(&"arkdeck-ui".to_owned()), "{managers:?}");
    assert_eq!(change(&server, "small", 2, "ConfigMap", json!({"Remove": ["low"]})).await.body, "3");
    // What somebody wrote with kubectl is the next version as soon as anybody looks, and a conflict for who did not see it.
    let patch = json!({"data": {"items.yaml": "- {id: low, input: Low?}\n- {id: mid, input: Mid?}\n"}});
    maps(&server).patch("small", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    let late = change(&server, "small", 3, "ConfigMap", json!({"Remove": ["high"]})).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    let view = get(&server, "small", json!({})).await.json();
    assert_eq!(
        (ids(&view), &view["version"], &view["versions"][0]["note"]),
        (vec!["low", "mid"], &json!(4), &json!("Changed in the ConfigMap"))
    );
    assert_eq!(view["versions"][2]["note"], "Items added by owner");

    let patch = json!({"data": {"items.yaml": "- {id: low}\n"}});
    maps(&server).patch("small", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    let broken = get(&server, "small", json!({})).await.json();
    assert_eq!((ids(&broken), &broken["version"]), (vec!["low", "mid"], &json!(4)));
    assert!(broken["row"]["error"].as_str().unwrap().contains("line 1: it has no input"), "{broken}");
    let mended = change(&server, "small", 4, "ConfigMap", json!({"Replace": CSV})).await;
    assert_eq!(mended.body, "5", "{}", mended.body);
    let text = maps(&server).get("small").await.unwrap().data.unwrap()["items.yaml"].clone();
    assert!(text.starts_with("- "), "a table becomes YAML, as it was: {text}");

    let made = change(&server, "other", 0, "ConfigMap", json!({"Replace": CSV})).await;
    assert_eq!(made.body, "1");
    let map = maps(&server).get("other").await.unwrap();
    assert_eq!((&map.data.unwrap()["items.csv"], map.metadata.labels.unwrap().len()), (&CSV.to_owned(), 1));
    let both = upload(&server, "other", "application/x-ndjson", more).await;
    assert_eq!(both.status, StatusCode::CONFLICT);
    server.call("datasets/delete", json!({"namespace": "default", "name": "other"})).await;
    assert!(maps(&server).get_opt("other").await.unwrap().is_none());
}

#[tokio::test]
async fn past_queries_become_items_and_what_is_no_question_is_told() {
    let server = Server::start().await;
    let queries: Api<Query> = Api::namespaced(server.client.clone(), "default");
    let ask = async |name: &str, input: Value, answer: &str| {
        let query = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name},
            "spec": {"input": input, "type": if input.is_array() { "messages" } else { "user" },
                     "targets": [{"type": "agent", "name": "pilot"}]}});
        queries.create(&PostParams::default(), &serde_json::from_value(query).unwrap()).await.unwrap();
        if !answer.is_empty() {
            let status =
                json!({"status": {"phase": "done", "response": {"content": answer, "phase": "done"}}});
            queries.patch_status(name, &PatchParams::default(), &Patch::Merge(&status)).await.unwrap();
        }
    };
    ask("first", json!("When is low water?"), "At noon.").await;
    ask("open", json!("And high?"), "").await;
    ask("talk", json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"}]), "Hi")
        .await;
    let mut changed = server.caches.changed();
    while server.caches.queries.get("default", "talk").is_none_or(|query| query.status.is_none()) {
        changed.changed().await.unwrap();
    }
    let from =
        |names: Value| json!({"FromQueries": {"names": names, "expect_answer": true, "tags": ["past"]}});
    let told =
        change(&server, "past", 0, "Store", from(json!(["first", "open", "talk", "none"]))).await.json();
    let fields: Vec<(&str, &str)> = told["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["field"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            ("open", "It has no answer yet."),
            ("talk", "Its input is a conversation and not one question."),
            ("none", "It does not exist (any more).")
        ]
    );
    let made = change(&server, "past", 0, "Store", from(json!(["first"]))).await;
    assert_eq!(made.body, "1");
    let item = get(&server, "past", json!({})).await.json()["items"][0].clone();
    assert_eq!(
        item,
        json!({"id": "first", "name": "", "input": "When is low water?", "expected_output": "At noon.", "tags": ["past"],
            "metadata": "", "source": "default/first"})
    );
}

#[tokio::test]
async fn large_data_sets_go_in_and_out_as_lines() {
    let server = Server::start().await;
    let lines: String =
        (0..3000).map(|n| format!("{{\"id\":\"i{n}\",\"input\":\"{}\"}}\n", "x".repeat(1500))).collect();
    assert!(lines.len() > 4 << 20, "more than a server function takes");
    let done = upload(&server, "large", "application/x-ndjson", &lines).await;
    assert_eq!(
        (done.status, done.json()),
        (StatusCode::OK, json!({"version": 1, "items": 3000})),
        "{}",
        done.body
    );
    let more = upload(&server, "large?append=true&from=1", "text/csv; charset=utf-8", CSV).await;
    assert_eq!(more.json(), json!({"version": 2, "items": 3002}));
    let late = upload(&server, "large?from=1", "text/csv", CSV).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let wrong = upload(&server, "large", "application/x-ndjson", "{\"input\": \"a\"}\n{\"input\": }\n").await;
    assert_eq!(
        (wrong.status, &wrong.json()["fields"][0]["line"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!(2))
    );

    let first = server.get("/api/datasets/download/default/large?version=1").await;
    assert_eq!((first.status, first.body == lines), (StatusCode::OK, true));
    assert_eq!(first.header("content-disposition"), "attachment; filename=\"large-v1.jsonl\"");
    assert_eq!(first.header("arkdeck-version"), "1");
    assert_eq!(server.get("/api/datasets/download/default/large").await.body.lines().count(), 3002);
    assert_eq!(server.get("/api/datasets/download/default/none").await.status, StatusCode::NOT_FOUND);
    let window = get(&server, "large", json!({"offset": 2900})).await.json();
    assert_eq!((ids(&window).len(), &window["items_total"]), (102, &json!(3002)));

    let foreign = request("POST", "/api/datasets/upload/default/large")
        .header("origin", "http://evil.example")
        .body(Body::from(lines))
        .unwrap();
    assert_eq!(server.answer(foreign).await.status, StatusCode::FORBIDDEN);
}
