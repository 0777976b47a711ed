//! The events of ConverseStream, read leniently, and the answer put together from them.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::frame::Frame;
use crate::engine::journal::{Thought, ToolCall, Usage};
use crate::engine::providers::ModelError;
use crate::engine::providers::blocks::Blocks;
use crate::engine::providers::error::said;
use crate::engine::providers::peer::Peer;
use crate::engine::providers::reader::{self, Parts};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockStart {
    #[serde(default)]
    start: Start,
    content_block_index: usize,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Start {
    tool_use: Option<ToolUse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse {
    tool_use_id: String,
    name: String,
    #[serde(default)]
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockDelta {
    #[serde(default)]
    delta: Delta,
    content_block_index: usize,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Delta {
    text: Option<String>,
    tool_use: Option<InputDelta>,
    reasoning_content: Option<ReasoningDelta>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReasoningDelta {
    text: String,
    signature: String,
    redacted_content: String,
}

impl From<ReasoningDelta> for Thought {
    fn from(ReasoningDelta { text, signature, redacted_content }: ReasoningDelta) -> Self {
        Self { text, signature, redacted: redacted_content }
    }
}

#[derive(Deserialize)]
struct InputDelta {
    input: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stop {
    stop_reason: String,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    usage: WireUsage,
}

/// What the cache gave and took is counted apart from `inputTokens`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireUsage {
    input_tokens: i64,
    output_tokens: i64,
    cache_read_input_tokens: i64,
    cache_write_input_tokens: i64,
}

/// An answer that is not streamed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    output: Output,
    stop_reason: String,
    #[serde(default)]
    usage: WireUsage,
}

#[derive(Deserialize)]
struct Output {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    tool_use: Option<ToolUse>,
    #[serde(default)]
    reasoning_content: Option<Reasoning>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reasoning {
    reasoning_text: ReasoningDelta,
    redacted_content: String,
}

/// The name that a whole answer has among the events.
pub(super) const WHOLE: &str = "converse";

/// An answer that grows.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    blocks: Blocks,
}

impl reader::Assembly for Assembly {
    type Event = Frame;

    fn take(&mut self, frame: &Frame, peer: &Peer, url: &str, text: &mut String) -> Result<bool, ModelError> {
        if frame.failed {
            return Err(failure(frame, peer, url));
        }
        match frame.kind.as_str() {
            "contentBlockStart" => {
                let BlockStart { start, content_block_index } = read(frame, peer, url)?;
                if let Some(call) = start.tool_use {
                    self.blocks.call(Some(content_block_index), of(call), url)?;
                }
            }
            "contentBlockDelta" => {
                let BlockDelta { delta, content_block_index } = read(frame, peer, url)?;
                if let Some(piece) = delta.text {
                    self.blocks.say(&piece, text);
                }
                if let Some(InputDelta { input }) = delta.tool_use {
                    self.blocks.arguments(content_block_index, &input, text);
                }
                if let Some(reasoning) = delta.reasoning_content {
                    self.blocks.think(Some(content_block_index), reasoning.into());
                }
            }
            "messageStop" => {
                let Stop { stop_reason } = read(frame, peer, url)?;
                self.blocks.end(&stop_reason);
            }
            // The last event.
            "metadata" => {
                let Metadata { usage } = read(frame, peer, url)?;
                self.count(&usage);
                return Ok(self.blocks.parts.finish_reason.is_some());
            }
            WHOLE => {
                let Whole { output, stop_reason, usage } = read(frame, peer, url)?;
                for Block { text: said, tool_use, reasoning_content } in output.message.content {
                    if let Some(Reasoning { reasoning_text, redacted_content }) = reasoning_content {
                        let thought = Thought { redacted: redacted_content, ..reasoning_text.into() };
                        self.blocks.think(None, thought);
                    }
                    if let Some(said) = said {
                        self.blocks.say(&said, text);
                    }
                    if let Some(call) = tool_use {
                        self.blocks.call(None, of(call), url)?;
                    }
                }
                self.count(&usage);
                self.blocks.end(&stop_reason);
                return Ok(true);
            }
            _ => {}
        }
        self.blocks.parts.check(url).map(|()| false)
    }

    fn parts(&mut self) -> &mut Parts {
        &mut self.blocks.parts
    }
}

impl Assembly {
    pub(super) fn new(structured: bool) -> Self {
        Self { blocks: Blocks::new(structured) }
    }

    fn count(&mut self, usage: &WireUsage) {
        let of = |count: i64| count.max(0);
        let (cached, written) = (of(usage.cache_read_input_tokens), of(usage.cache_write_input_tokens));
        let prompt = of(usage.input_tokens).saturating_add(cached).saturating_add(written);
        self.blocks.parts.usage = Usage { prompt, completion: of(usage.output_tokens), cached, written };
    }
}

/// A call; in a stream its arguments come in pieces later.
fn of(call: ToolUse) -> ToolCall {
    let arguments = if call.input.is_null() { String::new() } else { call.input.to_string() };
    ToolCall { id: call.tool_use_id, name: call.name, arguments }
}

fn read<T: DeserializeOwned>(frame: &Frame, peer: &Peer, url: &str) -> Result<T, ModelError> {
    serde_json::from_str(&frame.payload)
        .map_err(|error| peer.garbage(url, &frame.payload, &format!("event {}: {error}", frame.kind)))
}

/// An error inside a stream that began well.
fn failure(frame: &Frame, peer: &Peer, url: &str) -> ModelError {
    let status = match frame.kind.as_str() {
        "validationException" => 400,
        "accessDeniedException" => 403,
        "resourceNotFoundException" => 404,
        "modelTimeoutException" => 408,
        "throttlingException" | "modelNotReadyException" => 429,
        "serviceUnavailableException" => 503,
        _ => 500,
    };
    peer.failure(status, url, &format!("{} ({})", said(&frame.payload), frame.kind))
}
