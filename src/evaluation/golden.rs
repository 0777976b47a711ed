//! Data sets: questions with known answers, from a parameter that is mostly a key of a ConfigMap, as Ark's golden data.
//! YAML or JSON lists, JSONL and CSV are read; what is wrong is told with its line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::settings::Parameters;

/// Parameters under which a data set is looked for.
pub const NAMES: [&str; 6] =
    ["golden-examples", "golden_examples", "golden-data", "dataset", "examples", "data"];
/// Examples of one data set.
pub const MAX_EXAMPLES: usize = 5000;

/// A question with a known answer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Example {
    /// Its name; empty for its number.
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered.
    #[serde(alias = "expected_output", alias = "expected")]
    pub expected_output: String,
    /// What was answered; without one, the expected output is scored, which tests the evaluator.
    pub output: String,
    /// The least score of this example, as a number or a text.
    #[serde(alias = "expected_min_score")]
    pub expected_min_score: Value,
    /// How hard it is.
    pub difficulty: String,
    /// Its subject.
    pub category: String,
    /// Anything else.
    pub metadata: BTreeMap<String, Value>,
}

impl Example {
    /// The least score, if one is given.
    fn check(&self) -> Result<(), String> {
        if self.input.trim().is_empty() {
            return Err("it has no input".to_owned());
        }
        if self.output.is_empty() && self.expected_output.is_empty() {
            return Err("it has neither an expectedOutput nor an output".to_owned());
        }
        match &self.expected_min_score {
            Value::Null => Ok(()),
            Value::String(text) if text.trim().is_empty() => Ok(()),
            given => match self.min_score() {
                Some(score) if (0.0..=1.0).contains(&score) => Ok(()),
                _ => Err(format!("its expectedMinScore is {given}, and scores are numbers from 0 to 1")),
            },
        }
    }

    /// The least score, if one is given.
    pub fn min_score(&self) -> Option<f64> {
        match &self.expected_min_score {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
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
    let begin = text.trim_start();
    let first = begin.lines().next().unwrap_or_default();
    let examples = if begin.starts_with('{') {
        jsonl(text)
    } else if begin.starts_with(['[', '-', '#']) || !first.contains(',') {
        yaml(text)
    } else {
        csv(text)
    }?;
    for (at, (line, example)) in examples.iter().enumerate() {
        let place = line.map_or_else(|| format!("example {}", at + 1), |line| format!("line {line}"));
        example.check().map_err(|why| format!("{place}: {why}"))?;
    }
    Ok(examples.into_iter().map(|(_, example)| example).collect())
}

type Placed = Vec<(Option<u64>, Example)>;

fn yaml(text: &str) -> Result<Placed, String> {
    /// A list, or a list under a name.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Set {
        List(Vec<Example>),
        Named { examples: Vec<Example> },
    }
    // First as what it mostly is: an untagged error has no place.
    let list = match serde_saphyr::from_str::<Vec<Example>>(text) {
        Ok(list) => list,
        Err(error) => match serde_saphyr::from_str::<Set>(text) {
            Ok(Set::List(list) | Set::Named { examples: list }) => list,
            Err(_) => return Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
        },
    };
    Ok(list.into_iter().map(|example| (None, example)).collect())
}

fn jsonl(text: &str) -> Result<Placed, String> {
    let lines = (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| match serde_json::from_str(line) {
            Ok(example) => Ok((Some(number), example)),
            Err(error) => Err(format!("line {number}, column {}: {}", error.column(), words(&error))),
        })
        .collect()
}

/// What is wrong, without the place, which is the line's own.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Columns are named as the fields; others are metadata.
fn csv(text: &str) -> Result<Placed, String> {
    let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::Headers).from_reader(text.as_bytes());
    let place = |error: &::csv::Error| error.position().map_or(1, ::csv::Position::line);
    let headers = reader.headers().map_err(|error| format!("line {}: {error}", place(&error)))?.clone();
    if !headers.iter().any(|name| name == "input") {
        return Err(format!(
            "line 1: there is no column 'input'; there are {}",
            headers.iter().collect::<Vec<_>>().join(", ")
        ));
    }
    let mut examples = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| match error.kind() {
            ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("line {}: it has {len} fields, and the heading has {expected_len}", place(&error))
            }
            _ => format!("line {}: {error}", place(&error)),
        })?;
        let line = record.position().map(::csv::Position::line);
        let mut example = Example::default();
        for (name, value) in headers.iter().zip(record.iter()) {
            match name {
                "name" | "id" => value.clone_into(&mut example.name),
                "input" => value.clone_into(&mut example.input),
                "expectedOutput" | "expected_output" | "expected" => {
                    value.clone_into(&mut example.expected_output)
                }
                "output" => value.clone_into(&mut example.output),
                "expectedMinScore" | "expected_min_score" => example.expected_min_score = value.into(),
                "difficulty" => value.clone_into(&mut example.difficulty),
                "category" => value.clone_into(&mut example.category),
                other => {
                    example.metadata.insert(other.to_owned(), value.into());
                }
            }
        }
        examples.push((line, example));
    }
    Ok(examples)
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
            ("- input: a\n", "example 1: it has neither"),
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
