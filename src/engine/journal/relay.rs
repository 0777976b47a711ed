//! Runs of other replicas, followed here, and runs of this one, followed there.
//!
//! Over NOTIFY, and not over HTTP between the replicas: it needs no port, no secret and no way from pod to pod, and a replica
//! has the connection anyhow. Its limits are kept this way: who follows a run says so every [`LEASE`] / 3, so that runs which
//! nobody watches from elsewhere cost nothing; what happens within [`TICK`] goes out in one transaction; entries go by number and
//! are read from the database; text goes in pieces with their place, so that what was lost shows as a gap, and whoever sees one
//! asks for the whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Journal, PartialText, live};
use crate::store::{MAX_MESSAGE, Shared};

/// The channel of the database that replicas speak on.
const CHANNEL: &str = "arkdeck";
/// How long a run is told of after somebody asked for it.
const LEASE: Duration = Duration::from_secs(30);
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
/// Pause when the database does not let us listen.
const PAUSE: Duration = Duration::from_secs(1);

/// What replicas say to each other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Word {
    /// Runs have no owner any more.
    Released,
    /// Somebody at `by` looks at `run`.
    Follow { run: String, by: Arc<str> },
    /// The journal of `run` has entries up to this number.
    Reached { run: String, seq: u64 },
    /// Text that streams.
    Text { run: String, step: Arc<str>, target: Option<usize>, at: usize, text: String },
}

/// What this replica tells the others.
pub(super) struct Relay {
    shared: Shared,
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
    pub(super) fn start(shared: Shared) -> Arc<Self> {
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
    pub(super) fn follow(&self, run: &str) {
        let mut waiting = self.waiting.lock();
        if waiting.follow.len() < MAX_FOLLOWED {
            waiting.follow.insert(run.to_owned());
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Whether somebody elsewhere looks at the run.
    pub(super) fn is_asked(&self, run: &str) -> bool {
        self.asked.lock().get(run).is_some_and(|until| *until > Instant::now())
    }

    fn ask(&self, run: &str) {
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
    pub(super) fn reached(&self, run: &str, seq: u64, closed: Option<&str>) {
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
    pub(super) fn text(&self, run: &str, step: &Arc<str>, target: Option<usize>, at: usize, append: &str) {
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
    fn whole(&self, run: &str, seq: u64, partials: Vec<PartialText>) {
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
async fn speak(relay: std::sync::Weak<Relay>) {
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

impl Journal {
    /// The id of this replica, where there may be others.
    pub(in crate::engine) fn replica(&self) -> Option<Arc<str>> {
        self.relay.as_ref().map(|relay| relay.me.clone())
    }

    /// Tells the others that runs have no owner any more.
    pub(in crate::engine) async fn say_released(shared: &Shared) {
        let word = serde_json::to_string(&Word::Released).unwrap_or_default();
        if let Err(error) = shared.tell(CHANNEL, &[word]).await {
            tracing::warn!(%error, "the other replicas were not told of runs without an owner; they notice it");
        }
    }

    /// Hears the other replicas, for ever; `released` is called when runs may have no owner any more.
    pub(in crate::engine) async fn hear(&self, released: impl Fn()) {
        let Some(relay) = &self.relay else { return std::future::pending().await };
        let mut renewal = tokio::time::interval(LEASE / 3);
        renewal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let mut ear = match relay.shared.listen(CHANNEL).await {
                Ok(ear) => ear,
                Err(error) => {
                    tracing::warn!(%error, "the other replicas are not heard; trying again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            // What was said meanwhile is asked for.
            released();
            self.hub.followed().iter().for_each(|run| relay.follow(run));
            loop {
                tokio::select! {
                    _ = renewal.tick() => self.hub.followed().iter().for_each(|run| relay.follow(run)),
                    word = ear.next() => match word {
                        Ok(Some(word)) => self.heard(relay, &word, &released).await,
                        Ok(None) => {
                            released();
                            self.hub.followed().iter().for_each(|run| relay.follow(run));
                        }
                        Err(error) => {
                            tracing::warn!(%error, "the other replicas are not heard; trying again");
                            tokio::time::sleep(PAUSE).await;
                            break;
                        }
                    },
                }
            }
        }
    }

    async fn heard(&self, relay: &Relay, word: &str, released: &impl Fn()) {
        // A newer version may say what this one does not understand.
        let Ok(word) = serde_json::from_str::<Word>(word) else { return };
        match word {
            Word::Released => released(),
            Word::Follow { by, .. } if by == relay.me => {}
            Word::Follow { run, .. } => {
                relay.ask(&run);
                if let Some((seq, partials)) = self.hub.get(&run).and_then(|live| live.here()) {
                    relay.whole(&run, seq, partials);
                }
            }
            Word::Reached { run, seq } => {
                if let Some(live) = self.hub.get(&run).filter(|live| live.here().is_none()) {
                    self.catch_up(&run, &live, seq).await;
                }
            }
            Word::Text { run, step, target, at, text } => {
                if let Some(live) = self.hub.get(&run)
                    && !live.text_at(&step, target, at, &text)
                {
                    relay.follow(&run);
                }
            }
        }
    }

    /// Publishes what another replica has written.
    async fn catch_up(&self, run: &str, live: &live::Live, seq: u64) {
        while live.last_seq() < seq {
            match self.read(run, live.last_seq(), super::MAX_READ).await {
                Ok(entries) if entries.is_empty() => return,
                Ok(entries) => entries.into_iter().for_each(|entry| live.publish_other(Arc::new(entry))),
                Err(error) => return tracing::warn!(run, %error, "entries of another replica were not read"),
            }
        }
    }

    /// Follows `run`, whichever replica it runs on: [`subscribe`](Self::subscribe), and asks the others to tell of it.
    pub async fn follow(&self, run: &str) -> super::Subscription {
        let subscription = self.subscribe(run);
        if let Some(relay) = &self.relay
            && let Some(live) = self.hub.get(run).filter(|live| live.here().is_none())
        {
            // From here on; what is older, whoever follows reads from the journal.
            if live.last_seq() == 0 {
                match self.read_before(run, u64::MAX, 1).await {
                    Ok(last) => live.reach(last.last().map_or(0, |entry| entry.seq)),
                    Err(error) => tracing::warn!(run, %error, "the end of a journal was not read"),
                }
            }
            relay.follow(run);
        }
        subscription
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
