//! Reading data sets: YAML or JSON lists, JSONL and CSV. What is wrong is told with its place.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::record::Record;
use super::{Item, MAX_BYTES, MAX_ID_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TAGS, table};

/// Names under which a list may stand.
pub(super) const LISTS: [&str; 3] = ["items", "examples", "data"];

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A list in YAML, or one under `items` or `examples`.
    Yaml,
    /// A list in JSON.
    Json,
    /// An object a line.
    Jsonl,
    /// A table.
    Csv,
}

impl Format {
    /// The format that the end of a name tells.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" | "tsv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The format that the begin of a text tells.
    pub fn of_text(text: &str) -> Self {
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        let first = begin.lines().next().unwrap_or_default().trim_end();
        let is_table = || first.contains([',', ';', '\t']) || first.trim_matches('"') == "input";
        // A key of YAML has its colon before anything that could part two columns.
        let is_key = first.split_once(':').is_some_and(|(key, _)| !key.contains([',', ';', '\t', '"', ' ']));
        if begin.starts_with('{') {
            let whole = serde_json::from_str::<serde::de::IgnoredAny>(first).is_err()
                && serde_json::from_str::<serde::de::IgnoredAny>(begin).is_ok();
            if whole { Self::Json } else { Self::Jsonl }
        } else if begin.starts_with('[') && serde_json::from_str::<serde::de::IgnoredAny>(begin).is_ok() {
            Self::Json
        } else if begin.starts_with(['[', '-', '#']) || is_key || !is_table() {
            Self::Yaml
        } else {
            Self::Csv
        }
    }
}

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::evaluation) enum Place {
    /// In a line, from 1.
    Line(u64),
    /// Which of all it is, from 1.
    Number(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Number(number) => write!(f, "item {number}"),
        }
    }
}

/// A record with its place.
pub(in crate::evaluation) type Placed = (Place, Record);

/// The records of a text.
///
/// # Errors
///
/// What is wrong, with its line.
pub(in crate::evaluation) fn records(text: &str, format: Format) -> Result<Vec<Placed>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match format {
        Format::Yaml => yaml(text),
        Format::Json => json(text),
        Format::Jsonl => jsonl(text),
        Format::Csv => table::read(text),
    }
}

/// The items of a text, none of them twice, within all bounds.
///
/// # Errors
///
/// What is wrong, with its line.
pub fn items(text: &str, format: Format) -> Result<Vec<Item>, String> {
    let mut reading = Reading::default();
    if !text.trim().is_empty() {
        for (place, record) in records(text, format)? {
            reading.add(place, record)?;
        }
    }
    reading.end()
}

/// Items as they are read, one after the other.
#[derive(Default)]
pub struct Reading {
    items: Vec<Item>,
    seen: HashMap<String, Place>,
    bytes: usize,
    lines: u64,
}

impl Reading {
    /// Reads the next line of JSONL.
    ///
    /// # Errors
    ///
    /// What is wrong, with its line.
    pub fn line(&mut self, line: &[u8]) -> Result<(), String> {
        self.lines += 1;
        let number = self.lines;
        let line = std::str::from_utf8(line).map_err(|_| format!("line {number}: it is no text in UTF-8"))?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            return Ok(());
        }
        let (place, record) = object(number, line)?;
        self.add(place, record)
    }

    fn add(&mut self, place: Place, record: Record) -> Result<(), String> {
        let named = !record.id.is_empty() || !record.name.is_empty();
        let item = record.into_item().map_err(|why| format!("{place}: {why}"))?;
        if let Some(first) = self.seen.insert(item.id.clone(), place) {
            return Err(if named {
                format!(
                    "{place}: the id '{}' is there already, at {first}. Give each item an id of its own",
                    item.id
                )
            } else {
                format!("{place}: it asks the same as {first}. Leave it out, or give both an id")
            });
        }
        check(&item, &mut self.bytes).map_err(|why| format!("{place}: {why}"))?;
        self.items.push(item);
        if self.items.len() > MAX_ITEMS {
            return Err(format!("{place}: a data set may have {MAX_ITEMS} items"));
        }
        Ok(())
    }

    /// All items.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn end(self) -> Result<Vec<Item>, String> {
        if self.items.is_empty() { Err("there is no item".to_owned()) } else { Ok(self.items) }
    }
}

