//! One step from a value to a part of it, in the notation of `FieldsV1`.

use std::fmt;

use serde_json::{Map, Value};

/// A path element. The order is Kubernetes' (field, key, value, index), so that sets are written alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PathElement {
    /// `f:name`, a field or map key.
    Field(String),
    /// `k:{"name":"a"}`, an item of a list of type map; JSON with sorted keys, so that equal keys are equal texts.
    Key(String),
    /// `v:"a"`, an item of a set; JSON.
    Value(String),
    /// `i:0`, a place in a list. Never made here, but read and kept.
    Index(usize),
}

impl PathElement {
    /// The element of a list-map item with these key fields.
    pub(super) fn key(mut fields: Vec<(&str, &Value)>) -> Self {
        fields.sort_by_key(|(name, _)| *name);
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
        Self::Key(format!("{{{}}}", pairs.join(",")))
    }

    /// Reads the wire form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest.to_owned())),
            "k" => {
                let fields: Map<String, Value> = serde_json::from_str(rest).ok()?;
                Some(Self::key(fields.iter().map(|(name, value)| (name.as_str(), value)).collect()))
            }
            "v" => serde_json::from_str::<Value>(rest).ok().map(|v| Self::Value(v.to_string())),
            "i" => rest.parse().ok().map(Self::Index),
            _ => None,
        }
    }

    /// The wire form.
    pub(super) fn wire(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(key) => format!("k:{key}"),
            Self::Value(value) => format!("v:{value}"),
            Self::Index(index) => format!("i:{index}"),
        }
    }
}

/// As conflicts name it: `.spec`, `[name="a",port=80]`, `[="a"]`, `[0]`.
impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(key) => {
                let fields: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let pairs: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "[{}]", pairs.join(","))
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_reads_back() {
        for (wire, shown) in [
            ("f:spec", ".spec"),
            ("f:a:b", ".a:b"),
            (r#"k:{"name":"a","port":80}"#, r#"[name="a",port=80]"#),
            (r#"v:"a""#, r#"[="a"]"#),
            ("v:1", "[=1]"),
            ("i:3", "[3]"),
        ] {
            let element = PathElement::parse(wire).unwrap();
            assert_eq!((element.wire().as_str(), element.to_string().as_str()), (wire, shown));
        }
        assert_eq!(PathElement::parse(r#"k:{"b": 1, "a": 2}"#).unwrap().wire(), r#"k:{"a":2,"b":1}"#);
        for bad in ["", ".", "x:y", "k:[", "k:1", "v:", "i:x"] {
            assert_eq!(PathElement::parse(bad), None, "{bad}");
        }
    }
}
