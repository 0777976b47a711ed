//! A value that satisfies a JSON schema: for structured output and for arguments of tools that the script does not know.

use serde_json::{Map, Value, json};

/// Levels of nesting that are filled; deeper ones get `null`, so that a schema that refers to itself ends.
const MAX_DEPTH: usize = 8;

/// A value for `schema`: its example, default or first choice where it has one, else the plainest value of its type.
/// Texts are `text`, so that an answer shows what was asked.
pub(super) fn value(schema: &Value, text: &str) -> Value {
    fill(schema, schema, text, 0)
}

fn fill(schema: &Value, root: &Value, text: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    for ready in
        [&schema["const"], &schema["default"], &schema["enum"][0], &schema["examples"][0], &schema["example"]]
    {
        if !ready.is_null() {
            return ready.clone();
        }
    }
    if let Some(reference) = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#')) {
        return root.pointer(reference).map_or(Value::Null, |target| fill(target, root, text, depth + 1));
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) =
            schema[choice].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return fill(first, root, text, depth + 1);
        }
    }
    match kind(schema) {
        "object" => {
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            let filled: Map<String, Value> = properties
                .iter()
                .map(|(name, property)| (name.clone(), fill(property, root, text, depth + 1)))
                .collect();
            Value::Object(filled)
        }
        "array" => {
            let count = schema["minItems"].as_u64().unwrap_or(1).clamp(1, 3);
            (0..count).map(|_| fill(&schema["items"], root, text, depth + 1)).collect()
        }
        "integer" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        "number" => json!(schema["minimum"].as_f64().unwrap_or(0.5)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => string(schema, text),
    }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if schema["properties"].is_object() => "object",
        _ => "string",
    }
}

fn string(schema: &Value, text: &str) -> Value {
    match schema["format"].as_str() {
        Some("date") => json!("2026-11-24"),
        Some("date-time") => json!("2026-11-24T12:00:00Z"),
        Some("email") => json!("desk@example.com"),
        Some("uri") => json!("https://example.com/"),
        _ => {
            let most =
                schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(200);
            json!(text.chars().take(most).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_filled() {
        let schema = json!({
            "type": "object",
            "properties": {
                "kind": {"enum": ["refund", "question"]},
                "urgency": {"type": "integer", "minimum": 2},
                "tags": {"type": "array", "minItems": 2, "items": {"type": "string", "maxLength": 4}},
                "sender": {"$ref": "#/$defs/person"},
                "note": {"type": ["null", "string"]},
            },
            "$defs": {"person": {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}}},
        });
        assert_eq!(
            value(&schema, "broken lamp"),
            json!({"kind": "refund", "urgency": 2, "tags": ["brok", "brok"],
                "sender": {"mail": "desk@example.com"}, "note": "broken lamp"})
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}}});
        assert!(value(&schema, "x").is_object());
    }
}
