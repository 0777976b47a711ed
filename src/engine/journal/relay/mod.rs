//! Runs of other replicas, followed here, and runs of this one, followed there.
//!
//! Over NOTIFY, and not over HTTP between the replicas: it needs no port, no secret and no way from pod to pod, and a replica
//! has the connection anyhow. Its limits are kept this way: who follows a run says so every [`LEASE`] / 3, so that runs which
//! nobody watches from elsewhere cost nothing; what happens within [`TICK`] goes out in one transaction; entries go by number and
//! are read from the database; text goes in pieces with their place, so that what was lost shows as a gap, and whoever sees one
//! asks for the whole.

mod outbox;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Journal, live};
use crate::store::Shared;
pub(super) use outbox::Relay;

/// The channel of the database that replicas speak on.
const CHANNEL: &str = "arkdeck";
/// How long a run is told of after somebody asked for it.
const LEASE: Duration = Duration::from_secs(30);
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
            // Heard by the owner now too. What was written before, and by an owner that has let the run go since, is read.
            Word::Follow { run, by } if by == relay.me => {
                if let Some(live) = self.hub.get(&run).filter(|live| live.here().is_none()) {
                    self.catch_up(&run, &live, u64::MAX).await;
                }
            }
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
