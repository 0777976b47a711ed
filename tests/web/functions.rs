//! Server functions, called as scripts call them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const AGENT: &str = "\
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata:
  name: tide
spec:
  # Comments are welcome.
  description: Knows the tides
  prompt: |
    You know the tides.
";

async fn apply(server: &Server, text: &str, version: Option<&str>, dry_run: bool) -> Answer {
    let arguments = json!({"namespace": "default", "text": text, "version": version, "dry_run": dry_run});
    server.call("objects/apply", arguments).await
}

fn key(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "namespace": "default", "name": name})
}

/// Waits until the cache has caught up with what was written.
async fn seen(server: &Server, kind: &str, name: &str) -> Value {
    let mut changed = server.caches.changed();
    loop {
        let answer = server.call("objects/get", json!({"key": key(kind, name)})).await;
        if answer.status == StatusCode::OK {
            return answer.json();
        }
        changed.changed().await.unwrap();
    }
}

#[tokio::test]
async fn every_function_answers_at_its_own_address() {
    let mut paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    paths.sort_unstable();
    insta::assert_snapshot!(paths.join("\n"), @r"
    /api/agents/preview
    /api/agents/save
    /api/approvals/decide
    /api/approvals/list
    /api/approvals/refusal
    /api/conversations/earlier
    /api/conversations/get
    /api/conversations/send
    /api/datasets/change
    /api/datasets/delete
    /api/datasets/export
    /api/datasets/get
    /api/datasets/list
    /api/datasets/now
    /api/evaluations/again
    /api/evaluations/preview
    /api/evaluations/rules
    /api/evaluations/save
    /api/evaluators/preview
    /api/evaluators/save
    /api/events/list
    /api/experiments/annotate
    /api/experiments/baseline
    /api/experiments/cancel
    /api/experiments/get
    /api/experiments/item
    /api/experiments/queue
    /api/experiments/rerun
    /api/forms/choices
    /api/home/get
    /api/live/follow
    /api/models/preview
    /api/models/save
    /api/models/test
    /api/namespaces/list
    /api/objects/apply
    /api/objects/delete
    /api/objects/get
    /api/objects/list
    /api/objects/search
    /api/objects/template
    /api/objects/usage
    /api/objects/yaml
    /api/queries/cancel
    /api/queries/compare
    /api/queries/create
    /api/queries/entries
    /api/queries/form
    /api/queries/preview
    /api/queries/rerun
    /api/queries/run
    /api/teams/preview
    /api/teams/save
    /api/tools/preview
    /api/tools/request
    /api/tools/save
    /api/tools/try
    ");
}

#[tokio::test]
async fn yaml_is_judged_compared_applied_and_guarded() {
    let server = Server::start().await;
    let dry = apply(&server, AGENT, None, true).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.body);
    assert_eq!(dry.json()["created"], true);
    let gone = server.call("objects/yaml", json!({"key": key("agent", "tide")})).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "a dry run leaves nothing");

    apply(&server, AGENT, None, false).await.json();
    let taken = apply(&server, AGENT, None, false).await;
    assert_eq!((taken.status, taken.json()["code"].as_str()), (StatusCode::CONFLICT, Some("AlreadyExists")));

    let document = server.call("objects/yaml", json!({"key": key("agent", "tide")})).await.json();
    let (text, version) = (document["text"].as_str().unwrap(), document["version"].as_str().unwrap());
    assert!(!text.contains("managedFields") && !text.contains("resourceVersion"), "{text}");
    let shorter = text.replace("  description: Knows the tides\n", "");
    let outcome = apply(&server, &shorter, Some(version), false).await.json();
    let removed: Vec<_> =
        outcome["diff"].as_array().unwrap().iter().filter(|l| l["side"] == "Removed").collect();
    assert_eq!(removed[0]["text"], "  description: Knows the tides", "{outcome}");

    let stale = apply(&server, text, Some(version), false).await;
    assert_eq!((stale.status, stale.json()["code"].as_str()), (StatusCode::CONFLICT, Some("Conflict")));
}

#[tokio::test]
async fn an_edit_removes_what_another_manager_wrote_and_says_who_edited() {
    let server = Server::start().await;
    let agents: kube::Api<arkdeck::resources::Agent> =
        kube::Api::namespaced(server.client.clone(), "default");
    let object: Value = serde_saphyr::from_str(AGENT).unwrap();
    let params = kube::api::PatchParams::apply("kubectl");
    agents.patch("tide", &params, &kube::api::Patch::Apply(&object)).await.unwrap();
    let document = server.call("objects/yaml", json!({"key": key("agent", "tide")})).await.json();
    let (text, version) = (document["text"].as_str().unwrap(), document["version"].as_str().unwrap());
    let edited = text.replace("  description: Knows the tides\n", "").replace("You know", "You love");
    assert_eq!(apply(&server, &edited, Some(version), false).await.status, StatusCode::OK);

    let agent = agents.get("tide").await.unwrap();
    assert_eq!(agent.spec.description, "");
    let fields = agent.metadata.managed_fields.unwrap().into_iter();
    let owners: Vec<_> = fields.map(|entry| (entry.manager.unwrap(), entry.fields_v1.unwrap().0)).collect();
    let spec = json!({"f:spec": {"f:prompt": {}}});
    assert!(owners.contains(&("arkdeck-ui".to_owned(), spec)), "{owners:?}");
}

