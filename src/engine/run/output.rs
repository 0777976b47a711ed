//! The final answer of an agent with an output schema: checked, asked for once more, and then given up.

use super::{Run, place::Place};
use crate::engine::error::{RunError, codes};
use crate::engine::journal::{Event, bound};
use crate::engine::providers::{Message, OutputSchema};
use crate::engine::sandbox::{SandboxError, Verdict};
use crate::resources::agent::Agent;

/// Longest name of a schema that OpenAI takes.
const MAX_SCHEMA_NAME: usize = 64;
/// Bytes of the last answer that the error quotes.
const MAX_QUOTE: usize = 500;

/// What an agent's final answer must be.
pub(super) struct Output {
    /// As it goes to the model.
    pub(super) schema: OutputSchema,
    agent: String,
    /// Why the first answer was rejected.
    rejected: Option<String>,
}

/// What became of an answer.
pub(super) enum Checked {
    /// It fits; the JSON text without a code fence around it.
    Fits(String),
    /// It does not, for the first time: what the model is told.
    Again(Message),
}

impl Output {
    /// The schema of `agent`, if it has one; with Ark's name for it.
    pub(super) fn of(agent: &Agent, namespace: &str, name: &str) -> Option<Self> {
        let schema = agent.spec.output_schema.clone()?;
        let label = format!("namespace-{namespace}-agent-{name}")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .take(MAX_SCHEMA_NAME)
            .collect();
        Some(Self { schema: OutputSchema { name: label, schema }, agent: name.to_owned(), rejected: None })
    }

    /// Whether the schema is one, asked before a model is.
    pub(super) async fn usable(&self, run: &Run) -> Result<(), RunError> {
        match self.verdict(run, "null").await? {
            Verdict::NoSchema(why) => Err(self.no_schema(&why)),
            _ => Ok(()),
        }
    }

    /// Checks the answer of `step`. The rejection is in the journal with the request that follows, so that a restart
    /// tells the model the same again.
    ///
    /// # Errors
    ///
    /// `OutputDoesNotMatchSchema` for a second answer that does not fit, with what was wrong with both.
    pub(super) async fn check(
        &mut self,
        run: &Run,
        place: &Place,
        step: &str,
        answer: &str,
    ) -> Result<Checked, RunError> {
        let why = match run.past.rejection(step) {
            Some(why) => why.to_owned(),
            None => match self.verdict(run, answer).await? {
                Verdict::Fits(text) => return Ok(Checked::Fits(text)),
                Verdict::Breaks(why) => {
                    let rejected = Event::OutputRejected { step: step.to_owned(), message: why.clone() };
                    run.journal.stage(Some(place.target), rejected);
                    why
                }
                Verdict::NoSchema(why) => return Err(self.no_schema(&why)),
            },
        };
        match self.rejected.replace(why.clone()) {
            None => Ok(Checked::Again(Message::user(format!(
                "Your answer does not fit the JSON Schema that it must fit: {why}. Answer again, with nothing but \
                 JSON that fits it."
            )))),
            Some(first) => Err(self.given_up(&first, &why, answer)),
        }
    }

    async fn verdict(&self, run: &Run, answer: &str) -> Result<Verdict, RunError> {
        let checked = run.sandbox.check(self.schema.schema.clone(), answer.to_owned()).await;
        checked.map_err(|error: SandboxError| {
            RunError::new(
                codes::OUTPUT_NOT_CHECKED,
                format!(
                    "The answer of agent '{}' cannot be checked against spec.outputSchema: {error}. Simplify the schema.",
                    self.agent
                ),
            )
        })
    }

    fn no_schema(&self, why: &str) -> RunError {
        RunError::new(
            codes::INVALID_OUTPUT_SCHEMA,
            format!("spec.outputSchema of agent '{}' is no JSON Schema: {why}. Correct it.", self.agent),
        )
    }

    fn given_up(&self, first: &str, second: &str, answer: &str) -> RunError {
        let mut answer = answer.to_owned();
        bound(&mut answer, MAX_QUOTE);
        RunError::new(
            codes::OUTPUT_DOES_NOT_MATCH,
            format!(
                "The answer of agent '{}' does not fit spec.outputSchema: {first}. Asked again, it gave one that does not \
                 fit either: {second}. Describe the form in spec.prompt, or use a model that keeps to schemas. It said: {answer}",
                self.agent
            ),
        )
    }
}
