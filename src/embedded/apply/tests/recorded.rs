//! What Kubernetes itself made of random writes: `recorded/scenarios.jsonl` holds the answers of
//! `k8s.io/apimachinery/pkg/util/managedfields` 0.34, one scenario of six writes per line. Of 5,400 such scenarios
//! none differed; these few guard it. `recorded/record.go` makes more: `go mod init x && go mod tidy && go run
//! record.go SEED COUNT` beside `schema.json`.
//!
//! Scenarios where an emptied map or list was recorded as null are left out: we keep `{}` and `[]`, as what
//! kube-apiserver stores there is dropped when it is read.

use serde_json::{Value, json};

use super::super::{Manager, server_side_apply, track_update};
use crate::embedded::schema::Schema;

/// Entries without times, which are another's, in an order that does not depend on them.
fn timeless(mut object: Value) -> Value {
    if let Some(Value::Array(entries)) = object.pointer_mut("/metadata/managedFields") {
        for entry in entries.iter_mut() {
            entry.as_object_mut().unwrap().remove("time");
        }
        entries.sort_by_key(Value::to_string);
    }
    object
}

#[test]
fn writes_end_as_in_kubernetes() {
    let schema =
        Schema::compile(&serde_json::from_str(include_str!("recorded/schema.json")).unwrap()).unwrap();
    for (number, line) in include_str!("recorded/scenarios.jsonl").lines().enumerate() {
        let steps: Vec<Value> = serde_json::from_str(line).unwrap();
        let mut live: Option<Value> = None;
        for (at, step) in steps.into_iter().enumerate() {
            let manager = Manager {
                name: step["manager"].as_str().unwrap(),
                api_version: "test.dev/v1",
                subresource: None,
                now: "2026-01-01T00:00:00Z",
            };
            let mut object = step["object"].clone();
            let outcome = if step["op"] == "apply" {
                server_side_apply(&schema, live.as_ref(), &object, &manager, step["force"] == true)
            } else {
                track_update(&schema, live.as_ref(), &mut object, &manager);
                Ok(object)
            };
            let place = format!("scenario {number}, step {at}");
            match outcome {
                Ok(mut object) => {
                    object["metadata"]["uid"] = json!("1");
                    assert_eq!(timeless(object.clone()), timeless(step["result"].clone()), "{place}");
                    live = Some(object);
                }
                Err(error) => assert_eq!(json!(error.to_string()), step["error"], "{place}"),
            }
        }
    }
}
