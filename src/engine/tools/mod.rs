//! What an agent may call: its tools, loaded once for each target, and the calls themselves.
//!
//! A failing call is the model's business: it is told, and goes on. Only a tool that does not exist stops a target,
//! because that is the owner's to mend.

mod builtin;
mod gate;
mod http;
mod load;
mod url;

use serde_json::{Map, Value};

use super::error::{RunError, codes};
use super::providers::{Message, Outbound, ToolDefinition};
use super::sandbox::Sandbox;
use super::world::{Parameters, World};
use crate::resources::kind::Kind;
use crate::resources::tool::Tool;

use gate::Gate;
pub(super) use load::{definition_of, load};

/// Bytes of a tool's result that the model is told; more is cut, which shows in the text.
pub const MAX_RESULT: usize = 64 << 10;

/// What a tool may use.
pub(super) struct ToolWorld<'a> {
    pub(super) world: &'a World,
    pub(super) outbound: &'a Outbound,
    pub(super) sandbox: &'a Sandbox,
    pub(super) parameters: &'a Parameters,
    /// The span of the call, for the far side.
    pub(super) traceparent: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// What the model is told.
    pub(super) content: String,
    /// It is an error.
    pub(super) is_error: bool,
    /// The agent's work ends here, with this content as its answer.
    pub(super) ends: bool,
    /// The words are our own or an agent's of ours, not a stranger's.
    pub(super) trusted: bool,
}

impl Reply {
    /// A result.
    pub(super) fn ok(content: impl Into<String>) -> Self {
        Self { content: content.into(), is_error: false, ends: false, trusted: false }
    }

    /// As the message that answers the call `id`.
    pub(super) fn told(self, id: &str) -> Message {
        Message { trusted: self.trusted, ..Message::tool(id, self.content) }
    }

    /// Cut to what a model is told.
    pub(super) fn bounded(mut self) -> Self {
        super::journal::bound(&mut self.content, MAX_RESULT);
        self
    }

    /// An error that the model is told.
    pub(super) fn error(message: impl std::fmt::Display) -> Self {
        let content = serde_json::json!({ "error": message.to_string() }).to_string();
        Self { content, is_error: true, ends: false, trusted: false }
    }
}

/// A tool that can be called.
pub(super) struct Callable {
    /// What the model sees.
    pub(super) definition: ToolDefinition,
    /// A call that was in flight when the process died may be sent again.
    pub(super) repeatable: bool,
    /// When a call needs a person.
    pub(super) gate: Gate,
    /// Arguments that the model neither sees nor sets.
    presets: Map<String, Value>,
    /// jq filters that results pass through, in order.
    filters: Vec<String>,
    action: Action,
}

enum Action {
    Noop,
    Terminate,
    Http(Box<Tool>),
    Delegate(Delegate),
}

/// An agent or a team that is asked as a tool. Asking is the run's business, as it has steps of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delegate {
    /// Agent or team.
    pub(super) kind: Kind,
    /// Its name, in the run's namespace.
    pub(super) name: String,
}

impl Callable {
    /// A call of it ends the agent's work.
    pub(super) fn ends(&self) -> bool {
        matches!(self.action, Action::Terminate)
    }

    /// What it answers are words of our own or of our agents.
    pub(super) fn is_trusted(&self) -> bool {
        !matches!(self.action, Action::Http(_))
    }

    /// Whom a call of it asks, when it is an agent or a team.
    pub(super) fn delegate(&self) -> Option<&Delegate> {
        match &self.action {
            Action::Delegate(to) => Some(to),
            _ => None,
        }
    }

    /// Arguments as the model wrote them, with the preset ones; or what is wrong with them.
    pub(super) fn arguments(&self, written: &str) -> Result<Map<String, Value>, String> {
        let mut arguments = parse(written)?;
        arguments.extend(self.presets.clone());
        Ok(arguments)
    }

