//! Answers that come in numbered blocks, as Anthropic and Bedrock send them: text, thoughts, calls of tools, put together
//! from their pieces.

use std::collections::HashMap;

use super::reader::Parts;
use super::turns::{ANSWER_TOOL, take_answer};
use super::{MAX_TOOL_CALLS, ModelError, outbound};
use crate::engine::journal::{Thought, ToolCall};

/// An answer that grows.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) parts: Parts,
    /// The answer is the arguments of [`ANSWER_TOOL`].
    structured: bool,
    /// Which call an open block fills.
    calls: HashMap<usize, usize>,
    /// Which thought.
    thoughts: HashMap<usize, usize>,
}

impl Blocks {
    pub(super) fn new(structured: bool) -> Self {
        Self { structured, ..Self::default() }
    }

    /// Text.
    pub(super) fn say(&mut self, piece: &str, text: &mut String) {
        self.parts.content.push_str(piece);
        text.push_str(piece);
    }

    /// A call begins; its arguments may come later, as pieces of the block.
    pub(super) fn call(&mut self, block: Option<usize>, call: ToolCall, url: &str) -> Result<(), ModelError> {
        if self.parts.tool_calls.len() >= MAX_TOOL_CALLS {
            return Err(outbound::too_long(url));
        }
        if let Some(block) = block {
            self.calls.insert(block, self.parts.tool_calls.len());
        }
        self.parts.tool_calls.push(call);
        Ok(())
    }

    /// More of a call's arguments.
    pub(super) fn arguments(&mut self, block: usize, piece: &str, text: &mut String) {
        let call = self.calls.get(&block).and_then(|at| self.parts.tool_calls.get_mut(*at));
        let Some(call) = call else { return };
        call.arguments.push_str(piece);
        if self.structured && call.name == ANSWER_TOOL {
            text.push_str(piece);
        }
    }

    /// A thought, or more of the one in this block.
    pub(super) fn think(&mut self, block: Option<usize>, more: Thought) {
        let known = block.and_then(|block| self.thoughts.get(&block)).copied();
        if let Some(thought) = known.and_then(|at| self.parts.thoughts.get_mut(at)) {
            thought.text.push_str(&more.text);
            thought.signature.push_str(&more.signature);
            thought.redacted.push_str(&more.redacted);
            return;
        }
        if let Some(block) = block {
            self.thoughts.insert(block, self.parts.thoughts.len());
        }
        self.parts.thoughts.push(more);
    }

    /// The end, for the reason that the provider gives; both have the same words but for some.
    pub(super) fn end(&mut self, reason: &str) {
        for call in self.parts.tool_calls.iter_mut().filter(|call| call.arguments.is_empty()) {
            call.arguments.push_str("{}");
        }
        let reason = match reason {
            "end_turn" | "stop_sequence" => "stop",
            "max_tokens" | "model_context_window_exceeded" => "length",
            "tool_use" => "tool_calls",
            "refusal" | "guardrail_intervened" | "content_filtered" => "content_filter",
            other => other,
        };
        self.parts.finish_reason = Some(reason.to_owned());
        if self.structured {
            take_answer(&mut self.parts);
        }
    }
}
