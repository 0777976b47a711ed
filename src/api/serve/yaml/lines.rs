//! From the path of a field to its line in the text that a person wrote.
//!
//! Works on indentation, which block style YAML (all that people write here) is made of. A path that leads into flow
//! style (`{a: 1}`) or to a field that is missing gets the line of its nearest parent.

use crate::views::problem::Problem;

/// Adds lines to the errors of fields and puts the topmost first.
pub fn locate(mut problem: Problem, text: &str) -> Problem {
    for field in &mut problem.fields {
        if field.line.is_none() {
            field.line = line_of(text, &field.field);
        }
    }
    super::by_line(&mut problem.fields);
    problem
}

/// A step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// `spec.tools[0].type` and `metadata.labels[a.b/c]` in steps.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (key, after) = inside.split_once(']').unwrap_or((inside, ""));
            let key = key.trim_matches('"');
            steps.push(key.parse().map_or_else(|_| Step::Key(key.into()), Step::Index));
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(Step::Key(rest[..end].into()));
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
    }
    steps
}

/// The line of `path`, from 1; `None` when not even its first step is found.
pub fn line_of(text: &str, path: &str) -> Option<u32> {
    let lines: Vec<Line> = text.lines().enumerate().filter_map(|(at, text)| Line::read(at, text)).collect();
    let mut from = 0;
    let mut to = lines.len();
    let mut found = None;
    for step in steps(path) {
        let Some(at) = find(&lines[from..to], &step).map(|at| from + at) else { break };
        found = Some(lines[at].number);
        let own = lines[at].indent;
        // What is inside: deeper lines, and for a key also list items at its own depth.
        let is_key = matches!(step, Step::Key(_));
        let end = lines[at + 1..to]
            .iter()
            .position(|line| line.indent < own || (line.indent == own && !(is_key && line.item)));
        to = end.map_or(to, |end| at + 1 + end);
        from = if is_key { at + 1 } else { at };
    }
    found.and_then(|number| u32::try_from(number).ok())
}

/// A line that says something. A list item with a key (`- name: x`) is two of them in one: `item`, and `key`.
struct Line {
    number: usize,
    indent: usize,
    item: bool,
    /// Depth and name of the key on this line.
    key: Option<(usize, String)>,
}

impl Line {
    fn read(at: usize, text: &str) -> Option<Self> {
        let body = text.trim_start();
        if body.is_empty() || body.starts_with('#') || body.starts_with("---") {
            return None;
        }
        let indent = text.len() - body.len();
        let item = body == "-" || body.starts_with("- ");
        let inner = if item { body[1..].trim_start() } else { body };
        let depth = indent + (body.len() - inner.len());
        let key = inner
            .split_once(": ")
            .map(|(key, _)| key)
            .or_else(|| inner.strip_suffix(':'))
            .map(|key| (depth, key.trim_matches(['"', '\'']).to_owned()));
        Some(Self { number: at + 1, indent, item, key })
    }
}

fn find(lines: &[Line], step: &Step) -> Option<usize> {
    match step {
        Step::Key(name) => {
            let depth = lines.iter().filter_map(|line| line.key.as_ref().map(|(depth, _)| *depth)).min()?;
            lines.iter().position(|line| line.key.as_ref().is_some_and(|(d, key)| *d == depth && key == name))
        }
        Step::Index(index) => {
            let depth = lines.iter().filter(|line| line.item).map(|line| line.indent).min()?;
            let items = lines.iter().enumerate().filter(|(_, line)| line.item && line.indent == depth);
            items.map(|(at, _)| at).nth(*index)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# An agent
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata:
  name: tide
  labels:
    a.b/c: x
spec:
  prompt: |
    tools: this is text
  tools:
  - type: http
    name: one
  - name: two
    type: mpc
    partial:
      parameters:
        - name: p
";

    #[test]
    fn paths_lead_to_lines() {
        let line = |path| line_of(TEXT, path);
        assert_eq!(line("metadata.name"), Some(5));
        assert_eq!(line("metadata.labels[a.b/c]"), Some(7));
        assert_eq!(line("spec.tools"), Some(11));
        assert_eq!(line("spec.tools[0].type"), Some(12));
        assert_eq!(line("spec.tools[1]"), Some(14));
        assert_eq!(line("spec.tools[1].type"), Some(15));
        assert_eq!(line("spec.tools[1].partial.parameters[0].name"), Some(18));
        assert_eq!(line("spec.modelRef.name"), Some(8), "the nearest parent of what is missing");
        assert_eq!(line("nothing.here"), None);
    }

    #[test]
    fn quoted_indexes_are_keys() {
        assert_eq!(
            steps("a[\"b.c\"].d[2]"),
            [Step::Key("a".into()), Step::Key("b.c".into()), Step::Key("d".into()), Step::Index(2)]
        );
    }
}
