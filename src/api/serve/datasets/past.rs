//! Items from past runs.

use crate::api::serve::Services;
use crate::api::serve::objects::check;
use crate::evaluation::datasets::Item;
use crate::kubernetes::access::Verb;
use crate::resources::Query;
use crate::resources::kind::Kind;
use crate::resources::query::QueryInput;
use crate::views::problem::{Problem, ProblemCode};

/// Queries of one change.
const MAX_QUERIES: usize = 500;

/// The questions of past queries, with their answers as what should be answered when `expect_answer`. What has no question or answer
/// in text is told, all of it at once, and nothing is taken.
pub(super) fn items(
    services: &Services,
    namespace: &str,
    names: &[String],
    expect_answer: bool,
    tags: &[String],
) -> Result<Vec<Item>, Problem> {
    check(Verb::List, Kind::Query, Some(namespace))?;
    let mut problem = Problem::new(ProblemCode::Invalid, "These queries cannot be taken as they are.");
    if names.is_empty() || names.len() > MAX_QUERIES {
        problem.message = format!("Choose from 1 to {MAX_QUERIES} queries, and not {}.", names.len());
        return Err(problem);
    }
    let mut items = Vec::with_capacity(names.len());
    for name in names {
        let query = services.caches().queries.get(namespace, name);
        match query.ok_or("It does not exist (any more).").and_then(|query| item(&query, expect_answer)) {
            Ok(item) => items.push(Item { tags: tags.to_vec(), ..item }),
            Err(why) => problem = problem.field(name.as_str(), why),
        }
    }
    if problem.fields.is_empty() {
        return Ok(items);
    }
    let words: Vec<String> =
        problem.fields.iter().map(|one| format!("{}: {}", one.field, one.message)).collect();
    problem.message = format!("{} Nothing was added. {}", problem.message, words.join(" "));
    Err(problem.next("Leave them out, or correct the items by hand."))
}

fn item(query: &Query, expect_answer: bool) -> Result<Item, &'static str> {
    let input = question(query)?;
    // Messages are taken as they are, and so is a text without parameters.
    let is_template = matches!(query.spec.input(), QueryInput::Text(_)) && !query.spec.parameters.is_empty();
    if is_template && input.contains("{{") {
        return Err("Its question is a template with parameters.");
    }
    let name = query.metadata.name.clone().unwrap_or_default();
    let namespace = query.metadata.namespace.as_deref().unwrap_or_default();
    let expected_output = if expect_answer { answer(query)? } else { String::new() };
    Ok(Item { source: format!("{namespace}/{name}"), id: name, input, expected_output, ..Item::default() })
}

/// The question, where it is one text: an item is asked alone, without what was said before it and without pictures.
fn question(query: &Query) -> Result<String, &'static str> {
    let text = match query.spec.input() {
        QueryInput::Text(text) => text.to_owned(),
        QueryInput::Messages([message]) if message["role"] == "user" => match &message["content"] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(parts) => {
                let texts: Option<Vec<&str>> = parts.iter().map(|part| part["text"].as_str()).collect();
                texts.ok_or("Its question is more than text.")?.join("\n")
            }
            _ => return Err("Its question is no text."),
        },
        QueryInput::Messages(_) => return Err("Its input is a conversation and not one question."),
        QueryInput::Unusable => return Err("Its question is no text."),
    };
    if text.trim().is_empty() { Err("Its question is empty.") } else { Ok(text) }
}

/// The first answer.
fn answer(query: &Query) -> Result<String, &'static str> {
    let status = query.status.as_ref().ok_or("It has no answer yet.")?;
    let first = status.response.as_ref().or(status.responses.first()).ok_or("It has no answer yet.")?;
    if !status.phase.is_some_and(crate::resources::query_status::QueryPhase::is_terminal) {
        return Err("It has no answer yet.");
    }
    if first.phase == "error" || first.content.trim().is_empty() {
        return Err("It ended without an answer.");
    }
    Ok(first.content.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn query(input: &Value, parameters: &Value) -> Query {
        let object = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query",
            "metadata": {"name": "q", "namespace": "lagoon"}, "spec": {"input": input, "parameters": parameters}});
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn braces_are_taken_as_they_are_where_they_were_no_template() {
        let text = "In {{ .harbour }}?";
        let messages = json!([{"role": "user", "content": text}]);
        let harbour = json!([{"name": "harbour", "value": "Lisbon"}]);
        for (input, parameters) in
            [(json!(text), json!([])), (messages.clone(), json!([])), (messages, harbour.clone())]
        {
            let item = item(&query(&input, &parameters), false).unwrap();
            assert_eq!((item.input.as_str(), item.source.as_str()), (text, "lagoon/q"));
        }
        let template = item(&query(&json!(text), &harbour), false);
        assert_eq!(template.unwrap_err(), "Its question is a template with parameters.");
        assert_eq!(item(&query(&json!("In Lisbon?"), &harbour), false).unwrap().input, "In Lisbon?");
    }
}
