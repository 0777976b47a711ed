//! Decodes `text/event-stream`: data may be split anywhere, lines end in any of three ways, comments keep alive.
//!
//! Our own, because it must be bounded: a peer that never ends a line costs [`MAX_EVENT`] bytes and an error.

/// Bytes of one event; beyond, the stream is refused.
pub const MAX_EVENT: usize = 1 << 20;

/// A peer sent an event longer than [`MAX_EVENT`], or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SseError {
    /// Too long.
    TooLong,
    /// Not text.
    NotUtf8,
}

/// The decoder's state between chunks.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    after_cr: bool,
}

impl Decoder {
    /// Takes a chunk as it came from the network; appends the `data` of each complete event to `events`.
    pub fn push(&mut self, chunk: &[u8], events: &mut Vec<String>) -> Result<(), SseError> {
        let mut rest = chunk;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                return self.check();
            };
            self.line.extend_from_slice(&rest[..end]);
            self.check()?;
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(events)?;
        }
        Ok(())
    }

    /// The stream ended: an event without its blank line counts, as providers that are cut short are common.
    pub fn finish(&mut self, events: &mut Vec<String>) -> Result<(), SseError> {
        if !self.line.is_empty() {
            self.end_line(events)?;
        }
        self.end_line(events)
    }

    fn check(&self) -> Result<(), SseError> {
        if self.line.len() + self.data.len() > MAX_EVENT { Err(SseError::TooLong) } else { Ok(()) }
    }

    fn end_line(&mut self, events: &mut Vec<String>) -> Result<(), SseError> {
        if self.line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                events.push(std::mem::take(&mut self.data));
            }
            return Ok(());
        }
        let line = std::str::from_utf8(&self.line).map_err(|_| SseError::NotUtf8)?;
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if let Some(value) = line.strip_prefix("data:") {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
            self.has_data = true;
        }
        // `event:`, `id:`, `retry:` and comments carry nothing that chat completions use.
        self.line.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(chunk, &mut events).unwrap();
        }
        decoder.finish(&mut events).unwrap();
        events
    }

    #[test]
    fn comments_other_fields_and_all_line_ends() {
        let text = b": keep-alive\r\n\r\nevent: x\nid: 4\ndata: a\ndata:b\r\r\ndata: {\"x\": 1}\n\ndata: cut";
        assert_eq!(decode(&[text]), ["a\nb", "{\"x\": 1}", "cut"]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut decoder = Decoder::default();
        let chunk = vec![b'x'; MAX_EVENT / 2];
        let mut events = Vec::new();
        decoder.push(&chunk, &mut events).unwrap();
        decoder.push(&chunk, &mut events).unwrap();
        assert_eq!(decoder.push(b"x", &mut events), Err(SseError::TooLong));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(cuts in proptest::collection::vec(0usize..60, 0..8)) {
            let text = "data: hällo\r\n\r\n: c\n\ndata: 1\rdata: 2\r\rdata: [DONE]\n\n".as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&chunks), ["hällo", "1\n2", "[DONE]"]);
        }
    }
}
