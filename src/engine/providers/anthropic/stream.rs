//! The events of the messages API, read leniently, and the answer put together from them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use crate::engine::journal::{ToolCall, Usage};
use crate::engine::providers::error::said;
use crate::engine::providers::peer::Peer;
use crate::engine::providers::reader::{self, Parts};
use crate::engine::providers::turns::{ANSWER_TOOL, take_answer};
use crate::engine::providers::{MAX_TOOL_CALLS, ModelError, outbound};

/// An event, or a whole answer, which has the type `message`.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Message,
    },
    ContentBlockStart {
        index: usize,
        content_block: Block,
    },
    ContentBlockDelta {
        index: usize,
        delta: Delta,
    },
    MessageDelta {
        #[serde(default)]
        delta: End,
        #[serde(default)]
        usage: WireUsage,
    },
    MessageStop,
    Message(Message),
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
struct Message {
    #[serde(default)]
    content: Vec<Block>,
    #[serde(default)]
    stop_reason: Option<String>,
    #[serde(default)]
    usage: WireUsage,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    /// Thinking, and what tools of the provider do.
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    Input { partial_json: String },
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
struct End {
    #[serde(default)]
    stop_reason: Option<String>,
}

/// Counts are cumulative; what is absent has not changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireUsage {
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cache_creation_input_tokens: Option<i64>,
    cache_read_input_tokens: Option<i64>,
}

/// An answer that grows.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    parts: Parts,
    /// The answer is the arguments of [`ANSWER_TOOL`].
    structured: bool,
    /// Which call an open block fills.
    calls: HashMap<usize, usize>,
    usage: WireUsage,
}

impl reader::Assembly for Assembly {
    type Event = String;

    fn take(&mut self, json: &String, peer: &Peer, url: &str, text: &mut String) -> Result<bool, ModelError> {
        let event: Event =
            serde_json::from_str(json).map_err(|error| peer.garbage(url, json, &error.to_string()))?;
        match event {
            Event::MessageStart { message } => self.count(message.usage),
            Event::ContentBlockStart { index, content_block } => {
                self.block(Some(index), content_block, url, text)?;
            }
            Event::ContentBlockDelta { delta: Delta::Text { text: piece }, .. } => {
                self.parts.content.push_str(&piece);
                text.push_str(&piece);
            }
            Event::ContentBlockDelta { index, delta: Delta::Input { partial_json } } => {
                let call = self.calls.get(&index).and_then(|at| self.parts.tool_calls.get_mut(*at));
                if let Some(call) = call {
                    call.arguments.push_str(&partial_json);
                    if self.structured && call.name == ANSWER_TOOL {
                        text.push_str(&partial_json);
                    }
                }
            }
            Event::ContentBlockDelta { delta: Delta::Other, .. } | Event::Other => {}
            Event::MessageDelta { delta, usage } => {
                self.count(usage);
                if let Some(reason) = delta.stop_reason {
                    self.end(&reason);
                }
            }
            Event::MessageStop => {
                if self.parts.finish_reason.is_none() {
                    self.end("end_turn");
                }
                return Ok(true);
            }
            Event::Message(message) => {
                for block in message.content {
                    self.block(None, block, url, text)?;
                }
                self.count(message.usage);
                self.end(message.stop_reason.as_deref().unwrap_or("end_turn"));
                return Ok(true);
            }
            Event::Error { error } => return Err(in_stream(&error, peer, url)),
        }
        self.parts.check(url).map(|()| false)
    }

    fn parts(&mut self) -> &mut Parts {
        &mut self.parts
    }
}

impl Assembly {
    pub(super) fn new(structured: bool) -> Self {
        Self { structured, ..Self::default() }
    }

    fn block(
        &mut self,
        index: Option<usize>,
        block: Block,
        url: &str,
        text: &mut String,
    ) -> Result<(), ModelError> {
        match block {
            Block::Text { text: piece } => {
                self.parts.content.push_str(&piece);
                text.push_str(&piece);
            }
            Block::ToolUse { id, name, input } => {
                if self.parts.tool_calls.len() >= MAX_TOOL_CALLS {
                    return Err(outbound::too_long(url));
                }
                if let Some(index) = index {
                    self.calls.insert(index, self.parts.tool_calls.len());
                }
                // In a stream it begins as an empty object and comes in pieces.
                let empty = input.as_object().is_none_or(serde_json::Map::is_empty);
                let arguments = if empty { String::new() } else { input.to_string() };
                self.parts.tool_calls.push(ToolCall { id, name, arguments });
            }
            Block::Other => {}
        }
        Ok(())
    }

    fn count(&mut self, usage: WireUsage) {
        let keep = |old: &mut Option<i64>, new: Option<i64>| *old = new.or(*old);
        keep(&mut self.usage.input_tokens, usage.input_tokens);
        keep(&mut self.usage.output_tokens, usage.output_tokens);
        keep(&mut self.usage.cache_creation_input_tokens, usage.cache_creation_input_tokens);
        keep(&mut self.usage.cache_read_input_tokens, usage.cache_read_input_tokens);
        let of = |count: Option<i64>| count.unwrap_or(0).max(0);
        let cached = of(self.usage.cache_read_input_tokens);
        // Anthropic counts what the cache read and wrote apart; a prompt's tokens are all three.
        let written = of(self.usage.cache_creation_input_tokens);
        let prompt = of(self.usage.input_tokens).saturating_add(cached).saturating_add(written);
        self.parts.usage = Usage { prompt, completion: of(self.usage.output_tokens), cached, written };
    }

    fn end(&mut self, reason: &str) {
        for call in self.parts.tool_calls.iter_mut().filter(|call| call.arguments.is_empty()) {
            call.arguments.push_str("{}");
        }
        let reason = match reason {
            "end_turn" | "stop_sequence" => "stop",
            "max_tokens" | "model_context_window_exceeded" => "length",
            "tool_use" => "tool_calls",
            "refusal" => "content_filter",
            other => other,
        };
        self.parts.finish_reason = Some(reason.to_owned());
        if self.structured {
            take_answer(&mut self.parts);
        }
    }
}

/// An error inside a stream that began well.
fn in_stream(error: &Value, peer: &Peer, url: &str) -> ModelError {
    let status = match error["type"].as_str().unwrap_or_default() {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    };
    peer.failure(status, url, &said(&error.to_string()))
}
