//! One tool call: approved where it must be, written to the journal before it is made, and not made twice unless the tool
//! allows it.

use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::approval::Verdict;
use super::past::ToolPast;
use super::place::Place;
use super::{Run, approval, delegate, step};
use crate::engine::error::RunError;
use crate::engine::journal::{Event, ToolCall};
use crate::engine::providers::Message;
use crate::engine::tools::{Callable, Reply, ToolWorld};

/// Calls of one turn that are made at once; further ones wait for a place. Their results keep their order. A call that
/// waits for a person takes no place.
const AT_ONCE: usize = 16;

/// What a call gave.
pub(super) struct Called {
    pub(super) reply: Reply,
    /// Whether a person let it through, if one was asked.
    pub(super) said: Option<bool>,
    /// The arguments that a person put in place of the model's.
    changed: Option<String>,
}

impl Called {
    /// As the message that answers the call `id`: what came back, and that it was asked for otherwise than the model wrote.
    pub(super) fn told(mut self, id: &str) -> Message {
        if let Some(arguments) = &self.changed {
            self.reply.content = format!(
                "A person changed the arguments of this call to {arguments} before it was made.\n\n{}",
                self.reply.content
            );
        }
        self.reply.told(id)
    }
}

/// Makes the calls that the model asked for in one turn.
pub(super) async fn all(
    run: &Run,
    place: &Place,
    turn: usize,
    tools: &[Callable],
    asked: &[ToolCall],
) -> Result<Vec<Called>, RunError> {
    let places = &Semaphore::new(AT_ONCE);
    let _resting = run.seat.rest();
    let calls = asked.iter().enumerate().map(|(index, one)| async move {
        let _working = run.seat.work();
        call(run, place, turn, index, tools, one, places).await
    });
    join_all(calls).await.into_iter().collect()
}

/// Calls the tool that the model asked for, or returns what it gave before a restart.
async fn call(
    run: &Run,
    place: &Place,
    turn: usize,
    index: usize,
    tools: &[Callable],
    asked: &ToolCall,
    places: &Semaphore,
) -> Result<Called, RunError> {
    let step = place.tool(turn, index);
    let found = tools.iter().find(|tool| tool.definition.name == asked.name);
    let decided = run.past.approval(&step).and_then(|past| past.decided.as_ref());
    let mut changed = decided.and_then(|decided| decided.arguments.clone());
    let mut said = decided.map(|decided| decided.outcome.goes_on());
    let mut started = Instant::now();
    let reply = match (run.past.tool(&step), found) {
        (Some(ToolPast::Ended { content, is_error }), found) => {
            let ends = !is_error && found.is_some_and(Callable::ends);
            let trusted = found.is_some_and(Callable::is_trusted);
            let reply = Reply { content: content.clone(), is_error: *is_error, ends, trusted };
            return Ok(Called { reply, said, changed });
        }
        (Some(ToolPast::InFlight { repeatable: false }), _) => Reply::error(
            "The process was restarted while this call was in flight, and the tool does not say that it may be \
             repeated. Whether it took effect is not known.",
        ),
        (_, None) => Reply::error(format!("there is no tool '{}'; there are: {}", asked.name, names(tools))),
        (_, Some(tool)) => {
            let verdict;
            (verdict, said) = approval::settle(run, place, &step, tool, asked).await?;
            match verdict {
                Verdict::Refused(reply) => reply,
                Verdict::Go(arguments) => {
                    changed = arguments;
                    // The time that a person took is not the tool's.
                    started = Instant::now();
                    let arguments = changed.as_ref().unwrap_or(&asked.arguments);
                    let _place = places.acquire().await;
                    make(run, place, &step, tool, asked, arguments).await?
                }
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
    let reply = Reply { trusted: found.is_some_and(Callable::is_trusted), ..reply };
    Ok(Called { reply, said, changed })
}

/// Makes the call, once the journal says so.
async fn make(
    run: &Run,
    place: &Place,
    step: &str,
    tool: &Callable,
    asked: &ToolCall,
    arguments: &str,
) -> Result<Reply, RunError> {
    let sent = Event::ToolRequest {
        step: step.to_owned(),
        call_id: asked.id.clone(),
        name: asked.name.clone(),
        repeatable: tool.repeatable,
    };
    run.journal.append(Some(place.target), sent).await?;
    if let Some(to) = tool.delegate() {
        let reply = delegate::ask(run, place, step, to, tool.arguments(arguments)).await?;
        return Ok(tool.finish(&run.sandbox, reply).await);
    }
    let world = ToolWorld {
        world: &run.world,
        outbound: &run.outbound,
        sandbox: &run.sandbox,
        parameters: &run.parameters,
        traceparent: run.trace.as_ref().map(|trace| trace.header(step)),
    };
    Ok(tool.call(&world, arguments).await)
}

fn names(tools: &[Callable]) -> String {
    let names: Vec<&str> = tools.iter().map(|tool| tool.definition.name.as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
