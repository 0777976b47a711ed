//! Rules in CEL, and what an update judges again.

use serde_json::{Value, json};

use super::super::{CauseReason, Schema};
use super::{errors, field, schema, update};

/// What follows errors after which rules are not evaluated.
const UNCHECKED: &str = "<nil>: Invalid value: null: some validation rules were not checked because the object was \
                         invalid; correct the existing errors to complete validation";

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
        assert_eq!(errors(rule, fails), ["spec: Invalid value: no"], "{source}");
    }
}

#[test]
fn messages_reasons_and_field_paths() {
    let failing = |more: Value| {
        let mut entry = json!({"rule": "self.a > 1"});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema(rule(entry)).validate(&json!({"spec": {"a": 1}}), None).remove(0)
    };
    assert_eq!(failing(json!({})).message, "Invalid value: failed rule: self.a > 1");
    let named = failing(
        json!({"message": " m ", "messageExpression": "'a is ' + string(self.a)", "fieldPath": ".a"}),
    );
    assert_eq!((named.field.as_str(), named.message.as_str()), ("spec.a", "Invalid value: a is 1"));
    let broken = failing(json!({"message": "m", "messageExpression": "self.missing"}));
    assert_eq!(broken.message, "Invalid value: m");
    let forbidden = failing(json!({"message": "m", "reason": "FieldValueForbidden"}));
    assert_eq!((forbidden.reason, forbidden.message.as_str()), (CauseReason::Forbidden, "Forbidden: m"));
    let twice = failing(json!({"message": "m", "reason": "FieldValueDuplicate"}));
    assert_eq!((twice.reason, twice.message.as_str()), (CauseReason::Duplicate, "Duplicate value"));
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
        [r#"spec.map[k]: Invalid value: "": not empty"#, "spec.tools[1]: Invalid value: not zero"]
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
        [r#"spec.a: Invalid value: "y": immutable"#]
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
        [r#"spec.a[0].v: Invalid value: 4: m"#]
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
    let left: Vec<String> =
        update(spec, old, new).into_iter().map(|e| e.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(
        left,
        ["spec.bad", "spec.items[0].v", "<nil>"],
        "too long hides rules, which the last one says"
    );
}

#[test]
fn rules_wait_until_the_structure_is_sound() {
    let spec = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}},
        "x-kubernetes-validations": [{"rule": "self.a > 0", "message": "m"}]});
    assert_eq!(errors(spec.clone(), json!({})), ["spec.a: Required value", UNCHECKED]);
    assert_eq!(
        errors(spec, json!({"a": "x"})),
        [r#"spec.a: Invalid value: "string": spec.a in body must be of type integer: "string""#, UNCHECKED]
    );
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
    assert_eq!(judge(json!({"metadata": {"name": "no"}})), ["<nil>: Invalid value: m"]);
    assert_eq!(
        judge(json!({"metadata": {"name": "long"}})),
        ["metadata.name: Too long: may not be more than 3 bytes", UNCHECKED]
    );
    assert_eq!(
        judge(json!({"metadata": {"name": "a", "labels": {"a": 1}}})),
        [
            r#"metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer""#,
            UNCHECKED
        ]
    );
}
