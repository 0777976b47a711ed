//! The settings of an in-process evaluator: parameters of the Evaluator, over them those of the Evaluation, under Ark's names.
//! What cannot be read is an error that names the parameter, where Ark fell back to defaults for all of them.

use std::collections::BTreeMap;
use std::str::FromStr;

/// Parameters by name, resolved.
pub type Parameters = BTreeMap<String, String>;

/// Score from which on an answer passes, when nobody said.
const MIN_SCORE: f64 = 0.7;
/// How often a judge may be asked about one answer.
const MAX_REPEATS: u8 = 10;
/// Criteria of one judge.
const MAX_CRITERIA: usize = 32;

/// Criteria that judges know, with what is asked. The last four need a context.
pub const CRITERIA: [(&str, &str); 13] = [
    ("relevance", "Does the answer speak to what was asked, and to nothing else?"),
    (
        "accuracy",
        "Is what the answer says true, and in accord with the expected answer and the context where these are given?",
    ),
    ("conciseness", "Is the answer as short as it can be without losing what matters?"),
    ("completeness", "Does the answer cover all that was asked?"),
    ("clarity", "Is the answer easy to read and to understand, and without contradiction?"),
    ("usefulness", "Can the person who asked act on the answer?"),
    ("compliance", "Does the answer keep to the rules and instructions that are given?"),
    ("appropriateness", "Do tone and content suit the person and the occasion?"),
    ("refusal_handling", "Does the answer refuse what it must refuse, with a reason, and nothing else?"),
    (
        "context_precision",
        "Is what the answer takes from the context the part that matters for the question?",
    ),
    ("context_recall", "Does the answer use all of the context that matters for the question?"),
    (
        "context_entity_recall",
        "Does the answer name the people, things, places and figures of the context that matter?",
    ),
    ("faithfulness", "Is all that the answer says supported by the context?"),
];

/// Criteria that are meant when the scope is `all` or none is named.
const USUAL: usize = 9;

/// How a model judges.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Score from which on an answer passes.
    pub min_score: f64,
    /// Criteria with their weights, in order.
    pub criteria: Vec<(String, f64)>,
    /// What is asked besides the criteria.
    pub instructions: String,
    /// Who the judge is.
    pub role: String,
    /// What the answer is compared with.
    pub context: String,
    /// Where that comes from.
    pub context_source: String,
    /// Temperature, where one is asked for; else 0, unless the Model says otherwise.
    pub temperature: Option<f64>,
    /// Tokens of a verdict.
    pub max_tokens: Option<u32>,
    /// How often the judge is asked.
    pub repeats: u8,
    /// The Model that judges.
    pub model: String,
    /// Its namespace; empty for the evaluation's.
    pub model_namespace: String,
    /// A model was named, or criteria were: the evaluator judges, also when it has measures.
    pub judges: bool,
}

/// A parameter that cannot be read, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter '{name}' is '{value}': {why}")]
pub struct SettingsError {
    name: String,
    value: String,
    why: String,
}

impl SettingsError {
    /// The same without the value, which may be a Secret's where parameters were looked up.
    pub fn veiled(&self) -> String {
        format!("parameter '{}' cannot be used: {}", self.name, self.why)
    }
}

impl Settings {
    /// Reads `parameters`; those that are not known are for others.
    pub fn of(parameters: &Parameters) -> Result<Self, SettingsError> {
        let text = |names: &[&str]| -> Option<&str> {
            let found = names.iter().find_map(|name| parameters.get(*name));
            found.map(|value| value.trim()).filter(|value| !value.is_empty())
        };
        let min_score = number(parameters, &["min-score", "min_score", "threshold"], |score: &f64| {
            if (0.0..=1.0).contains(score) { Ok(()) } else { Err("scores are from 0 to 1".to_owned()) }
        })?;
        let temperature = number(parameters, &["temperature"], |value: &f64| {
            if (0.0..=2.0).contains(value) { Ok(()) } else { Err("temperatures are from 0 to 2".to_owned()) }
        })?;
        let repeats = number(parameters, &["repeats"], |repeats: &u8| {
            if (1..=MAX_REPEATS).contains(repeats) { Ok(()) } else { Err(format!("from 1 to {MAX_REPEATS}")) }
        })?;
        let max_tokens = number(parameters, &["max-tokens", "max_tokens"], |_: &u32| Ok(()))?;
        Ok(Self {
            min_score: min_score.unwrap_or(MIN_SCORE),
            criteria: criteria(text(&["scope"]), text(&["weights"]))?,
            instructions: text(&["evaluation-criteria"]).unwrap_or_default().to_owned(),
            role: text(&["evaluator-role"]).unwrap_or_default().to_owned(),
            context: text(&["evaluation.context", "context"]).unwrap_or_default().to_owned(),
            context_source: text(&["context_source"]).unwrap_or_default().to_owned(),
            temperature,
            max_tokens,
            repeats: repeats.unwrap_or(1),
            model: text(&["model.name"]).unwrap_or("default").to_owned(),
            model_namespace: text(&["model.namespace"]).unwrap_or_default().to_owned(),
            judges: text(&["model.name", "scope", "evaluation-criteria"]).is_some(),
        })
    }
}

