//! Rules that cannot be read, found before anything is stored, waits or is paid: where an Evaluation is applied, and on a cluster,
//! where nobody asks us, when it is first seen. Who only names what is not there is not refused: such a rule does not hold.

use serde_json::Value;

use super::rules::unreadable;
use crate::engine::sandbox::{Sandbox, SandboxError};

/// Characters of an expression that an error repeats.
const MAX_QUOTE: usize = 200;

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Where it stands: `spec.config.rules[2].expression`.
    pub field: String,
    /// The expression, cut when it is long.
    pub expression: String,
    /// Which rule, where in it and why, in a sentence.
    pub sentence: String,
}

impl Misread {
    /// The sentence, and where the rule stands when it is not one of the evaluation's own.
    pub fn told(&self) -> String {
        let rule = self.field.trim_end_matches(".expression");
        match rule.starts_with("spec.config.rules") {
            true => self.sentence.clone(),
            false => format!("{} It is {rule}.", self.sentence),
        }
    }
}

/// A rule, and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Rule<'a> {
    field: String,
    name: &'a str,
    expression: &'a str,
}

/// The rules of an Evaluation that cannot be read; `spec` is its specification, of the Evaluation itself, of the items of a batch and
/// of its template.
///
/// # Errors
///
/// No child could be started to read them: a fault of the installation, not of the rules.
pub async fn misread(sandbox: &Sandbox, spec: &Value) -> Result<Vec<Misread>, SandboxError> {
    let rules = rules(spec);
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    let expressions = rules.iter().map(|rule| rule.expression.to_owned()).collect();
    match sandbox.read(expressions).await {
        Ok(told) => {
            Ok(rules.iter().zip(told).filter_map(|(rule, told)| told.map(|why| rule.misread(&why))).collect())
        }
        Err(SandboxError::Unusable(why)) => Err(SandboxError::Unusable(why)),
        // Which of them it was nobody can say: the child is gone.
        Err(error) => Ok(rules.first().map(|rule| rule.misread(&error.to_string())).into_iter().collect()),
    }
}

/// Whether the rules of `spec` are those of `before`, which were let in then.
pub fn same_rules(spec: &Value, before: &Value) -> bool {
    rules(spec) == rules(before)
}

fn rules(spec: &Value) -> Vec<Rule<'_>> {
    let config = &spec["config"];
    let mut found = Vec::new();
    collect(&mut found, "spec.config", config);
    for (at, item) in config["items"].as_array().into_iter().flatten().enumerate() {
        collect(&mut found, &format!("spec.config.items[{at}].config"), &item["config"]);
    }
    collect(&mut found, "spec.config.template.config", &config["template"]["config"]);
    found
}

fn collect<'a>(found: &mut Vec<Rule<'a>>, place: &str, config: &'a Value) {
    for (at, rule) in config["rules"].as_array().into_iter().flatten().enumerate() {
        // What is no text is not for us: the schema, or the reader of a batch's item, says so.
        let Some(expression) = rule["expression"].as_str() else { continue };
        let name = rule["name"].as_str().unwrap_or_default();
        found.push(Rule { field: format!("{place}.rules[{at}].expression"), name, expression });
    }
}

impl Rule<'_> {
    fn misread(&self, why: &str) -> Misread {
        let mut expression: String = self.expression.chars().take(MAX_QUOTE).collect();
        if expression.len() < self.expression.len() {
            expression.push('…');
        }
        Misread { field: self.field.clone(), expression, sentence: unreadable(self.name, why) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_found_wherever_they_may_stand() {
        let rule = |name: &str| json!([{"name": name, "expression": "true"}]);
        let spec = json!({"config": {"rules": rule("own"),
            "items": [{"config": {}}, {"config": {"rules": rule("item")}}, {"config": 7}],
            "template": {"config": {"rules": [{"name": "no text", "expression": 7}, {"expression": "x"}]}}}});
        let found: Vec<(String, &str)> =
            rules(&spec).into_iter().map(|rule| (rule.field, rule.name)).collect();
        let expected = [
            ("spec.config.rules[0].expression", "own"),
            ("spec.config.items[1].config.rules[0].expression", "item"),
            ("spec.config.template.config.rules[1].expression", ""),
        ];
        assert_eq!(found, expected.map(|(field, name)| (field.to_owned(), name)));
        assert!(rules(&json!({})).is_empty());
        assert!(same_rules(&spec, &spec) && !same_rules(&spec, &json!({})));
    }

    #[test]
    fn what_is_refused_is_quoted_in_part() {
        let long = "x".repeat(300);
        let rule = Rule { field: "spec.config.rules[0].expression".into(), name: "r", expression: &long };
        let misread = rule.misread("line 1, column 4: no");
        assert_eq!(misread.expression.chars().count(), MAX_QUOTE + 1);
        assert_eq!(misread.sentence, "Rule 'r' cannot be read: line 1, column 4: no.");
        assert_eq!(misread.told(), misread.sentence);
        let item = Misread { field: "spec.config.items[1].config.rules[0].expression".into(), ..misread };
        assert!(item.told().ends_with("no. It is spec.config.items[1].config.rules[0]."), "{}", item.told());
    }
}
