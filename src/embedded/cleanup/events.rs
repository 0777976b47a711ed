//! Events live for an hour after their last change, and only so many of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::embedded::server::Server;
use crate::embedded::storage::{EventType, Key, Range, Stored};
use crate::embedded::verbs::{DeleteOptions, remove};

/// How long an event lives, as kube-apiserver's `--event-ttl`.
const TTL: Duration = Duration::from_secs(60 * 60);
/// Events that are kept; beyond it the oldest go early.
const MAX_EVENTS: usize = 5_000;
/// Changes taken at a time.
const BATCH: usize = 256;

/// When each event goes. Both halves hold the same, so a change finds its old time.
#[derive(Default)]
struct Schedule {
    order: BTreeSet<(Instant, Key)>,
    times: HashMap<Key, Instant>,
}

impl Schedule {
    fn put(&mut self, key: Key, at: Instant) {
        self.forget(&key);
        self.order.insert((at, key.clone()));
        self.times.insert(key, at);
    }

    fn forget(&mut self, key: &Key) {
        if let Some((key, at)) = self.times.remove_entry(key) {
            self.order.remove(&(at, key));
        }
    }

    /// The first event that is due at `now`, or that is one too many.
    fn due(&self, now: Instant) -> Option<Key> {
        let (at, key) = self.order.first()?;
        (*at <= now || self.order.len() > MAX_EVENTS).then(|| key.clone())
    }
}

/// Follows the collection of events.
pub(super) async fn run(server: Arc<Server>, collection: usize) {
    let Some(served) = server.registry.by_collection(collection) else { return };
    let mut changes = server.storage.collection(collection).changes();
    loop {
        let mut schedule = Schedule::default();
        let snapshot = server.storage.list(collection, Range::default());
        let mut cursor = snapshot.revision;
        for event in snapshot.items {
            schedule.put(event.key.clone(), Instant::now() + remaining(&event));
        }
        // Ends when changes were missed; then it begins again with a new view.
        loop {
            changes.mark_unchanged();
            let Ok((events, complete)) = server.storage.events(collection, cursor, BATCH) else { break };
            cursor = complete;
            for event in &events {
                match event.kind {
                    EventType::Deleted => schedule.forget(&event.object.key),
                    _ => schedule.put(event.object.key.clone(), Instant::now() + TTL),
                }
            }
            if let Some(key) = schedule.due(Instant::now()) {
                let _ = remove(&server, &served, &key, &DeleteOptions::default()).await;
                schedule.forget(&key);
            } else if events.is_empty() {
                let next = schedule.order.first().map(|(at, _)| *at);
                tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return },
                    () = sleep_until(next) => {}
                }
            }
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What is left of the life of an event that an earlier process stored.
fn remaining(event: &Stored) -> Duration {
    let value = event.value();
    let times = [&value["lastTimestamp"], &value["eventTime"], &value["metadata"]["creationTimestamp"]];
    let last = times.into_iter().filter_map(|t| t.as_str()?.parse::<jiff::Timestamp>().ok()).max();
    let age = last.map_or(0, |t| jiff::Timestamp::now().as_second() - t.as_second());
    TTL.saturating_sub(Duration::from_secs(age.max(0).cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_due_or_too_many() {
        let mut schedule = Schedule::default();
        let start = Instant::now();
        for i in 0..=MAX_EVENTS {
            schedule.put(Key::new("n", &i.to_string()), start + TTL + Duration::from_millis(i as u64));
        }
        let first = Key::new("n", "0");
        assert_eq!(schedule.due(start).as_ref(), Some(&first));
        schedule.put(first.clone(), start + 2 * TTL);
        assert_eq!(schedule.due(start), Some(Key::new("n", "1")));
        schedule.forget(&Key::new("n", "1"));
        assert_eq!(schedule.due(start), None);
        assert_eq!(schedule.due(start + TTL + Duration::from_millis(2)), Some(Key::new("n", "2")));
    }
}
