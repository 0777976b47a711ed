//! A tool called outside a run, by a person who tries it: with the code, the guard and the bounds of runs.

use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::Engine;
use super::error::{RunError, codes};
use super::tools::{Shown, ToolWorld, definition_of};
use super::world::{Account, Parameters, World};
use crate::resources::tool::Tool;

/// Trials at once; further ones wait.
const AT_ONCE: usize = 8;
/// Time that a trial may take, whatever the tool's own timeout: somebody sits before it.
const PATIENCE: Duration = Duration::from_secs(60);

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// HTTP status and body as they came, where a request was answered. The body is cut to what a model is told.
    pub answer: Option<(u16, String)>,
    /// What a model would be told.
    pub content: String,
    /// It is an error.
    pub is_error: bool,
    /// Time of the call.
    pub duration: Duration,
}

impl Engine {
    /// Calls `tool` with arguments as JSON text; `filter` is a jq program that the result passes through, or empty.
    ///
    /// # Errors
    ///
    /// `ToolNotYetSupported` for a tool that cannot be called by itself: one that asks an agent or a team is asked by a
    /// query, which has a journal for its steps. What fails in the call is its result.
    pub async fn try_tool(&self, tool: Tool, arguments: &str, filter: &str) -> Result<Trial, RunError> {
        let name = tool.metadata.name.clone().unwrap_or_default();
        let namespace = tool.metadata.namespace.clone().unwrap_or_default();
        let unsupported =
            |why: String| RunError::new(codes::TOOL_NOT_YET_SUPPORTED, format!("Tool '{name}': {why}."));
        let callable = definition_of(tool).map_err(unsupported)?;
        if let Some(to) = callable.delegate() {
            let why = format!(
                "it asks the {} '{}'; ask it by a query, which shows every step",
                to.kind.noun(),
                to.name
            );
            return Err(unsupported(why));
        }
        let (seen, parameters) = (self.tried_as(namespace)?, Parameters::new());
        let world = self.tool_world(&seen, &parameters);
        let _place = PLACES
            .acquire()
            .await
            .map_err(|error| RunError::new(codes::INTERNAL, format!("No tool can be tried: {error}.")))?;
        let began = Instant::now();
        let shown = tokio::time::timeout(PATIENCE, callable.show(&world, arguments, filter)).await;
        let duration = began.elapsed();
        Ok(match shown {
            Ok(Shown { answer, reply }) => {
                Trial { answer, content: reply.content, is_error: reply.is_error, duration }
            }
            Err(_) => {
                let content = format!("There was no answer within {} s.", PATIENCE.as_secs());
                Trial { answer: None, content, is_error: true, duration }
            }
        })
    }

    /// The HTTP request that a call of `tool` would send, as text for people: Secrets are named in it, not read.
    /// `None` for a tool that sends none.
    ///
    /// # Errors
    ///
    /// What is wrong with the tool, its templates or the arguments.
    pub async fn request_of(&self, tool: Tool, arguments: &str) -> Result<Option<String>, RunError> {
        let namespace = tool.metadata.namespace.clone().unwrap_or_default();
        let callable =
            definition_of(tool).map_err(|why| RunError::new(codes::TOOL_NOT_YET_SUPPORTED, why))?;
        let (seen, parameters) = (self.tried_as(namespace)?, Parameters::new());
        callable.request(&self.tool_world(&seen, &parameters), arguments).await
    }

    /// What a query of the same person would read with.
    fn tried_as(&self, namespace: String) -> Result<World, RunError> {
        self.inner.world.seen_as(Account::default_of(namespace), &self.inner.readers)
    }

    fn tool_world<'a>(&'a self, world: &'a World, parameters: &'a Parameters) -> ToolWorld<'a> {
        ToolWorld {
            world,
            outbound: &self.inner.outbound,
            sandbox: &self.inner.sandbox,
            parameters,
            traceparent: None,
        }
    }
}
