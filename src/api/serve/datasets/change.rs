//! The next version of a data set.

use k8s_openapi::api::core::v1::ConfigMap;

use super::{Desk, config_map, past, problem, wrong};
use crate::api::serve::objects::check;
use crate::api::serve::{asker, services};
use crate::evaluation::datasets::{
    Content, DataSetError, Format, Home, Item, append, content, continued, items, new_id, write,
};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::datasets::{DataSetChange, DataSetHome, ItemData, ItemsChange};
use crate::views::problem::{Problem, ProblemCode};

/// Bytes of a name, as the Kubernetes API has it.
const MAX_NAME: usize = 253;

/// See [`crate::api::datasets::change_data_set`].
pub async fn change(change: DataSetChange) -> Result<u32, Problem> {
    check(Verb::Apply, Kind::Evaluation, Some(&change.namespace))?;
    let desk = Desk::new(&services()?);
    match desk.sets.newest(&desk.world, &change.namespace, &change.name).await {
        Ok((home, newest)) => {
            unchanged(&change, newest)?;
            match home {
                Home::Store => in_store(&desk, &change, newest).await,
                Home::ConfigMap => in_config_map(&desk, &change).await,
            }
        }
        // One that cannot be read is mended by replacing it.
        Err(DataSetError::Unreadable { .. }) if matches!(change.change, ItemsChange::Replace(_)) => {
            in_config_map(&desk, &change).await
        }
        Err(DataSetError::NotFound { .. }) => {
            unchanged(&change, 0)?;
            sound(&change.name)?;
            desk.exists(&change.namespace).await?;
            match change.home {
                DataSetHome::Store => in_store(&desk, &change, 0).await,
                DataSetHome::ConfigMap => new_config_map(&desk, &change).await,
            }
        }
        Err(error) => Err(problem(error)),
    }
}

fn unchanged(change: &DataSetChange, newest: u32) -> Result<(), Problem> {
    if change.from == newest {
        return Ok(());
    }
    if change.from == 0 {
        return Err(Problem::new(
            ProblemCode::AlreadyExists,
            format!("There is a data set '{}' in namespace '{}' already.", change.name, change.namespace),
        )
        .next("Choose another name, or change that one."));
    }
    Err(problem(DataSetError::Conflict { name: change.name.clone(), newest }))
}

/// A name is part of addresses and, for a ConfigMap, one of the Kubernetes API.
pub(super) fn sound(name: &str) -> Result<(), Problem> {
    let edge = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let parts = name.split('.').all(|part| edge(part.chars().next()) && edge(part.chars().last()));
    if parts && name.len() <= MAX_NAME && name.chars().all(inner) {
        return Ok(());
    }
    let rule = "Use lower-case letters, digits, “-” and “.”; begin and end with a letter or digit.";
    Err(Problem::new(ProblemCode::Invalid, format!("“{name}” is no name for a data set."))
        .field("name", rule))
}

async fn in_store(desk: &Desk, change: &DataSetChange, newest: u32) -> Result<u32, Problem> {
    let (namespace, name) = (&change.namespace, &change.name);
    let before = match newest {
        0 => Vec::new(),
        version => desk.sets.items(namespace, name, version).await.map_err(problem)?,
    };
    let after = after(desk, change, before)?;
    let done = desk.sets.put(namespace, name, change.from, &note(change), &after).await;
    done.map_err(problem)
}

async fn in_config_map(desk: &Desk, change: &DataSetChange) -> Result<u32, Problem> {
    let map = config_map::read(desk, &change.namespace, &change.name).await?;
    // This is what is replaced, and it may be newer than what `from` was compared with.
    match desk.sets.look(&map, "Changed in the ConfigMap").await {
        Ok(number) => unchanged(change, number)?,
        Err(DataSetError::Unreadable { .. }) => {}
        Err(error) => return Err(problem(error)),
    }
    let found =
        content(&map).map_err(|why| wrong(format!("The ConfigMap cannot be changed: {why}."), &why))?;
    let text = text_after(desk, change, &found)?;
    let written = config_map::replace(desk, map, &found.key, text).await?;
    looked(desk, change, &written).await
}

