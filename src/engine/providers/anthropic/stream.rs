//! The events of the messages API, read leniently, and the answer put together from them.

use serde::Deserialize;
use serde_json::Value;

use crate::engine::journal::{Thought, ToolCall, Usage};
use crate::engine::providers::ModelError;
use crate::engine::providers::blocks::Blocks;
use crate::engine::providers::error::said;
use crate::engine::providers::peer::Peer;
use crate::engine::providers::reader::{self, Parts};

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
    Thinking {
        #[serde(default)]
        thinking: String,
        #[serde(default)]
        signature: String,
    },
    RedactedThinking {
        #[serde(default)]
        data: String,
    },
    /// What tools of the provider do.
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
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "signature_delta")]
    Signature { signature: String },
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
    blocks: Blocks,
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
                self.blocks.say(&piece, text)
            }
            Event::ContentBlockDelta { index, delta: Delta::Input { partial_json } } => {
                self.blocks.arguments(index, &partial_json, text);
            }
            Event::ContentBlockDelta { index, delta: Delta::Thinking { thinking } } => {
                self.blocks.think(Some(index), Thought { text: thinking, ..Thought::default() });
            }
            Event::ContentBlockDelta { index, delta: Delta::Signature { signature } } => {
                self.blocks.think(Some(index), Thought { signature, ..Thought::default() });
            }
            Event::ContentBlockDelta { delta: Delta::Other, .. } | Event::Other => {}
            Event::MessageDelta { delta, usage } => {
                self.count(usage);
                if let Some(reason) = delta.stop_reason {
                    self.blocks.end(&reason);
                }
            }
            Event::MessageStop => {
                if self.blocks.parts.finish_reason.is_none() {
                    self.blocks.end("end_turn");
                }
                return Ok(true);
            }
            Event::Message(message) => {
                for block in message.content {
                    self.block(None, block, url, text)?;
                }
                self.count(message.usage);
                self.blocks.end(message.stop_reason.as_deref().unwrap_or("end_turn"));
                return Ok(true);
            }
            Event::Error { error } => return Err(in_stream(&error, peer, url)),
        }
        self.blocks.parts.check(url).map(|()| false)
    }

    fn parts(&mut self) -> &mut Parts {
        &mut self.blocks.parts
    }
}

impl Assembly {
    pub(super) fn new(structured: bool) -> Self {
        Self { blocks: Blocks::new(structured), usage: WireUsage::default() }
    }

    fn block(
        &mut self,
        index: Option<usize>,
        block: Block,
        url: &str,
        text: &mut String,
    ) -> Result<(), ModelError> {
        match block {
            Block::Text { text: piece } => self.blocks.say(&piece, text),
            Block::ToolUse { id, name, input } => {
                // In a stream it begins as an empty object and comes in pieces.
                let empty = input.as_object().is_none_or(serde_json::Map::is_empty);
                let arguments = if empty { String::new() } else { input.to_string() };
                self.blocks.call(index, ToolCall { id, name, arguments }, url)?;
            }
            Block::Thinking { thinking, signature } => {
                self.blocks.think(index, Thought { text: thinking, signature, ..Thought::default() });
            }
            Block::RedactedThinking { data } => {
                self.blocks.think(index, Thought { redacted: data, ..Thought::default() });
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
        self.blocks.parts.usage = Usage { prompt, completion: of(self.usage.output_tokens), cached, written };
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
