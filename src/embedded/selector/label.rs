//! Label selectors: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>3`.

use std::fmt;

use serde_json::{Map, Value};

use super::{MAX_REQUIREMENTS, SelectorError, error};

/// A parsed label selector: all requirements must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

/// Values are sorted and without repeats, so that two spellings of one selector are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operator {
    Exists,
    DoesNotExist,
    In(Vec<String>),
    NotIn(Vec<String>),
    GreaterThan(i64),
    LessThan(i64),
}

impl LabelSelector {
    /// Reads a selector. Errors name what was expected where.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut reader = Reader { text, rest: text };
        let mut requirements = Vec::new();
        if reader.peek().is_none() {
            return Ok(Self::default());
        }
        loop {
            if requirements.len() == MAX_REQUIREMENTS {
                return Err(error(text, format!("more than {MAX_REQUIREMENTS} requirements")));
            }
            requirements.push(reader.requirement()?);
            match reader.peek() {
                None => return Ok(Self { requirements }),
                Some(',') => reader.take(','),
                Some(other) => return Err(error(text, format!("found '{other}', expected: ',' or the end"))),
            };
        }
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether an object with these `metadata.labels` is selected.
    pub fn matches(&self, labels: Option<&Map<String, Value>>) -> bool {
        self.requirements
            .iter()
            .all(|r| r.matches(labels.and_then(|l| l.get(&r.key)).and_then(Value::as_str)))
    }
}

impl Requirement {
    /// As in Kubernetes, `!=` and `notin` also hold for an object without the label.
    fn matches(&self, label: Option<&str>) -> bool {
        let number = || label.and_then(|l| l.parse::<i64>().ok());
        match &self.operator {
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::In(values) => label.is_some_and(|l| values.iter().any(|v| v == l)),
            Operator::NotIn(values) => label.is_none_or(|l| values.iter().all(|v| v != l)),
            Operator::GreaterThan(bound) => number().is_some_and(|n| n > *bound),
            Operator::LessThan(bound) => number().is_some_and(|n| n < *bound),
        }
    }
}

/// The canonical form, which [`LabelSelector::parse`] reads back.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Requirement { key, operator }) in self.requirements.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match operator {
                Operator::Exists => write!(f, "{comma}{key}")?,
                Operator::DoesNotExist => write!(f, "{comma}!{key}")?,
                Operator::In(values) => write!(f, "{comma}{key} in ({})", values.join(","))?,
                Operator::NotIn(values) => write!(f, "{comma}{key} notin ({})", values.join(","))?,
                Operator::GreaterThan(bound) => write!(f, "{comma}{key}>{bound}")?,
                Operator::LessThan(bound) => write!(f, "{comma}{key}<{bound}")?,
            }
        }
        Ok(())
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.rest = &self.rest[expected.len_utf8()..];
        }
        found
    }

    /// A key, operator word or value: everything up to white space or a sign of the grammar.
    fn word(&mut self) -> &'a str {
        self.peek();
        let end =
            self.rest.find(|c: char| c.is_whitespace() || "=!,()<>".contains(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let absent = self.take('!');
        let key = self.word();
        if !is_qualified_name(key) {
            return Err(error(self.text, format!("{key:?} is not a label key")));
        }
        let operator = if absent { Operator::DoesNotExist } else { self.operator()? };
        Ok(Requirement { key: key.to_owned(), operator })
    }

    fn operator(&mut self) -> Result<Operator, SelectorError> {
        match self.peek() {
            None | Some(',') => Ok(Operator::Exists),
            Some('=') => {
                self.take('=');
                self.take('=');
                Ok(Operator::In(vec![self.value()?]))
            }
            Some('!') => {
                self.take('!');
                if !self.take('=') {
                    return Err(error(self.text, "found '!', expected: '!='"));
                }
                Ok(Operator::NotIn(vec![self.value()?]))
            }
            Some('>') => {
                self.take('>');
                self.bound().map(Operator::GreaterThan)
            }
            Some('<') => {
                self.take('<');
                self.bound().map(Operator::LessThan)
            }
            Some(_) => match self.word() {
                "in" => self.values().map(Operator::In),
                "notin" => self.values().map(Operator::NotIn),
                other => Err(error(
                    self.text,
                    format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt, ',' or the end"),
                )),
            },
        }
    }

    fn bound(&mut self) -> Result<i64, SelectorError> {
        let word = self.word();
        word.parse()
            .map_err(|_| error(self.text, format!("for '>' and '<' operators, {word:?} must be an integer")))
    }

    fn values(&mut self) -> Result<Vec<String>, SelectorError> {
        if !self.take('(') {
            return Err(error(self.text, "expected: '(' after in or notin"));
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value()?);
            if self.take(')') {
                values.sort();
                values.dedup();
                return Ok(values);
            }
            if !self.take(',') {
                return Err(error(self.text, "expected: ',' or ')' in a list of values"));
            }
        }
    }

    /// A label value, which may be empty.
    fn value(&mut self) -> Result<String, SelectorError> {
        let word = self.word();
        if word.is_empty() || is_name(word) {
            Ok(word.to_owned())
        } else {
            Err(error(self.text, format!("{word:?} is not a label value")))
        }
    }
}

