//! What is told of runs on their way: one after the other, and only a share of the time. A burst asks for thousands of such
//! writes; the slower the API is, the more they would hold up the runs themselves.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// How long a turn holds up the others: an API that is away, or that refuses one object for a while, is nobody else's matter.
const MAX_TURN: Duration = Duration::from_secs(1);

/// Gives turns one after the other.
pub(super) struct Lane {
    /// When the next turn may begin.
    free: Mutex<Instant>,
    pause: Duration,
    times: u32,
}

/// A turn. Dropped, it was not used, and costs nobody a pause.
pub(super) struct Turn<'a> {
    free: MutexGuard<'a, Instant>,
    began: Instant,
    lane: &'a Lane,
}

impl Lane {
    /// After each turn nobody has one for `times` as long as it took, at least for `pause`.
    pub(super) fn new(pause: Duration, times: u32) -> Self {
        Self { free: Mutex::new(Instant::now()), pause, times }
    }

    fn pause_after(&self, took: Duration) -> Duration {
        self.pause.max(took * self.times)
    }

    /// Waits for a turn, in the order of asking.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let free = self.free.lock().await;
        if *free > Instant::now() {
            tokio::time::sleep_until(*free).await;
        }
        Turn { free, began: Instant::now(), lane: self }
    }
}

impl Turn<'_> {
    /// Does what the turn is for. What takes longer than [`MAX_TURN`] goes on beside the next one's.
    pub(super) async fn spend<F: Future>(self, work: F) -> F::Output {
        let mut work = pin!(work);
        let done = tokio::time::timeout(MAX_TURN, &mut work).await;
        self.end();
        match done {
            Ok(done) => done,
            Err(_) => work.await,
        }
    }

    fn end(mut self) {
        let now = Instant::now();
        *self.free = now + self.lane.pause_after(now - self.began);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_pause_is_a_multiple_of_the_turn_and_never_too_short() {
        let lane = Lane::new(Duration::from_millis(10), 4);
        assert_eq!(lane.pause_after(Duration::from_millis(1)), Duration::from_millis(10));
        assert_eq!(lane.pause_after(Duration::from_millis(50)), Duration::from_millis(200));
    }

    #[tokio::test]
    async fn who_used_a_turn_makes_others_wait_and_who_did_not_does_not() {
        let lane = Lane::new(LONG, 1);
        let turn = lane.turn().await;
        assert!(lane.turn().now_or_never().is_none(), "one at a time");
        drop(turn);
        let turn = lane.turn().now_or_never().unwrap();
        turn.spend(async {}).await;
        assert!(lane.turn().now_or_never().is_none(), "the pause");
    }
}
