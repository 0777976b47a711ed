//! Defaulting, and the removal of nulls that the schema does not allow.

use serde_json::Value;

use super::node::Node;

/// Fills in defaults below `node`. Defaults may themselves hold objects whose fields have defaults.
pub(super) fn default(node: &Node, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, property) in &node.properties {
                if let Some(default) = &property.node.default
                    && fields.get(name).is_none_or(|v| v.is_null() && !property.node.nullable)
                {
                    fields.insert(name.clone(), default.clone());
                }
            }
            fields.retain(|name, value| {
                let Some(child) = node.child(name) else { return true };
                if value.is_null() && !child.nullable {
                    match &child.default {
                        Some(default) => *value = default.clone(),
                        None => return false,
                    }
                }
                default(child, value);
                true
            });
        }
        Value::Array(items) => {
            if let Some(item) = &node.items {
                for value in items {
                    if value.is_null()
                        && !item.nullable
                        && let Some(default) = &item.default
                    {
                        *value = default.clone();
                    }
                    default(item, value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Schema;
    use super::*;

    fn defaulted(spec: Value, given: Value) -> Value {
        let schema = Schema::compile(&json!({"type": "object", "properties": {"spec": spec}})).unwrap();
        let mut object = json!({"spec": given});
        schema.default(&mut object);
        object["spec"].clone()
    }

    #[test]
    fn missing_fields_get_their_default() {
        let spec = json!({"type": "object", "properties": {
            "timeout": {"type": "string", "default": "5m"},
            "tries": {"type": "integer", "default": 0},
            "off": {"type": "boolean", "default": false},
            "nested": {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
        }});
        assert_eq!(defaulted(spec.clone(), json!({})), json!({"timeout": "5m", "tries": 0, "off": false}));
        assert_eq!(
            defaulted(spec, json!({"timeout": "1s", "nested": {}})),
            json!({"timeout": "1s", "tries": 0, "off": false, "nested": {"a": "x"}})
        );
    }

    #[test]
    fn defaults_nest() {
        let spec = json!({"type": "object", "properties": {
            "outer": {"type": "object", "default": {}, "properties": {
                "inner": {"type": "object", "default": {"b": 1}, "properties": {"a": {"type": "string", "default": "x"}, "b": {}}}
            }},
            "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}},
            "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}}
        }});
        assert_eq!(
            defaulted(spec, json!({"list": [{}, {"n": 2}], "map": {"k": {}}})),
            json!({"outer": {"inner": {"a": "x", "b": 1}}, "list": [{"n": 1}, {"n": 2}], "map": {"k": {"n": 1}}})
        );
    }

    #[test]
    fn nulls() {
        let spec = json!({"type": "object", "properties": {
            "with": {"type": "string", "default": "d"},
            "without": {"type": "string"},
            "nullable": {"type": "string", "nullable": true, "default": "d"},
            "open": {"x-kubernetes-preserve-unknown-fields": true},
            "list": {"type": "array", "items": {"type": "string", "default": "i"}},
            "plain": {"type": "array", "items": {"type": "string"}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}}
        }});
        assert_eq!(
            defaulted(
                spec,
                json!({"with": null, "without": null, "nullable": null, "open": {"a": null}, "list": [null],
                    "plain": [null], "map": {"k": null, "l": "v"}})
            ),
            json!({"with": "d", "nullable": null, "open": {"a": null}, "list": ["i"], "plain": [null], "map": {"l": "v"}})
        );
    }

    #[test]
    fn root_and_metadata() {
        let schema = Schema::compile(&json!({"type": "object", "properties": {
            "spec": {"type": "object", "default": {}, "properties": {"a": {"default": 1, "type": "integer"}}}
        }}))
        .unwrap();
        let mut object = json!({"metadata": {"name": "x", "creationTimestamp": null, "labels": null}});
        schema.default(&mut object);
        assert_eq!(object, json!({"metadata": {"name": "x"}, "spec": {"a": 1}}));
    }
}
