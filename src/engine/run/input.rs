//! The question: parameters, template, messages.

use std::collections::BTreeMap;

use crate::engine::error::{RunError, codes};
use crate::engine::providers::{Message, Role};
use crate::engine::template;
use crate::engine::world::{Parameters, World};
use crate::resources::parameter::Parameter;
use crate::resources::query::{QueryInput, QuerySpec};
use crate::resources::value_source::Source;

/// Resolves `parameters` of an object in `namespace`. `query` are the running query's, for those that refer to one;
/// a query's own may not.
pub(super) async fn parameters(
    world: &World,
    namespace: &str,
    parameters: &[Parameter],
    query: &Parameters,
    whose: &str,
) -> Result<Parameters, RunError> {
    let mut resolved = BTreeMap::new();
    for parameter in parameters {
        let field = format!("Parameter '{}' of {whose}", parameter.name);
        let value = world.value(namespace, parameter.source(), Some(query), &field).await?;
        if value.is_none() && parameter.source() == Source::Missing {
            return Err(RunError::new(
                codes::VALUE_NOT_RESOLVED,
                format!("{field} has neither a value nor a source. Set value or valueFrom."),
            ));
        }
        resolved.insert(parameter.name.clone(), value.unwrap_or_default());
    }
    Ok(resolved)
}

/// The query's messages: its text, rendered when it has parameters, else byte for byte; or its messages as they are.
pub(super) fn messages(spec: &QuerySpec, parameters: &Parameters) -> Result<Vec<Message>, RunError> {
    match spec.input() {
        QueryInput::Text(text) if spec.parameters.is_empty() => Ok(vec![Message::user(text)]),
        QueryInput::Text(text) => Ok(vec![Message::user(template::render(text, parameters, "spec.input")?)]),
        QueryInput::Messages([]) => Err(invalid("it is an empty list")),
        QueryInput::Messages(list) => list
            .iter()
            .enumerate()
            .map(|(i, message)| {
                serde_json::from_value::<Message>(message.clone())
                    .map_err(|error| invalid(&format!("message {i} is no OpenAI message: {error}")))
            })
            .collect(),
        QueryInput::Unusable => Err(invalid("it is neither text nor a list of messages")),
    }
}

/// The text of the question: for a tool that is asked.
pub(super) fn question(messages: &[Message]) -> String {
    messages
        .iter()
        .rev()
        .find(|message| message.role == Role::User)
        .map(Message::plain_text)
        .unwrap_or_default()
}

fn invalid(why: &str) -> RunError {
    RunError::new(
        codes::INVALID_INPUT,
        format!(
            "spec.input cannot be used: {why}. Write a text, or messages as [{{\"role\": \"user\", \"content\": \"…\"}}]."
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(input: serde_json::Value, parameters: Vec<Parameter>) -> QuerySpec {
        QuerySpec { input, parameters, ..QuerySpec::default() }
    }

    #[test]
    fn without_parameters_braces_stay() {
        let input = "{{ .harbour }} {\"a\": 1}";
        let messages = messages(&spec(json!(input), vec![]), &BTreeMap::new()).unwrap();
        assert_eq!(messages, [Message::user(input)]);
    }

    #[test]
    fn with_parameters_it_is_a_template() {
        let values = BTreeMap::from([("harbour".to_owned(), "Lisbon".to_owned())]);
        let spec = spec(json!("In {{ .harbour }}"), vec![Parameter::literal("harbour", "Lisbon")]);
        assert_eq!(messages(&spec, &values).unwrap(), [Message::user("In Lisbon")]);
        let error = messages(&spec, &BTreeMap::new()).unwrap_err();
        assert!(error.message.contains("'harbour'") && error.message.contains("spec.input"), "{error}");
    }

    #[test]
    fn messages_pass_through_and_wrong_ones_are_named() {
        let image = json!([{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:"}}]);
        let list = json!([{"role": "assistant", "content": "Hi"}, {"role": "user", "content": image}]);
        let messages_ = messages(&spec(list.clone(), vec![]), &BTreeMap::new()).unwrap();
        assert_eq!(serde_json::to_value(&messages_).unwrap(), list);
        assert_eq!(question(&messages_), "What is it?");
        let error = messages(&spec(json!([{"role": "pirate"}]), vec![]), &BTreeMap::new()).unwrap_err();
        assert!(error.message.contains("message 0"), "{error}");
        assert_eq!(
            messages(&spec(json!(4), vec![]), &BTreeMap::new()).unwrap_err().code,
            codes::INVALID_INPUT
        );
    }
}
