//! Chat completions on the wire, read leniently, and the answer put together from a stream's pieces.

use serde::Deserialize;
use serde_json::Value;

use super::error::{ModelError, said};
use super::peer::Peer;
use super::reader::{self, Parts};
use super::{MAX_TOOL_CALLS, outbound};
use crate::engine::journal::{Thought, ToolCall, Usage};

/// A chunk of a stream, or a whole completion: the fields that both have.
#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    index: usize,
    #[serde(default, alias = "message")]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    /// What it thinks, as text, as DeepSeek, vLLM and others say it.
    #[serde(default)]
    reasoning_content: Option<Value>,
    #[serde(default)]
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Debug, Deserialize)]
struct CallDelta {
    /// Absent from some who claim compatibility, and in whole completions.
    #[serde(default)]
    index: Option<usize>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: FunctionDelta,
}

#[derive(Debug, Default, Deserialize)]
struct FunctionDelta {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: i64,
    #[serde(default)]
    completion_tokens: i64,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<i64>,
}

/// An answer that grows.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    parts: Parts,
    /// A choice came at all.
    pub(super) spoke: bool,
}

impl reader::Assembly for Assembly {
    type Event = String;

    fn take(&mut self, json: &String, peer: &Peer, url: &str, text: &mut String) -> Result<bool, ModelError> {
        if json.trim() == "[DONE]" {
            self.parts.finish_reason.get_or_insert_with(|| "stop".into());
            return Ok(true);
        }
        let chunk: Completion =
            serde_json::from_str(json).map_err(|error| peer.garbage(url, json, &error.to_string()))?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(in_stream(&error, peer, url));
        }
        if let Some(usage) = chunk.usage {
            self.parts.usage = Usage {
                prompt: usage.prompt_tokens,
                completion: usage.completion_tokens,
                cached: usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0),
                written: 0,
            };
        }
        for choice in chunk.choices.into_iter().filter(|choice| choice.index == 0) {
            self.spoke = true;
            if let Some(delta) = choice.delta {
                for piece in [delta.content, delta.refusal].into_iter().flatten() {
                    self.parts.content.push_str(&piece);
                    text.push_str(&piece);
                }
                if let Some(piece) = delta.reasoning_content.as_ref().and_then(Value::as_str) {
                    match self.parts.thoughts.last_mut() {
                        Some(thought) => thought.text.push_str(piece),
                        None => {
                            self.parts.thoughts.push(Thought { text: piece.into(), ..Thought::default() })
                        }
                    }
                }
                for call in delta.tool_calls.unwrap_or_default() {
                    self.call(call, url)?;
                }
            }
            if choice.finish_reason.is_some() {
                self.parts.finish_reason = choice.finish_reason;
            }
        }
        self.parts.check(url).map(|()| false)
    }

    fn parts(&mut self) -> &mut Parts {
        &mut self.parts
    }
}

impl Assembly {
    fn call(&mut self, delta: CallDelta, url: &str) -> Result<(), ModelError> {
        let index = delta.index.unwrap_or_else(|| match &delta.id {
            Some(id) => self
                .parts
                .tool_calls
                .iter()
                .position(|call| call.id == *id)
                .unwrap_or(self.parts.tool_calls.len()),
            None => self.parts.tool_calls.len().saturating_sub(1),
        });
        if index >= MAX_TOOL_CALLS {
            return Err(outbound::too_long(url));
        }
        if index >= self.parts.tool_calls.len() {
            self.parts.tool_calls.resize_with(index + 1, ToolCall::default);
        }
        let Some(call) = self.parts.tool_calls.get_mut(index) else { return Ok(()) };
        if let Some(id) = delta.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        // Some repeat the name in every piece; OpenAI sends it once and whole.
        if let Some(name) = delta.function.name.filter(|name| !name.is_empty()) {
            call.name = name;
        }
        call.arguments.push_str(delta.function.arguments.as_deref().unwrap_or_default());
        Ok(())
    }
}

/// An error inside a stream that began well.
fn in_stream(error: &Value, peer: &Peer, url: &str) -> ModelError {
    let field = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = format!("{} {}", field("type"), field("code"));
    let status = match error.get("code").or_else(|| error.get("status")).and_then(Value::as_u64) {
        Some(status @ 400..600) => u16::try_from(status).unwrap_or(500),
        _ if kind.contains("rate_limit") => 429,
        _ if kind.contains("invalid_request") || kind.contains("content_filter") => 400,
        _ if kind.contains("authentication") => 401,
        _ => 500,
    };
    peer.failure(status, url, &said(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::engine::providers::reader::Assembly as _;
    use crate::engine::providers::{
        Api, Environment, Limits, ModelEndpoint, ModelErrorCode, Outbound, Pause, Reach,
    };
    use crate::engine::secret::Secret;

    fn take(assembly: &mut Assembly, json: &str) -> Result<String, ModelError> {
        let endpoint = ModelEndpoint {
            api: Api::OpenAi,
            base_url: "http://tide.example/v1".into(),
            key: Secret::new("sk-tide-9876"),
            model: "tide".into(),
            headers: vec![],
            properties: Map::new(),
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let peer = Peer {
            outbound: Outbound::new(Limits::default(), Pause::default(), Environment::process(), Reach::ALL)
                .unwrap(),
            endpoint,
        };
        let mut text = String::new();
        assembly.take(&json.to_owned(), &peer, "http://tide.example/v1", &mut text).map(|_| text)
    }

    #[test]
    fn tool_calls_are_put_together_by_index() {
        let mut assembly = Assembly::default();
        for chunk in [
            r#"{"choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":2}}}"#,
        ] {
            take(&mut assembly, chunk).unwrap();
        }
        assert_eq!(assembly.parts.tool_calls[0].arguments, r#"{"x":1}"#);
        assert_eq!(assembly.parts.tool_calls[1].name, "g");
        assert_eq!(assembly.parts.usage, Usage { prompt: 5, completion: 3, cached: 2, written: 0 });
        assert_eq!(assembly.parts.finish_reason.as_deref(), Some("tool_calls"));
    }

    #[test]
    fn a_whole_completion_reads_too() {
        let mut assembly = Assembly::default();
        let json = r#"{"choices":[{"message":{"content":"low","tool_calls":null},"finish_reason":"stop"}]}"#;
        assert_eq!(take(&mut assembly, json).unwrap(), "low");
    }

    #[test]
    fn errors_in_a_stream_have_their_code_and_not_the_key() {
        let mut assembly = Assembly::default();
        let json = r#"{"error":{"type":"rate_limit_error","message":"slow down, sk-tide-9876"}}"#;
        let error = take(&mut assembly, json).unwrap_err();
        assert_eq!(error.code, ModelErrorCode::ModelRateLimited);
        assert!(error.retryable && error.message.contains("slow down, [secret]"), "{error}");
        assert_eq!(take(&mut assembly, "<html>").unwrap_err().code, ModelErrorCode::ModelAnsweredGarbage);
    }

    #[test]
    fn a_hostile_index_is_refused() {
        let json = r#"{"choices":[{"delta":{"tool_calls":[{"index":4000000000}]}}]}"#;
        assert_eq!(
            take(&mut Assembly::default(), json).unwrap_err().code,
            ModelErrorCode::ModelAnswerTooLong
        );
    }
}
