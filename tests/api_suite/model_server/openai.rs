//! Chat completions, as OpenAI streams them.

use serde_json::{Value, json};

use super::{Out, Protocol};

/// A streamed answer.
pub struct Words;

fn data(out: &Out, data: &str) {
    // The client may be gone: that is what some tests are about.
    let _ = out.send(format!("data: {data}\n\n").into_bytes());
}

fn delta(out: &Out, delta: &Value) {
    data(out, &json!({"choices": [{"index": 0, "delta": delta}]}).to_string());
}

pub fn whole(text: &str) -> Value {
    json!({
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    })
}

impl Protocol for Words {
    const MEDIA_TYPE: &'static str = "text/event-stream";

    fn begin(&mut self, _: &Out) {}

    fn words(&mut self, out: &Out, text: &str) {
        for word in text.split_inclusive(' ') {
            delta(out, &json!({"content": word}));
        }
    }

    fn tools(&mut self, out: &Out, calls: &[(&str, &str)]) {
        for (index, (name, arguments)) in calls.iter().enumerate() {
            let (half, rest) = arguments.split_at(arguments.len() / 2);
            let head = json!({"index": index, "id": format!("call_{index}"), "type": "function",
                "function": {"name": name, "arguments": half}});
            delta(out, &json!({"tool_calls": [head]}));
            delta(out, &json!({"tool_calls": [{"index": index, "function": {"arguments": rest}}]}));
        }
    }

    fn end(&mut self, out: &Out, tools: bool) {
        let reason = if tools { "tool_calls" } else { "stop" };
        data(out, &json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}).to_string());
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}});
        data(out, &json!({"choices": [], "usage": usage}).to_string());
        data(out, "[DONE]");
    }

    fn error(&mut self, out: &Out, message: &str) {
        data(out, &json!({"error": {"type": "server_error", "message": message}}).to_string());
    }

    fn whole(&self, text: &str) -> Value {
        whole(text)
    }
}
