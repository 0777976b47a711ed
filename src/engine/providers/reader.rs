//! Reads one answer as it arrives, whatever frames and JSON it comes in.

use std::time::{Duration, Instant};

use reqwest::Response;

use super::peer::Peer;
use super::sse::{Decoder, SseError};
use super::{ChatAnswer, MAX_ANSWER, MAX_RESPONSE, ModelError, OnText, outbound};
use crate::engine::journal::{Thought, ToolCall, Usage};

/// Cuts a response into events.
pub(super) trait Framing: Default {
    /// One event.
    type Event;

    /// Takes a chunk as it came from the network.
    fn push(&mut self, chunk: &[u8], events: &mut Vec<Self::Event>) -> Result<(), FrameError>;

    /// The response ended.
    fn finish(&mut self, events: &mut Vec<Self::Event>) -> Result<(), FrameError>;
}

/// Why a response cannot be cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameError {
    /// An event is longer than is kept.
    TooLong,
    /// It is not what the framing says; why.
    Broken(&'static str),
    /// It ended within an event.
    Cut,
}

impl From<SseError> for FrameError {
    fn from(error: SseError) -> Self {
        match error {
            SseError::TooLong => Self::TooLong,
            SseError::NotUtf8 => Self::Broken("not UTF-8"),
        }
    }
}

impl Framing for Decoder {
    type Event = String;

    fn push(&mut self, chunk: &[u8], events: &mut Vec<String>) -> Result<(), FrameError> {
        Ok(Self::push(self, chunk, events)?)
    }

    fn finish(&mut self, events: &mut Vec<String>) -> Result<(), FrameError> {
        Ok(Self::finish(self, events)?)
    }
}

/// An answer that grows with each event.
pub(super) trait Assembly {
    /// One event.
    type Event;

    /// Takes one event; new text is appended to `text` too. `true` when nothing more will come.
    fn take(
        &mut self,
        event: &Self::Event,
        peer: &Peer,
        url: &str,
        text: &mut String,
    ) -> Result<bool, ModelError>;

    /// The answer so far.
    fn parts(&mut self) -> &mut Parts;
}

/// What every answer comes to.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) content: String,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) thoughts: Vec<Thought>,
    pub(super) usage: Usage,
    /// Set once the answer is complete, though tokens may still be counted.
    pub(super) finish_reason: Option<String>,
}

impl Parts {
    /// Refuses an answer that has become too long.
    pub(super) fn check(&self, url: &str) -> Result<(), ModelError> {
        let arguments: usize = self.tool_calls.iter().map(|call| call.arguments.len()).sum();
        let thoughts: usize = self.thoughts.iter().map(Thought::size).sum();
        if self.content.len() + arguments + thoughts > MAX_ANSWER {
            Err(outbound::too_long(url))
        } else {
            Ok(())
        }
    }
}

/// Reads one answer.
pub(super) struct Reader<'a, A> {
    peer: &'a Peer,
    url: &'a str,
    started: Instant,
    first_token: Option<Duration>,
    assembly: A,
}

impl<'a, A: Assembly> Reader<'a, A> {
    /// `started` is when the request was made.
    pub(super) fn new(peer: &'a Peer, url: &'a str, started: Instant, assembly: A) -> Self {
        Self { peer, url, started, first_token: None, assembly }
    }

    /// Reads a stream to its end.
    pub(super) async fn stream<F: Framing<Event = A::Event>>(
        &mut self,
        mut response: Response,
        on_text: OnText<'_>,
    ) -> Result<(), ModelError> {
        let mut framing = F::default();
        let (mut events, mut text, mut read) = (Vec::new(), String::new(), 0);
        let mut ended = false;
        while !ended {
            match self.peer.outbound.chunk(&mut response, self.url).await {
                Ok(Some(chunk)) => {
                    read += chunk.len();
                    if read > MAX_RESPONSE {
                        return Err(outbound::too_long(self.url));
                    }
                    framing.push(&chunk, &mut events).map_err(|error| self.unreadable(error))?;
                }
                Ok(None) => {
                    ended = true;
                    framing.finish(&mut events).map_err(|error| self.unreadable(error))?;
                }
                // Closed without the last chunk's frame, after the answer was complete.
                Err(_) if self.complete() => ended = true,
                Err(error) => return Err(error),
            }
            for event in events.drain(..) {
                if self.assembly.take(&event, self.peer, self.url, &mut text)? {
                    ended = true;
                    break;
                }
            }
            self.flush(&mut text, on_text);
        }
        if self.complete() { Ok(()) } else { Err(outbound::cut(self.url)) }
    }

    /// Takes an answer that is one event.
    pub(super) fn whole(&mut self, event: &A::Event, on_text: OnText<'_>) -> Result<(), ModelError> {
        let mut text = String::new();
        self.assembly.take(event, self.peer, self.url, &mut text)?;
        self.flush(&mut text, on_text);
        Ok(())
    }

    /// What was put together.
    pub(super) fn assembly(&self) -> &A {
        &self.assembly
    }

    /// The answer.
    pub(super) fn answer(mut self) -> ChatAnswer {
        let parts = std::mem::take(self.assembly.parts());
        ChatAnswer {
            content: parts.content,
            tool_calls: parts.tool_calls,
            thoughts: parts.thoughts,
            usage: parts.usage,
            finish_reason: parts.finish_reason.unwrap_or_else(|| "stop".into()),
            first_token: self.first_token,
            duration: self.started.elapsed(),
        }
    }

    fn complete(&mut self) -> bool {
        self.assembly.parts().finish_reason.is_some()
    }

    fn flush(&mut self, text: &mut String, on_text: OnText<'_>) {
        if text.is_empty() && self.assembly.parts().tool_calls.is_empty() {
            return;
        }
        self.first_token.get_or_insert_with(|| self.started.elapsed());
        if !text.is_empty() {
            on_text(text);
            text.clear();
        }
    }

    fn unreadable(&self, error: FrameError) -> ModelError {
        match error {
            FrameError::TooLong => outbound::too_long(self.url),
            FrameError::Broken(why) => self.peer.garbage(self.url, "", why),
            FrameError::Cut => outbound::cut(self.url),
        }
    }
}
