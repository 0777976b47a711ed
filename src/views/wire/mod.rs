//! Reading what travels between server and browser as JSON.
//!
//! `serde_json` compiles a reader for every type and for every kind of input, which made a sixth of the browser half.
//! Here text becomes a [`Value`] first, in one reader for all, and [`plain::Plain`] makes the type of it.

mod codec;
mod plain;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use codec::Wire;
use plain::Plain;

/// Reads a value from JSON text. Fails where the text is no JSON, or is not of this type.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    T::deserialize(Plain(parse(text)?))
}

/// Apart, so that there is one of it.
#[inline(never)]
fn parse(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(text)
}

/// A part of a message that only its receiver reads: the code that reads a run belongs to the page of runs, not to
/// the connection that every page has.
#[derive(Debug, Clone, PartialEq)]
pub struct Later<T>(Content<T>);

#[derive(Debug, Clone, PartialEq)]
enum Content<T> {
    /// As the server made it.
    Made(Box<T>),
    /// As it came.
    Heard(Value),
}

impl<T> Later<T> {
    /// What is to be sent.
    pub fn new(value: T) -> Self {
        Self(Content::Made(Box::new(value)))
    }
}

impl<T: DeserializeOwned> Later<T> {
    /// What it says. Fails where it came from another version of the program, which says it otherwise.
    pub fn read(self) -> serde_json::Result<T> {
        match self.0 {
            Content::Made(value) => Ok(*value),
            Content::Heard(value) => T::deserialize(Plain(value)),
        }
    }
}

impl<T: Serialize> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Content::Made(value) => value.serialize(serializer),
            Content::Heard(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(Content::Heard(value)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Dot,
        Line(f64),
        Corner(i32, u8),
        Field { name: String, sides: Vec<Shape> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Drawing {
        shapes: Vec<Shape>,
        note: Option<String>,
        sizes: BTreeMap<String, u64>,
        pair: (bool, char),
        #[serde(default)]
        absent: Option<u32>,
        nothing: (),
    }

    fn drawing() -> Drawing {
        Drawing {
            shapes: vec![
                Shape::Dot,
                Shape::Line(1.5),
                Shape::Line(2.0),
                Shape::Corner(-3, 255),
                Shape::Field { name: "ö".into(), sides: vec![Shape::Dot] },
            ],
            note: None,
            sizes: BTreeMap::from([("largest".into(), u64::MAX)]),
            pair: (true, 'x'),
            absent: None,
            nothing: (),
        }
    }

    #[test]
    fn reads_what_serde_writes() {
        let text = serde_json::to_vec(&drawing()).expect("writes");
        assert_eq!(read::<Drawing>(&text).expect("reads"), drawing());
    }

    #[test]
    fn fields_that_are_unknown_are_passed_over() {
        let shape: Shape = read(br#"{"Field":{"new":[1],"name":"a","sides":[]}}"#).expect("reads");
        assert_eq!(shape, Shape::Field { name: "a".into(), sides: vec![] });
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(read::<Shape>(b"{}").is_err());
        assert!(read::<Shape>(br#"{"Line":"long"}"#).is_err());
        assert!(read::<Shape>(br#"{"Corner":[1,256]}"#).is_err());
        assert!(read::<Shape>(br#""Circle""#).is_err());
        assert!(read::<Drawing>(b"[1, 2]").is_err());
        let said = read::<Vec<String>>(b"[1]").expect_err("no string").to_string();
        assert_eq!(said, "expected a string, got a number");
    }

    #[test]
    fn later_is_written_as_what_it_holds_and_read_when_asked() {
        let made = Later::new(drawing());
        let text = serde_json::to_string(&made).expect("writes");
        assert_eq!(text, serde_json::to_string(&drawing()).expect("writes"));
        assert_eq!(read::<Later<Drawing>>(text.as_bytes()).expect("hears").read().expect("reads"), drawing());
        assert!(read::<Later<Drawing>>(json!([1]).to_string().as_bytes()).expect("hears").read().is_err());
    }
}
