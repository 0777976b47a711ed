//! A tool called outside a run, by a person who tries it: with the code, the guard and the bounds of runs.

use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::Engine;
use super::error::{RunError, codes};
use super::tools::{ToolWorld, definition_of};
use super::world::{Account, Parameters};
use crate::resources::tool::Tool;

/// Trials at once; further ones wait.
const AT_ONCE: usize = 8;
/// Time that a trial may take, whatever the tool's own timeout: somebody sits before it.
const PATIENCE: Duration = Duration::from_secs(60);

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What a model would be told.
    pub content: String,
    /// It is an error.
    pub is_error: bool,
    /// Time of the call.
    pub duration: Duration,
}

impl Engine {
    /// Calls `tool` with arguments as JSON text.
    ///
    /// # Errors
    ///
    /// `ToolNotYetSupported` for a tool that cannot be called by itself: one that asks an agent or a team is asked by a
    /// query, which has a journal for its steps. What fails in the call is its result.
    pub async fn try_tool(&self, tool: Tool, arguments: &str) -> Result<Trial, RunError> {
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
        let inner = &self.inner;
        let parameters = Parameters::new();
        // What a query of the same person would read with.
        let seen = inner.world.seen_as(Account::default_of(namespace), &inner.readers)?;
        let world = ToolWorld {
            world: &seen,
            outbound: &inner.outbound,
            sandbox: &inner.sandbox,
            parameters: &parameters,
            traceparent: None,
        };
        let _place = PLACES
            .acquire()
            .await
            .map_err(|error| RunError::new(codes::INTERNAL, format!("No tool can be tried: {error}.")))?;
        let began = Instant::now();
        let (content, is_error) = match tokio::time::timeout(PATIENCE, callable.call(&world, arguments)).await
        {
            Ok(reply) => (reply.content, reply.is_error),
            Err(_) => (format!("There was no answer within {} s.", PATIENCE.as_secs()), true),
        };
        Ok(Trial { content, is_error, duration: began.elapsed() })
    }
}
