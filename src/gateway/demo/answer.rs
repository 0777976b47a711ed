//! What the script says to one request, with the figures around it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Bytes of English text in a token, about.
const BYTES_PER_TOKEN: usize = 4;

/// Text or calls.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// Text.
    Text(String),
    /// Calls of tools.
    Calls(Vec<Call>),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// Tool.
    pub(super) name: String,
    /// Arguments.
    pub(super) arguments: Value,
}

impl Call {
    pub(super) fn wire(&self, index: usize, indexed: bool) -> Value {
        let mut call = json!({
            "id": format!("call_demo_{index}"), "type": "function",
            "function": {"name": self.name, "arguments": self.arguments.to_string()},
        });
        if indexed {
            call["index"] = index.into();
        }
        call
    }
}

/// A reply with its id and its cost. The same request always gets the same.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) id: String,
    prompt: usize,
}

impl Answer {
    pub(super) fn new(reply: Reply, messages: &Value) -> Self {
        let text = messages.to_string();
        let hash = Sha256::digest(text.as_bytes());
        let id: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { reply, id: format!("chatcmpl-demo-{id}"), prompt: text.len() / BYTES_PER_TOKEN + 1 }
    }

    pub(super) fn finish_reason(&self) -> &'static str {
        match self.reply {
            Reply::Text(_) => "stop",
            Reply::Calls(_) => "tool_calls",
        }
    }

    pub(super) fn usage(&self) -> Value {
        let bytes = match &self.reply {
            Reply::Text(text) => text.len(),
            Reply::Calls(calls) => {
                calls.iter().map(|call| call.name.len() + call.arguments.to_string().len()).sum()
            }
        };
        let completion = bytes / BYTES_PER_TOKEN + 1;
        json!({
            "prompt_tokens": self.prompt, "completion_tokens": completion,
            "total_tokens": self.prompt + completion, "prompt_tokens_details": {"cached_tokens": 0},
        })
    }
}
