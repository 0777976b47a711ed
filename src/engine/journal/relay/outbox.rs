//! What this replica tells the others: gathered for a moment, in bounds, and put into messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{CHANNEL, LEASE, Word};
use crate::engine::journal::PartialText;
use crate::store::{MAX_MESSAGE, Shared};

/// What is gathered for one transaction: as late as a streamed text comes elsewhere.
const TICK: Duration = Duration::from_millis(25);
/// Messages of one transaction; more go with the next.
const BATCH: usize = 256;
/// Bytes of text in one message; as JSON, a byte takes six at the worst, and names are short.
const PIECE: usize = (MAX_MESSAGE - 700) / 6;
/// Bytes of text that wait to be told; beyond, text is dropped, and who misses it asks again.
const MAX_WAITING: usize = 4 << 20;
/// Runs that are told of at once; further ones are seen elsewhere when their entries are read.
const MAX_FOLLOWED: usize = 10_000;

/// What this replica tells the others.
pub(in crate::engine::journal) struct Relay {
    pub(super) shared: Shared,
    pub(super) me: Arc<str>,
    asked: Mutex<HashMap<String, Instant>>,
    waiting: Mutex<Waiting>,
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    follow: BTreeSet<String>,
    runs: BTreeMap<String, Pending>,
    bytes: usize,
}

/// Of one run: entries go first, and text is always of calls that are open after them.
#[derive(Default)]
struct Pending {
    seq: Option<u64>,
    texts: Vec<(PartialText, usize)>,
}

impl Relay {
    pub(in crate::engine::journal) fn start(shared: Shared) -> Arc<Self> {
        let relay = Arc::new(Self {
            shared,
            me: uuid::Uuid::new_v4().to_string().into(),
            asked: Mutex::default(),
            waiting: Mutex::default(),
            filled: Notify::new(),
        });
        tokio::spawn(speak(Arc::downgrade(&relay)));
        relay
    }

