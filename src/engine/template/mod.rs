//! Go's text/template, the syntax of Ark's prompts, inputs and bodies of HTTP tools.

mod json;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use gotmpl::{MissingKey, Template, TemplateError, Value};

use super::error::{RunError, codes};

/// Bytes of a rendered text; a template that makes more fails.
const MAX_RENDERED: usize = 1 << 20;
/// Iterations of `range` in one rendering.
const MAX_ITERATIONS: u64 = 100_000;

/// Renders `template` over `values`; `field` names it in errors. A missing key is an error, where Go writes `<no value>`.
pub fn render(template: &str, values: &BTreeMap<String, String>, field: &str) -> Result<String, RunError> {
    let map =
        values.iter().map(|(name, value)| (Arc::from(name.as_str()), Value::String(value.as_str().into())));
    render_value(template, &Value::Map(Arc::new(map.collect())), &list(values.keys()), field)
}

/// Renders `template` over any value; `known` lists the keys for errors.
pub fn render_value(template: &str, data: &Value, known: &str, field: &str) -> Result<String, RunError> {
    let parsed = parse(Template::new(field), template).map_err(|why| failed(field, &why))?;
    run(known, field, |text| parsed.execute_fmt(text, data))
}

/// Renders `template`, which makes a JSON document, over any value. What its actions print stays where it was put:
/// inside a string it is escaped, and elsewhere it is one JSON value.
pub fn render_json(template: &str, data: &Value, known: &str, field: &str) -> Result<String, RunError> {
    if template.contains(json::MARKS) {
        return Err(failed(field, "it holds control characters"));
    }
    let parsed =
        parse(json::with_escaper(Template::new(field)), template).map_err(|why| failed(field, &why))?;
    let guarded = json::guard(parsed, field);
    let marked = run(known, field, |text| guarded.execute_template_fmt(text, field, data))?;
    Ok(json::put(&marked))
}

fn failed(field: &str, why: &str) -> RunError {
    RunError::new(codes::TEMPLATE_FAILED, format!("The template in {field} failed: {why}."))
}

fn parse(empty: Template, source: &str) -> Result<Template, String> {
    empty.missing_key(MissingKey::Error).max_range_iters(MAX_ITERATIONS).parse(source).map_err(|error| {
        match error {
            TemplateError::Parse { line, col, message, .. }
            | TemplateError::Lex { line, col, message, .. } => {
                format!("{message} at line {line}, column {col}")
            }
            other => other.to_string(),
        }
    })
}

fn run(
    known: &str,
    field: &str,
    execute: impl FnOnce(&mut Bounded) -> Result<(), TemplateError>,
) -> Result<String, RunError> {
    let mut text = Bounded::default();
    match execute(&mut text) {
        _ if text.full => Err(failed(field, &format!("it makes more than {MAX_RENDERED} bytes"))),
        Ok(()) => Ok(text.text),
        Err(TemplateError::MissingKey { key }) => {
            Err(failed(field, &format!("it uses '{key}', and no parameter has this name; there {known}")))
        }
        Err(error) => Err(failed(field, &error.to_string())),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    match names.as_slice() {
        [] => "are none".into(),
        [one] => format!("is '{one}'"),
        many => format!("are '{}'", many.join("', '")),
    }
}

/// Text that stops growing at [`MAX_RENDERED`].
#[derive(Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.text.len() + piece.len() > MAX_RENDERED {
            self.full = true;
            return Err(fmt::Error);
        }
        self.text.push_str(piece);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, String> {
        [("harbour", "Lisbon"), ("tide", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn go_syntax_works() {
        let text = "{{ if .tide }}x{{ else }}In {{ printf \"%q\" .harbour }}{{ end }}, {{ len .harbour }}";
        assert_eq!(render(text, &values(), "spec.input").unwrap(), "In \"Lisbon\", 6");
    }

    #[test]
    fn a_missing_key_names_key_and_field() {
        let error = render("{{ .port }}", &values(), "spec.input").unwrap_err();
        assert_eq!(error.code, codes::TEMPLATE_FAILED);
        assert_eq!(
            error.message,
            "The template in spec.input failed: it uses 'port', and no parameter has this name; there are 'harbour', 'tide'."
        );
    }

    #[test]
    fn a_syntax_error_says_where() {
        let error = render("Hello {{ .harbour", &values(), "spec.prompt").unwrap_err();
        assert!(error.message.contains("line 1"), "{error}");
    }

    #[test]
    fn output_is_bounded() {
        let big = BTreeMap::from([("a".to_owned(), "x".repeat(MAX_RENDERED))]);
        assert!(render("{{.a}}{{.a}}", &big, "spec.input").unwrap_err().message.contains("more than"));
    }
}
