//! The body of a list: stored bytes, joined as the client reads them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use serde_json::Value;

/// Bytes that are joined at a time; a long list is so never held twice.
const CHUNK: usize = 128 * 1024;

/// A list whose length is known before it is written.
pub(super) struct ListBody {
    opening: Option<Vec<u8>>,
    items: std::vec::IntoIter<Bytes>,
    closing: Vec<u8>,
    first: bool,
    left: u64,
}

impl ListBody {
    pub(super) fn new(api_version: &str, kind: &str, meta: &Value, items: Vec<Bytes>) -> Self {
        let text = |s: &str| Value::from(s).to_string();
        let opening = format!(
            "{{\"apiVersion\":{},\"kind\":{},\"metadata\":{meta},\"items\":[",
            text(api_version),
            text(kind)
        )
        .into_bytes();
        let closing = b"]}".to_vec();
        let commas = items.len().saturating_sub(1);
        let left = opening.len() + items.iter().map(Bytes::len).sum::<usize>() + commas + closing.len();
        Self { opening: Some(opening), items: items.into_iter(), closing, first: true, left: left as u64 }
    }
}

impl Body for ListBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(CHUNK);
        let mut chunk = Vec::with_capacity(room);
        if let Some(opening) = self.opening.take() {
            chunk.extend_from_slice(&opening);
        }
        while chunk.len() < CHUNK {
            let Some(item) = self.items.next() else {
                chunk.append(&mut self.closing);
                break;
            };
            if !std::mem::take(&mut self.first) {
                chunk.push(b',');
            }
            chunk.extend_from_slice(&item);
        }
        self.left -= chunk.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn the_length_is_right_and_the_chunks_are_one_list() {
        for count in [0, 1, 2, 3000] {
            let items =
                (0..count).map(|i| json!({"n": i, "pad": "x".repeat(100)}).to_string().into()).collect();
            let body = ListBody::new("v1", "ThingList", &json!({"resourceVersion": "7"}), items);
            let promised = body.size_hint().exact();
            let bytes = body.collect().await.unwrap().to_bytes();
            assert_eq!(promised, Some(bytes.len() as u64));
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["items"].as_array().unwrap().len(), count);
            assert_eq!(value["metadata"]["resourceVersion"], "7");
        }
    }
}
