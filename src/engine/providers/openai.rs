//! OpenAI's chat completions, streamed: OpenAI itself, Azure, and everybody compatible.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde_json::{Map, Value, json};

use super::sse::{Decoder, SseError};
use super::wire::{Assembly, garbage, said};
use super::{
    Api, ChatAnswer, ChatRequest, MAX_RESPONSE, Message, ModelEndpoint, ModelError, ModelErrorCode, OnText,
    Outbound, Provider, outbound, probe,
};
use crate::engine::secret::Secret;

/// Options that belong to us: a property of the Model cannot set them.
const RESERVED: [&str; 3] = ["messages", "stream", "tools"];

/// A model behind chat completions.
pub(super) struct OpenAi {
    outbound: Outbound,
    endpoint: ModelEndpoint,
}

#[async_trait]
impl Provider for OpenAi {
    async fn chat(&self, request: &ChatRequest, on_text: OnText<'_>) -> Result<ChatAnswer, ModelError> {
        let started = Instant::now();
        let url = self.endpoint.chat_url();
        let response = self.post(&url, &self.body(request, true)).await?;
        let streamed = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("text/event-stream"));
        let mut reader =
            Reader { provider: self, url: &url, started, first_token: None, assembly: Assembly::default() };
        if streamed {
            reader.stream(response, on_text).await?;
        } else {
            // Some servers know no streaming and answer whole.
            reader.whole(response, on_text).await?;
        }
        reader.answer()
    }

    async fn probe(&self) -> Result<(), ModelError> {
        probe::probe(self).await
    }
}

impl OpenAi {
    pub(super) fn new(outbound: Outbound, endpoint: ModelEndpoint) -> Self {
        Self { outbound, endpoint }
    }

    pub(super) fn endpoint(&self) -> &ModelEndpoint {
        &self.endpoint
    }

    /// GET of a JSON document.
    pub(super) async fn get(&self, url: &str) -> Result<Value, ModelError> {
        let (client, target) = self.outbound.client(url)?;
        let response = self.checked(self.authorised(client.get(target))?, url).await?;
        let body = self.outbound.body(response, url).await?;
        serde_json::from_slice(&body).map_err(|error| {
            garbage(&self.endpoint, url, &String::from_utf8_lossy(&body), &error.to_string())
        })
    }

    /// The smallest question, not streamed.
    pub(super) async fn ask_tiny(&self) -> Result<(), ModelError> {
        let url = self.endpoint.chat_url();
        let request = ChatRequest { messages: vec![Message::user("test")], ..ChatRequest::default() };
        let response = self.post(&url, &self.body(&request, false)).await?;
        let body = self.outbound.body(response, &url).await?;
        Assembly::default().take(&String::from_utf8_lossy(&body), &self.endpoint, &url, &mut String::new())
    }

    async fn post(&self, url: &str, body: &Value) -> Result<Response, ModelError> {
        let (client, target) = self.outbound.client(url)?;
        self.checked(self.authorised(client.post(target))?.json(body), url).await
    }

    async fn checked(&self, request: RequestBuilder, url: &str) -> Result<Response, ModelError> {
        let response = self.outbound.send(request, url).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = self.outbound.error_body(response, url).await;
        let mut error =
            ModelError::of_status(status, url, &self.endpoint.model, &self.endpoint.quotable(&said(&body)));
        error.retry_after = retry_after;
        Err(error)
    }

    /// Adds the key and the Model's headers, each at most once: a later one replaces an earlier one.
    fn authorised(&self, request: RequestBuilder) -> Result<RequestBuilder, ModelError> {
        let mut headers = HeaderMap::new();
        if !self.endpoint.key.reveal().is_empty() {
            let bearer = Secret::new(format!("Bearer {}", self.endpoint.key.reveal()));
            headers.insert(reqwest::header::AUTHORIZATION, value("apiKey", &bearer)?);
            if matches!(self.endpoint.api, Api::Azure { .. }) {
                headers.insert("api-key", value("apiKey", &self.endpoint.key)?);
            }
        }
        for (name, secret) in &self.endpoint.headers {
            let header = HeaderName::try_from(name.as_str()).map_err(|_| {
                ModelError::new(
                    ModelErrorCode::ModelMisconfigured,
                    format!("'{name}' is no name for an HTTP header."),
                )
            })?;
            headers.insert(header, value(name, secret)?);
        }
        Ok(request.headers(headers))
    }