#[tokio::test]
async fn errors_of_fields_carry_their_lines() {
    let server = Server::start().await;
    let wrong = AGENT.replace("  prompt:", "  tools:\n  - type: mcp\n  prompt:");
    let problem = apply(&server, &wrong, None, true).await;
    assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = problem.json()["fields"].clone();
    assert_eq!(
        (&fields[0]["field"], &fields[0]["line"]),
        (&json!("spec.tools[0].name"), &json!(9)),
        "{fields}"
    );

    let unknown = apply(&server, &AGENT.replace("prompt", "promt"), None, true).await.json();
    assert_eq!(unknown["fields"][0]["line"], 8, "{unknown}");

    let broken = apply(&server, "kind: [", None, true).await.json();
    assert!(broken["fields"][0]["line"].is_number(), "{broken}");

    let elsewhere = AGENT.replace("  name: tide", "  name: tide\n  namespace: kube-system");
    let refused = apply(&server, &elsewhere, None, true).await.json();
    assert_eq!(refused["fields"][0]["field"], "metadata.namespace");
}

#[tokio::test]
async fn every_template_is_accepted_as_it_is() {
    let server = Server::start().await;
    for kind in arkdeck::resources::kind::Kind::ALL {
        let arguments = json!({"kind": kind, "namespace": "default"});
        let text = server.call("objects/template", arguments).await.json().as_str().unwrap().to_owned();
        let outcome = apply(&server, &text, None, true).await;
        assert_eq!(outcome.status, StatusCode::OK, "{kind:?}: {}", outcome.body);
    }
}

#[tokio::test]
async fn a_typed_key_becomes_a_secret_and_never_comes_back() {
    let server = Server::start().await;
    let form = json!({
        "namespace": "default", "name": "harbour", "provider": "openai", "model": {"Literal": "gpt"},
        "base_url": {"Literal": "http://127.0.0.1:9/v1"}, "api_key": {"Typed": "sk-very-hush"}, "api_version": "Unset",
        "properties": [["temperature", {"Literal": "0.2"}]], "poll_interval": "", "version": null
    });
    let preview = server.call("models/preview", json!({"form": form})).await;
    assert!(
        preview.body.contains("arkdeck-harbour") && !preview.body.contains("sk-very-hush"),
        "{}",
        preview.body
    );
    let saved = server.call("models/save", json!({"form": form, "dry_run": false})).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);

    let secrets: kube::Api<k8s_openapi::api::core::v1::Secret> =
        kube::Api::namespaced(server.client.clone(), "default");
    let secret = secrets.get("arkdeck-harbour").await.unwrap();
    assert_eq!(secret.data.unwrap()["api-key"].0, b"sk-very-hush");
    let detail = seen(&server, "model", "harbour").await;
    assert!(!detail.to_string().contains("sk-very-hush"));
    let choices = server.call("forms/choices", json!({"namespace": "default"})).await;
    assert!(choices.body.contains("arkdeck-harbour") && !choices.body.contains("sk-very-hush"));

    // The form that the page was given saves again, and a wrong one changes nothing.
    let mut again = detail["specific"]["Model"].clone();
    again["properties"] = json!([]);
    let saved = server.call("models/save", json!({"form": again, "dry_run": false})).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    (again["name"], again["version"], again["provider"]) = (json!("other"), json!(null), json!("nobody"));
    let refused = server.call("models/save", json!({"form": again, "dry_run": false})).await;
    assert_eq!(refused.json()["fields"][0]["field"], "spec.provider");
}

