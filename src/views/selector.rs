//! Label selectors as kubectl writes them: `team=support, tier in (gold, silver), !internal`.

use std::collections::BTreeMap;

use crate::resources::selector::{LabelSelector, SelectorOperator, SelectorRequirement};

/// Reads a selector.
///
/// # Errors
///
/// A sentence that says which part cannot be read.
pub fn read(text: &str) -> Result<LabelSelector, String> {
    let mut selector = LabelSelector::default();
    for part in parts(text) {
        one(&mut selector, part)?;
    }
    Ok(selector)
}

/// Writes a selector as [`read`] reads it.
pub fn write(labels: &BTreeMap<String, String>, expressions: &[SelectorRequirement]) -> String {
    let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
    let expressions = expressions.iter().map(|requirement| {
        let (key, values) = (&requirement.key, requirement.values.join(", "));
        match requirement.operator {
            SelectorOperator::In => format!("{key} in ({values})"),
            SelectorOperator::NotIn => format!("{key} notin ({values})"),
            SelectorOperator::Exists => key.clone(),
            SelectorOperator::DoesNotExist => format!("!{key}"),
        }
    });
    labels.chain(expressions).collect::<Vec<_>>().join(", ")
}

/// The parts between commas that are in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | '\n' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn one(selector: &mut LabelSelector, part: &str) -> Result<(), String> {
    let part = part.trim();
    let wrong = || format!("“{part}” is no comparison; write team=support, tier in (a, b), team or !team.");
    let key = |text: &str| {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
        fits.then(|| text.to_owned()).ok_or_else(wrong)
    };
    let mut require = |key: String, operator, values: Vec<String>| {
        selector.match_expressions.push(SelectorRequirement { key, operator, values });
    };
    for (word, operator) in [(" notin ", SelectorOperator::NotIn), (" in ", SelectorOperator::In)] {
        if let Some((name, list)) = part.split_once(word) {
            let list =
                list.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')')).ok_or_else(wrong)?;
            require(key(name)?, operator, list.split(',').map(|value| value.trim().to_owned()).collect());
            return Ok(());
        }
    }
    if let Some((name, value)) = part.split_once("!=") {
        require(key(name)?, SelectorOperator::NotIn, vec![value.trim().to_owned()]);
    } else if let Some((name, value)) = part.split_once('=') {
        selector.match_labels.insert(key(name)?, value.trim_start_matches('=').trim().to_owned());
    } else if let Some(name) = part.strip_prefix('!') {
        require(key(name)?, SelectorOperator::DoesNotExist, Vec::new());
    } else {
        require(key(part)?, SelectorOperator::Exists, Vec::new());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        for text in ["team=support, tier in (gold, silver), env notin (x), live, !internal", ""] {
            let selector = read(text).unwrap();
            assert_eq!(write(&selector.match_labels, &selector.match_expressions), text);
        }
        let loose = read("a == b\nc!=d").unwrap();
        assert_eq!(write(&loose.match_labels, &loose.match_expressions), "a=b, c notin (d)");
        assert!(read("team in support").unwrap_err().contains("“team in support”"));
        assert!(read("two words").is_err() && read("=x").is_err());
    }
}