    /// The request's JSON. Only what is set is sent.
    fn body(&self, request: &ChatRequest, stream: bool) -> Value {
        let mut body = Map::new();
        body.insert("model".into(), json!(self.endpoint.model));
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
        for (name, value) in &self.endpoint.properties {
            if RESERVED.contains(&name.as_str()) {
                continue;
            }
            if value.is_null() {
                body.remove(name);
            } else {
                body.insert(name.clone(), value.clone());
            }
        }
        Value::Object(body)
    }
}

fn value(name: &str, secret: &Secret) -> Result<HeaderValue, ModelError> {
    let mut value = HeaderValue::from_str(secret.reveal()).map_err(|_| {
        ModelError::new(
            ModelErrorCode::ModelMisconfigured,
            format!("The value of '{name}' holds characters that a header may not have; a line break at its end is common."),
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Retry-After` in seconds, `retry-after-ms`, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let text = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(at.duration_since(jiff::Timestamp::now())).ok()
}

/// Reads one answer.
struct Reader<'a> {
    provider: &'a OpenAi,
    url: &'a str,
    started: Instant,
    first_token: Option<Duration>,
    assembly: Assembly,
}

impl Reader<'_> {
    async fn stream(&mut self, mut response: Response, on_text: OnText<'_>) -> Result<(), ModelError> {
        let mut decoder = Decoder::default();
        let (mut events, mut text, mut read) = (Vec::new(), String::new(), 0);
        let mut ended = false;
        while !ended {
            match self.provider.outbound.chunk(&mut response, self.url).await {
                Ok(Some(chunk)) => {
                    read += chunk.len();
                    if read > MAX_RESPONSE {
                        return Err(outbound::too_long(self.url));
                    }
                    decoder.push(&chunk, &mut events).map_err(|error| self.unreadable(error))?;
                }
                Ok(None) => {
                    ended = true;
                    decoder.finish(&mut events).map_err(|error| self.unreadable(error))?;
                }
                // Closed without the last chunk's frame, after the answer was complete.
                Err(_) if self.assembly.finish_reason.is_some() => ended = true,
                Err(error) => return Err(error),
            }
            for event in events.drain(..) {
                if event.trim() == "[DONE]" {
                    ended = true;
                    self.assembly.finish_reason.get_or_insert_with(|| "stop".into());
                    break;
                }
                self.assembly.take(&event, &self.provider.endpoint, self.url, &mut text)?;
            }
            self.flush(&mut text, on_text);
        }
        if self.assembly.finish_reason.is_some() { Ok(()) } else { Err(outbound::cut(self.url)) }
    }

    async fn whole(&mut self, response: Response, on_text: OnText<'_>) -> Result<(), ModelError> {
        let body = self.provider.outbound.body(response, self.url).await?;
        let mut text = String::new();
        self.assembly.take(&String::from_utf8_lossy(&body), &self.provider.endpoint, self.url, &mut text)?;
        self.flush(&mut text, on_text);
        Ok(())
    }

    fn flush(&mut self, text: &mut String, on_text: OnText<'_>) {
        if text.is_empty() && self.assembly.tool_calls.is_empty() {
            return;
        }
        self.first_token.get_or_insert_with(|| self.started.elapsed());
        if !text.is_empty() {
            on_text(text);
            text.clear();
        }
    }

    fn answer(self) -> Result<ChatAnswer, ModelError> {
        if !self.assembly.spoke {
            return Err(garbage(&self.provider.endpoint, self.url, "", "no choices"));
        }
        Ok(ChatAnswer {
            content: self.assembly.content,
            tool_calls: self.assembly.tool_calls,
            usage: self.assembly.usage,
            finish_reason: self.assembly.finish_reason.unwrap_or_else(|| "stop".into()),
            first_token: self.first_token,
            duration: self.started.elapsed(),
        })
    }

    fn unreadable(&self, error: SseError) -> ModelError {
        match error {
            SseError::TooLong => outbound::too_long(self.url),
            SseError::NotUtf8 => garbage(&self.provider.endpoint, self.url, "", "not UTF-8"),
        }
    }
}
