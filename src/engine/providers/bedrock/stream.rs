//! The events of ConverseStream, read leniently, and the answer put together from them.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::frame::Frame;
use crate::engine::journal::{ToolCall, Usage};
use crate::engine::providers::error::said;
use crate::engine::providers::peer::Peer;
use crate::engine::providers::reader::{self, Parts};
use crate::engine::providers::turns::{ANSWER_TOOL, take_answer};
use crate::engine::providers::{MAX_TOOL_CALLS, ModelError, outbound};

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
}

/// The name that a whole answer has among the events.
pub(super) const WHOLE: &str = "converse";

/// An answer that grows.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    parts: Parts,
    /// The answer is the arguments of [`ANSWER_TOOL`].
    structured: bool,
    /// Which call an open block fills.
    calls: HashMap<usize, usize>,
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
                    self.calls.insert(content_block_index, self.parts.tool_calls.len());
                    self.call(call, url)?;
                }
            }
            "contentBlockDelta" => {
                let BlockDelta { delta, content_block_index } = read(frame, peer, url)?;
                if let Some(piece) = delta.text {
                    self.say(&piece, text);
                }
                let call = self.calls.get(&content_block_index);
                let call = call.and_then(|at| self.parts.tool_calls.get_mut(*at));
                if let (Some(InputDelta { input }), Some(call)) = (delta.tool_use, call) {
                    call.arguments.push_str(&input);
                    if self.structured && call.name == ANSWER_TOOL {
                        text.push_str(&input);
                    }
                }
            }
            "messageStop" => {
                let Stop { stop_reason } = read(frame, peer, url)?;
                self.end(&stop_reason);
            }
            // The last event.
            "metadata" => {
                let Metadata { usage } = read(frame, peer, url)?;
                self.count(&usage);
                return Ok(self.parts.finish_reason.is_some());
            }
            WHOLE => {
                let Whole { output, stop_reason, usage } = read(frame, peer, url)?;
                for Block { text: said, tool_use } in output.message.content {
                    if let Some(said) = said {
                        self.say(&said, text);
                    }
                    if let Some(call) = tool_use {
                        self.call(call, url)?;
                    }
                }
                self.count(&usage);
                self.end(&stop_reason);
                return Ok(true);
            }
            _ => {}
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

    fn say(&mut self, piece: &str, text: &mut String) {
        self.parts.content.push_str(piece);
        text.push_str(piece);
    }

    fn call(&mut self, call: ToolUse, url: &str) -> Result<(), ModelError> {
        if self.parts.tool_calls.len() >= MAX_TOOL_CALLS {
            return Err(outbound::too_long(url));
        }
        // In a stream it comes in pieces later.
        let arguments = if call.input.is_null() { String::new() } else { call.input.to_string() };
        self.parts.tool_calls.push(ToolCall { id: call.tool_use_id, name: call.name, arguments });
        Ok(())
    }

    fn count(&mut self, usage: &WireUsage) {
        let of = |count: i64| count.max(0);
        let (cached, written) = (of(usage.cache_read_input_tokens), of(usage.cache_write_input_tokens));
        let prompt = of(usage.input_tokens).saturating_add(cached).saturating_add(written);
        self.parts.usage = Usage { prompt, completion: of(usage.output_tokens), cached, written };
    }

    fn end(&mut self, reason: &str) {
        for call in self.parts.tool_calls.iter_mut().filter(|call| call.arguments.is_empty()) {
            call.arguments.push_str("{}");
        }
        let reason = match reason {
            "end_turn" | "stop_sequence" => "stop",
            "max_tokens" | "model_context_window_exceeded" => "length",
            "tool_use" => "tool_calls",
            "guardrail_intervened" | "content_filtered" => "content_filter",
            other => other,
        };
        self.parts.finish_reason = Some(reason.to_owned());
        if self.structured {
            take_answer(&mut self.parts);
        }
    }
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
