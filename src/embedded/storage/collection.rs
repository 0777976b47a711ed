//! One collection in memory: its objects in order, and the changes that watchers may still ask for.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::watch;

use super::event::{Event, EventType};
use super::object::{Entry, Key, Stored};

/// Changes kept for each collection, so that a watcher can resume and a paged list stays consistent.
const HISTORY_EVENTS: usize = 2048;
/// Bytes of JSON those changes may hold; big objects have a shorter past.
const HISTORY_BYTES: usize = 4 << 20;

/// The changes after the asked revision are no longer known: list again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired;

/// A consistent view of a collection.
#[derive(Debug)]
pub struct Snapshot {
    /// The objects, in the order of their keys.
    pub items: Vec<Arc<Stored>>,
    /// The revision of the view; a watch from here misses nothing.
    pub revision: u64,
    /// Whether `limit` left objects out.
    pub more: usize,
}

/// Which part of a collection.
#[derive(Debug, Default, Clone, Copy)]
pub struct Range<'a> {
    /// Only this namespace.
    pub namespace: Option<&'a str>,
    /// Only keys after this one.
    pub after: Option<&'a Key>,
    /// At most so many.
    pub limit: Option<usize>,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeSet<Entry>,
    history: VecDeque<Arc<Event>>,
    history_bytes: usize,
    /// Changes up to this revision may be missing from the history.
    compacted: u64,
    /// Revision of the latest change.
    last: u64,
}

/// The objects of one resource.
#[derive(Debug)]
pub struct Collection {
    /// `group/plural`, the prefix of its keys on disk.
    pub name: Box<str>,
    state: RwLock<State>,
    changed: watch::Sender<u64>,
}

impl Collection {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), state: RwLock::default(), changed: watch::Sender::new(0) }
    }

    /// Fills the collection at start; everything before `revision` is past.
    pub(super) fn load(&self, objects: Vec<Stored>, revision: u64) {
        let mut state = self.state.write();
        state.objects = objects.into_iter().map(|o| Entry(Arc::new(o))).collect();
        (state.compacted, state.last) = (revision, revision);
    }

    /// The object under `key`.
    pub fn get(&self, key: &Key) -> Option<Arc<Stored>> {
        self.state.read().objects.get(key).map(|e| e.0.clone())
    }

    /// Woken with the revision of each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn last(&self) -> u64 {
        self.state.read().last
    }

    /// The objects as they are now. `published` is read under the lock: all its changes are in the view.
    pub(super) fn now(&self, range: Range<'_>, published: impl Fn() -> u64) -> Snapshot {
        let state = self.state.read();
        let revision = published().max(state.last);
        let mut walk = within(&state.objects, range);
        let items: Vec<_> =
            walk.by_ref().take(range.limit.unwrap_or(usize::MAX)).map(|e| e.0.clone()).collect();
        Snapshot { items, revision, more: walk.count() }
    }

    /// The objects as they were at `revision`: now, with the changes since then taken back.
    pub(super) fn at(&self, range: Range<'_>, revision: u64) -> Result<Snapshot, Expired> {
        let state = self.state.read();
        if revision < state.compacted {
            return Err(Expired);
        }
        let mut then: HashMap<&Key, Option<&Arc<Stored>>> = HashMap::new();
        for event in since(&state.history, revision) {
            then.entry(&event.object.key).or_insert(event.previous.as_ref());
        }
        let mut objects: BTreeSet<Entry> = within(&state.objects, Range { limit: None, ..range })
            .filter(|e| !then.contains_key(&e.0.key))
            .cloned()
            .collect();
        objects.extend(then.into_values().flatten().map(|o| Entry(o.clone())));
        let mut walk = within(&objects, range);
        let items = walk.by_ref().take(range.limit.unwrap_or(usize::MAX)).map(|e| e.0.clone()).collect();
        Ok(Snapshot { items, revision, more: walk.count() })
    }

    /// Up to `limit` changes after `revision`, and the revision up to which they are complete.
    pub(super) fn after(
        &self,
        revision: u64,
        limit: usize,
        published: impl Fn() -> u64,
    ) -> Result<(Vec<Arc<Event>>, u64), Expired> {
        let state = self.state.read();
        if revision < state.compacted {
            return Err(Expired);
        }
        let events: Vec<_> = since(&state.history, revision).take(limit).cloned().collect();
        let complete = match events.last() {
            Some(event) if events.len() == limit => event.revision,
            _ => published().max(state.last),
        };
        Ok((events, complete.max(revision)))
    }

    /// Applies changes in the order of their revisions and wakes the watchers.
    pub(super) fn publish(&self, events: Vec<Event>) {
        let Some(last) = events.last().map(|e| e.revision) else { return };
        {
            let mut state = self.state.write();
            for event in events {
                match event.kind {
                    EventType::Deleted => {
                        state.objects.remove(&event.object.key);
                    }
                    EventType::Added | EventType::Modified => {
                        state.objects.replace(Entry(event.object.clone()));
                    }
                }
                state.remember(event);
            }
            state.last = last;
        }
        self.changed.send_replace(last);
    }
}

impl State {
    fn remember(&mut self, event: Event) {
        self.history_bytes += event.frame.len();
        self.history.push_back(Arc::new(event));
        while self.history.len() > HISTORY_EVENTS || self.history_bytes > HISTORY_BYTES {
            let Some(gone) = self.history.pop_front() else { break };
            self.history_bytes -= gone.frame.len();
            self.compacted = gone.revision;
        }
    }
}

/// The changes after `revision`; the history is in order, so its beginning is found by bisection.
fn since(history: &VecDeque<Arc<Event>>, revision: u64) -> impl Iterator<Item = &Arc<Event>> {
    history.range(history.partition_point(|e| e.revision <= revision)..)
}

fn within<'a>(objects: &'a BTreeSet<Entry>, range: Range<'a>) -> impl Iterator<Item = &'a Entry> {
    let first = range.namespace.map(|n| Key::new(n, ""));
    let bound = match (range.after, &first) {
        (Some(after), _) => Bound::Excluded(after),
        (None, Some(first)) => Bound::Included(first),
        (None, None) => Bound::Unbounded,
    };
    objects
        .range::<Key, _>((bound, Bound::Unbounded))
        .take_while(move |e| range.namespace.is_none_or(|n| *e.0.key.namespace == *n))
}
