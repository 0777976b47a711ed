//! The arguments of a call as fields: each judged by itself, and put together again.

use serde_json::{Map, Value};

/// Letters from which a text gets several lines.
const LONG: usize = 80;

/// An argument as it is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// As the field shows it: a text as it is, anything else as JSON.
    pub text: String,
    /// It is a text: whatever is written stands for itself.
    pub plain: bool,
}

impl Argument {
    /// Whether it needs several lines.
    pub fn long(&self) -> bool {
        self.text.contains('\n') || self.text.chars().count() > LONG
    }

    /// The value that a field's text stands for, or what is wrong with it.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        if self.plain {
            return Ok(Value::String(text.to_owned()));
        }
        serde_json::from_str(text).map_err(|error| {
            let what = error.to_string();
            let what = what.split(" at line").next().unwrap_or_default();
            format!("This is no JSON: {what}. Write a number, true, false, null, or “text” in quotes.")
        })
    }
}

/// The arguments of a call. What a model wrote as no object is refused before anybody is asked, so there is nothing then.
pub fn arguments(written: &str) -> Vec<Argument> {
    let Ok(all) = serde_json::from_str::<Map<String, Value>>(written) else { return Vec::new() };
    all.into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Argument { name, text, plain: true },
            value @ (Value::Array(_) | Value::Object(_)) => {
                let text = serde_json::to_string_pretty(&value).unwrap_or_default();
                Argument { name, text, plain: false }
            }
            value => Argument { name, text: value.to_string(), plain: false },
        })
        .collect()
}

/// The call's arguments from the fields' texts, as JSON; or the fields that are wrong, with why.
pub fn collect(fields: &[Argument], texts: &[String]) -> Result<String, Vec<(usize, String)>> {
    let mut all = Map::new();
    let mut wrong = Vec::new();
    for (at, (field, text)) in fields.iter().zip(texts).enumerate() {
        match field.read(text) {
            Ok(value) => drop(all.insert(field.name.clone(), value)),
            Err(why) => wrong.push((at, why)),
        }
    }
    if wrong.is_empty() { Ok(Value::Object(all).to_string()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_there_and_back() {
        let written = r#"{"order_id":"A-1","amount":55.79,"lines":[1,{"a":null}],"now":true}"#;
        let fields = arguments(written);
        let shown: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.text.as_str())).collect();
        assert!(shown.contains(&("order_id", "A-1")) && shown.contains(&("amount", "55.79")));
        let mut texts: Vec<String> = fields.iter().map(|field| field.text.clone()).collect();
        let same: Value = serde_json::from_str(&collect(&fields, &texts).unwrap()).unwrap();
        assert_eq!(same, serde_json::from_str::<Value>(written).unwrap());
        let amount = fields.iter().position(|field| field.name == "amount").unwrap();
        texts[amount] = "fifty".into();
        let wrong = collect(&fields, &texts).unwrap_err();
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].0 == amount && wrong[0].1.contains("no JSON"), "{wrong:?}");
    }

    #[test]
    fn a_text_needs_no_quotes() {
        let fields = arguments(r#"{"note":"late"}"#);
        assert_eq!(collect(&fields, &["12".into()]).unwrap(), r#"{"note":"12"}"#);
        assert!(arguments("[1]").is_empty());
    }
}
