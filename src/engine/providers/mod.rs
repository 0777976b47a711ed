//! Models behind their providers' APIs. One connection pool, one guard, one error type; each provider is a file.

mod endpoint;
mod error;
mod fetch;
mod guard;
mod message;
mod openai;
mod outbound;
mod probe;
mod sse;
mod wire;

use async_trait::async_trait;

pub use endpoint::{Api, ModelEndpoint, property};
pub use error::{ModelError, ModelErrorCode};
pub use fetch::{FetchRequest, Fetched};
pub use guard::refused;
pub use message::{ChatAnswer, ChatRequest, Content, Message, OutputSchema, Role, ToolDefinition};
pub use outbound::{Limits, Outbound, OutboundError};

/// Bytes of text and tool arguments in one answer; a longer one ends with `ModelAnswerTooLong`.
pub const MAX_ANSWER: usize = 1 << 20;
/// Bytes of a whole response with its framing; a longer one ends with `ModelAnswerTooLong`.
const MAX_RESPONSE: usize = 64 << 20;
/// Bytes of an error's body that are read; what is beyond is not looked at.
const MAX_ERROR_BODY: usize = 64 << 10;
/// Characters of a provider's own words that a sentence quotes.
const MAX_QUOTE: usize = 300;
/// Tool calls of one answer; more end with `ModelAnswerTooLong`.
const MAX_TOOL_CALLS: usize = 128;

/// Takes text as it arrives: once for each piece that came from the network.
pub type OnText<'a> = &'a mut (dyn FnMut(&str) + Send);

/// A model that can be asked. One call is one attempt: trying again is the engine's business, so that the journal shows
/// every attempt.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Asks; text goes to `on_text` as it comes. Dropping the future closes the connection, which stops the provider.
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError>;

    /// Finds out whether the model answers, as cheaply as the provider allows.
    async fn probe(&self) -> Result<(), ModelError>;
}

/// The provider for a resolved endpoint.
pub fn connect(outbound: &Outbound, endpoint: ModelEndpoint) -> Box<dyn Provider> {
    match endpoint.api {
        Api::OpenAi | Api::Azure { .. } => Box::new(openai::OpenAi::new(outbound.clone(), endpoint)),
    }
}
