//! Writing items as text, in the format that a data set had.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::read::{self, Format, LISTS};
use super::{Item, table};

/// Fields of Ark's golden data: they stand beside the input, where Ark looks for them, and not among the metadata.
const GOLDEN: [&str; 4] = ["output", "expectedMinScore", "difficulty", "category"];

/// `items` as text in `format`; a list that stood under a name in `before` does again.
///
/// # Errors
///
/// Some item cannot be written in this format so that it is read as the same: what CSV cannot hold.
pub fn write(items: &[Item], format: Format, before: &str) -> Result<String, String> {
    let text = match format {
        Format::Jsonl => jsonl(items),
        Format::Csv => csv(items, before)?,
        Format::Json => serde_json::to_string_pretty(&within(items, serde_json::from_str(before).ok()))
            .map_err(|error| error.to_string())?,
        Format::Yaml => {
            let options = serde_saphyr::ser_options! { compact_list_indent: true };
            serde_saphyr::to_string_with_options(&within(items, serde_saphyr::from_str(before).ok()), options)
                .map_err(|error| error.to_string())?
        }
    };
    let again = read::items(&text, format)?;
    let same = |(one, other): (&Item, &Item)| {
        (&one.id, &one.input, &one.expected_output) == (&other.id, &other.input, &other.expected_output)
    };
    if again.len() == items.len() && again.iter().zip(items).all(same) {
        Ok(text)
    } else {
        Err("what was written is not read as the same: an item begins or ends with what the format drops"
            .to_owned())
    }
}

/// An object a line.
pub fn jsonl(items: &[Item]) -> String {
    items.iter().map(|item| format!("{}\n", Value::Object(object(item)))).collect()
}

/// The text of `before` with `more` at its end, where it can be continued as it is, comments and all.
pub fn continued(before: &str, more: &[Item], all: &[Item], format: Format) -> Option<String> {
    let end = match format {
        Format::Jsonl => jsonl(more),
        Format::Yaml => {
            let options = serde_saphyr::ser_options! { compact_list_indent: true };
            let list: Vec<_> = more.iter().map(|item| Value::Object(object(item))).collect();
            serde_saphyr::to_string_with_options(&list, options).ok()?
        }
        Format::Csv | Format::Json => return None,
    };
    let pause = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = format!("{before}{pause}{end}");
    let read = read::items(&text, format).ok()?;
    (read == all).then_some(text)
}

fn within(items: &[Item], before: Option<Value>) -> Value {
    let list: Value = items.iter().map(|item| Value::Object(object(item))).collect();
    if let Some(Value::Object(mut shell)) = before
        && let Some(name) = LISTS.iter().find(|name| shell.get(**name).is_some_and(Value::is_array))
    {
        shell.insert((*name).to_owned(), list);
        return Value::Object(shell);
    }
    list
}

/// The fields that an item has.
fn object(item: &Item) -> Map<String, Value> {
    let mut object = Map::new();
    let mut text = |name: &str, value: &str| {
        if !value.is_empty() {
            object.insert(name.to_owned(), value.into());
        }
    };
    text("id", &item.id);
    text("name", &item.name);
    text("input", &item.input);
    text("expectedOutput", &item.expected_output);
    text("source", &item.source);
    if !item.tags.is_empty() {
        object.insert("tags".to_owned(), json!(item.tags));
    }
    let (golden, other): (Vec<_>, Vec<_>) =
        item.metadata.iter().partition(|(name, _)| GOLDEN.contains(&name.as_str()));
    object.extend(golden.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    let other: Map<String, Value> =
        other.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    if !other.is_empty() {
        object.insert("metadata".to_owned(), Value::Object(other));
    }
    object
}

fn csv(items: &[Item], before: &str) -> Result<String, String> {
    let extra: BTreeSet<&String> = items.iter().flat_map(|item| item.metadata.keys()).collect();
    let sourced = items.iter().any(|item| !item.source.is_empty());
    let delimiter = if before.is_empty() { b',' } else { table::delimiter(before) };
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let mut row: Vec<String> = ["id", "name", "input", "expectedOutput", "tags"].map(str::to_owned).into();
    row.extend(sourced.then(|| "source".to_owned()));
    row.extend(extra.iter().map(|name| (*name).clone()));
    writer.write_record(&row).map_err(|error| error.to_string())?;
    for item in items {
        let tags = item.tags.join("; ");
        let mut row =
            vec![item.id.clone(), item.name.clone(), item.input.clone(), item.expected_output.clone(), tags];
        row.extend(sourced.then(|| item.source.clone()));
        row.extend(extra.iter().map(|name| match item.metadata.get(*name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        }));
        writer.write_record(&row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
