//! OpenAI's chat completions, streamed: OpenAI itself, Azure, and everybody compatible.

use std::time::Instant;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use super::peer::Peer;
use super::reader::{Assembly as _, Reader};
use super::sse::Decoder;
use super::wire::Assembly;
use super::{
    ChatAnswer, ChatRequest, Message, ModelEndpoint, ModelError, OnText, Outbound, Provider, probe,
    set_properties,
};

/// Options that belong to us: a property of the Model cannot set them.
const RESERVED: &[&str] = &["messages", "stream", "tools"];

/// A model behind chat completions.
pub(super) struct OpenAi(Peer);

#[async_trait]
impl Provider for OpenAi {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let started = Instant::now();
        let url = self.0.endpoint.chat_url();
        let response = self.0.post(&url, &self.body(request, true)).await?;
        let streamed = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("text/event-stream"));
        let mut reader = Reader::new(&self.0, &url, started, Assembly::default());
        if streamed {
            reader.stream::<Decoder>(response, on_text).await?;
        } else {
            // Some servers know no streaming and answer whole.
            let body = self.0.outbound.body(response, &url).await?;
            reader.whole(&String::from_utf8_lossy(&body).into_owned(), on_text)?;
        }
        if !reader.assembly().spoke {
            return Err(self.0.garbage(&url, "", "no choices"));
        }
        Ok(reader.answer())
    }

    async fn probe(&self) -> Result<(), ModelError> {
        probe::probe(self).await
    }
}

impl OpenAi {
    pub(super) fn new(outbound: Outbound, endpoint: ModelEndpoint) -> Self {
        Self(Peer { outbound, endpoint })
    }

    pub(super) fn peer(&self) -> &Peer {
        &self.0
    }

    /// The smallest question, not streamed.
    pub(super) async fn ask_tiny(&self) -> Result<(), ModelError> {
        let url = self.0.endpoint.chat_url();
        let request = ChatRequest { messages: vec![Message::user("test")], ..ChatRequest::default() };
        let response = self.0.post(&url, &self.body(&request, false)).await?;
        let body = self.0.outbound.body(response, &url).await?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Assembly::default().take(&body, &self.0, &url, &mut String::new()).map(|_| ())
    }

    /// The request's JSON. Only what is set is sent.
    fn body(&self, request: &ChatRequest, stream: bool) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), json!(self.0.endpoint.model));
        body.insert("messages".into(), json!(request.messages));
        if stream {
            body.insert("stream".into(), json!(true));
            body.insert("stream_options".into(), json!({"include_usage": true}));
        }
        if !request.tools.is_empty() {
            let tools: Vec<Value> = request
                .tools
                .iter()
                .map(|tool| {
                    json!({"type": "function", "function":
                        {"name": tool.name, "description": tool.description, "parameters": tool.parameters}})
                })
                .collect();
            body.insert("tools".into(), tools.into());
            if request.must_call {
                body.insert("tool_choice".into(), json!("required"));
            }
        }
        if let Some(output) = &request.output_schema {
            let format =
                json!({"type": "json_schema", "json_schema": {"name": output.name, "schema": output.schema}});
            body.insert("response_format".into(), format);
        }
        set_properties(&mut body, &self.0.endpoint.properties, RESERVED);
        Value::Object(body)
    }
}