    /// Asks whoever has the run to tell of it.
    pub(in crate::engine::journal) fn follow(&self, run: &str) {
        let mut waiting = self.waiting.lock();
        if waiting.follow.len() < MAX_FOLLOWED {
            waiting.follow.insert(run.to_owned());
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Whether somebody elsewhere looks at the run.
    pub(in crate::engine::journal) fn is_asked(&self, run: &str) -> bool {
        self.asked.lock().get(run).is_some_and(|until| *until > Instant::now())
    }

    pub(super) fn ask(&self, run: &str) {
        let now = Instant::now();
        let mut asked = self.asked.lock();
        if asked.len() >= MAX_FOLLOWED {
            asked.retain(|_, until| *until > now);
        }
        if asked.len() < MAX_FOLLOWED || asked.contains_key(run) {
            asked.insert(run.to_owned(), now + LEASE);
        }
    }

    /// An entry of a run here is on disk.
    pub(in crate::engine::journal) fn reached(&self, run: &str, seq: u64, closed: Option<&str>) {
        if !self.is_asked(run) {
            return;
        }
        let mut waiting = self.waiting.lock();
        let pending = waiting.runs.entry(run.to_owned()).or_default();
        pending.seq = Some(seq);
        if let Some(step) = closed {
            let mut freed = 0;
            pending.texts.retain(|(partial, _)| {
                let stays = *partial.step != *step;
                freed += if stays { 0 } else { partial.text.len() };
                stays
            });
            waiting.bytes -= freed;
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// A run here streams.
    pub(in crate::engine::journal) fn text(
        &self,
        run: &str,
        step: &Arc<str>,
        target: Option<usize>,
        at: usize,
        append: &str,
    ) {
        if !self.is_asked(run) {
            return;
        }
        let mut waiting = self.waiting.lock();
        if waiting.bytes + append.len() > MAX_WAITING {
            return;
        }
        waiting.bytes += append.len();
        let texts = &mut waiting.runs.entry(run.to_owned()).or_default().texts;
        match texts
            .iter_mut()
            .find(|(partial, from)| partial.step == *step && from + partial.text.len() == at)
        {
            Some((partial, _)) => partial.text.push_str(append),
            None => texts.push((PartialText { step: step.clone(), target, text: append.to_owned() }, at)),
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Everything that a follower lacks.
    pub(super) fn whole(&self, run: &str, seq: u64, partials: Vec<PartialText>) {
        let mut waiting = self.waiting.lock();
        let bytes: usize = partials.iter().map(|partial| partial.text.len()).sum();
        let texts = partials.into_iter().map(|partial| (partial, 0)).collect();
        let before = waiting.runs.insert(run.to_owned(), Pending { seq: Some(seq), texts });
        let freed: usize =
            before.iter().flat_map(|pending| &pending.texts).map(|(text, _)| text.text.len()).sum();
        waiting.bytes = waiting.bytes + bytes - freed;
        drop(waiting);
        self.filled.notify_one();
    }

    /// What goes out with the next transaction.
    fn take(&self) -> Vec<String> {
        let mut waiting = self.waiting.lock();
        let mut words = Vec::new();
        while words.len() < BATCH
            && let Some(run) = waiting.follow.pop_first()
        {
            words.push(Word::Follow { run, by: self.me.clone() });
        }
        while words.len() < BATCH
            && let Some((run, mut pending)) = waiting.runs.pop_first()
        {
            if let Some(seq) = pending.seq.take() {
                words.push(Word::Reached { run: run.clone(), seq });
            }
            let mut texts = pending.texts.into_iter();
            for (PartialText { step, target, text }, from) in texts.by_ref() {
                waiting.bytes -= text.len();
                for (at, piece) in pieces(&text) {
                    let (run, step, text) = (run.clone(), step.clone(), piece.to_owned());
                    words.push(Word::Text { run, step, target, at: from + at, text });
                }
                if words.len() >= BATCH {
                    break;
                }
            }
            let rest: Vec<_> = texts.collect();
            if !rest.is_empty() {
                waiting.runs.insert(run, Pending { seq: None, texts: rest });
            }
        }
        if !waiting.follow.is_empty() || !waiting.runs.is_empty() {
            self.filled.notify_one();
        }
        drop(waiting);
        words
            .iter()
            .filter_map(|word| serde_json::to_string(word).ok())
            .filter(|word| word.len() <= MAX_MESSAGE)
            .collect()
    }
}

/// `text` in pieces that fit a message, with their places.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let mut end = (at + PIECE).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        pieces.push((at, &text[at..end]));
        at = end;
    }
    pieces
}

/// Tells what has gathered, for as long as the journals are there.
async fn speak(relay: Weak<Relay>) {
    while let Some(strong) = relay.upgrade() {
        // Not for ever: the journals may go meanwhile.
        let _ = tokio::time::timeout(LEASE, strong.filled.notified()).await;
        tokio::time::sleep(TICK).await;
        let words = strong.take();
        if !words.is_empty()
            && let Err(error) = strong.shared.tell(CHANNEL, &words).await
        {
            // Whoever misses it sees a gap, or asks again within its lease.
            tracing::warn!(%error, "other replicas were not told what happens here");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_fits_in_messages_and_can_be_put_together_again() {
        let text = "\u{1}".repeat(3000) + &"€".repeat(2000) + "end";
        let mut whole = String::new();
        for (at, piece) in pieces(&text) {
            assert_eq!(at, whole.len());
            whole.push_str(piece);
            let word = Word::Text {
                run: "f".repeat(36),
                step: "0/team/3/1/model/17".into(),
                target: Some(3),
                at,
                text: piece.to_owned(),
            };
            assert!(serde_json::to_string(&word).unwrap().len() <= MAX_MESSAGE);
        }
        assert_eq!(whole, text);
    }
}
