//! Templates that make JSON: what an action prints cannot leave its place. As Go's html/template does for HTML, every
//! action is given an escaper, which marks what it prints; where a mark lies then says how it is written.

use gotmpl::parse::{CommandNode, Expr, ListNode, Node};
use gotmpl::{Template, TemplateError, Value};
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Beginning and end of what an action printed. Neither can be part of it: JSON has control characters escaped.
pub(super) const MARKS: [char; 2] = ['\u{1}', '\u{2}'];
/// The escaper's name; the `_` and the dash keep it out of templates.
const ESCAPER: &str = "_json-value";

/// Adds the escaper. `js`, which made Ark's bodies safe by hand, has nothing to do any more.
pub(super) fn with_escaper(template: Template) -> Template {
    template.func(ESCAPER, mark).func("js", |arguments| Ok(arguments.first().cloned().unwrap_or(Value::Nil)))
}

/// Puts the escaper behind every action of `template` and its definitions.
pub(super) fn guard(template: Template, name: &str) -> Template {
    let mut names: Vec<String> = template.templates().into_iter().map(str::to_owned).collect();
    names.push(name.to_owned());
    names.into_iter().fold(template, |template, name| match template.lookup(&name).cloned() {
        Some(mut tree) => {
            actions(&mut tree);
            template.add_parse_tree(&name, tree)
        }
        None => {
            template.add_parse_tree(&name, ListNode { pos: gotmpl::parse::Pos::new(0, 1), nodes: vec![] })
        }
    })
}

fn actions(list: &mut ListNode) {
    for node in &mut list.nodes {
        match node {
            Node::Action(action) if action.pipe.decl.is_empty() => {
                let pos = action.pos;
                let guarded = action.pipe.commands.last().is_some_and(
                    |last| matches!(last.args.as_slice(), [Expr::Identifier(_, name)] if name == ESCAPER),
                );
                if !guarded {
                    let escaper = CommandNode { pos, args: vec![Expr::Identifier(pos, ESCAPER.into())] };
                    action.pipe.commands.push(escaper);
                }
            }
            Node::List(inner) => actions(inner),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                actions(&mut branch.body);
                if let Some(otherwise) = &mut branch.else_body {
                    actions(otherwise);
                }
            }
            Node::Define(definition) => actions(&mut definition.body),
            _ => {}
        }
    }
}

fn mark(arguments: &[Value]) -> Result<Value, TemplateError> {
    let value = arguments.first().map_or(Json::Null, json);
    let [begin, end] = MARKS;
    Ok(Value::String(format!("{begin}{value}{end}").into()))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => (*number).into(),
        Value::Uint(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::String(text) => Json::String(text.to_string()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| (key.to_string(), json(value))).collect(),
        _ => Json::Null,
    }
}

/// Writes what is marked: inside a string as its escaped text, elsewhere as one JSON value.
pub(super) fn put(marked: &str) -> String {
    let [begin, end] = MARKS;
    let mut document = String::with_capacity(marked.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = marked;
    while let Some(at) = rest.find(begin) {
        let (before, after) = rest.split_at(at);
        for character in before.chars() {
            match character {
                '"' if !escaped => in_string = !in_string,
                _ => {}
            }
            escaped = in_string && character == '\\' && !escaped;
        }
        document.push_str(before);
        let (value, behind) = after[begin.len_utf8()..].split_once(end).unwrap_or_default();
        let value: Json = serde_json::from_str(value).unwrap_or_default();
        if in_string {
            text(&value, &mut document)
        } else {
            whole(&value, &mut document)
        }
        rest = behind;
    }
    document.push_str(rest);
    document
}

fn text(value: &Json, document: &mut String) {
    let text = match value {
        Json::Null => return,
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let quoted = Json::String(text).to_string();
    document.push_str(&quoted[1..quoted.len() - 1]);
}

/// A text that is one JSON value is that value, as when a number is passed as text; any other text is a string.
fn whole(value: &Json, document: &mut String) {
    match value {
        Json::String(text) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
            document.push_str(text.trim())
        }
        other => document.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gotmpl::tmap;
    use serde_json::json;

    use super::super::render_json;
    use super::*;

    fn rendered(template: &str, port: &str) -> Json {
        let list = Value::List(Arc::from([Value::String("a\"".into()), Value::Int(2)]));
        let input = tmap! { "port" => port, "days" => 2i64, "list" => list, "none" => Value::Nil };
        let text = render_json(template, &tmap! { "input" => input }, "", "spec.http.body").unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    const NASTY: &str = "a\", \"admin\": \"yes\\";

    #[test]
    fn what_is_printed_in_a_string_stays_in_it() {
        for template in [
            r#"{"port": "{{.input.port}}"}"#,
            r#"{"port": "{{.input.port | js}}"}"#,
            r#"{"port": "{{js .input.port}}"}"#,
            r#"{"port": "{{with .input}}{{.port}}{{end}}"}"#,
            r#"{"port": "{{$x := .input.port}}{{$x}}"}"#,
            r#"{{define "p"}}{{.port}}{{end}}{"port": "{{template "p" .input}}"}"#,
            r#"{"port": {{.input.port}}}"#,
            r#"{"port": {{printf "%s" .input.port}}}"#,
        ] {
            assert_eq!(rendered(template, NASTY), json!({"port": NASTY}), "{template}");
        }
        assert_eq!(
            rendered(r#"{"a\"": "\\", "b": "{{.input.port}}"}"#, "\""),
            json!({"a\"": "\\", "b": "\""})
        );
    }

    #[test]
    fn elsewhere_it_is_one_value() {
        let template = r#"{"port": {{.input.port}}, "days": {{.input.days}}, "list": {{.input.list}}, "none": {{.input.none}},
            "text": "{{.input.list}}/{{.input.none}}"}"#;
        for (port, expected) in [
            ("7", json!(7)),
            (r#"{"a": 1}"#, json!({"a": 1})),
            ("Lisbon", json!("Lisbon")),
            (r#""x", "admin": true"#, json!(r#""x", "admin": true"#)),
            ("1} x", json!("1} x")),
            ("", json!("")),
        ] {
            let expected = json!({"port": expected, "days": 2, "list": ["a\"", 2], "none": null, "text": "[\"a\\\"\",2]/"});
            assert_eq!(rendered(template, port), expected, "{port}");
        }
    }

    #[test]
    fn comparisons_see_the_value_itself() {
        let template = r#"{"is": {{eq .input.port "a\"b"}}, "list": [{{range $i, $x := .input.list}}{{if $i}},{{end}}{{$x}}{{end}}]}"#;
        assert_eq!(rendered(template, "a\"b"), json!({"is": true, "list": ["a\"", 2]}));
    }

    #[test]
    fn an_empty_template_and_control_characters() {
        assert_eq!(render_json(" ", &Value::Nil, "", "f").unwrap(), "");
        assert!(
            render_json("{\u{1}}", &Value::Nil, "", "f").unwrap_err().message.contains("control characters")
        );
    }
}
