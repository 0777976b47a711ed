//! Types, keywords, fields and lists, and how errors about them read.

use serde_json::json;

use super::{errors, field, update};

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
