//! From JSON to the values that rules see.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use kube_cel::cel::objects::{Key, Map};
use kube_cel::cel::{Program, Value as CelValue};
use serde_json::{Number, Value};

use super::cel_functions::FUNCTIONS;
use super::format::Format;
use super::node::{Additional, Node, Type};

/// Converts `value` as its schema types it. Fields that the schema does not declare stay hidden from rules, and of
/// `metadata` only the name is shown, both as in kube-apiserver.
pub(super) fn convert(node: &Node, value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(b) => CelValue::Bool(*b),
        Value::Number(n) => number(node, n),
        Value::String(text) => string(node.format, text),
        Value::Array(items) => CelValue::List(Arc::new(match &node.items {
            Some(item) => items.iter().map(|v| convert(item, v)).collect(),
            None => items.iter().map(dynamic).collect(),
        })),
        Value::Object(fields) => {
            let mut map = HashMap::with_capacity(fields.len());
            for (name, value) in fields {
                if node.is_metadata && name != "name" && name != "generateName" {
                    continue;
                }
                if let Some(property) = node.properties.get(name) {
                    if let Some(name) = &property.cel_name {
                        map.insert(Key::String(name.clone()), convert(&property.node, value));
                    }
                } else {
                    let value = match &node.additional {
                        Additional::Each(child) => convert(child, value),
                        Additional::Any => dynamic(value),
                        // A value of any form, as opposed to an object that merely tolerates more fields.
                        Additional::Closed if node.types.0.is_empty() => dynamic(value),
                        Additional::Closed => continue,
                    };
                    map.insert(Key::String(Arc::new(name.clone())), value);
                }
            }
            CelValue::Map(Map { map: Arc::new(map) })
        }
    }
}

/// A value without a schema.
fn dynamic(value: &Value) -> CelValue {
    static ANY: LazyLock<Node> = LazyLock::new(Node::default);
    convert(&ANY, value)
}

/// Numbers are what the schema says they are: 3 may be a double and 3.0 an int.
fn number(node: &Node, number: &Number) -> CelValue {
    let float = || CelValue::Float(number.as_f64().unwrap_or(f64::NAN));
    if node.types.0.contains(&Type::Number) {
        return float();
    }
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(n), _, _) => CelValue::Int(n),
        (None, Some(n), _) => CelValue::UInt(n),
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        (None, None, Some(f))
            if node.types.0.contains(&Type::Integer) && f.fract() == 0.0 && f.abs() < 9.0e18 =>
        {
            CelValue::Int(f as i64)
        }
        _ => float(),
    }
}

fn string(format: Option<Format>, text: &str) -> CelValue {
    let plain = || CelValue::String(Arc::new(text.to_owned()));
    match format {
        Some(Format::DateTime) => call("timestamp(text)", text).unwrap_or_else(plain),
        Some(Format::Date) => call("timestamp(text)", &format!("{text}T00:00:00Z")).unwrap_or_else(plain),
        Some(Format::Duration) => call("duration(text)", text).unwrap_or_else(plain),
        Some(Format::Byte) => match base64::engine::general_purpose::STANDARD.decode(text) {
            Ok(bytes) => CelValue::Bytes(Arc::new(bytes)),
            Err(_) => plain(),
        },
        _ => plain(),
    }
}

/// Lets CEL itself parse times, as its value holds types of a crate that we do not use.
fn call(expression: &str, text: &str) -> Option<CelValue> {
    let mut scope = FUNCTIONS.new_inner_scope();
    scope.add_variable_from_value("text", text.to_owned());
    Program::compile(expression).ok()?.execute(&scope).ok()
}

/// Words of CEL that cannot be field names.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The name of a field inside rules, by the rules of
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#escaping>.
/// `None` if it has none.
pub(super) fn escape(name: &str) -> Option<String> {
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let escaped = name
        .replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__");
    let mut signs = escaped.chars();
    let first = signs.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    (first && signs.all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_in_kubernetes() {
        for (name, expected) in [
            ("plain", Some("plain")),
            ("my_field", Some("my_field")),
            ("namespace", Some("__namespace__")),
            ("foo-bar", Some("foo__dash__bar")),
            ("a.b/c", Some("a__dot__b__slash__c")),
            ("redact__d", Some("redact__underscores__d")),
            ("1st", None),
            ("ünï", None),
        ] {
            assert_eq!(escape(name).as_deref(), expected, "{name}");
        }
    }
}
