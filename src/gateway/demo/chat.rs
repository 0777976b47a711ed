//! `POST /demo/v1/chat/completions`, streamed or whole.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::script::{self, Question};
use super::{FINGERPRINT, MODELS};

/// Time before the first word of `demo-writer`.
const THINKING: Duration = Duration::from_millis(350);
/// Time between words of `demo-writer`: about 40 tokens a second.
const PACE: Duration = Duration::from_millis(30);

/// Answers a chat completion.
pub(super) async fn completions(body: Result<Json<Value>, JsonRejection>) -> Response {
    let Ok(Json(body)) = body else { return refuse(StatusCode::BAD_REQUEST, "The body is not JSON.") };
    let model = body["model"].as_str().unwrap_or_default();
    if !MODELS.iter().any(|(name, _)| *name == model) {
        return refuse(StatusCode::NOT_FOUND, &format!("The demo has no model '{model}'."));
    }
    if model == "demo-broken" {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "This demo model always fails.");
    }
    let Some(question) = Question::of(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "The request has no messages.");
    };
    let answer = Answer::new(script::reply(&question), &body["messages"]);
    if body["stream"] != true {
        return Json(answer.whole(model)).into_response();
    }
    let usage = body["stream_options"]["include_usage"] == true;
    let slow = model == "demo-writer";
    let body = Body::from_stream(events(answer.chunks(model, usage), slow));
    ([(CONTENT_TYPE, "text/event-stream"), (axum::http::header::CACHE_CONTROL, "no-cache")], body)
        .into_response()
}

/// The chunks as server-sent events; when `slow`, at the pace of `demo-writer`.
fn events(chunks: Vec<Value>, slow: bool) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let first = if slow { THINKING } else { Duration::ZERO };
    let texts = chunks.into_iter().map(|chunk| chunk.to_string()).chain(["[DONE]".to_owned()]).enumerate();
    stream::iter(texts).then(move |(index, text)| async move {
        if slow {
            tokio::time::sleep(if index == 0 { first } else { PACE }).await;
        }
        Ok(Bytes::from(format!("data: {text}\n\n")))
    })
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": {"message": message, "type": "demo_error", "code": status.as_u16()}})))
        .into_response()
}

impl Answer {
    /// The answer as one completion.
    fn whole(&self, model: &str) -> Value {
        let message = match &self.reply {
            Reply::Text(text) => json!({"role": "assistant", "content": text}),
            Reply::Calls(calls) => json!({"role": "assistant", "content": null, "tool_calls":
                calls.iter().enumerate().map(|(i, call)| call.wire(i, false)).collect::<Vec<_>>()}),
        };
        json!({
            "id": self.id, "object": "chat.completion", "created": 0, "model": model,
            "system_fingerprint": FINGERPRINT,
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason()}],
            "usage": self.usage(),
        })
    }

    /// The answer as the chunks of a stream.
    fn chunks(&self, model: &str, usage: bool) -> Vec<Value> {
        let chunk = |choices: Value| {
            json!({
                "id": self.id, "object": "chat.completion.chunk", "created": 0, "model": model,
                "system_fingerprint": FINGERPRINT, "choices": choices,
            })
        };
        let delta = |delta: Value| chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]));
        let mut chunks = vec![delta(json!({"role": "assistant", "content": ""}))];
        match &self.reply {
            Reply::Text(text) => {
                chunks.extend(text.split_inclusive([' ', '\n']).map(|word| delta(json!({"content": word}))));
            }
            Reply::Calls(calls) => {
                chunks.extend(
                    calls
                        .iter()
                        .enumerate()
                        .map(|(i, call)| delta(json!({"tool_calls": [call.wire(i, true)]}))),
                );
            }
        }
        chunks.push(chunk(json!([{"index": 0, "delta": {}, "finish_reason": self.finish_reason()}])));
        if usage {
            let mut last = chunk(json!([]));
            last["usage"] = self.usage();
            chunks.push(last);
        }
        chunks
    }
}
