//! Validation tables: structure, wording, lists, rules, ratcheting.

use serde_json::{Value, json};

use super::{CauseReason, Schema};

fn schema(spec: Value) -> Schema {
    Schema::compile(&json!({"type": "object", "properties": {"spec": spec}})).unwrap()
}

/// `field: message` of each error.
fn errors(spec: Value, new: Value) -> Vec<String> {
    schema(spec).validate(&json!({"spec": new}), None).iter().map(ToString::to_string).collect()
}

fn update(spec: Value, old: Value, new: Value) -> Vec<String> {
    let errors = schema(spec).validate(&json!({"spec": new}), Some(&json!({"spec": old})));
    errors.iter().map(ToString::to_string).collect()
}

fn field(of: Value) -> Value {
    json!({"type": "object", "properties": {"a": of}})
}

#[test]
fn keywords_are_worded_as_by_kube_apiserver() {
    for (of, value, expected) in [
        (
            json!({"type": "string", "pattern": "^a+$"}),
            json!("b"),
            r#"spec.a: Invalid value: "b": spec.a in body should match '^a+$'"#,
        ),
        (
            json!({"type": "string", "enum": ["x", "y"]}),
            json!("z"),
            r#"spec.a: Unsupported value: "z": supported values: "x", "y""#,
        ),
        (
            json!({"type": "integer", "enum": [1, 2]}),
            json!(3),
            r#"spec.a: Unsupported value: 3: supported values: "1", "2""#,
        ),
        (
            json!({"type": "string", "minLength": 2}),
            json!("b"),
            r#"spec.a: Invalid value: "b": spec.a in body should be at least 2 chars long"#,
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            json!("bcd"),
            "spec.a: Too long: may not be more than 2 bytes",
        ),
        (
            json!({"type": "integer", "minimum": 0}),
            json!(-1),
            "spec.a: Invalid value: -1: spec.a in body should be greater than or equal to 0",
        ),
        (
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
            json!(0),
            "spec.a: Invalid value: 0: spec.a in body should be greater than 0",
        ),
        (
            json!({"type": "number", "maximum": 1.5}),
            json!(2),
            "spec.a: Invalid value: 2: spec.a in body should be less than or equal to 1.5",
        ),
        (
            json!({"type": "number", "maximum": 1, "exclusiveMaximum": true}),
            json!(1),
            "spec.a: Invalid value: 1: spec.a in body should be less than 1",
        ),
        (
            json!({"type": "integer", "multipleOf": 5}),
            json!(7),
            "spec.a: Invalid value: 7: spec.a in body should be a multiple of 5",
        ),
        (
            json!({"type": "integer", "format": "int32"}),
            json!(3_000_000_000_i64),
            "spec.a: Invalid value: 3000000000: spec.a in body must be of type int32: 3000000000",
        ),
        (
            json!({"type": "array", "minItems": 1}),
            json!([]),
            "spec.a: Invalid value: 0: spec.a in body should have at least 1 items",
        ),
        (
            json!({"type": "array", "maxItems": 1}),
            json!([1, 2]),
            "spec.a: Too many: 2: must have at most 1 item",
        ),
        (
            json!({"type": "object", "maxProperties": 0, "additionalProperties": true}),
            json!({"x": 1}),
            "spec.a: Too many: 1: must have at most 0 items",
        ),
        (
            json!({"type": "string", "format": "date-time"}),
            json!("x"),
            r#"spec.a: Invalid value: "x": spec.a in body must be of type date-time: "x""#,
        ),
        (
            json!({"type": "integer"}),
            json!("x"),
            r#"spec.a: Invalid value: "string": spec.a in body must be of type integer: "string""#,
        ),
        (
            json!({"type": "string"}),
            json!(1),
            r#"spec.a: Invalid value: "integer": spec.a in body must be of type string: "integer""#,
        ),
        (
            json!({"type": "string"}),
            json!(null),
            r#"spec.a: Invalid value: "null": spec.a in body must be of type string: "null""#,
        ),
        (
            json!({"x-kubernetes-int-or-string": true}),
            json!(true),
            r#"spec.a: Invalid value: "boolean": spec.a in body must be of type integer,string: "boolean""#,
        ),
    ] {
        assert_eq!(errors(field(of.clone()), json!({"a": value})), [expected], "{of}");
    }
}

