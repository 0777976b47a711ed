//! The part of JSONPath that printer columns use: fields, quoted fields, indices, `[*]` and equality filters.

use serde_json::Value;

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(i64),
    All,
    /// `?(@.path=="literal")`, and whether it is `!=`.
    Filter {
        path: String,
        literal: String,
        negated: bool,
    },
}

/// The first value at `path`.
pub(super) fn first(object: &Value, path: &str) -> Option<Value> {
    find(object, path).into_iter().next().cloned()
}

/// All values at `path` as one text, separated by blanks as kubectl's printer separates them; `None` when there is none.
pub(super) fn all(object: &Value, path: &str) -> Option<String> {
    let values = find(object, path);
    match values.is_empty() {
        true => None,
        false => Some(values.into_iter().map(text).collect::<Vec<_>>().join(" ")),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn find<'a>(object: &'a Value, path: &str) -> Vec<&'a Value> {
    let Some(steps) = parse(path) else { return Vec::new() };
    let mut found = vec![object];
    for step in &steps {
        found = found.into_iter().flat_map(|value| follow(value, step)).collect();
    }
    found.retain(|v| !v.is_null());
    found
}

fn follow<'a>(value: &'a Value, step: &Step) -> Vec<&'a Value> {
    let items = || value.as_array().into_iter().flatten();
    match step {
        Step::Field(name) => value.get(name).into_iter().collect(),
        Step::Index(index) => {
            let list = value.as_array().map_or(&[][..], Vec::as_slice);
            let at = if *index < 0 {
                list.len().checked_add_signed(*index as isize)
            } else {
                usize::try_from(*index).ok()
            };
            at.and_then(|i| list.get(i)).into_iter().collect()
        }
        Step::All => match value {
            Value::Object(fields) => fields.values().collect(),
            _ => items().collect(),
        },
        Step::Filter { path, literal, negated } => items()
            .filter(|item| {
                let equal = find(item, path).first().is_some_and(|v| text(v) == *literal);
                equal != *negated
            })
            .collect(),
    }
}

/// `None` for what this subset does not know; the cell is empty then.
fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim();
    rest = rest.strip_prefix('{').and_then(|r| r.strip_suffix('}')).unwrap_or(rest);
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = closing(inner)?;
            steps.push(bracket(inner[..end].trim())?);
            rest = &inner[end + 1..];
        } else {
            let field = rest.strip_prefix('.').unwrap_or(rest);
            let (name, length) = name(field);
            match name.as_str() {
                "" if field.starts_with('[') => {}
                "" => return None,
                "*" => steps.push(Step::All),
                _ => steps.push(Step::Field(name)),
            }
            rest = &field[length..];
        }
    }
    Some(steps)
}

/// A field name up to the next `.` or `[`, in which a backslash protects a dot; and its length in the path.
fn name(text: &str) -> (String, usize) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' => return (name, at),
            _ => name.push(c),
        }
    }
    (name, text.len())
}

/// Where the bracket closes, quotes and inner brackets aside.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

fn bracket(inner: &str) -> Option<Step> {
    if inner == "*" {
        return Some(Step::All);
    }
    if let Some(name) = unquote(inner) {
        return Some(Step::Field(name.to_owned()));
    }
    if let Some(filter) = inner.strip_prefix("?(").and_then(|f| f.strip_suffix(')')) {
        let (negated, at) = match (filter.find("=="), filter.find("!=")) {
            (Some(at), _) => (false, at),
            (None, at) => (true, at?),
        };
        let path = filter[..at].trim().strip_prefix('@')?.to_owned();
        let literal = filter[at + 2..].trim();
        return Some(Step::Filter { path, literal: unquote(literal).unwrap_or(literal).to_owned(), negated });
    }
    inner.parse().ok().map(Step::Index)
}

fn unquote(text: &str) -> Option<&str> {
    ['\'', '"'].into_iter().find_map(|q| text.strip_prefix(q)?.strip_suffix(q))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_paths_of_printer_columns_are_followed() {
        let object = json!({
            "metadata": {"annotations": {"a.b/c": "x"}},
            "status": {
                "n": 3, "list": ["a", "b"],
                "conditions": [{"type": "Ready", "status": "False"}, {"type": "Available", "status": "True"}]
            }
        });
        for (path, expected) in [
            (".status.n", Some("3")),
            ("{.status.n}", Some("3")),
            (r#".status.conditions[?(@.type=="Available")].status"#, Some("True")),
            (".status.conditions[?(@.type=='Ready')].status", Some("False")),
            (".status.list[0]", Some("a")),
            (".status.list[-1]", Some("b")),
            (".status.list[*]", Some("a b")),
            (r".metadata.annotations.a\.b/c", Some("x")),
            (".metadata.annotations['a.b/c']", Some("x")),
            (".status.list.length", None),
            (".spec.x", None),
            (".status[", None),
        ] {
            assert_eq!(all(&object, path).as_deref(), expected, "{path}");
        }
    }
}
