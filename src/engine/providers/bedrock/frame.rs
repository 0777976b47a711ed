//! AWS's binary event stream: `application/vnd.amazon.eventstream`, https://smithy.io/2.0/aws/amazon-eventstream.html.
//!
//! A frame is its length, the length of its headers and the checksum of both, then headers, payload and the checksum of
//! all. Our own, because it must be bounded, and is less than the crates that decode it.

use crc::{CRC_32_ISO_HDLC, Crc};

use crate::engine::providers::reader::{FrameError, Framing};
use crate::engine::providers::sse::MAX_EVENT;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
/// Bytes before the headers.
const PRELUDE: usize = 12;
/// Bytes after the payload.
const TRAILER: usize = 4;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// What it is: `:event-type`, `:exception-type` or `:error-code`.
    pub(super) kind: String,
    /// It is an exception or an error.
    pub(super) failed: bool,
    /// JSON; the message of an error.
    pub(super) payload: String,
}

/// The decoder's state between chunks.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    buffer: Vec<u8>,
}

impl Framing for Decoder {
    type Event = Frame;

    fn push(&mut self, chunk: &[u8], events: &mut Vec<Frame>) -> Result<(), FrameError> {
        self.buffer.extend_from_slice(chunk);
        let mut taken = 0;
        while let Some((frame, length)) = frame(&self.buffer[taken..])? {
            events.push(frame);
            taken += length;
        }
        self.buffer.drain(..taken);
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<Frame>) -> Result<(), FrameError> {
        if self.buffer.is_empty() { Ok(()) } else { Err(FrameError::Cut) }
    }
}

/// The first frame of `bytes` and its length; `None` while it is not whole.
fn frame(bytes: &[u8]) -> Result<Option<(Frame, usize)>, FrameError> {
    let broken = |why| Err(FrameError::Broken(why));
    let Some(prelude) = bytes.get(..PRELUDE) else { return Ok(None) };
    if CRC.checksum(&prelude[..8]) != number(&prelude[8..]) {
        return broken("a frame of the event stream has a wrong checksum at its beginning");
    }
    let (total, headers) = (number(prelude) as usize, number(&prelude[4..]) as usize);
    if total > MAX_EVENT {
        return Err(FrameError::TooLong);
    }
    if total < PRELUDE + TRAILER || headers > total - PRELUDE - TRAILER {
        return broken("a frame of the event stream has impossible lengths");
    }
    let Some(whole) = bytes.get(..total) else { return Ok(None) };
    let (checked, checksum) = whole.split_at(total - TRAILER);
    if CRC.checksum(checked) != number(checksum) {
        return broken("a frame of the event stream has a wrong checksum");
    }
    let (headers, payload) = checked[PRELUDE..].split_at(headers);
    let Some(headers) = texts(headers) else { return broken("the headers of a frame cannot be read") };
    let Ok(payload) = std::str::from_utf8(payload) else { return broken("a frame's payload is not UTF-8") };
    let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let frame = match header(":message-type") {
        Some("exception") => Frame {
            kind: header(":exception-type").unwrap_or_default().to_owned(),
            failed: true,
            payload: payload.to_owned(),
        },
        Some("error") => Frame {
            kind: header(":error-code").unwrap_or_default().to_owned(),
            failed: true,
            payload: header(":error-message").unwrap_or_default().to_owned(),
        },
        _ => Frame {
            kind: header(":event-type").unwrap_or_default().to_owned(),
            failed: false,
            payload: payload.to_owned(),
        },
    };
    Ok(Some((frame, total)))
}

/// The headers that are text; those of other types are passed over.
fn texts(mut bytes: &[u8]) -> Option<Vec<(&str, &str)>> {
    let mut headers = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (kind, rest) = rest.split_first()?;
        let length = match kind {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            6 | 7 => 2 + usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?)),
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        if *kind == 7 {
            headers.push((std::str::from_utf8(name).ok()?, std::str::from_utf8(&value[2..]).ok()?));
        }
        bytes = rest;
    }
    Some(headers)
}

/// The big-endian number that `bytes` begin with; they have at least four.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A frame as AWS makes it.
    fn bytes(headers: &[(&str, u8, &[u8])], payload: &[u8]) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, kind, value) in headers {
            block.push(u8::try_from(name.len()).unwrap());
            block.extend(name.as_bytes());
            block.push(*kind);
            block.extend(*value);
        }
        let mut frame = Vec::new();
        frame.extend(u32::try_from(PRELUDE + block.len() + payload.len() + TRAILER).unwrap().to_be_bytes());
        frame.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
        frame.extend(CRC.checksum(&frame).to_be_bytes());
        frame.extend(block);
        frame.extend(payload);
        frame.extend(CRC.checksum(&frame).to_be_bytes());
        frame
    }

    fn text(text: &str) -> Vec<u8> {
        let mut value = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        value.extend(text.as_bytes());
        value
    }

    fn sample() -> Vec<u8> {
        let (kind, event) = (text("messageStart"), text("event"));
        let headers: [(&str, u8, &[u8]); 4] =
            [(":event-type", 7, &kind), ("flag", 0, &[]), ("time", 8, &[0; 8]), (":message-type", 7, &event)];
        let mut all = bytes(&headers, br#"{"role":"assistant"}"#);
        let (kind, exception) = (text("throttlingException"), text("exception"));
        all.extend(bytes(&[(":exception-type", 7, &kind), (":message-type", 7, &exception)], b"{}"));
        all
    }

    /// botocore's own tests of its decoder (`tests/unit/test_eventstream.py`): an empty message, and one with all types of headers.
    #[test]
    fn an_empty_message_of_botocores_tests() {
        let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        let (frame, length) = frame(&empty).unwrap().unwrap();
        assert_eq!((frame.kind.as_str(), frame.payload.as_str(), length), ("", "", 16));
    }

    #[test]
    fn a_wrong_bit_is_found_and_lengths_are_not_believed() {
        let sample = sample();
        for at in 0..sample.len() {
            let mut wrong = sample.clone();
            wrong[at] ^= 1;
            let mut events = Vec::new();
            let mut decoder = Decoder::default();
            let outcome = decoder.push(&wrong, &mut events);
            assert!(outcome.is_err() && events.len() < 2, "byte {at}");
        }
        let mut huge = Vec::from(u32::MAX.to_be_bytes());
        huge.extend(0_u32.to_be_bytes());
        huge.extend(CRC.checksum(&huge).to_be_bytes());
        assert_eq!(frame(&huge), Err(FrameError::TooLong));
        let mut decoder = Decoder::default();
        decoder.push(&sample[..20], &mut Vec::new()).unwrap();
        assert_eq!(decoder.finish(&mut Vec::new()), Err(FrameError::Cut));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(cuts in proptest::collection::vec(0usize..250, 0..8)) {
            let sample = sample();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(sample.len())).collect();
            cuts.extend([0, sample.len()]);
            cuts.sort_unstable();
            let (mut decoder, mut events) = (Decoder::default(), Vec::new());
            for pair in cuts.windows(2) {
                decoder.push(&sample[pair[0]..pair[1]], &mut events).unwrap();
            }
            decoder.finish(&mut events).unwrap();
            prop_assert_eq!(events.len(), 2);
            prop_assert_eq!((events[0].kind.as_str(), events[0].failed), ("messageStart", false));
            prop_assert_eq!((events[1].kind.as_str(), events[1].failed), ("throttlingException", true));
        }

        #[test]
        fn noise_is_refused_or_waited_for(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Decoder::default().push(&noise, &mut Vec::new());
            let _ = texts(&noise);
        }
    }
}
