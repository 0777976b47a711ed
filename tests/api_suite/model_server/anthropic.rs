//! Messages, as Anthropic streams them: https://docs.anthropic.com/en/api/messages-streaming. The official SDK reads it:
//! see `tests/sdk`.

use serde_json::{Value, json};

use super::{Out, Protocol};

/// A streamed answer: blocks are numbered.
#[derive(Default)]
pub struct Words {
    next: usize,
    open: bool,
}

fn event(out: &Out, event: Value) {
    let name = event["type"].as_str().unwrap();
    let _ = out.send(format!("event: {name}\ndata: {event}\n\n").into_bytes());
}

/// 10 tokens in, of which 6 were read from the cache and 1 was written to it.
fn usage(output: i64) -> Value {
    json!({"input_tokens": 3, "cache_creation_input_tokens": 1, "cache_read_input_tokens": 6, "output_tokens": output})
}

pub fn whole(text: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "gull",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 3, "output_tokens": 2},
    })
}

impl Words {
    fn close(&mut self, out: &Out) {
        if std::mem::take(&mut self.open) {
            event(out, json!({"type": "content_block_stop", "index": self.next}));
            self.next += 1;
        }
    }

    fn open(&mut self, out: &Out, block: Value) {
        event(out, json!({"type": "content_block_start", "index": self.next, "content_block": block}));
        self.open = true;
    }

    fn delta(&self, out: &Out, delta: Value) {
        event(out, json!({"type": "content_block_delta", "index": self.next, "delta": delta}));
    }
}

impl Protocol for Words {
    const MEDIA_TYPE: &'static str = "text/event-stream; charset=utf-8";

    fn begin(&mut self, out: &Out) {
        let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "gull", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": usage(1)});
        event(out, json!({"type": "message_start", "message": message}));
        event(out, json!({"type": "ping"}));
    }

    fn words(&mut self, out: &Out, text: &str) {
        if !self.open {
            self.open(out, json!({"type": "text", "text": ""}));
        }
        for word in text.split_inclusive(' ') {
            self.delta(out, json!({"type": "text_delta", "text": word}));
        }
    }

    fn tools(&mut self, out: &Out, calls: &[(&str, &str)]) {
        for (index, (name, arguments)) in calls.iter().enumerate() {
            self.close(out);
            let id = format!("call_{index}");
            self.open(out, json!({"type": "tool_use", "id": id, "name": name, "input": {}}));
            let (half, rest) = arguments.split_at(arguments.len() / 2);
            for piece in ["", half, rest] {
                self.delta(out, json!({"type": "input_json_delta", "partial_json": piece}));
            }
        }
    }

    fn end(&mut self, out: &Out, tools: bool) {
        self.close(out);
        let reason = if tools { "tool_use" } else { "end_turn" };
        let delta = json!({"stop_reason": reason, "stop_sequence": null});
        event(out, json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 4}}));
        event(out, json!({"type": "message_stop"}));
    }

    fn error(&mut self, out: &Out, message: &str) {
        event(out, json!({"type": "error", "error": {"type": "overloaded_error", "message": message}}));
    }

    fn whole(&self, text: &str) -> Value {
        whole(text)
    }
}
