//! Keys that are to be reconciled: each at most once at a time, none forgotten, failures later and later.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use parking_lot::Mutex;
use rand::Rng;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::engine::timers::Timers;

/// Namespace and name.
pub(super) type Key = (String, String);

/// First pause after a failure; it doubles up to [`MAX_PAUSE`].
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause after a failure.
const MAX_PAUSE: Duration = Duration::from_secs(120);

/// The queue; its length is bounded by the objects of the kind.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Notify,
    timers: Timers<Key>,
}

#[derive(Default)]
struct State {
    order: VecDeque<Key>,
    queued: HashSet<Key>,
    active: HashSet<Key>,
    /// Added while active: to be reconciled once more.
    again: HashSet<Key>,
}

impl Queue {
    /// Now, or once more after the reconciliation that is under way.
    pub(super) fn add(&self, key: Key) {
        let mut state = self.state.lock();
        if state.active.contains(&key) {
            state.again.insert(key);
        } else if state.queued.insert(key.clone()) {
            state.order.push_back(key);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// After `pause`, in place of an earlier such wish.
    pub(super) fn add_after(&self, key: Key, pause: Duration) {
        self.timers.set(key, Instant::now() + pause);
    }

    /// No timer wakes this key any more.
    pub(super) fn forget(&self, key: &Key) {
        self.timers.cancel(key);
    }

    fn take(&self) -> Option<Key> {
        let mut state = self.state.lock();
        let key = state.order.pop_front()?;
        state.queued.remove(&key);
        state.active.insert(key.clone());
        Some(key)
    }

    fn done(&self, key: &Key) {
        let mut state = self.state.lock();
        state.active.remove(key);
        if state.again.remove(key) && state.queued.insert(key.clone()) {
            state.order.push_back(key.clone());
        }
    }
}

/// Reconciles keys of `queue`, `at_once` at a time, until `shutdown`. What `reconcile` returns is when to look again.
/// A failure or a panic concerns its key alone.
pub(super) async fn work<F, R, E>(
    queue: &Arc<Queue>,
    at_once: usize,
    shutdown: &CancellationToken,
    reconcile: F,
) where
    F: Fn(Key) -> R,
    R: Future<Output = Result<Option<Duration>, E>> + Send + 'static,
    E: Display + Send + 'static,
{
    let mut running: JoinSet<(Key, Result<Option<Duration>, String>)> = JoinSet::new();
    let mut failures: HashMap<Key, u32> = HashMap::new();
    loop {
        while running.len() < at_once
            && let Some(key) = queue.take()
        {
            let job = AssertUnwindSafe(reconcile(key.clone())).catch_unwind();
            running.spawn(async move {
                let outcome = match job.await {
                    Ok(outcome) => outcome.map_err(|error| error.to_string()),
                    Err(_) => Err("a fault of this program".to_owned()),
                };
                (key, outcome)
            });
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            Some(joined) = running.join_next() => {
                let Ok((key, outcome)) = joined else { continue };
                queue.done(&key);
                match outcome {
                    Ok(again) => {
                        failures.remove(&key);
                        if let Some(pause) = again {
                            queue.add_after(key, pause);
                        }
                    }
                    Err(error) => {
                        let count = failures.entry(key.clone()).or_default();
                        *count += 1;
                        tracing::warn!(namespace = %key.0, name = %key.1, %error, "reconciling failed; it is tried again");
                        let pause = PAUSE.saturating_mul(1 << (*count - 1).min(10)).min(MAX_PAUSE);
                        queue.add_after(key, jittered(pause));
                    }
                }
            }
            key = queue.timers.next() => queue.add(key),
            () = queue.wake.notified() => {}
        }
    }
}

/// Give or take a tenth, so that many objects made together do not move together for ever.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.9..=1.1))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn key(name: &str) -> Key {
        ("lagoon".to_owned(), name.to_owned())
    }

    #[tokio::test]
    async fn a_panic_and_a_failure_leave_the_others_alone_and_nothing_runs_twice_at_once() {
        let queue: Arc<Queue> = Arc::default();
        for name in ["panics", "fails", "fine", "fine"] {
            queue.add(key(name));
        }
        let (shutdown, count) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let seen = count.clone();
        let ending = shutdown.clone();
        let again = queue.clone();
        work(&queue, 1, &shutdown, move |key| {
            let (seen, ending, again) = (seen.clone(), ending.clone(), again.clone());
            async move {
                match key.1.as_str() {
                    "panics" => panic!("on purpose"),
                    "fails" => Err("on purpose"),
                    _ => {
                        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
                            // Added while it runs: once more, afterwards.
                            again.add(key);
                        } else {
                            ending.cancel();
                        }
                        Ok(None)
                    }
                }
            }
        })
        .await;
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}
