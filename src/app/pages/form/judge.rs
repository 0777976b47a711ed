//! What a form can judge before the server does: on leaving a field and on sending, never while typing.

use crate::resources::duration::GoDuration;
use crate::views::forms::SourceForm;
use crate::views::problem::FieldProblem;

/// Longest name of an object (RFC 1123 subdomain as Kubernetes takes it).
const MAX_NAME: usize = 253;

/// Errors found so far.
#[derive(Debug, Default)]
pub struct Judge(Vec<FieldProblem>);

impl Judge {
    /// Notes an error of a field.
    pub fn note(&mut self, field: impl Into<String>, message: Option<String>) -> &mut Self {
        if let Some(message) = message {
            self.0.push(FieldProblem { field: field.into(), message, line: None });
        }
        self
    }

    /// All of them.
    pub fn problems(self) -> Vec<FieldProblem> {
        self.0
    }
}

/// What is wrong with a name, with one that would do.
pub fn name(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("Give it a name.".to_owned());
    }
    if text.len() > MAX_NAME {
        return Some(format!("A name has at most {MAX_NAME} characters."));
    }
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = text.split('.').all(|part| {
        part.starts_with(lower) && part.ends_with(lower) && part.chars().all(|c| lower(c) || c == '-')
    });
    if fits {
        return None;
    }
    let better = suggestion(text);
    Some(if better.is_empty() {
        "Use lower-case letters, digits and hyphens.".to_owned()
    } else {
        format!("Use lower-case letters, digits and hyphens: “{better}” would do.")
    })
}

/// The nearest name that is allowed.
pub fn suggestion(text: &str) -> String {
    let mut better = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            better.push(c);
        } else if !better.is_empty() && !better.ends_with('-') {
            better.push('-');
        }
    }
    better.trim_end_matches('-').to_owned()
}

/// What is wrong with a length of time; empty is the default.
pub fn duration(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match text.trim().parse::<GoDuration>() {
        Ok(_) => None,
        Err(_) => Some("Write a number with its unit, as 30s, 5m or 1h30m.".to_owned()),
    }
}

/// What is wrong with an address.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some("Give the address.".to_owned());
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        None => Some("Begin with https:// or http://.".to_owned()),
        Some(rest) if rest.trim_matches('/').is_empty() => Some("The host is missing.".to_owned()),
        Some(rest) if rest.contains(char::is_whitespace) => Some("An address has no spaces.".to_owned()),
        Some(_) => None,
    }
}

/// What is wrong with the text of a JSON schema; empty is none.
pub fn json_schema(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if value.is_object() => None,
        Ok(_) => Some("A JSON schema is an object, between { and }.".to_owned()),
        Err(error) => Some(format!("This is not JSON: {error}.")),
    }
}

/// What is missing in a value that comes from somewhere; `judge` looks at a literal one.
pub fn source(value: &SourceForm, judge: impl Fn(&str) -> Option<String>) -> Option<String> {
    match value {
        SourceForm::Unset => judge(""),
        SourceForm::Literal(text) => judge(text),
        SourceForm::Secret { name, key } => reference("secret", name, key),
        SourceForm::ConfigMap { name, key } => reference("config map", name, key),
        SourceForm::Service { name, .. } => name.is_empty().then(|| "Name the service.".to_owned()),
        SourceForm::Typed(text) => text.is_empty().then(|| "Type the value.".to_owned()),
        SourceForm::Parameter(name) => name.is_empty().then(|| "Name the parameter of the query.".to_owned()),
    }
}

fn reference(what: &str, name: &str, key: &str) -> Option<String> {
    match (name.is_empty(), key.is_empty()) {
        (true, _) => Some(format!("Choose a {what}.")),
        (false, true) => Some(format!("Choose a key of the {what} {name}.")),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_with_one_that_would_do() {
        assert_eq!(name("azure-mini"), None);
        assert_eq!(name("v1.2-a"), None);
        let wrong = name("Azure mini").unwrap_or_default();
        assert!(wrong.contains("“azure-mini” would do"), "{wrong}");
        assert!(name("").is_some() && name("-a").is_some() && name("a.").is_some() && name("äöü").is_some());
        assert!(name(&"a".repeat(254)).is_some());
    }

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(duration(""), None);
        assert_eq!(duration("1h30m"), None);
        assert!(duration("5 minutes").is_some());
    }

    #[test]
    fn addresses_need_a_scheme_and_a_host() {
        assert_eq!(address("http://127.0.0.1:11434/v1"), None);
        for wrong in ["", "api.example.org", "https://", "https://a b"] {
            assert!(address(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_schema_is_a_json_object() {
        assert_eq!(json_schema(""), None);
        assert_eq!(json_schema("{\"type\":\"object\"}"), None);
        assert!(json_schema("[]").is_some() && json_schema("{").is_some());
    }

    #[test]
    fn references_need_a_name_and_a_key() {
        let half = SourceForm::Secret { name: "lamp".into(), key: String::new() };
        assert_eq!(source(&half, name).as_deref(), Some("Choose a key of the secret lamp."));
        assert_eq!(source(&SourceForm::Literal("a".into()), name), None);
    }
}