#[test]
fn what_is_right_passes() {
    for (of, value) in [
        (json!({"type": "integer"}), json!(3.0)),
        (json!({"type": "number"}), json!(3)),
        (json!({"type": "string", "nullable": true}), json!(null)),
        (
            json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
            json!("50%"),
        ),
        (
            json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
            json!(50),
        ),
        (json!({"x-kubernetes-preserve-unknown-fields": true}), json!({"a": [1, "x"]})),
        (json!({"type": "string", "maxLength": 2}), json!("üü")),
        (json!({"type": "string", "format": "unheard-of"}), json!("x")),
    ] {
        assert_eq!(errors(field(of.clone()), json!({"a": value})), Vec::<String>::new(), "{of}");
    }
}

#[test]
fn required_fields_and_paths() {
    let spec = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"},
        "tools": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "integer"}}
    }});
    assert_eq!(
        errors(spec, json!({"tools": [{"type": "x"}, {}], "labels": {"k": "v"}})),
        [
            r#"spec.labels.k: Invalid value: "string": spec.labels.k in body must be of type integer: "string""#,
            "spec.tools[1].type: Required value",
            "spec.name: Required value",
        ]
    );
}

#[test]
fn combined_schemas() {
    let exactly_one = json!({"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "string"}},
        "oneOf": [{"required": ["x"]}, {"required": ["y"]}]});
    assert_eq!(errors(exactly_one.clone(), json!({"x": "1"})).len(), 0);
    assert_eq!(
        errors(exactly_one.clone(), json!({"x": "1", "y": "2"})),
        [
            r#"spec: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives"#
        ]
    );
    assert_eq!(
        errors(exactly_one, json!({})),
        [
            r#"spec: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid"#,
            "spec.x: Required value"
        ]
    );
    let any = field(json!({"type": "string", "anyOf": [{"pattern": "^a"}, {"pattern": "^b"}]}));
    assert_eq!(errors(any.clone(), json!({"a": "b"})).len(), 0);
    assert_eq!(
        errors(any, json!({"a": "c"}))[0],
        r#"spec.a: Invalid value: "": "spec.a" must validate at least one schema (anyOf)"#
    );
    let all = field(json!({"type": "string", "allOf": [{"minLength": 1}, {"maxLength": 2}]}));
    assert_eq!(
        errors(all, json!({"a": ""})),
        [
            r#"spec.a: Invalid value: "": "spec.a" must validate all the schemas (allOf)"#,
            r#"spec.a: Invalid value: "": spec.a in body should be at least 1 chars long"#
        ]
    );
    let not = field(json!({"type": "string", "not": {"enum": ["x"]}}));
    assert_eq!(
        errors(not, json!({"a": "x"})),
        [r#"spec.a: Invalid value: "": "spec.a" must not validate the schema (not)"#]
    );
}

#[test]
fn items_of_sets_and_maps_are_unique() {
    let spec = json!({"type": "object", "properties": {
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"],
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "port": {"type": "integer"}}}},
        "free": {"type": "array", "items": {"type": "string"}}
    }});
    let twice = json!({"set": ["a", "b", "a", "a"], "map": [{"name": "x", "port": 1}, {"name": "x"}, {"name": "x", "port": 1}], "free": ["a", "a"]});
    assert_eq!(
        errors(spec.clone(), twice.clone()),
        [r#"spec.map[2]: Duplicate value: {"name":"x","port":1}"#, r#"spec.set[2]: Duplicate value: "a""#]
    );
    assert_eq!(update(spec, twice.clone(), twice).len(), 0);
}

fn rule(rule: Value) -> Value {
    json!({"type": "object", "properties": {
        "a": {"type": "integer"}, "b": {"type": "string"}, "namespace": {"type": "string"},
        "list": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "at": {"type": "string", "format": "date-time"}
    }, "x-kubernetes-validations": [rule]})
}

