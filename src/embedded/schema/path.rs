//! Where in an object a walk is: a chain on the stack, written out only when there is something to report.

use std::fmt::Write;

/// One step of a path and the steps before it.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// `parent.name`
    pub(super) fn field(parent: Option<&'a Path<'a>>, name: &'a str) -> Self {
        Self { parent, step: Step::Field(name) }
    }

    /// `parent[key]`, a key of a map in the messages of validation rules and list types.
    pub(super) fn key(parent: Option<&'a Path<'a>>, key: &'a str) -> Self {
        Self { parent, step: Step::Key(key) }
    }

    /// `parent[index]`
    pub(super) fn index(parent: Option<&'a Path<'a>>, index: usize) -> Self {
        Self { parent, step: Step::Index(index) }
    }

    /// As text; the root is empty.
    pub(super) fn render(path: Option<&Path<'_>>) -> String {
        let mut text = String::new();
        if let Some(path) = path {
            path.write(&mut text);
        }
        text
    }

    fn write(&self, text: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(text);
        }
        // Writing to a String cannot fail.
        let _ = match self.step {
            Step::Field(name) if text.is_empty() => write!(text, "{name}"),
            Step::Field(name) => write!(text, ".{name}"),
            Step::Key(key) => write!(text, "[{key}]"),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_kubernetes_does() {
        let spec = Path::field(None, "spec");
        let tools = Path::field(Some(&spec), "tools");
        let first = Path::index(Some(&tools), 0);
        assert_eq!(Path::render(Some(&Path::field(Some(&first), "name"))), "spec.tools[0].name");
        assert_eq!(Path::render(Some(&Path::key(Some(&spec), "a/b"))), "spec[a/b]");
        assert_eq!(Path::render(None), "");
    }
}
