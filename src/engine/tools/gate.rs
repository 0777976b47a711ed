//! When a call of a tool needs a person: what the Tool says, and what the agent adds to it.

use std::time::Duration;

use regex::RegexBuilder;
use serde_json::{Map, Value};

use crate::resources::approval::{ArgumentMatch, OnTimeout, ToolApprovalConfig};

/// Bytes of one compiled pattern at the most; a larger one is taken as one that matches everything.
const MAX_PATTERN: usize = 1 << 20;

/// When calls need a person. By default: never.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Gate {
    /// Each is enough: what one of them asks about, no other can wave through.
    rules: Vec<Vec<ArgumentMatch>>,
    last: ToolApprovalConfig,
}

/// A call needs a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct Need {
    /// Why, in a sentence.
    pub(in crate::engine) why: String,
    /// How long it waits.
    pub(in crate::engine) timeout: Duration,
    /// What happens then.
    pub(in crate::engine) on_timeout: OnTimeout,
}

impl Gate {
    /// Adds what a Tool or an agent's entry says. Later ones may change the time and what happens when it is over; they
    /// cannot take a rule away or narrow it.
    pub(in crate::engine) fn tighten(&mut self, config: Option<&ToolApprovalConfig>) {
        let Some(config) = config else { return };
        if config.required {
            self.rules.push(config.argument_matches.clone());
        }
        self.last.timeout = config.timeout.or(self.last.timeout);
        self.last.on_timeout = config.on_timeout.or(self.last.on_timeout);
    }

    /// Whether a call with these arguments, preset ones among them, needs a person.
    pub(in crate::engine) fn need(&self, arguments: &Map<String, Value>) -> Option<Need> {
        let why = self.rules.iter().find_map(|rule| reason(rule, arguments))?;
        let timeout = self.last.timeout().to_std();
        Some(Need { why, timeout, on_timeout: self.last.on_timeout() })
    }
}

/// Why the rule asks about these arguments, if it does.
fn reason(rule: &[ArgumentMatch], arguments: &Map<String, Value>) -> Option<String> {
    if rule.is_empty() {
        return Some("Every call of this tool needs approval.".to_owned());
    }
    rule.iter().find_map(|ArgumentMatch { argument, pattern }| {
        let text = match arguments.get(argument)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build() {
            Ok(regex) => regex
                .is_match(&text)
                .then(|| format!("Calls whose {argument} matches {pattern} need approval.")),
            // The API refuses such patterns; where one came through, asking too often is the safe side.
            Err(_) => Some(format!(
                "The pattern {pattern} for {argument} cannot be read, so every call needs approval."
            )),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gate(configs: &[Value]) -> Gate {
        let mut gate = Gate::default();
        for config in configs {
            gate.tighten(Some(&serde_json::from_value(config.clone()).unwrap()));
        }
        gate
    }

    fn why(gate: &Gate, arguments: &Value) -> Option<String> {
        gate.need(arguments.as_object().unwrap()).map(|need| need.why)
    }

    #[test]
    fn patterns_look_at_the_argument_as_it_is_written() {
        let gate = gate(&[json!({"required": true, "argumentMatches": [
            {"argument": "amount", "pattern": r"^\d{3,}"}, {"argument": "to", "pattern": "^ext-"}]})]);
        assert!(why(&gate, &json!({"amount": 212.5})).unwrap().contains("amount"));
        assert!(why(&gate, &json!({"amount": 5, "to": "ext-1"})).unwrap().contains("ext-"));
        assert_eq!(why(&gate, &json!({"amount": 21})), None);
        assert_eq!(why(&gate, &json!({})), None);
    }

    #[test]
    fn an_agent_may_add_and_change_the_time_and_never_take_away() {
        let tool = json!({"required": true, "timeout": "1m"});
        let narrowed = json!({"required": true, "argumentMatches": [{"argument": "a", "pattern": "x"}]});
        assert!(why(&gate(&[tool.clone(), narrowed]), &json!({})).is_some());
        let loose = gate(&[tool, json!({"required": false, "timeout": "2m", "onTimeout": "proceed"})]);
        let need = loose.need(&Map::new()).unwrap();
        assert_eq!((need.timeout.as_secs(), need.on_timeout), (120, OnTimeout::Proceed));
        assert_eq!(why(&gate(&[json!({"timeout": "1m"})]), &json!({})), None, "a time alone asks nobody");
    }

    #[test]
    fn a_pattern_that_is_none_asks_always() {
        let gate = gate(&[json!({"required": true, "argumentMatches": [{"argument": "a", "pattern": "("}]})]);
        assert!(why(&gate, &json!({"a": "x"})).unwrap().contains("cannot be read"));
    }
}