#[tokio::test]
async fn lists_search_filter_sort_and_count() {
    let server = Server::start().await;
    for (name, purpose) in [("tide", "Knows the tides"), ("moon", "Knows the moon"), ("star", "Counts stars")]
    {
        let text = AGENT.replace("name: tide", &format!("name: {name}")).replace("Knows the tides", purpose);
        apply(&server, &text, None, false).await.json();
        seen(&server, "agent", name).await;
    }
    let list = async |more: Value| {
        let mut request = json!({"kind": "agent", "namespace": "default"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.call("objects/list", json!({"request": request})).await.json()
    };
    let names = |page: &Value| -> Vec<String> {
        page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["key"]["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&list(json!({})).await), ["moon", "star", "tide"]);
    assert_eq!(names(&list(json!({"sort": "name", "descending": true})).await), ["tide", "star", "moon"]);
    let found = list(json!({"search": "KNOWS the"})).await;
    assert_eq!(
        (names(&found), &found["matched"], &found["total"]),
        (vec!["moon".into(), "tide".into()], &json!(2), &json!(3))
    );
    assert_eq!(list(json!({"states": ["failed"]})).await["matched"], 0);
    assert_eq!(found["counts"], json!([["queued", 3]]), "nobody has looked at them yet");

    let hits = server.call("objects/search", json!({"namespace": null, "text": "tid"})).await.json();
    assert_eq!(hits[0]["key"]["name"], "tide");

    let failed =
        server.call("objects/delete", json!({"keys": [key("agent", "tide"), key("agent", "nobody")]})).await;
    assert_eq!(failed.json(), json!([]), "what is gone already is no failure");
}

#[tokio::test]
async fn a_question_gets_a_readable_name_and_is_asked_again() {
    let server = Server::start().await;
    let form = json!({
        "namespace": "default", "name": "", "targets": [key("agent", "tide")], "input": "When is high tide?",
        "parameters": [], "session": "", "timeout": "5m"
    });
    let first = server.call("queries/create", json!({"form": form})).await.json();
    let name = first["name"].as_str().unwrap();
    assert!(name.starts_with("tide-"), "{name}");
    seen(&server, "query", name).await;
    let run = server.call("queries/run", json!({"key": first})).await.json();
    assert_eq!((&run["input"], &run["timeout_ms"]), (&json!("When is high tide?"), &json!(300_000)), "{run}");
    let again = server.call("queries/rerun", json!({"key": first})).await.json();
    assert!(
        again["name"].as_str().unwrap().starts_with("tide-") && again["name"] != first["name"],
        "{again}"
    );
    // In the conversation that the first began, with all that it was asked with.
    let talk = server.call("queries/rerun", json!({"key": first, "conversation": run["uid"]})).await.json();
    seen(&server, "query", talk["name"].as_str().unwrap()).await;
    let talk = server.call("queries/run", json!({"key": talk})).await.json();
    assert_eq!((&talk["conversation"], &talk["timeout_ms"]), (&run["uid"], &json!(300_000)), "{talk}");
    let empty = server.call("queries/create", json!({"form": {
        "namespace": "default", "name": "", "targets": [], "input": " ", "parameters": [], "session": "", "timeout": ""
    }})).await.json();
    assert_eq!(empty["fields"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_approval_is_answered_once_as_the_person_and_judged_before() {
    let server = Server::start().await;
    let tasks: kube::Api<arkdeck::resources::A2ATask> =
        kube::Api::namespaced(server.client.clone(), "default");
    let task = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "A2ATask", "metadata": {"name": "a2a-task-1"},
        "spec": {"queryRef": {"name": "tide"}, "agentRef": {"name": "pilot"}, "taskId": "1"}});
    tasks.create(&kube::api::PostParams::default(), &serde_json::from_value(task).unwrap()).await.unwrap();
    let calls =
        json!([{"id": "c", "function": {"name": "pay", "arguments": r#"{"amount": 5}"#}}]).to_string();
    let status = json!({"status": {"phase": "input-required", "startTime": "2026-11-24T12:00:00Z",
        "protocolMetadata": {"toolCalls": calls, "onTimeout": "reject", "why": "Every call."}}});
    let params = kube::api::PatchParams::default();
    tasks.patch_status("a2a-task-1", &params, &kube::api::Patch::Merge(&status)).await.unwrap();
    let mut changed = server.caches.changed();
    let inbox = loop {
        let inbox = server.call("approvals/list", json!({})).await.json();
        if inbox["waiting"].as_array().is_some_and(|all| !all.is_empty()) {
            break inbox;
        }
        changed.changed().await.unwrap();
    };
    let asked = &inbox["waiting"][0]["approval"];
    assert_eq!((&asked["tool"], &asked["agent"]["name"]), (&json!("pay"), &json!("pilot")));

    let decide = async |decision: &str, reason: &str, arguments: Value| {
        let form = json!({"key": key("a2atask", "a2a-task-1"), "decision": decision, "reason": reason, "arguments": arguments});
        server.call("approvals/decide", json!({"form": form})).await
    };
    let silent = decide("rejected", " ", Value::Null).await.json();
    assert_eq!((&silent["code"], &silent["fields"][0]["field"]), (&json!("Invalid"), &json!("reason")));
    let list = decide("approved", "", json!("[1]")).await.json();
    assert_eq!(list["fields"][0]["field"], "arguments");
    assert_eq!(tasks.get("a2a-task-1").await.unwrap().spec.input, "");

    let done = decide("approved", "fits", json!(r#"{"amount": 4}"#)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let written = tasks.get("a2a-task-1").await.unwrap();
    let input: Value = serde_json::from_str(&written.spec.input).unwrap();
    assert_eq!(
        input,
        json!({"decision": "approved", "reason": "fits", "arguments": {"amount": 4}, "by": "owner"})
    );
    let managers: Vec<_> =
        written.metadata.managed_fields.unwrap().into_iter().filter_map(|one| one.manager).collect();
    assert!(managers.contains(&"arkdeck-ui".to_owned()), "{managers:?}");

    let late = decide("rejected", "too much", Value::Null).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(late.json()["message"], "owner was faster: approved.");
    let refusal = server.call("approvals/refusal", json!({"namespace": "default"})).await;
    assert_eq!(refusal.body, "null");
}
