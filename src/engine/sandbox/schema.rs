//! Whether an answer fits a JSON Schema. Runs in the child only.

use std::error::Error;

use boon::{CompileError, Compiler, Draft, Schemas, UrlLoader, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Violations that are told; more are not looked for.
const MAX_TOLD: usize = 5;
/// Characters of one violation, which may quote the answer.
const MAX_VIOLATION: usize = 300;

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It fits. The answer is this JSON text: what was said, without a code fence around it.
    Fits(String),
    /// It does not, and why: each violation with its place.
    Breaks(String),
    /// The schema is none.
    NoSchema(String),
}

/// Address of the schema among the things that a reference may lead to.
const HERE: &str = "arkdeck:/outputSchema";

/// References lead into the schema itself: nothing is fetched, from files neither.
struct Nowhere;

impl UrlLoader for Nowhere {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        Err(format!("{url} is outside of the schema").into())
    }
}

/// Checks `answer` against `schema`, whose draft is the one that it names, else 2020-12.
pub(super) fn check(schema: Value, answer: &str) -> Verdict {
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler.use_loader(Box::new(Nowhere));
    let mut schemas = Schemas::new();
    let unfit = |error: CompileError| match error {
        CompileError::ValidationError { src, .. } => Verdict::NoSchema(told(&src)),
        error => Verdict::NoSchema(format!("{error:#}").replace(HERE, "the schema")),
    };
    if let Err(error) = compiler.add_resource(HERE, schema) {
        return unfit(error);
    }
    let index = match compiler.compile(HERE, &mut schemas) {
        Ok(index) => index,
        Err(error) => return unfit(error),
    };
    let text = unfenced(answer.trim());
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Verdict::Breaks(format!("it is not JSON: {error}")),
    };
    match schemas.validate(&value, index) {
        Ok(()) => Verdict::Fits(text.to_owned()),
        Err(error) => Verdict::Breaks(told(&error)),
    }
}

/// The violations, each with its place. The first line of the validator's own report names the schema.
fn told(error: &ValidationError<'_, '_>) -> String {
    let report = error.to_string();
    let each = report.lines().skip(1).take(MAX_TOLD).map(|line| {
        let line = line.trim().trim_start_matches("- ");
        line.chars().take(MAX_VIOLATION).collect::<String>()
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What stands in the code fence that many models put around JSON, whatever they are told.
fn unfenced(text: &str) -> &str {
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inner.and_then(|inner| inner.split_once('\n')).map_or(text, |(_language, body)| body.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tide() -> Value {
        json!({"type": "object", "required": ["port", "ft"],
            "properties": {"port": {"type": "string"}, "ft": {"type": "number", "minimum": 0}}})
    }

    #[test]
    fn an_answer_fits_or_the_place_of_what_does_not_is_told() {
        let fits = r#"{"port": "Lisbon", "ft": 3.2}"#;
        assert_eq!(check(tide(), fits), Verdict::Fits(fits.into()));
        assert_eq!(check(tide(), &format!("```json\n{fits}\n```")), Verdict::Fits(fits.into()));
        let Verdict::Breaks(why) = check(tide(), r#"{"ft": "high"}"#) else { panic!() };
        assert!(why.contains("at '/ft': ") && why.contains("missing properties 'port'"), "{why}");
        let Verdict::Breaks(why) = check(tide(), "It is high.") else { panic!() };
        assert!(why.starts_with("it is not JSON: "), "{why}");
    }

    #[test]
    fn a_schema_that_is_none_or_leads_outside_is_told() {
        for (schema, expected) in [
            (json!({"type": "objekt"}), "at '/type'"),
            (json!({"$ref": "https://schemas.example/tide"}), "outside of the schema"),
            (json!({"$ref": "file:///etc/passwd"}), "outside of the schema"),
        ] {
            let Verdict::NoSchema(why) = check(schema.clone(), "{}") else { panic!("{schema}") };
            assert!(why.contains(expected), "{schema}: {why}");
        }
        let cycle = check(json!({"allOf": [{"$ref": "#"}]}), "{}");
        assert!(matches!(cycle, Verdict::Breaks(_) | Verdict::Fits(_)), "it ends");
    }
}