/// Whether an item keeps the bounds; adds its size to `bytes`.
pub(super) fn check(item: &Item, bytes: &mut usize) -> Result<(), String> {
    if item.id.len() > MAX_ID_BYTES {
        return Err(format!("its id has {} bytes, and one may have {MAX_ID_BYTES}", item.id.len()));
    }
    if item.tags.len() > MAX_TAGS {
        return Err(format!("it has {} tags, and an item may have {MAX_TAGS}", item.tags.len()));
    }
    // What serde derives for our own types always encodes.
    let size = serde_json::to_string(item).unwrap_or_default().len();
    if size > MAX_ITEM_BYTES {
        return Err(format!("the item has {size} bytes, and one may have {MAX_ITEM_BYTES}"));
    }
    *bytes += size;
    if *bytes > MAX_BYTES {
        return Err(format!("a data set may have {MAX_BYTES} bytes"));
    }
    Ok(())
}

fn yaml(text: &str) -> Result<Vec<Placed>, String> {
    // First as what it mostly is: an error of a choice has no place.
    let list = match serde_saphyr::from_str::<Vec<Spanned<Record>>>(text) {
        Ok(list) => list,
        Err(error) => match serde_saphyr::from_str::<BTreeMap<String, Ignored>>(text) {
            Ok(keys) if LISTS.iter().any(|name| keys.contains_key(*name)) => under(text)?,
            Ok(keys) => {
                let keys = keys.into_keys().collect::<Vec<_>>().join(", ");
                return Err(format!(
                    "it is no list of items, and has none under 'items' or 'examples'; there are {keys}"
                ));
            }
            Err(_) => return Err(first_line(&error)),
        },
    };
    Ok(list.into_iter().map(|one| (Place::Line(one.referenced.line()), one.value)).collect())
}

/// A value that is passed over.
#[derive(Deserialize)]
#[serde(transparent)]
struct Ignored(serde::de::IgnoredAny);

/// A list under a name.
fn under(text: &str) -> Result<Vec<Spanned<Record>>, String> {
    #[derive(Deserialize)]
    struct Set {
        #[serde(alias = "examples", alias = "data")]
        items: Vec<Spanned<Record>>,
    }
    serde_saphyr::from_str::<Set>(text).map(|set| set.items).map_err(|error| first_line(&error))
}

fn first_line(error: &serde_saphyr::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn json(text: &str) -> Result<Vec<Placed>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("line {}, column {}: {}", error.line(), error.column(), words(&error)))?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match LISTS.iter().find_map(|name| object.remove(*name)) {
            Some(Value::Array(list)) => list,
            // One item alone.
            _ => vec![Value::Object(object)],
        },
        _ => return Err("it is no list of items".to_owned()),
    };
    let records = list.into_iter().enumerate().map(|(at, value)| {
        let place = Place::Number(at + 1);
        record(value).map(|record| (place, record)).map_err(|why| format!("{place}: {why}"))
    });
    records.collect()
}

fn jsonl(text: &str) -> Result<Vec<Placed>, String> {
    let lines = (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| object(number, line)).collect()
}

/// A line of JSONL.
fn object(number: u64, line: &str) -> Result<Placed, String> {
    let value = serde_json::from_str(line)
        .map_err(|error| format!("line {number}, column {}: {}", error.column(), words(&error)))?;
    let record = record(value).map_err(|why| format!("line {number}: {why}"))?;
    Ok((Place::Line(number), record))
}

fn record(value: Value) -> Result<Record, String> {
    match value {
        Value::Object(object) => Record::lenient(object).map_err(|error| words(&error)),
        other => Err(format!("there must be an object with an 'input', and there is {other:.40}")),
    }
}

/// What is wrong, without the place, which is the line's own.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
