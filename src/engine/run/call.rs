//! One tool call: written to the journal before it is made, and not made twice unless the tool allows it.

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::past::ToolPast;
use super::place::Place;
use super::{Run, delegate, step};
use crate::engine::error::RunError;
use crate::engine::journal::{Event, ToolCall};
use crate::engine::tools::{Callable, Reply, ToolWorld};

/// Calls of one turn that are made at once; further ones wait for a place. Their results keep their order.
const AT_ONCE: usize = 16;

/// Makes the calls that the model asked for in one turn.
pub(super) async fn all(
    run: &Run,
    place: &Place,
    turn: usize,
    tools: &[Callable],
    asked: &[ToolCall],
) -> Result<Vec<Reply>, RunError> {
    let places = &Semaphore::new(AT_ONCE);
    let calls = asked.iter().enumerate().map(|(index, one)| async move {
        let _place = places.acquire().await;
        call(run, place, turn, index, tools, one).await
    });
    join_all(calls).await.into_iter().collect()
}

/// Calls the tool that the model asked for, or returns what it gave before a restart.
pub(super) async fn call(
    run: &Run,
    place: &Place,
    turn: usize,
    index: usize,
    tools: &[Callable],
    asked: &ToolCall,
) -> Result<Reply, RunError> {
    let step = place.tool(turn, index);
    let found = tools.iter().find(|tool| tool.definition.name == asked.name);
    let started = Instant::now();
    let reply = match (run.past.tool(&step), found) {
        (Some(ToolPast::Ended { content, is_error }), found) => {
            let ends = !is_error && found.is_some_and(Callable::ends);
            let trusted = found.is_some_and(Callable::is_trusted);
            return Ok(Reply { content: content.clone(), is_error: *is_error, ends, trusted });
        }
        (Some(ToolPast::InFlight { repeatable: false }), _) => Reply::error(
            "The process was restarted while this call was in flight, and the tool does not say that it may be \
             repeated. Whether it took effect is not known.",
        ),
        (_, None) => Reply::error(format!("there is no tool '{}'; there are: {}", asked.name, names(tools))),
        (_, Some(tool)) => {
            let sent = Event::ToolRequest {
                step: step.clone(),
                call_id: asked.id.clone(),
                name: asked.name.clone(),
                repeatable: tool.repeatable,
            };
            run.journal.append(Some(place.target), sent).await?;
            if let Some(to) = tool.delegate() {
                let reply = delegate::ask(run, place, &step, to, tool.arguments(&asked.arguments)).await?;
                tool.finish(&run.sandbox, reply).await
            } else {
                let world = ToolWorld {
                    world: &run.world,
                    outbound: &run.outbound,
                    sandbox: &run.sandbox,
                    parameters: &run.parameters,
                };
                tool.call(&world, &asked.arguments).await
            }
        }
    };
    let ended = Event::ToolResult {
        step,
        call_id: asked.id.clone(),
        name: asked.name.clone(),
        content: reply.content.clone(),
        is_error: reply.is_error,
        duration_ms: step::millis(started.elapsed()),
    };
    run.journal.append(Some(place.target), ended).await?;
    Ok(Reply { trusted: found.is_some_and(Callable::is_trusted), ..reply })
}

fn names(tools: &[Callable]) -> String {
    let names: Vec<&str> = tools.iter().map(|tool| tool.definition.name.as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
