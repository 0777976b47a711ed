//! What is told of runs on their way: one after the other, and only a share of the time. A burst asks for thousands of such
//! writes; the slower the API is, the more they would hold up the runs themselves.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

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

    /// Waits for a turn, in the order of asking.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let free = self.free.lock().await;
        tokio::time::sleep_until(*free).await;
        Turn { free, began: Instant::now(), lane: self }
    }
}

impl Turn<'_> {
    /// It was used: the pause begins.
    pub(super) fn end(mut self) {
        let now = Instant::now();
        *self.free = now + self.lane.pause.max((now - self.began) * self.lane.times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_take_their_share_of_the_time_and_no_more() {
        let lane = Lane::new(Duration::from_millis(10), 4);
        let start = Instant::now();
        let turn = lane.turn().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        turn.end();
        let turn = lane.turn().await;
        assert_eq!(start.elapsed(), Duration::from_millis(11), "the pause after a short one");
        tokio::time::sleep(Duration::from_millis(50)).await;
        turn.end();
        drop(lane.turn().await);
        drop(lane.turn().await);
        assert_eq!(start.elapsed(), Duration::from_millis(261), "four times a long one");
    }

    #[tokio::test(start_paused = true)]
    async fn who_no_longer_waits_holds_up_nobody() {
        let lane = Lane::new(Duration::from_millis(10), 1);
        lane.turn().await.end();
        let gone = tokio::time::timeout(Duration::from_millis(5), lane.turn()).await;
        assert!(gone.is_err());
        let start = Instant::now();
        drop(lane.turn().await);
        assert_eq!(start.elapsed(), Duration::from_millis(5));
    }
}
