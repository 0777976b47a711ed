//! Tables of server-side apply.

use serde_json::json;

use super::super::{ApplyError, Operation, server_side_apply};
use super::{VERSION, World, at, config};

#[test]
fn create_by_apply() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p", "nested": {"deep": {"c": "x"}}, "labels": {"k": "v"}}));
    let expected = json!([{
        "manager": "a", "operation": "Apply", "apiVersion": VERSION, "time": "2026-01-01T00:00:01Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:prompt": {}, "f:nested": {"f:deep": {"f:c": {}}}, "f:labels": {"f:k": {}}}}
    }]);
    assert_eq!(world.live.as_ref().unwrap()["metadata"]["managedFields"], expected);
    assert_eq!(world.spec()["mode"], "auto");
}

#[test]
fn applying_the_same_again_changes_nothing() {
    let mut world = World::new();
    let spec = json!({"prompt": "p", "any": {"x": {"y": null}}, "ports": [{"port": 1}], "model": null, "amount": "5"});
    world.apply("a", spec.clone());
    let before = world.live.clone();
    world.apply("a", spec.clone()).force("a", spec);
    assert_eq!(world.live, before);
}

#[test]
fn null_metadata_says_nothing() {
    let mut world = World::new();
    world.create("a", json!({"prompt": "p"}));
    world.live.as_mut().unwrap()["metadata"]["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
    let applied =
        json!({"apiVersion": VERSION, "kind": "Thing", "metadata": {"name": "t", "creationTimestamp": null}});
    let merged = server_side_apply(
        &world.schema,
        world.live.as_ref(),
        &applied,
        &at("b", "2026-01-02T00:00:00Z"),
        false,
    )
    .unwrap();
    assert_eq!(merged["metadata"]["creationTimestamp"], "2026-01-01T00:00:00Z");
}

#[test]
fn a_field_no_longer_applied_goes() {
    let mut world = World::new();
    world.apply(
        "a",
        json!({"prompt": "p", "model": "m", "labels": {"x": "1", "y": "2"}, "nested": {"a": "1"}}),
    );
    world.apply("a", json!({"prompt": "q", "labels": {"y": "2"}}));
    assert_eq!(world.spec(), &json!({"prompt": "q", "labels": {"y": "2"}, "mode": "auto"}));
    assert_eq!(world.owners(), ["a Apply: .prompt .labels.y"]);
}

#[test]
fn a_removed_field_returns_to_its_default() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p", "mode": "manual"})).apply("a", json!({"prompt": "p"}));
    assert_eq!(world.spec()["mode"], "auto");
}

#[test]
fn a_field_that_another_owns_stays() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p", "model": "m", "labels": {"x": "1"}}));
    world.apply("b", json!({"model": "m", "labels": {"z": "3"}}));
    world.apply("a", json!({"prompt": "p"}));
    assert_eq!(world.spec(), &json!({"prompt": "p", "model": "m", "labels": {"z": "3"}, "mode": "auto"}));
    world.apply("b", json!({}));
    assert_eq!(world.spec(), &json!({"prompt": "p", "mode": "auto"}));
}

#[test]
fn conflicts_are_told_and_nothing_changes() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p"}));
    let before = world.live.clone();
    assert_eq!(
        world.try_apply("b", json!({"prompt": "q"}), false),
        Err(r#"Apply failed with 1 conflict: conflict with "a": .spec.prompt"#.into())
    );
    assert_eq!(world.live, before);
    world.update("kubectl-edit", |o| o["spec"]["model"] = json!("m"));
    assert_eq!(
        world.try_apply("b", json!({"prompt": "q", "model": "n"}), false),
        Err("Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.prompt\nconflicts with \"kubectl-edit\" using test.dev/v1:\n- .spec.model".into())
    );
    let error = server_side_apply(
        &world.schema,
        world.live.as_ref(),
        &config(json!({"model": "n"})),
        &at("b", "2026-01-02T00:00:00Z"),
        false,
    );
    let Err(ApplyError::Conflicts(conflicts)) = error else { panic!("{error:?}") };
    assert_eq!(conflicts[0].field, ".spec.model");
    assert_eq!(conflicts[0].operation, Operation::Update);
    assert_eq!(conflicts[0].time.as_deref(), Some("2026-01-01T00:00:03Z"));
    assert_eq!(conflicts[0].to_string(), r#"conflict with "kubectl-edit" using test.dev/v1"#);
}

#[test]
fn force_takes_over() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p", "model": "m"})).force("b", json!({"prompt": "q"}));
    assert_eq!(world.spec()["prompt"], "q");
    assert_eq!(world.owners(), ["a Apply: .model", "b Apply: .prompt"]);
}

#[test]
fn equal_values_are_shared_and_leave_with_their_last_owner() {
    let mut world = World::new();
    world.apply("a", json!({"prompt": "p"})).apply("b", json!({"prompt": "p"}));
    assert_eq!(world.owners(), ["a Apply: .prompt", "b Apply: .prompt"]);
    assert!(world.try_apply("a", json!({"prompt": "q"}), false).is_err());
    world.apply("a", json!({"model": "m"}));
    assert_eq!(world.spec()["prompt"], "p");
    world.apply("b", json!({"model": "m"}));
    assert_eq!(world.spec().get("prompt"), None);
}