/// The number under the first of `names` that is there.
fn number<T: FromStr>(
    parameters: &Parameters,
    names: &[&str],
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<Option<T>, SettingsError> {
    for name in names {
        let Some(value) = parameters.get(*name).map(|value| value.trim()).filter(|value| !value.is_empty())
        else {
            continue;
        };
        let wrong = |why: String| SettingsError { name: (*name).to_owned(), value: value.to_owned(), why };
        let number = value.parse().map_err(|_| wrong("that is no number that fits here".to_owned()))?;
        check(&number).map_err(wrong)?;
        return Ok(Some(number));
    }
    Ok(None)
}

/// The criteria of a scope, as `accuracy, clarity`. Unknown ones are left out, as in Ark; when none is left, all are meant.
fn criteria(scope: Option<&str>, weights: Option<&str>) -> Result<Vec<(String, f64)>, SettingsError> {
    let mut chosen: Vec<(String, f64)> = Vec::new();
    for name in scope.unwrap_or("all").split(',').map(|name| name.trim().to_lowercase().replace('-', "_")) {
        let known = CRITERIA.iter().any(|(criterion, _)| *criterion == name);
        if known && !chosen.iter().any(|(other, _)| *other == name) && chosen.len() < MAX_CRITERIA {
            chosen.push((name, 1.0));
        }
    }
    if chosen.is_empty() {
        chosen = CRITERIA.iter().take(USUAL).map(|(name, _)| ((*name).to_owned(), 1.0)).collect();
    }
    for one in weights.into_iter().flat_map(|all| all.split(',')).filter(|one| !one.trim().is_empty()) {
        let parsed = one.split_once(['=', ':']).and_then(|(name, weight)| {
            let weight = weight.trim().parse::<f64>().ok().filter(|w| w.is_finite() && *w >= 0.0)?;
            let name = name.trim().to_lowercase().replace('-', "_");
            let criterion = chosen.iter_mut().find(|(criterion, _)| *criterion == name)?;
            criterion.1 = weight;
            Some(())
        });
        if parsed.is_none() {
            return Err(SettingsError {
                name: "weights".to_owned(),
                value: one.trim().to_owned(),
                why: "write criteria of the scope with weights from 0 on, as accuracy=2,clarity=1".to_owned(),
            });
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(parameters: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let owned = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::of(&owned.collect())
    }

    #[test]
    fn names_and_defaults_are_those_of_ark() {
        let usual = settings(&[]).unwrap();
        assert_eq!((usual.min_score, usual.criteria.len(), usual.model.as_str()), (0.7, 9, "default"));
        assert!(!usual.judges);
        for name in ["min-score", "min_score", "threshold"] {
            assert_eq!(settings(&[(name, "0.85")]).unwrap().min_score, 0.85);
        }
        let chosen = settings(&[("scope", "accuracy, Clarity,magic"), ("weights", "accuracy=3")]).unwrap();
        assert_eq!(chosen.criteria, [("accuracy".into(), 3.0), ("clarity".into(), 1.0)]);
        assert!(chosen.judges);
        assert_eq!(settings(&[("scope", "magic")]).unwrap().criteria.len(), 9);
    }

    #[test]
    fn what_cannot_be_read_names_the_parameter() {
        for (name, value, expected) in [
            ("min-score", "85", "parameter 'min-score' is '85': scores are from 0 to 1"),
            ("temperature", "warm", "no number"),
            ("repeats", "0", "from 1 to 10"),
            ("weights", "clarity", "accuracy=2"),
            ("weights", "magic=2", "accuracy=2"),
        ] {
            let error = settings(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            let veiled = settings(&[(name, value)]).unwrap_err().veiled();
            assert!(veiled.contains(name) && !veiled.contains(&format!("'{value}'")), "{veiled}");
        }
    }
}
