//! Deadlines of many things with one sleeping task: timeouts in the queue, removal of finished queries.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A set of deadlines, one for each key; bounded by the objects that the keys stand for. Any task sets, one task waits.
pub struct Timers<K> {
    state: Mutex<State<K>>,
    changed: Notify,
}

struct State<K> {
    due: BTreeSet<(Instant, K)>,
    at: HashMap<K, Instant>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        let state = State { due: BTreeSet::new(), at: HashMap::new() };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }
}

impl<K: Clone + Eq + Hash + Ord> Timers<K> {
    /// Sets the deadline of `key`, in place of an earlier one.
    pub fn set(&self, key: K, at: Instant) {
        let mut state = self.state.lock();
        if let Some(old) = state.at.insert(key.clone(), at) {
            state.due.remove(&(old, key.clone()));
        }
        let first = state.due.first().is_none_or(|(earliest, _)| at < *earliest);
        state.due.insert((at, key));
        drop(state);
        if first {
            self.changed.notify_one();
        }
    }

    /// Forgets the deadline of `key`.
    pub fn cancel(&self, key: &K) {
        let mut state = self.state.lock();
        if let Some(at) = state.at.remove(key) {
            state.due.remove(&(at, key.clone()));
        }
    }

    /// Waits for the next deadline and returns its key. To be called by one task at a time.
    pub async fn next(&self) -> K {
        loop {
            let earliest = {
                let mut state = self.state.lock();
                match state.due.first().map(|(at, _)| *at) {
                    Some(at) if at <= Instant::now() => {
                        if let Some((_, key)) = state.due.pop_first() {
                            state.at.remove(&key);
                            return key;
                        }
                        None
                    }
                    earliest => earliest,
                }
            };
            match earliest {
                Some(at) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(at) => {}
                        () = self.changed.notified() => {}
                    }
                }
                None => self.changed.notified().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn deadlines_come_in_order_and_an_earlier_one_wakes_the_sleeper() {
        let timers: Arc<Timers<&str>> = Arc::default();
        let now = Instant::now();
        timers.set("never", now + Duration::from_secs(3600));
        let sleeper = tokio::spawn({
            let timers = timers.clone();
            async move { [timers.next().await, timers.next().await] }
        });
        tokio::task::yield_now().await;
        timers.set("gone", now + Duration::from_millis(1));
        timers.cancel(&"gone");
        timers.set("second", now + Duration::from_millis(3));
        timers.set("first", now + Duration::from_secs(9));
        timers.set("first", now);
        assert_eq!(sleeper.await.unwrap(), ["first", "second"]);
    }
}
