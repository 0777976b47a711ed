//! The arguments that an input schema asks for, as fields, and what is typed in them as JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::views::problem::FieldProblem;

/// Fields at the most; a larger schema is filled in as JSON.
const MAX_FIELDS: usize = 64;

/// How an argument is typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A number without fraction.
    Integer,
    /// Yes or no.
    Flag,
    /// One of these, as the field shows them.
    Choice(Vec<String>),
    /// Anything else, as JSON.
    Json,
}

/// An argument of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// How it is typed.
    pub shape: Shape,
    /// The schema wants it.
    pub required: bool,
    /// What the schema says about it.
    pub hint: String,
    /// What the schema gives it.
    pub default: String,
}

impl Argument {
    /// Name of its field.
    pub fn path(&self) -> String {
        format!("arguments.{}", self.name)
    }

    /// The value that a text stands for; `None` when it is left out.
    fn read(&self, text: &str) -> Result<Option<Value>, String> {
        if text.trim().is_empty() {
            let missing = self.required && self.shape != Shape::Text;
            return match missing {
                true => Err(format!("The schema wants {}.", self.name)),
                // A text that is wanted may be an empty one.
                false => Ok(self.required.then(|| Value::String(text.to_owned()))),
            };
        }
        let json = || serde_json::from_str::<Value>(text.trim());
        let value = match &self.shape {
            Shape::Text => Some(Value::String(text.to_owned())),
            Shape::Number => json().ok().filter(Value::is_number),
            Shape::Integer => json().ok().filter(|value| value.is_i64() || value.is_u64()),
            Shape::Flag => json().ok().filter(Value::is_boolean),
            Shape::Choice(all) => all.contains(&text.to_owned()).then(|| chosen(text)),
            Shape::Json => match json() {
                Ok(value) => Some(value),
                Err(error) => return Err(format!("This is not JSON: {error}.")),
            },
        };
        let wanted = match self.shape {
            Shape::Number => "Write a number, as 4.5.",
            Shape::Integer => "Write a whole number.",
            _ => "Choose one.",
        };
        value.map(Some).ok_or_else(|| wanted.to_owned())
    }
}

/// What a choice stands for: texts stand for themselves, other values are written as JSON.
fn chosen(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if !value.is_string() => value,
        _ => Value::String(text.to_owned()),
    }
}

/// The arguments of a schema, those that are wanted first; none for a schema that does not say.
pub fn arguments(schema: &str) -> Vec<Argument> {
    let Ok(schema) = serde_json::from_str::<Value>(schema) else { return Vec::new() };
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let wanted = |name: &str| {
        schema["required"].as_array().is_some_and(|all| all.iter().any(|required| required == name))
    };
    let mut all: Vec<Argument> = properties
        .iter()
        .take(MAX_FIELDS)
        .map(|(name, property)| Argument {
            name: name.clone(),
            shape: shape(property),
            required: wanted(name),
            hint: property["description"].as_str().unwrap_or_default().to_owned(),
            default: property.get("default").map(shown).unwrap_or_default(),
        })
        .collect();
    all.sort_by_key(|argument| !argument.required);
    all
}

fn shape(property: &Value) -> Shape {
    if let Some(all) = property["enum"].as_array().filter(|all| !all.is_empty()) {
        return Shape::Choice(all.iter().map(shown).collect());
    }
    match property["type"].as_str() {
        Some("string") => Shape::Text,
        Some("number") => Shape::Number,
        Some("integer") => Shape::Integer,
        Some("boolean") => Shape::Flag,
        _ => Shape::Json,
    }
}

/// A value as its field shows it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The arguments as JSON text, or the fields that are wrong.
pub fn collect(all: &[Argument], texts: &BTreeMap<String, String>) -> Result<String, Vec<FieldProblem>> {
    let (mut values, mut wrong) = (Map::new(), Vec::new());
    for argument in all {
        match argument.read(texts.get(&argument.name).map_or("", String::as_str)) {
            Ok(value) => values.extend(value.map(|value| (argument.name.clone(), value))),
            Err(message) => wrong.push(FieldProblem { field: argument.path(), message, line: None }),
        }
    }
    if wrong.is_empty() { Ok(Value::Object(values).to_string()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"type": "object", "required": ["port", "days"], "properties": {
        "unit": {"enum": ["ft", "m", 3]}, "port": {"type": "string", "description": "Its name"},
        "days": {"type": "integer", "default": 2}, "deep": {"type": "boolean"}, "ships": {"type": "array"}}}"#;

    fn texts(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_schema_becomes_fields_with_those_that_are_wanted_first() {
        let all = arguments(SCHEMA);
        let required: Vec<bool> = all.iter().map(|argument| argument.required).collect();
        assert_eq!(required, [true, true, false, false, false]);
        let days = all.iter().find(|argument| argument.name == "days").unwrap();
        assert_eq!((&days.shape, days.default.as_str()), (&Shape::Integer, "2"));
        assert!(arguments("{").is_empty() && arguments("{\"type\": \"object\"}").is_empty());
    }

    #[test]
    fn texts_become_values_of_their_types_and_empty_ones_are_left_out() {
        let all = arguments(SCHEMA);
        let given =
            texts(&[("port", "12"), ("days", "3"), ("unit", "m"), ("ships", "[1]"), ("deep", "true")]);
        let value: Value = serde_json::from_str(&collect(&all, &given).unwrap()).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"port": "12", "days": 3, "unit": "m", "ships": [1], "deep": true})
        );
        let value: Value =
            serde_json::from_str(&collect(&all, &texts(&[("days", "1"), ("unit", "3")])).unwrap()).unwrap();
        assert_eq!(value, serde_json::json!({"port": "", "days": 1, "unit": 3}));
    }

    #[test]
    fn what_does_not_fit_is_said_at_its_field() {
        let all = arguments(SCHEMA);
        let wrong = collect(&all, &texts(&[("days", "1.5"), ("ships", "[")])).unwrap_err();
        let fields: Vec<&str> = wrong.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["arguments.days", "arguments.ships"]);
        assert!(collect(&all, &BTreeMap::new()).unwrap_err()[0].message.contains("wants days"));
    }
}
