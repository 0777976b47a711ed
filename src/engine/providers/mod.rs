//! Models behind their providers' APIs. One connection pool, one guard, one error type; each provider is a file.

mod anthropic;
mod bedrock;
mod blocks;
mod breaker;
mod endpoint;
mod environment;
mod error;
mod fetch;
mod guard;
mod identity;
mod login;
mod message;
mod openai;
mod outbound;
mod parts;
mod peer;
mod probe;
mod reach;
mod reader;
mod sse;
mod turns;
mod wire;

use async_trait::async_trait;
use serde_json::{Map, Value};

pub use breaker::Pause;
pub use endpoint::{Api, AwsAccess, ModelEndpoint, aws_suffix, property};
pub use environment::Environment;
pub use error::{ModelError, ModelErrorCode};
pub use fetch::{FetchRequest, Fetched};
pub use identity::{AwsKeys, AzureIdentity, Identities};
pub use message::{ChatAnswer, ChatRequest, Content, Message, OutputSchema, Role, ToolDefinition};
pub use outbound::{Limits, Outbound, OutboundError};
pub use reach::{AllowList, Reach};

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

/// The provider for a resolved endpoint, behind the endpoint's circuit.
pub fn connect(outbound: &Outbound, endpoint: ModelEndpoint) -> Box<dyn Provider> {
    let guarded = {
        let circuits = outbound.circuits().clone();
        let (base_url, model) = (endpoint.base_url.clone(), endpoint.model.clone());
        move |inner| Box::new(breaker::Guarded::new(inner, circuits, base_url, &model))
    };
    guarded(bare(outbound, endpoint))
}

fn bare(outbound: &Outbound, endpoint: ModelEndpoint) -> Box<dyn Provider> {
    match endpoint.api {
        Api::OpenAi | Api::Azure { identity: None, .. } => {
            Box::new(openai::OpenAi::new(outbound.clone(), endpoint))
        }
        Api::Azure { .. } | Api::Bedrock { .. } => Box::new(login::Login::new(outbound.clone(), endpoint)),
        Api::Anthropic { .. } => Box::new(anthropic::Anthropic::new(outbound.clone(), endpoint)),
    }
}

/// Puts the Model's options into a request; those in `reserved` belong to us, and null takes one out.
fn set_properties(body: &mut Map<String, Value>, properties: &Map<String, Value>, reserved: &[&str]) {
    for (name, value) in properties.iter().filter(|(name, _)| !reserved.contains(&name.as_str())) {
        if value.is_null() {
            body.remove(name);
        } else {
            body.insert(name.clone(), value.clone());
        }
    }
}
