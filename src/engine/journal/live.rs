//! Followers of runs: new entries and streaming text, without a gap and without a copy for each follower.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::Entry;
use super::relay::Relay;

/// Updates that a slow follower may fall behind; beyond, its receiver reports `Lagged` and it subscribes again.
const BACKLOG: usize = 128;
/// Bytes of streaming text kept for late followers of one call; beyond, they see its beginning until the answer is
/// complete (a longer answer is refused by the providers).
const MAX_PARTIAL: usize = 1 << 20;

/// Something new in a run.
#[derive(Debug, Clone)]
pub enum Update {
    /// A journal entry, on disk.
    Entry(Arc<Entry>),
    /// Text to append to a streaming call; `at` is the length in bytes before it.
    Text {
        /// Step id.
        step: Arc<str>,
        /// Index into the run's targets.
        target: Option<usize>,
        /// Bytes before.
        at: usize,
        /// Text to append.
        append: Arc<str>,
    },
}

/// The text so far of a model call that streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialText {
    /// Step id.
    pub step: Arc<str>,
    /// Index into the run's targets.
    pub target: Option<usize>,
    /// Text so far.
    pub text: String,
}

/// All of it at once, for who has a part of it or none.
impl From<PartialText> for Update {
    fn from(PartialText { step, target, text }: PartialText) -> Self {
        Self::Text { step, target, at: 0, append: text.into() }
    }
}

/// A follower's view at one moment and everything after it.
pub struct Subscription {
    /// Number of the last entry at that moment; 0 when unknown or before the first.
    pub last_seq: u64,
    /// Streaming text at that moment.
    pub partials: Vec<PartialText>,
    /// What comes after.
    pub updates: broadcast::Receiver<Update>,
    /// Keeps the run's channel in the hub while somebody follows it.
    _live: Arc<Live>,
}

/// The runs that are written or followed now.
#[derive(Default)]
pub(super) struct Hub {
    runs: Mutex<HashMap<String, Weak<Live>>>,
    relay: Option<Arc<Relay>>,
}

impl Hub {
    /// A hub whose runs are followed from other replicas too.
    pub(super) fn new(relay: Option<Arc<Relay>>) -> Self {
        Self { runs: Mutex::default(), relay }
    }

    /// The channel of `run`, if it is written or followed here.
    pub(super) fn get(&self, run: &str) -> Option<Arc<Live>> {
        self.runs.lock().get(run).and_then(Weak::upgrade)
    }

    /// Runs that are followed here and not written here.
    pub(super) fn followed(&self) -> Vec<String> {
        let all: Vec<Arc<Live>> = self.runs.lock().values().filter_map(Weak::upgrade).collect();
        all.iter().filter(|live| live.here().is_none()).map(|live| live.run.clone()).collect()
    }

    /// The channel of `run`, made when nobody has it yet.
    pub(super) fn enter(self: &Arc<Self>, run: &str) -> Arc<Live> {
        let mut runs = self.runs.lock();
        if let Some(live) = runs.get(run).and_then(Weak::upgrade) {
            return live;
        }
        let live = Arc::new(Live {
            hub: Arc::downgrade(self),
            run: run.to_owned(),
            relay: self.relay.clone(),
            state: Mutex::default(),
            updates: broadcast::Sender::new(BACKLOG),
        });
        runs.insert(run.to_owned(), Arc::downgrade(&live));
        live
    }
}

/// The channel of one run.
pub(super) struct Live {
    hub: Weak<Hub>,
    run: String,
    relay: Option<Arc<Relay>>,
    state: Mutex<State>,
    updates: broadcast::Sender<Update>,
}

#[derive(Default)]
struct State {
    last_seq: u64,
    partials: Vec<PartialText>,
    /// Writers of the journal in this process: one, and for a moment two when a run was let go and is taken up again.
    writers: usize,
}

impl Live {
    /// The journal is opened here: what followers have not seen of it is told, and what streamed elsewhere is over.
    pub(super) fn take(&self, found: &[Entry]) {
        let unseen = {
            let mut state = self.state.lock();
            state.writers += 1;
            state.partials.clear();
            match state.last_seq {
                // Nobody follows from a known number: they read the journal.
                0 => &[],
                seen => &found[found.partition_point(|entry| entry.seq <= seen)..],
            }
        };
        for entry in unseen {
            self.publish(Arc::new(entry.clone()));
        }
        self.reach(found.last().map_or(0, |entry| entry.seq));
    }