/// The text of a ConfigMap after a change: as it was, where only lines were added; else anew, in the format that it has.
fn text_after(desk: &Desk, change: &DataSetChange, found: &Content) -> Result<String, Problem> {
    if let ItemsChange::Replace(text) = &change.change
        && Format::of_text(text) == found.format
    {
        parsed(text)?;
        return Ok(text.clone());
    }
    let before = match &change.change {
        ItemsChange::Replace(_) => Vec::new(),
        _ => items(&found.text, found.format)
            .map_err(|why| wrong(format!("The ConfigMap cannot be read: {why}."), &why))?,
    };
    let count = before.len();
    let after = after(desk, change, before)?;
    let added = after.get(count..).unwrap_or_default();
    if let Some(text) = continued(&found.text, added, &after, found.format) {
        return Ok(text);
    }
    write(&after, found.format, &found.text)
        .map_err(|why| Problem::new(ProblemCode::Invalid, format!("The items cannot be written: {why}.")))
}

async fn new_config_map(desk: &Desk, change: &DataSetChange) -> Result<u32, Problem> {
    let (format, text) = match &change.change {
        ItemsChange::Replace(text) | ItemsChange::Append(text) => {
            parsed(text)?;
            (Format::of_text(text), text.clone())
        }
        _ => {
            let items = after(desk, change, Vec::new())?;
            let text = write(&items, Format::Yaml, "").map_err(|why| {
                Problem::new(ProblemCode::Invalid, format!("The items cannot be written: {why}."))
            })?;
            (Format::Yaml, text)
        }
    };
    let key = match format {
        Format::Yaml => "items.yaml",
        Format::Json => "items.json",
        Format::Jsonl => "items.jsonl",
        Format::Csv => "items.csv",
    };
    let written = config_map::create(desk, &change.namespace, &change.name, key, text).await?;
    looked(desk, change, &written).await
}

async fn looked(desk: &Desk, change: &DataSetChange, written: &ConfigMap) -> Result<u32, Problem> {
    desk.sets.look(written, &note(change)).await.map_err(problem)
}

fn parsed(text: &str) -> Result<Vec<Item>, Problem> {
    items(text, Format::of_text(text)).map_err(|why| wrong(format!("The items cannot be read: {why}."), &why))
}

/// The items after a change.
fn after(desk: &Desk, change: &DataSetChange, mut before: Vec<Item>) -> Result<Vec<Item>, Problem> {
    match &change.change {
        ItemsChange::Replace(text) => parsed(text),
        ItemsChange::Append(text) => Ok(append(before, parsed(text)?)),
        ItemsChange::Put(data) => {
            let item = item(data, &before)?;
            Ok(append(before, vec![item]))
        }
        ItemsChange::Remove(ids) => {
            let missing = ids.iter().find(|id| !before.iter().any(|item| item.id == **id));
            if let Some(id) = missing {
                return Err(Problem::new(
                    ProblemCode::NotFound,
                    format!("Data set '{}' has no item '{id}' (any more).", change.name),
                ));
            }
            before.retain(|item| !ids.contains(&item.id));
            if before.is_empty() {
                return Err(Problem::new(
                    ProblemCode::Invalid,
                    "A data set has an item at least: this change would take the last one.",
                )
                .next("Delete the data set instead."));
            }
            Ok(before)
        }
        ItemsChange::FromQueries { names, expect_answer, tags } => {
            let more = past::items(&desk.services, &change.namespace, names, *expect_answer, tags)?;
            Ok(append(before, more))
        }
    }
}

