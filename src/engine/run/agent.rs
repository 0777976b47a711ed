//! An agent's work: prompt, question, and the loop of model and tools until there is an answer.

use super::approval::Rejections;
use super::outcome::Answer;
use super::output::{Checked, Output};
use super::place::Place;
use super::step::{self, Caller};
use super::{Run, call, input};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::{Event, ObjectRef};
use crate::engine::models::HeaderOverrides;
use crate::engine::providers::{ChatRequest, Message};
use crate::engine::template;
use crate::engine::tools;
use crate::resources::agent::Agent;
use crate::resources::kind::Kind;
use crate::resources::model::Model;

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
    let mut output = Output::of(&agent, namespace, name);
    if let Some(output) = output.as_ref().filter(|_| run.past.answer(&place.model(0)).is_none()) {
        output.usable(run).await?;
    }
    let mut request = ChatRequest {
        messages: prompt(run, &agent).await?.into_iter().map(Message::system).collect(),
        tools: tools.iter().map(|tool| tool.definition.clone()).collect(),
        output_schema: output.as_ref().map(|output| output.schema.clone()),
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
    // Of an answer that was rejected and what was said to it: nobody but the model is told.
    let mut between = 0..0;
    let mut rejections = Rejections::default();
    let mut turns = 0..run.stop.iterations;
    while let Some(turn) = turns.next() {
        let step = place.model(turn);
        let reply = step::ask(run, &caller, &step, &request).await?;
        let said = request.messages.len();
        let mut message =
            Message::assistant(reply.content.clone(), reply.tool_calls.clone(), Some(name.to_owned()));
        if !reply.tool_calls.is_empty() {
            message.thoughts.clone_from(&reply.thoughts);
        }
        request.messages.push(message);
        let ended = match reply.tool_calls.as_slice() {
            [] => Some(reply.content),
            calls => {
                let made = call::all(run, place, turn, &tools, calls).await?;
                rejections.turn(name, made.iter().map(|made| made.said))?;
                let end =
                    made.iter().rev().find(|made| made.reply.ends).map(|made| made.reply.content.clone());
                request.messages.extend(calls.iter().zip(made).map(|(one, made)| made.told(&one.id)));
                end
            }
        };
        let Some(mut content) = ended else { continue };
        if let Some(output) = &mut output {
            match output.check(run, place, &step, &content).await? {
                Checked::Fits(text) => content = text,
                Checked::Again(complaint) => {
                    between = said..request.messages.len() + 1;
                    request.messages.push(complaint);
                    turns.end += 1;
                    continue;
                }
            }
        }
        request.messages.drain(between);
        let mut messages = request.messages.split_off(asked);
        messages.iter_mut().for_each(|message| message.thoughts.clear());
        return Ok(Answer { content, messages, terminated: !reply.tool_calls.is_empty() });
    }
    Err(RunError::new(
        codes::TOO_MANY_ITERATIONS,
        format!(
            "Agent '{name}' asked its model {} times and has no answer, which is the most that is allowed. Simplify the task or the prompt, or raise maxAgentIterations of ArkConfig 'default'.",
            run.stop.iterations
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

pub(super) fn object(kind: Kind, namespace: &str, name: &str) -> ObjectRef {
    ObjectRef { kind, namespace: namespace.to_owned(), name: name.to_owned() }
}
