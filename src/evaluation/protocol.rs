//! What Ark says to an evaluator's service and what the service answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::Parameters;
use crate::resources::token_usage::TokenUsage;

/// `POST` to the evaluator's address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    /// `direct`, `query`, `baseline` or `event`.
    #[serde(rename = "type")]
    pub type_: &'a str,
    /// The fields of the type.
    pub config: Value,
    /// Parameters, resolved.
    pub parameters: &'a Parameters,
    /// Name of the Evaluator.
    pub evaluator_name: &'a str,
}

/// What a service found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// From 0 to 1.
    pub score: f64,
    /// It is enough.
    pub passed: bool,
    /// What else was said.
    pub metadata: BTreeMap<String, String>,
    /// Tokens.
    pub usage: Option<TokenUsage>,
}

/// As it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Raw {
    score: Value,
    passed: bool,
    metadata: BTreeMap<String, Value>,
    error: Option<String>,
    token_usage: Option<TokenUsage>,
}

/// Reads an answer.
///
/// # Errors
///
/// What is wrong with it, or the error that the service gave.
pub fn read(text: &str) -> Result<Answer, String> {
    let raw: Raw =
        serde_json::from_str(text).map_err(|error| format!("its answer cannot be read: {error}"))?;
    if let Some(error) = raw.error.filter(|error| !error.trim().is_empty()) {
        return Err(format!("it answered with an error: {error}"));
    }
    let score = match &raw.score {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let score = score.ok_or_else(|| format!("its answer has no score, but {}", raw.score))?;
    if !(0.0..=1.0).contains(&score) {
        return Err(format!("its score is {score}, and scores are from 0 to 1"));
    }
    let words = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let metadata = raw.metadata.into_iter().map(|(name, value)| (name, words(value))).collect();
    Ok(Answer { score, passed: raw.passed, metadata, usage: raw.token_usage })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_request_is_that_of_ark() {
        let parameters = Parameters::from([("scope".to_owned(), "accuracy".to_owned())]);
        let request = Request {
            type_: "direct",
            config: json!({"input": "a", "output": "b"}),
            parameters: &parameters,
            evaluator_name: "judge",
        };
        assert_eq!(
            serde_json::to_value(&request).unwrap(),
            json!({"type": "direct", "config": {"input": "a", "output": "b"}, "parameters": {"scope": "accuracy"},
                "evaluatorName": "judge"})
        );
    }

    #[test]
    fn answers_are_read_and_lies_are_told() {
        let answer = read(
            r#"{"score": "0.85", "passed": true, "metadata": {"reasoning": "good", "n": 3}, "error": "",
            "tokenUsage": {"promptTokens": 10, "completionTokens": 2, "totalTokens": 12}}"#,
        )
        .unwrap();
        assert_eq!((answer.score, answer.passed, answer.metadata["n"].as_str()), (0.85, true, "3"));
        assert_eq!(answer.usage.unwrap().total_tokens, 12);
        for (text, expected) in [
            (r#"{"score": "85", "passed": true}"#, "its score is 85, and scores are from 0 to 1"),
            (r#"{"score": "good"}"#, "has no score"),
            (r#"{"error": "no model"}"#, "no model"),
            ("<html>", "cannot be read"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
    }
}