/// An item from a form.
fn item(data: &ItemData, before: &[Item]) -> Result<Item, Problem> {
    let mut problem = Problem::new(ProblemCode::Invalid, "The item cannot be saved yet.");
    let metadata = match data.metadata.trim() {
        "" => Some(std::collections::BTreeMap::new()),
        text => serde_json::from_str(text)
            .map_err(|error| {
                problem = problem.clone().field("metadata", format!("Write a JSON object: {error}."))
            })
            .ok(),
    };
    if data.input.trim().is_empty() {
        problem = problem.field("input", "Write what is asked.");
    }
    if data.id.contains(char::is_control) {
        problem = problem.field("id", "An id has one line.");
    }
    let (true, Some(metadata)) = (problem.fields.is_empty(), metadata) else { return Err(problem) };
    let tags = data.tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()).map(str::to_owned);
    let mut item = Item {
        id: data.id.trim().to_owned(),
        name: data.name.trim().to_owned(),
        input: data.input.clone(),
        expected_output: data.expected_output.clone(),
        tags: tags.collect(),
        metadata,
        source: data.source.clone(),
    };
    item.min_score().map_err(|why| problem.field("metadata", format!("Write a score: {why}.")))?;
    if item.id.is_empty() {
        item.id = new_id(&item, before);
    }
    Ok(item)
}

/// What the list of versions says of a change: the person's words, else what was done and by whom.
fn note(change: &DataSetChange) -> String {
    if !change.note.trim().is_empty() {
        return change.note.trim().to_owned();
    }
    let what = match &change.change {
        ItemsChange::Replace(_) => "Written anew".to_owned(),
        ItemsChange::Append(_) => "Items added".to_owned(),
        ItemsChange::Put(data) if data.id.trim().is_empty() => "An item added".to_owned(),
        ItemsChange::Put(data) => format!("Item {} saved", data.id.trim()),
        ItemsChange::Remove(ids) if ids.len() == 1 => format!("Item {} removed", ids.join("")),
        ItemsChange::Remove(ids) => format!("{} items removed", ids.len()),
        ItemsChange::FromQueries { names, .. } if names.len() == 1 => {
            format!("Query {} added", names.join(""))
        }
        ItemsChange::FromQueries { names, .. } => format!("{} past queries added", names.len()),
    };
    format!("{what} by {}", asker().display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api() {
        for good in ["refunds", "a.b-c", "1"] {
            assert!(sound(good).is_ok(), "{good}");
        }
        for bad in ["", "Refunds", "-a", "a.", "a/b", "a..b", &"x".repeat(254)] {
            assert_eq!(sound(bad).unwrap_err().fields[0].field, "name", "{bad}");
        }
    }

    #[test]
    fn a_form_says_all_that_is_wrong() {
        let data = ItemData { metadata: "[".into(), ..ItemData::default() };
        let fields: Vec<String> =
            item(&data, &[]).unwrap_err().fields.into_iter().map(|one| one.field).collect();
        assert_eq!(fields, ["metadata", "input"]);
        let data = ItemData {
            input: "When?".into(),
            name: " low ".into(),
            tags: vec![" ".into(), "a".into()],
            ..data
        };
        let data = ItemData { metadata: r#"{"expectedMinScore": 7}"#.into(), ..data };
        let wrong = item(&data, &[]).unwrap_err();
        let [field] = wrong.fields.as_slice() else { panic!("{wrong:?}") };
        assert_eq!(
            (field.field.as_str(), field.message.as_str()),
            ("metadata", "Write a score: its expectedMinScore is 7, and scores are numbers from 0 to 1.")
        );
        let data = ItemData { metadata: r#"{"port": 1}"#.into(), ..data };
        let made = item(&data, &[Item { id: "low".into(), ..Item::default() }]).unwrap();
        assert_eq!(
            (made.id.as_str(), made.tags.len(), made.metadata["port"].as_i64()),
            ("low-2", 1, Some(1))
        );
    }
}
