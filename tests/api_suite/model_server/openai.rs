//! Chat completions, as OpenAI and Azure stream them: https://platform.openai.com/docs/api-reference/chat-streaming. The official
//! SDK reads it: see `tests/sdk`.

use serde_json::{Value, json};

use super::{Out, Protocol};

/// A streamed answer.
pub struct Words {
    azure: bool,
}

fn data(out: &Out, data: &str) {
    // The client may be gone: that is what some tests are about.
    let _ = out.send(format!("data: {data}\n\n").into_bytes());
}

/// A chunk; only the last one counts tokens.
fn chunk(out: &Out, choices: Value, usage: Value) {
    let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": "gull",
        "system_fingerprint": "fp_1", "choices": choices, "usage": usage});
    data(out, &chunk.to_string());
}

fn delta(out: &Out, delta: Value) {
    chunk(out, json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": null}]), Value::Null);
}

pub fn whole(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_225_600, "model": "gull", "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "refusal": null}, "logprobs": null,
            "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    })
}

impl Words {
    /// `azure`: as Azure has it.
    pub fn new(azure: bool) -> Self {
        Self { azure }
    }
}

impl Protocol for Words {
    const MEDIA_TYPE: &'static str = "text/event-stream";

    fn begin(&mut self, out: &Out) {
        if self.azure {
            // What its filter thinks of the question comes first, in a chunk with no choices.
            let filter = json!({"prompt_index": 0, "content_filter_results": {"hate": {"filtered": false, "severity": "safe"}}});
            let first = json!({"id": "", "object": "", "created": 0, "model": "", "choices": [],
                "prompt_filter_results": [filter]});
            data(out, &first.to_string());
        }
        delta(out, json!({"role": "assistant", "content": "", "refusal": null}));
    }

    fn words(&mut self, out: &Out, text: &str) {
        for word in text.split_inclusive(' ') {
            delta(out, json!({"content": word}));
        }
    }

    fn tools(&mut self, out: &Out, calls: &[(&str, &str)]) {
        for (index, (name, arguments)) in calls.iter().enumerate() {
            let (half, rest) = arguments.split_at(arguments.len() / 2);
            let head = json!({"index": index, "id": format!("call_{index}"), "type": "function",
                "function": {"name": name, "arguments": half}});
            delta(out, json!({"tool_calls": [head]}));
            delta(out, json!({"tool_calls": [{"index": index, "function": {"arguments": rest}}]}));
        }
    }

    fn end(&mut self, out: &Out, tools: bool) {
        let reason = if tools { "tool_calls" } else { "stop" };
        let last = json!([{"index": 0, "delta": {}, "logprobs": null, "finish_reason": reason}]);
        chunk(out, last, Value::Null);
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 6, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}});
        chunk(out, json!([]), usage);
        data(out, "[DONE]");
    }

    fn error(&mut self, out: &Out, message: &str) {
        data(out, &json!({"error": {"type": "server_error", "message": message}}).to_string());
    }

    fn whole(&self, text: &str) -> Value {
        whole(text)
    }
}
