//! An agent or a team asked as a tool: with one text and nothing of the conversation around it. Its steps are part of
//! the run, so a restart goes on in the middle of it.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::place::Place;
use super::{Run, agent, team};
use crate::engine::error::{RunError, codes};
use crate::engine::providers::Message;
use crate::engine::tools::{Delegate, Reply};
use crate::resources::kind::Kind;

/// The argument that holds the text.
const INPUT: &str = "input";

/// Asks, and gives back the answer's text. What fails there is the caller's model's business; only a journal that cannot
/// be written ends the caller too.
pub(super) fn ask<'a>(
    run: &'a Run,
    place: &'a Place,
    step: &str,
    to: &'a Delegate,
    arguments: Result<Map<String, Value>, String>,
) -> BoxFuture<'a, Result<Reply, RunError>> {
    let step = step.to_owned();
    async move {
        let input = match arguments.map(|arguments| text(&arguments)) {
            Ok(Some(input)) => input,
            Ok(None) => {
                return Ok(Reply::error(format!(
                    "the argument '{INPUT}' is missing: say in it what is asked"
                )));
            }
            Err(why) => return Ok(Reply::error(why)),
        };
        let conversation = [Message::user(input)];
        let answer = match place.enter(step, to.kind, &to.name) {
            Ok(inner) if to.kind == Kind::Team => team::answer(run, &inner, &to.name, &conversation).await,
            Ok(inner) => agent::answer(run, &inner, &to.name, &conversation).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Ok(Reply::ok(answer.content)),
            Err(error) if error.code == codes::JOURNAL_FAILED => Err(error),
            Err(error) => Ok(Reply::error(format!("{}: {}", error.code, error.message))),
        }
    }
    .boxed()
}

/// The text that is asked; something else than a text is passed on as JSON.
fn text(arguments: &Map<String, Value>) -> Option<String> {
    match arguments.get(INPUT)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
