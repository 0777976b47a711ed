//! Anthropic's messages API, streamed.

mod request;
mod stream;

use std::time::Instant;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;

use super::peer::Peer;
use super::probe::asking_tells_nothing_new;
use super::reader::{Assembly as _, Reader};
use super::sse::Decoder;
use super::{ChatAnswer, ChatRequest, Message, ModelEndpoint, ModelError, OnText, Outbound, Provider};
use stream::Assembly;

/// A model behind the messages API.
pub(super) struct Anthropic(Peer);

#[async_trait]
impl Provider for Anthropic {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let started = Instant::now();
        let url = self.0.endpoint.chat_url();
        let body = request::body(request, &self.0.endpoint, true)?;
        let response = self.0.post(&url, &body).await?;
        let streamed = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("text/event-stream"));
        let structured = request.output_schema.is_some();
        let mut reader = Reader::new(&self.0, &url, started, Assembly::new(structured));
        if streamed {
            reader.stream::<Decoder>(response, on_text).await?;
        } else {
            // Some gateways know no streaming and answer whole.
            let body = self.0.outbound.body(response, &url).await?;
            reader.whole(&String::from_utf8_lossy(&body).into_owned(), on_text)?;
        }
        Ok(reader.answer())
    }

    /// The description of the model costs nothing; gateways that have none are asked the smallest question.
    async fn probe(&self) -> Result<(), ModelError> {
        if let Some(url) = self.0.endpoint.models_url() {
            match self.0.get(&url).await {
                Ok(_) => return Ok(()),
                Err(error) if asking_tells_nothing_new(error.code) => return Err(error),
                Err(_) => {}
            }
        }
        let url = self.0.endpoint.chat_url();
        let request = ChatRequest { messages: vec![Message::user("test")], ..ChatRequest::default() };
        let mut body = request::body(&request, &self.0.endpoint, false)?;
        body["max_tokens"] = 1.into();
        let response = self.0.post(&url, &body).await?;
        let body = self.0.outbound.body(response, &url).await?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Assembly::new(false).take(&body, &self.0, &url, &mut String::new()).map(|_| ())
    }
}

impl Anthropic {
    pub(super) fn new(outbound: Outbound, endpoint: ModelEndpoint) -> Self {
        Self(Peer { outbound, endpoint })
    }
}
