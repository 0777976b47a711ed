//! Converse, as Bedrock streams it: events in binary frames. boto3 reads it: see `tests/sdk`.

use crc::{CRC_32_ISO_HDLC, Crc};
use serde_json::{Value, json};

use super::{Out, Protocol};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// A streamed answer: blocks are numbered.
#[derive(Default)]
pub struct Words {
    next: usize,
    open: bool,
}

/// A frame of the event stream.
fn frame(headers: &[(&str, &str)], payload: &Value) -> Vec<u8> {
    let payload = payload.to_string();
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(u8::try_from(name.len()).unwrap());
        block.extend(name.as_bytes());
        block.push(7);
        block.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        block.extend(value.as_bytes());
    }
    let mut frame = Vec::new();
    frame.extend(u32::try_from(block.len() + payload.len() + 16).unwrap().to_be_bytes());
    frame.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
    frame.extend(CRC.checksum(&frame).to_be_bytes());
    frame.extend(block);
    frame.extend(payload.as_bytes());
    frame.extend(CRC.checksum(&frame).to_be_bytes());
    frame
}

fn event(out: &Out, kind: &str, payload: &Value) {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    let _ = out.send(frame(&headers, payload));
}

/// 10 tokens in, of which 6 were read from the cache and 1 was written to it.
fn usage() -> Value {
    json!({"inputTokens": 3, "outputTokens": 4, "totalTokens": 14, "cacheReadInputTokens": 6, "cacheWriteInputTokens": 1})
}

pub fn whole(text: &str) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn",
        "usage": usage(), "metrics": {"latencyMs": 5},
    })
}

impl Words {
    fn close(&mut self, out: &Out) {
        if std::mem::take(&mut self.open) {
            event(out, "contentBlockStop", &json!({"contentBlockIndex": self.next}));
            self.next += 1;
        }
    }

    fn delta(&mut self, out: &Out, delta: Value) {
        self.open = true;
        event(out, "contentBlockDelta", &json!({"contentBlockIndex": self.next, "delta": delta}));
    }
}

impl Protocol for Words {
    const MEDIA_TYPE: &'static str = "application/vnd.amazon.eventstream";

    fn begin(&mut self, out: &Out) {
        event(out, "messageStart", &json!({"role": "assistant"}));
    }

    // Texts have no contentBlockStart.
    fn words(&mut self, out: &Out, text: &str) {
        for word in text.split_inclusive(' ') {
            self.delta(out, json!({"text": word}));
        }
    }

    fn tools(&mut self, out: &Out, calls: &[(&str, &str)]) {
        for (index, (name, arguments)) in calls.iter().enumerate() {
            self.close(out);
            let start = json!({"toolUse": {"toolUseId": format!("call_{index}"), "name": name}});
            event(out, "contentBlockStart", &json!({"contentBlockIndex": self.next, "start": start}));
            let (half, rest) = arguments.split_at(arguments.len() / 2);
            for piece in [half, rest] {
                self.delta(out, json!({"toolUse": {"input": piece}}));
            }
        }
    }

    fn end(&mut self, out: &Out, tools: bool) {
        self.close(out);
        event(out, "messageStop", &json!({"stopReason": if tools { "tool_use" } else { "end_turn" }}));
        event(out, "metadata", &json!({"usage": usage(), "metrics": {"latencyMs": 5}}));
    }

    fn error(&mut self, out: &Out, message: &str) {
        let headers = [
            (":exception-type", "serviceUnavailableException"),
            (":content-type", "application/json"),
            (":message-type", "exception"),
        ];
        let _ = out.send(frame(&headers, &json!({"message": message})));
    }

    fn whole(&self, text: &str) -> Value {
        whole(text)
    }
}
