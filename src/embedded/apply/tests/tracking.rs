//! Tables of managed fields after updates, and of status.

use serde_json::json;

use super::super::{Manager, server_side_apply, track_update};
use super::{VERSION, World, at};

#[test]
fn updates_own_what_they_change() {
    let mut world = World::new();
    world.create("kubectl-create", json!({"prompt": "p", "labels": {"x": "1"}}));
    assert_eq!(world.owners(), ["kubectl-create Update:  .labels .prompt .labels.x"]);
    world.update("kubectl-edit", |o| o["spec"]["prompt"] = json!("q"));
    assert_eq!(world.owners(), ["kubectl-create Update:  .labels .labels.x", "kubectl-edit Update: .prompt"]);
    let before = world.live.clone();
    world.update("someone", |_| ());
    assert_eq!(world.live, before, "nothing changed");
    world.update("someone", |o| {
        o["spec"].as_object_mut().unwrap().remove("labels");
    });
    assert_eq!(world.owners(), ["kubectl-create Update: ", "kubectl-edit Update: .prompt"]);
}

#[test]
fn an_update_takes_fields_from_appliers_and_they_get_them_back_by_force() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p", "model": "m"}));
    world.update("editor", |o| o["spec"]["prompt"] = json!("q"));
    assert_eq!(world.owners(), ["a Apply: .model", "editor Update: .prompt"]);
    assert!(world.try_apply("a", json!({"prompt": "p", "model": "m"}), false).is_err());
    world.force("a", json!({"prompt": "p", "model": "m"}));
    assert_eq!(world.owners(), ["a Apply: .model .prompt"]);
}

#[test]
fn identity_is_never_owned() {
    let mut world = World::new();
    world.update("a", |o| {
        let fields = json!({"name": "t", "namespace": "n", "uid": "u", "resourceVersion": "1", "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z", "selfLink": "s", "labels": {"l": "1"}, "finalizers": ["f/x"]});
        o["metadata"] = fields;
    });
    let owned = world.owners();
    assert_eq!(
        owned,
        [
            r#"a Update:  .metadata.finalizers .metadata.labels .metadata.finalizers[="f/x"] .metadata.labels.l"#
        ]
    );
}

#[test]
fn status_is_tracked_apart() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p"}));
    let writer = Manager { subresource: Some("status"), ..at("controller", "2026-01-01T00:01:00Z") };
    let applied = json!({"apiVersion": VERSION, "kind": "Thing",
        "metadata": {"name": "t", "labels": {"ignored": "x"}}, "spec": {"prompt": "ignored"},
        "status": {"phase": "done", "conditions": [{"type": "Ready", "status": "True"}]}});
    let live = server_side_apply(&world.schema, world.live.as_ref(), &applied, &writer, false).unwrap();
    assert_eq!(live["spec"]["prompt"], "p");
    let entry = &live["metadata"]["managedFields"][1];
    assert_eq!(
        entry,
        &json!({"manager": "controller", "operation": "Apply", "apiVersion": VERSION, "subresource": "status",
            "time": "2026-01-01T00:01:00Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {"f:phase": {},
            "f:conditions": {"k:{\"type\":\"Ready\"}": {".": {}, "f:status": {}, "f:type": {}}}}}})
    );
    let mut new = live.clone();
    new["status"]["phase"] = json!("error");
    new["metadata"]["managedFields"] = json!([]);
    let writer = Manager { name: "other", ..writer };
    track_update(&world.schema, Some(&live), &mut new, &writer);
    assert_eq!(
        new["metadata"]["managedFields"].as_array().unwrap().len(),
        3,
        "not cleared through a subresource"
    );
    let error = server_side_apply(
        &world.schema,
        Some(&new),
        &applied,
        &Manager { name: "controller", ..writer },
        false,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        r#"Apply failed with 1 conflict: conflict with "other" with subresource "status" using test.dev/v1: .status.phase"#
    );
}

#[test]
fn entries_can_be_cleared_and_corrected() {
    for empty in [json!([]), json!([{}])] {
        let mut world = World::new();
        world.create("a", json!({"prompt": "p"}));
        world.update("b", |o| o["metadata"]["managedFields"] = empty.clone());
        assert_eq!(world.owners().len(), 0);
        world.update("b", |o| o["spec"]["prompt"] = json!("q"));
        assert_eq!(world.owners().len(), 0, "untracked until the next apply");
        assert!(
            world
                .try_apply("c", json!({"prompt": "r"}), false)
                .unwrap_err()
                .contains("\"before-first-apply\"")
        );
        world.apply("c", json!({"prompt": "q"}));
        assert_eq!(world.owners(), ["c Apply: .prompt", "before-first-apply Update:  .prompt"]);
    }
    let mut world = World::new();
    world.create("a", json!({"prompt": "p"}));
    world.update("b", |o| {
        o["metadata"]["managedFields"][0]["manager"] = json!("renamed");
    });
    assert_eq!(world.owners(), ["renamed Update:  .prompt"]);
    world.update("b", |o| {
        o["metadata"].as_object_mut().unwrap().remove("managedFields");
        o["spec"]["model"] = json!("m");
    });
    assert_eq!(world.owners(), ["renamed Update:  .prompt", "b Update: .model"]);
    world
        .update("b", |o| o["metadata"]["managedFields"] = json!([{"manager": "x", "operation": "Nonsense"}]));
    assert_eq!(world.owners(), ["renamed Update:  .prompt", "b Update: .model"]);
}

#[test]
fn old_updaters_are_merged() {
    let mut world = World::new();
    for n in 0..14 {
        world.update(&format!("u{n:02}"), |o| o["spec"]["labels"][format!("l{n:02}")] = json!("x"));
    }
    let owners = world.owners();
    assert_eq!(owners.len(), 10);
    assert_eq!(
        owners[0],
        "ancient-changes Update:  .labels .labels.l00 .labels.l01 .labels.l02 .labels.l03 .labels.l04"
    );
    assert_eq!(owners[9], "u13 Update: .labels.l13");
}

#[test]
fn a_list_that_became_atomic_is_owned_whole() {
    let mut world = World::new();
    world.create("a", json!({"args": ["1"]}));
    let fields = json!({"f:spec": {"f:args": {".": {}, "v:\"1\"": {}}}});
    world.live.as_mut().unwrap()["metadata"]["managedFields"][0]["fieldsV1"] = fields;
    world.update("b", |o| o["spec"]["model"] = json!("m"));
    assert_eq!(world.owners(), ["a Update: .args", "b Update: .model"]);
}

#[test]
fn a_value_that_changes_its_shape() {
    let mut world = World::new();
    world.apply("a", json!({"any": {"x": {"y": 1}}, "amount": 1}));
    world.update("b", |o| {
        o["spec"]["any"]["x"] = json!("text");
        o["spec"]["amount"] = json!("1");
    });
    assert_eq!(world.owners(), ["b Update: .amount .any.x"]);
}
