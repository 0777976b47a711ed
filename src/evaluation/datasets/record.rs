//! A record as people write it: the fields of a data set's items and those of Ark's golden data, with what else is there.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Item, MAX_ID_BYTES, MAX_TAGS};

/// Fields that are texts. JSON has numbers and nulls where people mean texts.
const TEXTS: [&str; 10] = [
    "id",
    "name",
    "input",
    "expectedOutput",
    "expected_output",
    "expected",
    "output",
    "difficulty",
    "category",
    "source",
];
/// Field of an item's least score; an item has it among its metadata.
pub(in crate::evaluation) const MIN_SCORE: &str = "expectedMinScore";
/// Digits of an id that is made of the input.
const ID_DIGITS: usize = 12;

/// A record.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its title.
    pub name: String,
    /// What is asked.
    pub input: String,
    /// What should be answered.
    #[serde(alias = "expected_output", alias = "expected")]
    pub expected_output: String,
    /// What was answered.
    pub output: String,
    /// The least score, as a number or a text.
    #[serde(alias = "expected_min_score")]
    pub expected_min_score: Value,
    /// How hard it is.
    pub difficulty: String,
    /// Its subject.
    pub category: String,
    /// Its tags.
    #[serde(deserialize_with = "tags")]
    pub tags: Vec<String>,
    /// The query that it was taken from.
    pub source: String,
    /// Anything else.
    pub metadata: BTreeMap<String, Value>,
    /// Fields that have no name here: metadata, too.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl Record {
    /// Reads a JSON object in which texts may be numbers, truth values or nulls.
    pub fn lenient(mut object: Map<String, Value>) -> Result<Self, serde_json::Error> {
        object.retain(|_, value| !value.is_null());
        for (name, value) in &mut object {
            if TEXTS.contains(&name.as_str()) && matches!(value, Value::Number(_) | Value::Bool(_)) {
                *value = Value::String(value.to_string());
            }
        }
        serde_json::from_value(Value::Object(object))
    }

    /// Sets a field by the name of a column.
    pub fn set(&mut self, column: &str, value: &str) {
        match column {
            "id" => value.clone_into(&mut self.id),
            "name" => value.clone_into(&mut self.name),
            "input" => value.clone_into(&mut self.input),
            "expectedOutput" | "expected_output" | "expected" => value.clone_into(&mut self.expected_output),
            "output" => value.clone_into(&mut self.output),
            "expectedMinScore" | "expected_min_score" => self.expected_min_score = value.into(),
            "difficulty" => value.clone_into(&mut self.difficulty),
            "category" => value.clone_into(&mut self.category),
            "tags" => self.tags = split_tags(value),
            "source" => value.clone_into(&mut self.source),
            // As our own CSV has no such column, an object is somebody else's export.
            "metadata" => match serde_json::from_str::<BTreeMap<String, Value>>(value) {
                Ok(fields) => self.metadata.extend(fields),
                Err(_) => _ = self.others.insert(column.to_owned(), value.into()),
            },
            other => _ = self.others.insert(other.to_owned(), value.into()),
        }
    }

    /// The item that it is. Without an id it has its name as one, else one that is made of its input.
    ///
    /// # Errors
    ///
    /// What it lacks.
    pub fn into_item(self) -> Result<Item, String> {
        if self.input.trim().is_empty() {
            return Err("it has no input".to_owned());
        }
        let id = [&self.id, &self.name].into_iter().map(|text| text.trim()).find(|text| !text.is_empty());
        let id = id.map_or_else(|| id_of(&self.input), str::to_owned);
        if id.len() > MAX_ID_BYTES || id.contains(char::is_control) {
            return Err(format!("its id is longer than {MAX_ID_BYTES} bytes or has more than one line"));
        }
        let mut tags = self.tags;
        let mut seen = std::collections::HashSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        if tags.len() > MAX_TAGS {
            return Err(format!("it has {} tags, and an item may have {MAX_TAGS}", tags.len()));
        }
        let mut metadata = self.metadata;
        metadata.extend(self.others.into_iter().filter(|(_, value)| value.as_str() != Some("")));
        for (name, value) in
            [("output", self.output), ("difficulty", self.difficulty), ("category", self.category)]
        {
            if !value.is_empty() {
                metadata.insert(name.to_owned(), value.into());
            }
        }
        if !matches!(&self.expected_min_score, Value::Null) && self.expected_min_score.as_str() != Some("") {
            metadata.insert(MIN_SCORE.to_owned(), self.expected_min_score);
        }
        metadata.get(MIN_SCORE).map_or(Ok(None), min_score)?;
        Ok(Item {
            id,
            name: self.name,
            input: self.input,
            expected_output: self.expected_output,
            tags,
            metadata,
            source: self.source,
        })
    }
}

/// The least score that an item is given; none for a null or an empty text.
///
/// # Errors
///
/// It is no score.
pub(in crate::evaluation) fn min_score(given: &Value) -> Result<Option<f64>, String> {
    let score = match given {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    let score = score.filter(|score| (0.0..=1.0).contains(score));
    let wrong = || format!("its expectedMinScore is {given}, and scores are numbers from 0 to 1");
    score.map(Some).ok_or_else(wrong)
}

/// The id of an item that has none.
pub(super) fn id_of(input: &str) -> String {
    let digest = Sha256::digest(input.trim());
    digest.iter().take(ID_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

/// Tags in one text: `refunds; german`.
pub(super) fn split_tags(text: &str) -> Vec<String> {
    text.split([';', ',']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn tags<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Tags;
    impl<'de> Visitor<'de> for Tags {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("tags: a list of texts, or one text with ';' or ',' between them")
        }

        fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(split_tags(text))
        }

        fn visit_unit<E>(self) -> Result<Vec<String>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
            let mut tags = Vec::new();
            while let Some(tag) = list.next_element::<String>()? {
                let tag = tag.trim();
                if !tag.is_empty() {
                    tags.push(tag.to_owned());
                }
            }
            Ok(tags)
        }
    }
    deserializer.deserialize_any(Tags)
}
