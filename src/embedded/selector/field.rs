//! Field selectors: `metadata.name=a,status.phase!=done`, with `\\`, `\,` and `\=` escaped in values.

use super::{MAX_REQUIREMENTS, SelectorError, error};

/// A parsed field selector: all terms must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSelector {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: String,
    value: String,
    equal: bool,
}

impl FieldSelector {
    /// Reads a selector. Which fields a kind supports is for the caller to say, see [`Self::fields`].
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut terms = Vec::new();
        for part in split(text) {
            if part.is_empty() {
                continue;
            }
            if terms.len() == MAX_REQUIREMENTS {
                return Err(error(text, format!("more than {MAX_REQUIREMENTS} requirements")));
            }
            terms.push(term(text, part)?);
        }
        Ok(Self { terms })
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The fields it asks about, in the order written.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|t| t.field.as_str())
    }

    /// The value that `field` must equal, where the selector says so; lets a list by name become a get.
    pub fn required(&self, field: &str) -> Option<&str> {
        self.terms.iter().find(|t| t.equal && t.field == field).map(|t| t.value.as_str())
    }

    /// Whether an object is selected; `lookup` gives a field's value, `None` counting as empty as in Kubernetes.
    pub fn matches(&self, lookup: impl Fn(&str) -> Option<String>) -> bool {
        self.terms.iter().all(|t| (lookup(&t.field).unwrap_or_default() == t.value) == t.equal)
    }
}

/// Splits at commas that no backslash precedes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn term(text: &str, part: &str) -> Result<Term, SelectorError> {
    let (field, equal, value) = part
        .char_indices()
        .find_map(|(at, _)| {
            let rest = &part[at..];
            ["!=", "==", "="]
                .into_iter()
                .find(|op| rest.starts_with(op))
                .map(|op| (&part[..at], op != "!=", &rest[op.len()..]))
        })
        .ok_or_else(|| error(text, format!("invalid selector: {part:?} has no =, == or !=")))?;
    if field.trim().is_empty() {
        return Err(error(text, format!("{part:?} names no field")));
    }
    Ok(Term { field: field.trim().to_owned(), value: unescape(text, value)?, equal })
}

fn unescape(text: &str, value: &str) -> Result<String, SelectorError> {
    let mut plain = String::with_capacity(value.len());
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some(escaped @ ('\\' | ',' | '=')) => plain.push(escaped),
                other => return Err(error(text, format!("invalid escape \\{}", other.unwrap_or(' ')))),
            },
            '=' => return Err(error(text, "an unescaped '=' in a value; write \\=")),
            other => plain.push(other),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lookup(field: &str) -> Option<String> {
        match field {
            "metadata.name" => Some("a".into()),
            "status.phase" => Some("x,y=z\\".into()),
            _ => None,
        }
    }

    #[test]
    fn each_operator() {
        for (selector, expected) in [
            ("", true),
            ("metadata.name=a", true),
            ("metadata.name==a", true),
            ("metadata.name!=a", false),
            ("metadata.name!=b", true),
            ("spec.missing=", true),
            ("spec.missing!=", false),
            ("metadata.name=a,spec.missing!=q", true),
            ("metadata.name=a,status.phase=x\\,y\\=z\\\\", true),
            ("metadata.name=a,", true),
        ] {
            assert_eq!(FieldSelector::parse(selector).unwrap().matches(lookup), expected, "{selector}");
        }
    }

    #[test]
    fn tells_its_fields() {
        let selector = FieldSelector::parse("a.b=1,c!=2").unwrap();
        assert_eq!(selector.fields().collect::<Vec<_>>(), ["a.b", "c"]);
        assert_eq!((selector.required("a.b"), selector.required("c")), (Some("1"), None));
    }

    #[test]
    fn refuses_what_is_malformed() {
        for selector in ["a", "=a", "a=b=c", "a=\\x", "a=\\", "!=b"] {
            assert!(FieldSelector::parse(selector).is_err(), "{selector}");
        }
    }

    proptest! {
        #[test]
        fn escaped_values_read_back(value in "[a-z,=\\\\]{0,12}") {
            let escaped = value.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\=");
            let selector = FieldSelector::parse(&format!("f={escaped}")).unwrap();
            prop_assert_eq!(selector.required("f"), Some(value.as_str()));
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = FieldSelector::parse(&text);
        }
    }
}