#[test]
fn items_of_a_list_map_are_owned_one_by_one() {
    let mut world = World::new();
    world.apply("a", json!({"ports": [{"port": 1, "name": "one"}, {"port": 2}]}));
    world.apply("b", json!({"ports": [{"port": 2, "host": "h"}, {"port": 3, "protocol": "UDP"}]}));
    assert_eq!(
        world.spec()["ports"],
        json!([
            {"port": 1, "name": "one", "protocol": "TCP"},
            {"port": 2, "host": "h", "protocol": "TCP"},
            {"port": 3, "protocol": "UDP"}
        ])
    );
    world.apply("a", json!({"ports": [{"port": 2}]}));
    assert_eq!(
        world.spec()["ports"],
        json!([{"port": 2, "host": "h", "protocol": "TCP"}, {"port": 3, "protocol": "UDP"}])
    );
    world.apply("b", json!({}));
    assert_eq!(world.spec()["ports"], json!([{"port": 2, "protocol": "TCP"}]));
    let first = &world.owners()[0];
    assert_eq!(first, r#"a Apply: .ports[port=2,protocol="TCP"] .ports[port=2,protocol="TCP"].port"#);
}

#[test]
fn list_maps_need_their_keys_once() {
    let mut world = World::new();
    let failure = |world: &mut World, spec| world.try_apply("a", spec, false).unwrap_err();
    assert_eq!(
        failure(&mut world, json!({"ports": [{"port": 1}, {"port": 1, "protocol": "TCP"}]})),
        r#"failed to create typed patch object: .spec.ports: duplicate entries for key [port=1,protocol="TCP"]"#
    );
    assert!(failure(&mut world, json!({"tags": ["a", {}]})).contains(".spec.tags: element 1"));
    let applied = json!({"metadata": {"managedFields": []}});
    assert_eq!(
        server_side_apply(&world.schema, None, &applied, &at("a", ""), false).unwrap_err().to_string(),
        "metadata.managedFields must be nil"
    );
}

#[test]
fn order_of_merged_lists() {
    for (live, applied, expected) in [
        (json!(["a", "b", "c"]), json!(["c", "a"]), json!(["b", "c", "a"])),
        (json!(["a", "b"]), json!(["c", "b"]), json!(["a", "c", "b"])),
        (json!(["a", "b"]), json!(["b", "c", "a"]), json!(["b", "c", "a"])),
        (json!([]), json!(["x"]), json!(["x"])),
        (json!(["x"]), json!([]), json!(["x"])),
    ] {
        let mut world = World::new();
        world.create("u", json!({"tags": live})).apply("a", json!({"tags": applied}));
        assert_eq!(world.spec()["tags"], expected, "{live} + {applied}");
    }
}

#[test]
fn sets_are_owned_by_value() {
    let mut world = World::new();
    world.apply("a", json!({"tags": ["x", "y"]})).apply("b", json!({"tags": ["y", "z"]}));
    assert_eq!(
        world.owners(),
        [r#"a Apply: .tags[="x"] .tags[="y"]"#, r#"b Apply: .tags[="y"] .tags[="z"]"#]
    );
    world.apply("a", json!({"tags": ["x"]}));
    assert_eq!(world.spec()["tags"], json!(["x", "y", "z"]));
    world.apply("b", json!({"tags": ["z"]}));
    assert_eq!(world.spec()["tags"], json!(["x", "z"]));
}

#[test]
fn atomic_values_are_owned_whole() {
    let mut world = World::new();
    world.apply("a", json!({"args": ["1", "2"], "selector": {"x": "1"}}));
    assert_eq!(world.owners(), ["a Apply: .args .selector"]);
    let error =
        world.try_apply("b", json!({"args": ["1"], "selector": {"x": "1", "y": "2"}}), false).unwrap_err();
    assert_eq!(error, "Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.args\n- .spec.selector");
    world.force("b", json!({"args": ["1"], "selector": {"y": "2"}}));
    assert_eq!(world.spec(), &json!({"args": ["1"], "selector": {"y": "2"}, "mode": "auto"}));
    assert_eq!(world.owners(), ["b Apply: .args .selector"]);
}

#[test]
fn unknown_fields_below_a_tolerant_object_are_owned_too() {
    let mut world = World::new();
    world.apply("a", json!({"any": {"x": 1, "list": [1, 2], "m": {"k": {}}}}));
    world.apply("b", json!({"any": {"y": 2}}));
    assert!(world.try_apply("b", json!({"any": {"list": [1]}}), false).is_err());
    world.apply("a", json!({"any": {"x": 1}}));
    assert_eq!(world.spec()["any"], json!({"x": 1, "y": 2}));
}

#[test]
fn nulls_and_empty_values() {
    let mut world = World::new();
    world.apply("a", json!({"labels": {}, "model": null, "nested": {"deep": {}}}));
    assert_eq!(world.owners(), ["a Apply: .labels .model .nested.deep"]);
    assert_eq!(world.spec(), &json!({"labels": {}, "nested": {"deep": {}}, "mode": "auto"}));
    world.apply("b", json!({"labels": {"x": "1"}})).apply("b", json!({}));
    assert_eq!(world.spec()["labels"], json!({}));
}

#[test]
fn kubectl_may_go_from_client_side_to_server_side() {
    let mut world = World::new();
    let last = config(json!({"prompt": "p", "model": "m"})).to_string();
    world.update("kubectl-client-side-apply", |o| {
        o["spec"] = json!({"prompt": "p", "model": "m"});
        o["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": last});
    });
    assert!(world.try_apply("other", json!({"prompt": "q"}), false).is_err());
    world.apply("kubectl", json!({"prompt": "q"}));
    assert_eq!(world.spec()["prompt"], "q");
    world.update("kubectl-edit", |o| o["spec"]["model"] = json!("edited"));
    assert_eq!(
        world.try_apply("kubectl", json!({"prompt": "q", "model": "n"}), false),
        Err(r#"Apply failed with 1 conflict: conflict with "kubectl-edit" using test.dev/v1: .spec.model"#
            .into())
    );
}
