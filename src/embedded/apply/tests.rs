//! Tables of server-side apply and managed fields.

use serde_json::{Value, json};

use super::{ApplyError, Manager, Operation, server_side_apply, track_update};
use crate::embedded::schema::Schema;

const VERSION: &str = "test.dev/v1";

fn schema() -> Schema {
    let text = json!({"type": "string"});
    Schema::compile(&json!({"type": "object", "properties": {
        "spec": {"type": "object", "properties": {
            "prompt": text, "model": text, "mode": {"type": "string", "default": "auto"},
            "nested": {"type": "object", "properties": {"a": text, "b": text, "deep": {"type": "object", "properties": {"c": text}}}},
            "labels": {"type": "object", "additionalProperties": text},
            "selector": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": text},
            "args": {"type": "array", "items": text},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
            "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                "items": {"type": "object", "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}, "name": text, "host": text}}},
            "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "amount": {"x-kubernetes-int-or-string": true}
        }},
        "status": {"type": "object", "properties": {"phase": text, "conditions": {"type": "array",
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
            "items": {"type": "object", "properties": {"type": text, "status": text}}}}}
    }}))
    .unwrap()
}

fn at<'a>(name: &'a str, now: &'a str) -> Manager<'a> {
    Manager { name, api_version: VERSION, subresource: None, now }
}

fn config(spec: Value) -> Value {
    json!({"apiVersion": VERSION, "kind": "Thing", "metadata": {"name": "t"}, "spec": spec})
}

/// A store of one object, whose clock ticks with every write.
struct World {
    schema: Schema,
    live: Option<Value>,
    tick: u32,
}

impl World {
    fn new() -> Self {
        Self { schema: schema(), live: None, tick: 0 }
    }

    fn now(&mut self) -> String {
        self.tick += 1;
        format!("2026-01-01T00:00:{:02}Z", self.tick)
    }

    fn apply(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.try_apply(manager, spec, false).unwrap();
        self
    }

    fn force(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.try_apply(manager, spec, true).unwrap();
        self
    }

    fn try_apply(&mut self, manager: &str, spec: Value, force: bool) -> Result<(), String> {
        let now = self.now();
        let applied = config(spec);
        let result = server_side_apply(&self.schema, self.live.as_ref(), &applied, &at(manager, &now), force);
        self.live = Some(result.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// An update of the spec by `change`.
    fn update(&mut self, manager: &str, change: impl FnOnce(&mut Value)) -> &mut Self {
        let now = self.now();
        let mut new = self.live.clone().unwrap_or_else(|| config(json!({})));
        change(&mut new);
        track_update(&self.schema, self.live.as_ref(), &mut new, &at(manager, &now));
        self.live = Some(new);
        self
    }

    fn create(&mut self, manager: &str, spec: Value) -> &mut Self {
        self.update(manager, |o| o["spec"] = spec);
        self
    }

    fn spec(&self) -> &Value {
        &self.live.as_ref().unwrap()["spec"]
    }

    /// `manager operation: fields of the spec`, one per entry.
    fn owners(&self) -> Vec<String> {
        let entries = self.live.as_ref().unwrap()["metadata"].get("managedFields").and_then(Value::as_array);
        let show = |e: &Value| {
            let fields = super::set::Set::from_fields(&e["fieldsV1"]).unwrap().paths();
            let fields: Vec<_> = fields.iter().map(|f| f.strip_prefix(".spec").unwrap_or(f)).collect();
            format!(
                "{} {}: {}",
                e["manager"].as_str().unwrap(),
                e["operation"].as_str().unwrap(),
                fields.join(" ")
            )
        };
        entries.into_iter().flatten().map(show).collect()
    }
}

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