/// `[prefix/]name`: the prefix a DNS subdomain of up to 253 characters, the name up to 63.
fn is_qualified_name(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    is_name(name)
        && prefix.is_none_or(|p| {
            p.len() <= 253
                && p.split('.').all(|label| {
                    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                    !label.is_empty()
                        && label.bytes().all(inner)
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                })
        })
}

fn is_name(name: &str) -> bool {
    let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    name.len() <= 63
        && ends(name.bytes().next())
        && ends(name.bytes().last())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn selects(selector: &str, labels: Value) -> bool {
        LabelSelector::parse(selector).unwrap().matches(labels.as_object())
    }

    #[test]
    fn each_operator() {
        let labels = json!({"a": "b", "tier": "front", "n": "5", "x.io/y": ""});
        for (selector, expected) in [
            ("", true),
            ("  ", true),
            ("a", true),
            ("a=b", true),
            ("a==b", true),
            ("a = b", true),
            ("a=c", false),
            ("a!=b", false),
            ("a!=c", true),
            ("missing!=c", true),
            ("missing", false),
            ("!missing", true),
            ("!a", false),
            ("tier in (front,back)", true),
            ("tier in ( back )", false),
            ("tier notin (back)", true),
            ("tier notin (front, back)", false),
            ("missing notin (x)", true),
            ("x.io/y=", true),
            ("x.io/y", true),
            ("a in (b,)", true),
            ("n>4", true),
            ("n<5", false),
            ("a>1", false),
            ("a=b,tier in (front),!missing", true),
            ("a=b,tier=back", false),
            ("in=b", false),
        ] {
            assert_eq!(selects(selector, labels.clone()), expected, "{selector}");
        }
        assert!(!LabelSelector::parse("a").unwrap().matches(None));
        assert!(LabelSelector::parse("!a").unwrap().matches(None));
    }

    #[test]
    fn refuses_what_is_malformed() {
        for selector in [
            "=b",
            "a b",
            "a in x",
            "a in (x",
            "a in (x y)",
            "a!",
            "a=b,",
            ",a",
            "a=b c",
            "-a",
            "a=$",
            "A/b/c=d",
            "a>x",
            "a=b=c",
            "!",
        ] {
            assert!(LabelSelector::parse(selector).is_err(), "{selector}");
        }
        let many = vec!["a"; MAX_REQUIREMENTS + 1].join(",");
        assert!(LabelSelector::parse(&many).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = LabelSelector::parse(&text);
        }

        #[test]
        fn grammar_soup_never_panics_and_reads_back(text in "[a-b=!,() <>in]{0,30}") {
            if let Ok(selector) = LabelSelector::parse(&text) {
                prop_assert_eq!(LabelSelector::parse(&selector.to_string()).unwrap(), selector);
            }
        }

        #[test]
        fn equality_and_inequality_are_opposites(key in "[a-z]{1,5}", value in "[a-z]{0,3}", other in "[a-z]{0,3}") {
            let labels = json!({key.clone(): other});
            let equal = LabelSelector::parse(&format!("{key}={value}")).unwrap().matches(labels.as_object());
            let unequal = LabelSelector::parse(&format!("{key}!={value}")).unwrap().matches(labels.as_object());
            prop_assert_ne!(equal, unequal);
        }
    }
}
