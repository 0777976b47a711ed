//! One change, serialised once for every watcher.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::object::{Key, Stored};

/// What happened, in the words of the watch protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// The object is new.
    Added,
    /// The object changed.
    Modified,
    /// The object is gone; the event carries its last state.
    Deleted,
}

impl EventType {
    fn opening(self) -> &'static str {
        match self {
            Self::Added => r#"{"type":"ADDED","object":"#,
            Self::Modified => r#"{"type":"MODIFIED","object":"#,
            Self::Deleted => r#"{"type":"DELETED","object":"#,
        }
    }
}

const CLOSING: &[u8] = b"}\n";

/// A change of one object.
#[derive(Debug)]
pub struct Event {
    /// The revision of the change.
    pub revision: u64,
    /// What happened.
    pub kind: EventType,
    /// The object after the change; of a deletion, its last state under the revision of the deletion.
    pub object: Arc<Stored>,
    /// The object before the change.
    pub previous: Option<Arc<Stored>>,
    /// The line that a plain watcher is sent. The object's body is a slice of it, so both are held once.
    pub frame: Bytes,
}

impl Event {
    /// Serialises `value` under `revision`.
    pub(super) fn new(
        kind: EventType,
        key: Key,
        revision: u64,
        mut value: Value,
        previous: Option<Arc<Stored>>,
    ) -> Result<Self, serde_json::Error> {
        value["metadata"]["resourceVersion"] = Value::String(revision.to_string());
        let opening = kind.opening().as_bytes();
        let mut line = Vec::with_capacity(previous.as_ref().map_or(2048, |p| p.body.len() + 2048));
        line.extend_from_slice(opening);
        serde_json::to_writer(&mut line, &value)?;
        let end = line.len();
        line.extend_from_slice(CLOSING);
        // It is kept for as long as the object is: without the room to grow.
        let frame = Bytes::copy_from_slice(&line);
        let object = Stored::of(key, revision, frame.slice(opening.len()..end), &value);
        Ok(Self { revision, kind, object: object.into(), previous, frame })
    }
}

/// A watch line for any JSON object that was not published as such (initial state, transitions of a selector).
pub fn frame(kind: EventType, body: &[u8]) -> Bytes {
    let opening = kind.opening().as_bytes();
    let mut line = Vec::with_capacity(opening.len() + body.len() + CLOSING.len());
    line.extend_from_slice(opening);
    line.extend_from_slice(body);
    line.extend_from_slice(CLOSING);
    line.into()
}
