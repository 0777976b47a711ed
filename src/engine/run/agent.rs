//! An agent's work: prompt, question, and the loop of model and tools until there is an answer.

use futures::future::join_all;

use super::outcome::Answer;
use super::place::Place;
use super::step::{self, Caller};
use super::{Run, call, input};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::{Event, ObjectRef};
use crate::engine::models::HeaderOverrides;
use crate::engine::providers::{ChatRequest, Message, OutputSchema};
use crate::engine::template;
use crate::engine::tools;
use crate::resources::agent::Agent;
use crate::resources::kind::Kind;
use crate::resources::model::Model;

/// Longest name of a schema that OpenAI takes.
const MAX_SCHEMA_NAME: usize = 64;

/// Asks the agent `name` of the run's namespace. `conversation` is all that it is told but its own prompt.
pub(super) async fn answer(
    run: &Run,
    place: &Place,
    name: &str,
    conversation: &[Message],
) -> Result<Answer, RunError> {
    let namespace = run.namespace.as_str();
    let agent: Agent = run.world.get(namespace, name).await?;
    if let Some(engine) = agent.spec.engine() {
        return Err(RunError::new(
            codes::ENGINES_NOT_YET_SUPPORTED,
            format!(
                "Agent '{name}' runs on execution engine '{engine}', which this version cannot call yet. Remove spec.executionEngine to run it here."
            ),
        ));
    }
    let (model_name, model_namespace) = agent.spec.model(namespace);
    let model: Model = run.world.get(model_namespace, model_name).await?;
    let (tools, notices) = tools::load(&run.world, &agent, &run.parameters).await?;
    if run.past.answer(&place.model(0)).is_none() {
        for message in notices {
            run.journal.append(Some(place.target), Event::Notice { message }).await?;
        }
    }
    let mut request = ChatRequest {
        messages: prompt(run, &agent).await?.into_iter().map(Message::system).collect(),
        tools: tools.iter().map(|tool| tool.definition.clone()).collect(),
        output_schema: schema(&agent, namespace, name),
        ..ChatRequest::default()
    };
    request.messages.extend_from_slice(conversation);
    let asked = request.messages.len();
    let caller = Caller {
        target: place.target,
        model: &model,
        model_ref: object(Kind::Model, model_namespace, model_name),
        agent: Some(object(Kind::Agent, namespace, name)),
        overrides: HeaderOverrides {
            agent: Some((namespace, &agent.spec.overrides)),
            query: Some((namespace, &run.query.spec.overrides)),
        },
    };
    for turn in 0..run.settings.max_iterations {
        let reply = step::ask(run, &caller, &place.model(turn), &request).await?;
        let calls = reply.tool_calls.clone();
        request.messages.push(Message::assistant(
            reply.content.clone(),
            reply.tool_calls,
            Some(name.to_owned()),
        ));
        if calls.is_empty() {
            return Ok(Answer::new(reply.content, request.messages.split_off(asked)));
        }
        let made = {
            let _resting = run.seat.rest();
            let tools = &tools;
            join_all(calls.iter().enumerate().map(|(i, one)| async move {
                let _working = run.seat.work();
                call::call(run, place, turn, i, tools, one).await
            }))
            .await
        };
        let mut end = None;
        for (one, called) in calls.iter().zip(made) {
            let called = called?;
            if called.reply.ends {
                end = Some(called.reply.content.clone());
            }
            request.messages.push(Message::tool(one.id.as_str(), called.told()));
        }
        if let Some(content) = end {
            return Ok(Answer { content, messages: request.messages.split_off(asked), terminated: true });
        }
    }
    Err(RunError::new(
        codes::TOO_MANY_ITERATIONS,
        format!(
            "Agent '{name}' asked for tools {} times without an answer. Simplify the task or the prompt.",
            run.settings.max_iterations
        ),
    ))
}

/// The prompt, rendered when the agent has parameters; none when it is empty, as some providers refuse an empty one.
pub(super) async fn prompt(run: &Run, agent: &Agent) -> Result<Option<String>, RunError> {
    let spec = &agent.spec;
    if spec.prompt.is_empty() {
        return Ok(None);
    }
    if spec.parameters.is_empty() {
        return Ok(Some(spec.prompt.clone()));
    }
    let name = agent.metadata.name.as_deref().unwrap_or_default();
    let whose = format!("agent '{name}'");
    let values =
        input::parameters(&run.world, &run.namespace, &spec.parameters, &run.parameters, &whose).await?;
    template::render(&spec.prompt, &values, &format!("spec.prompt of {whose}")).map(Some)
}

/// The output schema with Ark's name for it.
fn schema(agent: &Agent, namespace: &str, name: &str) -> Option<OutputSchema> {
    let schema = agent.spec.output_schema.clone()?;
    let name: String = format!("namespace-{namespace}-agent-{name}")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .take(MAX_SCHEMA_NAME)
        .collect();
    Some(OutputSchema { name, schema })
}

pub(super) fn object(kind: Kind, namespace: &str, name: &str) -> ObjectRef {
    ObjectRef { kind, namespace: namespace.to_owned(), name: name.to_owned() }
}
