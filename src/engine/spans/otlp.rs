//! Spans as OTLP/HTTP carries them in JSON: ids in hexadecimal, 64-bit numbers as text.
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>

use serde::Serialize;
use serde_json::{Value, json};

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span {
    pub(super) trace_id: String,
    pub(super) span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_span_id: Option<String>,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) start_time_unix_nano: String,
    pub(super) end_time_unix_nano: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) status: Status,
}

/// `SpanKind`, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Internal = 1,
    Client = 3,
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

/// How a span ended: nothing for well, which leaves the word to who reads it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<u8>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) message: String,
}

impl Status {
    /// It failed.
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self { code: Some(2), message: message.into() }
    }
}

/// A fact about a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Attribute {
    pub(super) key: &'static str,
    pub(super) value: Value,
}

impl Attribute {
    pub(super) fn text(key: &'static str, value: impl Into<String>) -> Self {
        Self { key, value: json!({ "stringValue": value.into() }) }
    }

    pub(super) fn number(key: &'static str, value: i64) -> Self {
        Self { key, value: json!({ "intValue": value.to_string() }) }
    }

    pub(super) fn texts<'a>(key: &'static str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<Value> = values.into_iter().map(|value| json!({ "stringValue": value })).collect();
        Self { key, value: json!({ "arrayValue": { "values": values } }) }
    }
}

/// Milliseconds since 1970 as nanoseconds.
pub(super) fn nanos(ms: i64) -> String {
    i128::from(ms.max(0)).saturating_mul(1_000_000).to_string()
}

/// The body of one export.
pub(super) fn request(resource: &[(String, String)], spans: &[Span]) -> Value {
    let attributes: Vec<Value> =
        resource.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": attributes},
        "scopeSpans": [{
            "scope": {"name": "arkdeck", "version": env!("CARGO_PKG_VERSION")},
            "spans": spans,
        }],
    }]})
}