    /// Calls the tool with arguments as the model wrote them.
    pub(super) async fn call(&self, world: &ToolWorld<'_>, arguments: &str) -> Reply {
        let arguments = match self.arguments(arguments) {
            Ok(arguments) => arguments,
            Err(why) => return Reply::error(why),
        };
        let reply = match &self.action {
            Action::Noop => builtin::noop(&arguments),
            Action::Terminate => builtin::terminate(&arguments),
            Action::Http(tool) => http::call(world, tool, &arguments, !self.filters.is_empty()).await,
            Action::Delegate(to) => {
                Reply::error(format!("the {} '{}' is asked by the run", to.kind.noun(), to.name))
            }
        };
        self.finish(world.sandbox, reply).await
    }

    /// Calls the tool for somebody who looks on: with the answer as it came, and behind `filter` beside its own filters.
    pub(super) async fn show(&self, world: &ToolWorld<'_>, arguments: &str, filter: &str) -> Shown {
        let arguments = match self.arguments(arguments) {
            Ok(arguments) => arguments,
            Err(why) => return Shown::only(Reply::error(why)),
        };
        let filters: Vec<String> =
            Some(filter).filter(|filter| !filter.trim().is_empty()).map(str::to_owned).into_iter().collect();
        let (answer, reply) = match &self.action {
            Action::Http(tool) => match http::send(world, tool, &arguments, !filters.is_empty()).await {
                Ok(answer) => {
                    let mut body = answer.text.clone();
                    super::journal::bound(&mut body, MAX_RESULT);
                    (Some((answer.status, body)), http::told(answer, !filters.is_empty()))
                }
                Err(reply) => (None, reply),
            },
            Action::Noop => (None, builtin::noop(&arguments)),
            Action::Terminate => (None, builtin::terminate(&arguments)),
            Action::Delegate(to) => {
                (None, Reply::error(format!("the {} '{}' is asked by the run", to.kind.noun(), to.name)))
            }
        };
        Shown { answer, reply: filtered(world.sandbox, filters, reply).await }
    }

    /// The HTTP request that a call would send, as people read it; `None` for a tool that sends none.
    pub(super) async fn request(
        &self,
        world: &ToolWorld<'_>,
        arguments: &str,
    ) -> Result<Option<String>, RunError> {
        let Action::Http(tool) = &self.action else { return Ok(None) };
        let arguments = self.arguments(arguments).map_err(|why| RunError::new(codes::INVALID_INPUT, why))?;
        http::describe(world, tool, &arguments).await.map(Some)
    }

    /// A result behind the tool's filters, cut to what a model is told. Errors are told as they are.
    pub(super) async fn finish(&self, sandbox: &Sandbox, reply: Reply) -> Reply {
        filtered(sandbox, self.filters.clone(), reply).await
    }
}

async fn filtered(sandbox: &Sandbox, filters: Vec<String>, reply: Reply) -> Reply {
    if reply.is_error || filters.is_empty() {
        return reply.bounded();
    }
    let Reply { content, ends, .. } = reply;
    match sandbox.filter(filters, content).await {
        Ok(content) => Reply { ends, ..Reply::ok(content) }.bounded(),
        Err(why) => Reply::error(why).bounded(),
    }
}

/// A call as somebody sees it who tries a tool.
pub(super) struct Shown {
    /// HTTP status and body, cut to what a model would be told.
    pub(super) answer: Option<(u16, String)>,
    /// What a model would be told.
    pub(super) reply: Reply,
}

impl Shown {
    fn only(reply: Reply) -> Self {
        Self { answer: None, reply }
    }
}

/// Arguments must be a JSON object; nothing at all is an empty one.
fn parse(arguments: &str) -> Result<Map<String, Value>, String> {
    if arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(arguments) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("the arguments are not a JSON object".into()),
        Err(error) => Err(format!("the arguments are not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_an_object_or_nothing() {
        assert!(parse("").unwrap().is_empty());
        assert_eq!(parse("{\"a\":1}").unwrap()["a"], 1);
        assert!(parse("[1]").unwrap_err().contains("object"));
        assert!(parse("{").unwrap_err().contains("not JSON"));
    }
}
