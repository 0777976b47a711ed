//! A ConfigMap as a data set: which of its keys holds the items, and how they are written.

use k8s_openapi::api::core::v1::ConfigMap;

use super::read::{Format, LISTS};
use crate::evaluation::golden;
use crate::resources::annotations::DATA_SET_LABEL;

/// The text of a data set in a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The key that holds it.
    pub key: String,
    /// How it is written: as the end of the key says, else as it begins.
    pub format: Format,
    /// The text.
    pub text: String,
}

/// Whether a ConfigMap has the label of data sets.
pub fn is_data_set(map: &ConfigMap) -> bool {
    map.metadata.labels.as_ref().and_then(|labels| labels.get(DATA_SET_LABEL)).is_some_and(|on| on == "true")
}

/// The items' text: the one key, else the one that is named `items` or as a parameter with golden data.
///
/// # Errors
///
/// There is none, or which one is meant cannot be told.
pub fn content(map: &ConfigMap) -> Result<Content, String> {
    let data = map.data.clone().unwrap_or_default();
    let mut named: Vec<&String> = data.keys().filter(|key| is_named(key)).collect();
    if data.len() == 1 {
        named = data.keys().collect();
    }
    let key = match named.as_slice() {
        [key] => (*key).clone(),
        [] if data.is_empty() => return Err("the ConfigMap has no key with items".to_owned()),
        [] => {
            let keys = data.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(format!(
                "which key of the ConfigMap holds the items cannot be told: name it items.yaml, items.jsonl or items.csv; there are {keys}"
            ));
        }
        several => {
            let keys = several.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(", ");
            return Err(format!("the items are in one key of the ConfigMap, and there are {keys}"));
        }
    };
    let text = data.get(&key).cloned().unwrap_or_default();
    let format = Format::of_name(&key).unwrap_or_else(|| Format::of_text(&text));
    Ok(Content { key, format, text })
}

fn is_named(key: &str) -> bool {
    let stem = key.split('.').next().unwrap_or_default();
    LISTS.contains(&stem) || golden::NAMES.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(keys: &[(&str, &str)]) -> ConfigMap {
        let data = keys.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        ConfigMap { data: Some(data), ..ConfigMap::default() }
    }

    #[test]
    fn the_key_with_the_items_is_found_or_asked_for() {
        let found = content(&map(&[("anything", "input,expected\na,b\n")])).unwrap();
        assert_eq!((found.key.as_str(), found.format), ("anything", Format::Csv));
        let found = content(&map(&[("readme", "words"), ("items.jsonl", "{}")])).unwrap();
        assert_eq!((found.key.as_str(), found.format), ("items.jsonl", Format::Jsonl));
        for (keys, why) in [
            (&[][..], "no key"),
            (&[("a", ""), ("b", "")][..], "there are a, b"),
            (&[("items.csv", ""), ("golden-data", "")][..], "there are golden-data, items.csv"),
        ] {
            let error = content(&map(keys)).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
