//! Data sets: questions with known answers, from a parameter that is mostly a key of a ConfigMap, as Ark's golden data.
//! They are read as data sets are ([`datasets`]): YAML or JSON lists, JSONL and CSV; what is wrong is told with its line.

use std::collections::BTreeMap;

use serde_json::Value;

use super::datasets::{self, Format, MIN_SCORE, Record};
use super::settings::Parameters;

/// Parameters under which a data set is looked for.
pub const NAMES: [&str; 6] =
    ["golden-examples", "golden_examples", "golden-data", "dataset", "examples", "data"];
/// Examples of one data set.
pub const MAX_EXAMPLES: usize = 5000;

/// A question with a known answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Example {
    /// Its name; empty for its number.
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered.
    pub expected_output: String,
    /// What was answered; without one, the expected output is scored, which tests the evaluator.
    pub output: String,
    /// The least score of this example, as a number or a text.
    pub expected_min_score: Value,
    /// How hard it is.
    pub difficulty: String,
    /// Its subject.
    pub category: String,
    /// Anything else.
    pub metadata: BTreeMap<String, Value>,
}

impl From<Record> for Example {
    fn from(record: Record) -> Self {
        let mut metadata = record.metadata;
        metadata.extend(record.others);
        // As an item of a data set has it, wherever it was written.
        let expected_min_score = match record.expected_min_score {
            Value::Null => metadata.remove(MIN_SCORE).unwrap_or_default(),
            given => given,
        };
        Self {
            name: if record.name.is_empty() { record.id } else { record.name },
            input: record.input,
            expected_output: record.expected_output,
            output: record.output,
            expected_min_score,
            difficulty: record.difficulty,
            category: record.category,
            metadata,
        }
    }
}

impl Example {
    /// Whether it can be used.
    fn check(&self) -> Result<(), String> {
        if self.input.trim().is_empty() {
            return Err("it has no input".to_owned());
        }
        if self.output.is_empty() && self.expected_output.is_empty() {
            return Err("it has neither an expectedOutput nor an output".to_owned());
        }
        datasets::min_score(&self.expected_min_score).map(drop)
    }

    /// The least score, if one is given.
    pub fn min_score(&self) -> Option<f64> {
        datasets::min_score(&self.expected_min_score).ok().flatten()
    }

    /// Its name, else its number from 1.
    pub fn label(&self, at: usize) -> String {
        if self.name.is_empty() { format!("example {}", at + 1) } else { self.name.clone() }
    }
}

/// The data set among `parameters`.
///
/// # Errors
///
/// A sentence: there is none, or what is wrong in it and where.
pub fn of(parameters: &Parameters) -> Result<Vec<Example>, String> {
    let found = NAMES.iter().find_map(|name| Some((*name, parameters.get(*name)?)));
    let Some((name, text)) = found.filter(|(_, text)| !text.trim().is_empty()) else {
        return Err(format!(
            "there is no data set: give one as parameter, under one of {}",
            NAMES.join(", ")
        ));
    };
    let examples = read(text).map_err(|why| format!("parameter '{name}': {why}"))?;
    match examples.len() {
        0 => Err(format!("parameter '{name}': the data set is empty")),
        count if count > MAX_EXAMPLES => {
            Err(format!("parameter '{name}': {count} examples, and a data set may have {MAX_EXAMPLES}"))
        }
        _ => Ok(examples),
    }
}

/// Reads a data set; the format is known by how it begins.
fn read(text: &str) -> Result<Vec<Example>, String> {
    let records = datasets::records(text, Format::of_text(text))?;
    let examples = records.into_iter().map(|(place, record)| {
        let example = Example::from(record);
        example.check().map_err(|why| format!("{place}: {why}"))?;
        Ok(example)
    });
    examples.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Result<Vec<Example>, String> {
        of(&[("dataset".to_owned(), text.to_owned())].into())
    }

    #[test]
    fn every_format_says_the_same() {
        let yaml = "- input: When is low water?\n  expectedOutput: At noon.\n  expectedMinScore: '0.8'\n  category: tides\n\
                    - {input: 'And high, today?', expectedOutput: \"At six,\\nsharp.\", metadata: {port: Lisbon}}\n";
        let json = r#"[{"input": "When is low water?", "expectedOutput": "At noon.", "expectedMinScore": "0.8", "category": "tides"},
            {"input": "And high, today?", "expectedOutput": "At six,\nsharp.", "metadata": {"port": "Lisbon"}}]"#;
        let jsonl = "{\"input\": \"When is low water?\", \"expectedOutput\": \"At noon.\", \"expectedMinScore\": \"0.8\", \"category\": \"tides\"}\n\n\
                     {\"input\": \"And high, today?\", \"expectedOutput\": \"At six,\\nsharp.\", \"metadata\": {\"port\": \"Lisbon\"}}\n";
        let expected = set(yaml).unwrap();
        assert_eq!((expected.len(), expected[0].min_score(), expected[1].min_score()), (2, Some(0.8), None));
        assert_eq!(set(json).unwrap(), expected);
        assert_eq!(set(jsonl).unwrap(), expected);
        assert_eq!(
            set(&format!("examples:\n{yaml}").replace("\n-", "\n -").replace("\n  ", "\n   ")).unwrap(),
            expected
        );
        let csv = "input,expectedOutput,expectedMinScore,category,port\nWhen is low water?,At noon.,0.8,tides,\n\
                   \"And high, today?\",\"At six,\nsharp.\",,,Lisbon\n";
        let read = set(csv).unwrap();
        assert_eq!((read[1].expected_output.as_str(), read[1].min_score()), ("At six,\nsharp.", None));
        assert_eq!(read[1].metadata["port"], "Lisbon");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("input,expectedOutput\na,b\nc\n", "line 3: it has 1 fields, and the heading has 2"),
            ("question,answer\na,b\n", "line 1: there is no column 'input'; there are question, answer"),
            ("input,expectedOutput\na,b\n,c\n", "line 3: it has no input"),
            (
                "{\"input\": \"a\", \"expectedOutput\": \"b\"}\n{\"input\": a}\n",
                "line 2, column 11: expected value",
            ),
            ("- input: a\n", "line 1: it has neither"),
            ("- input: a\n  expectedOutput: b\n  expectedMinScore: 80\n", "expectedMinScore is 80"),
            ("- input: [a\n", "line "),
            ("just words", "parameter 'dataset': "),
            ("[]", "the data set is empty"),
            ("", "there is no data set"),
        ] {
            let why = set(text).unwrap_err();
            assert!(why.contains(expected), "{text}: {why}");
        }
    }
}
