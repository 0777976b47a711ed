//! JSON into a value, noting fields that are given twice; serde_json alone takes the last in silence.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Duplicates that are named; an object that has more is told of the first ones.
const MAX_NAMED: usize = 32;

/// Reads JSON; the second part are the paths of duplicate fields.
pub(super) fn read(text: &[u8]) -> Result<(Value, Vec<String>), serde_json::Error> {
    let mut found = Vec::new();
    let mut path = String::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Reader { path: &mut path, found: &mut found }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, found))
}

struct Reader<'a> {
    path: &'a mut String,
    found: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn inner(&mut self) -> Reader<'_> {
        Reader { path: self.path, found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        let length = self.path.len();
        loop {
            self.path.push_str(&format!("[{}]", items.len()));
            let item = seq.next_element_seed(self.inner())?;
            self.path.truncate(length);
            match item {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        let length = self.path.len();
        while let Some(key) = map.next_key::<String>()? {
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            let value = map.next_value_seed(self.inner())?;
            if fields.insert(key, value).is_some() && self.found.len() < MAX_NAMED {
                self.found.push(self.path.clone());
            }
            self.path.truncate(length);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_named_by_their_path() {
        let (value, found) = read(br#"{"a":{"b":[{"c":1,"c":2}]},"d":1.5,"d":null}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": {"b": [{"c": 2}]}, "d": null}));
        assert_eq!(found, ["a.b[0].c", "d"]);
        assert!(read(b"{} x").is_err());
    }
}