#[test]
fn rules_pass_and_fail() {
    for (source, passes, fails) in [
        ("self.a > 1", json!({"a": 2}), json!({"a": 1})),
        ("!has(self.b) || self.b.startsWith('x')", json!({}), json!({"b": "y"})),
        ("has(self.a) != has(self.b)", json!({"a": 1}), json!({"a": 1, "b": "x"})),
        (
            "self.__namespace__ != 'kube-system'",
            json!({"namespace": "a"}),
            json!({"namespace": "kube-system"}),
        ),
        ("self.list.all(x, x.size() < 3)", json!({"list": ["a"]}), json!({"list": ["abc"]})),
        ("self.list.exists(x, x == 'a')", json!({"list": ["b", "a"]}), json!({"list": []})),
        ("self.map.all(k, self.map[k] > 0)", json!({"map": {"x-y": 1}}), json!({"map": {"x-y": 0}})),
        (
            "self.at > timestamp('2020-01-01T00:00:00Z')",
            json!({"at": "2021-01-01T00:00:00Z"}),
            json!({"at": "2019-01-01T00:00:00Z"}),
        ),
        ("self.b.matches('^[a-z]+$')", json!({"b": "abc"}), json!({"b": "A"})),
        ("quantity(self.b).isLessThan(quantity('1Gi'))", json!({"b": "500Mi"}), json!({"b": "2Gi"})),
        ("isURL(self.b)", json!({"b": "https://a.b"}), json!({"b": "://"})),
    ] {
        let rule = rule(json!({"rule": source, "message": "no"}));
        assert_eq!(errors(rule.clone(), passes), Vec::<String>::new(), "{source}");
        assert_eq!(errors(rule, fails), [r#"spec: Invalid value: "object": no"#], "{source}");
    }
}

#[test]
fn messages_reasons_and_field_paths() {
    let failing = |more: Value| {
        let mut entry = json!({"rule": "self.a > 1"});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema(rule(entry)).validate(&json!({"spec": {"a": 1}}), None).remove(0)
    };
    assert_eq!(failing(json!({})).message, r#"Invalid value: "object": failed rule: self.a > 1"#);
    let named = failing(
        json!({"message": " m ", "messageExpression": "'a is ' + string(self.a)", "fieldPath": ".a"}),
    );
    assert_eq!(
        (named.field.as_str(), named.message.as_str()),
        ("spec.a", r#"Invalid value: "object": a is 1"#)
    );
    let broken = failing(json!({"message": "m", "messageExpression": "self.missing"}));
    assert_eq!(broken.message, r#"Invalid value: "object": m"#);
    let forbidden = failing(json!({"message": "m", "reason": "FieldValueForbidden"}));
    assert_eq!((forbidden.reason, forbidden.message.as_str()), (CauseReason::Forbidden, "Forbidden: m"));
    let required = failing(json!({"message": "m", "reason": "FieldValueRequired"}));
    assert_eq!((required.reason, required.message.as_str()), (CauseReason::Required, "Required value: m"));
    let evaluation = errors(rule(json!({"rule": "self.a > 1", "message": "m"})), json!({}));
    assert!(evaluation[0].ends_with("evaluating rule: m"), "{evaluation:?}");
}

#[test]
fn rules_below_see_their_own_value() {
    let spec = json!({"type": "object", "properties": {
        "tools": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}},
            "x-kubernetes-validations": [{"rule": "self.n != 0", "message": "not zero"}]}},
        "map": {"type": "object", "additionalProperties": {"type": "string",
            "x-kubernetes-validations": [{"rule": "self != ''", "message": "not empty"}]}}
    }});
    assert_eq!(
        errors(spec, json!({"tools": [{"n": 1}, {"n": 0}], "map": {"k": ""}})),
        [
            r#"spec.map[k]: Invalid value: "string": not empty"#,
            r#"spec.tools[1]: Invalid value: "object": not zero"#
        ]
    );
}

#[test]
fn transition_rules_need_an_old_value() {
    let fixed = field(
        json!({"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "immutable"}]}),
    );
    assert_eq!(errors(fixed.clone(), json!({"a": "x"})).len(), 0);
    assert_eq!(update(fixed.clone(), json!({}), json!({"a": "x"})).len(), 0);
    assert_eq!(update(fixed.clone(), json!({"a": "x"}), json!({"a": "x"})).len(), 0);
    assert_eq!(
        update(fixed, json!({"a": "x"}), json!({"a": "y"})),
        [r#"spec.a: Invalid value: "string": immutable"#]
    );
    let optional = field(json!({"type": "integer", "x-kubernetes-validations": [
        {"rule": "!oldSelf.hasValue() ? self == 1 : self > oldSelf.value()", "optionalOldSelf": true, "message": "m"}]}));
    assert_eq!(errors(optional.clone(), json!({"a": 1})).len(), 0);
    assert_eq!(errors(optional.clone(), json!({"a": 2})).len(), 1);
    assert_eq!(update(optional.clone(), json!({"a": 2}), json!({"a": 3})).len(), 0);
    assert_eq!(update(optional, json!({"a": 2}), json!({"a": 1})).len(), 1);
    let items = field(
        json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
        "items": {"type": "object", "properties": {"k": {"type": "string"}, "v": {"type": "integer", "x-kubernetes-validations": [{"rule": "self >= oldSelf", "message": "m"}]}}}}),
    );
    assert_eq!(
        update(
            items,
            json!({"a": [{"k": "x", "v": 1}, {"k": "y", "v": 5}]}),
            json!({"a": [{"k": "y", "v": 4}, {"k": "x", "v": 2}]})
        ),
        [r#"spec.a[0].v: Invalid value: "integer": m"#]
    );
}

#[test]
fn unchanged_parts_are_not_judged_again() {
    let spec = json!({"type": "object", "properties": {
        "bad": {"type": "string", "pattern": "^a$"}, "free": {"type": "string"},
        "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
            "items": {"type": "object", "properties": {"k": {"type": "string"}, "v": {"type": "string", "maxLength": 1}}}},
        "ruled": {"type": "object", "properties": {"n": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.n > 0", "message": "m"}]}
    }});
    let old = json!({"bad": "b", "free": "x", "items": [{"k": "1", "v": "long"}], "ruled": {"n": 0}});
    let mut new = old.clone();
    new["free"] = json!("y");
    assert_eq!(update(spec.clone(), old.clone(), new.clone()), Vec::<String>::new());
    new["items"] = json!([{"k": "2", "v": ""}, {"k": "1", "v": "long"}]);
    assert_eq!(update(spec.clone(), old.clone(), new.clone()), Vec::<String>::new());
    new["bad"] = json!("c");
    new["ruled"] = json!({"n": -1});
    new["items"] = json!([{"k": "1", "v": "longer"}]);
    assert_eq!(update(spec, old, new).len(), 2, "too long hides rules, the other two remain");
}

#[test]
fn rules_wait_until_the_structure_is_sound() {
    let spec = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}},
        "x-kubernetes-validations": [{"rule": "self.a > 0", "message": "m"}]});
    assert_eq!(errors(spec.clone(), json!({})), ["spec.a: Required value"]);
    assert_eq!(errors(spec, json!({"a": "x"})).len(), 1);
}

#[test]
fn metadata_is_typed_and_rules_at_the_root_see_its_name() {
    let schema = Schema::compile(&json!({"type": "object", "properties": {
        "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}}
    }, "x-kubernetes-validations": [{"rule": "self.metadata.name != 'no' && !has(self.metadata.labels)", "message": "m"}]}))
    .unwrap();
    let judge =
        |object: Value| schema.validate(&object, None).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(judge(json!({"metadata": {"name": "yes", "labels": {"a": "b"}}})).len(), 0);
    assert_eq!(judge(json!({"metadata": {"name": "no"}})), [r#": Invalid value: "object": m"#]);
    assert_eq!(
        judge(json!({"metadata": {"name": "long"}})),
        ["metadata.name: Too long: may not be more than 3 bytes"]
    );
    assert_eq!(
        judge(json!({"metadata": {"name": "a", "labels": {"a": 1}}})),
        [
            r#"metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer""#
        ]
    );
}