    /// The journal is not written here any more.
    pub(super) fn give(&self) {
        let mut state = self.state.lock();
        state.writers -= 1;
        if state.writers == 0 {
            state.partials.clear();
        }
    }

    /// The last entry and what streams, when the journal is written here.
    pub(super) fn here(&self) -> Option<(u64, Vec<PartialText>)> {
        let state = self.state.lock();
        (state.writers > 0).then(|| (state.last_seq, state.partials.clone()))
    }

    pub(super) fn last_seq(&self) -> u64 {
        self.state.lock().last_seq
    }

    pub(super) fn reach(&self, seq: u64) {
        let mut state = self.state.lock();
        state.last_seq = state.last_seq.max(seq);
    }

    pub(super) fn publish(&self, entry: Arc<Entry>) {
        let mut state = self.state.lock();
        state.last_seq = entry.seq;
        let closed = entry.event.closes_step();
        if let Some(step) = closed {
            state.partials.retain(|partial| *partial.step != *step);
        }
        if let Some(relay) = &self.relay {
            relay.reached(&self.run, entry.seq, closed);
        }
        // Fails only when nobody follows.
        let _ = self.updates.send(Update::Entry(entry));
    }

    /// An entry that another replica wrote; once.
    pub(super) fn publish_other(&self, entry: Arc<Entry>) {
        let mut state = self.state.lock();
        if state.writers > 0 || entry.seq <= state.last_seq {
            return;
        }
        state.last_seq = entry.seq;
        if let Some(step) = entry.event.closes_step() {
            state.partials.retain(|partial| *partial.step != *step);
        }
        let _ = self.updates.send(Update::Entry(entry));
    }

    /// Text that streams at another replica. `false` when something before it is missing.
    pub(super) fn text_at(&self, step: &Arc<str>, target: Option<usize>, at: usize, text: &str) -> bool {
        let known = {
            let state = self.state.lock();
            if state.writers > 0 {
                return true;
            }
            state
                .partials
                .iter()
                .find(|partial| partial.step == *step)
                .map_or(0, |partial| partial.text.len())
        };
        match known.checked_sub(at) {
            None => false,
            // What is known already is passed over; a piece begins between letters, and so does what is left of it.
            Some(seen) => {
                if let Some(new) = text.get(seen..).filter(|new| !new.is_empty()) {
                    self.text(step, target, new);
                }
                true
            }
        }
    }

    pub(super) fn text(&self, step: &Arc<str>, target: Option<usize>, append: &str) {
        let mut state = self.state.lock();
        let found = state.partials.iter().position(|partial| partial.step == *step);
        let index = found.unwrap_or_else(|| {
            state.partials.push(PartialText { step: step.clone(), target, text: String::new() });
            state.partials.len() - 1
        });
        let Some(partial) = state.partials.get_mut(index) else { return };
        let at = partial.text.len();
        if at + append.len() > MAX_PARTIAL {
            return;
        }
        partial.text.push_str(append);
        if let Some(relay) = self.relay.as_ref().filter(|_| state.writers > 0) {
            relay.text(&self.run, step, target, at, append);
        }
        let _ = self.updates.send(Update::Text { step: step.clone(), target, at, append: append.into() });
    }

    pub(super) fn subscribe(self: Arc<Self>) -> Subscription {
        let state = self.state.lock();
        let (last_seq, partials) = (state.last_seq, state.partials.clone());
        let updates = self.updates.subscribe();
        drop(state);
        Subscription { last_seq, partials, updates, _live: self }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else { return };
        let mut runs = hub.runs.lock();
        // A newer channel may have taken the place in between.
        if runs.get(&self.run).is_some_and(|live| live.strong_count() == 0) {
            runs.remove(&self.run);
        }
    }
}

#[cfg(test)]
impl Hub {
    pub(super) fn len(&self) -> usize {
        self.runs.lock().len()
    }
}
