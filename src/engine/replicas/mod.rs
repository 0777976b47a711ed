//! Several processes on one cluster and one database: which of them runs what, and who takes over when one dies.
//!
//! A run is claimed by the first replica that sees its query: a row of `runs` with its id as the owner. Each replica beats, a row
//! of `replicas` with the database's time. One whose beat is older than [`LOST_AFTER`] has lost its runs: the others claim them
//! and go on where the journals end. The journal of a run takes entries of its owner only, which the append itself asks in its
//! transaction; a replica that was only slow learns there that it has lost the run, and lets it go without a word.
//!
//! Nobody asks in a loop whether something has happened: a replica that gives its runs back says so by NOTIFY, and one that died
//! is noticed when its beat is due. Of the controllers of other kinds, those of the oldest living replica work
//! ([`Replicas::leads`]). With a file there is one process, and none of this.

mod sql;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, broadcast, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::journal::{Claim, Journal, RunRecord};
use crate::store::{Shared, StoreError};

/// Time between two beats.
const BEAT: Duration = Duration::from_secs(2);
/// A replica whose beat is older than this has lost its runs. Seven beats: neither a database that restarts nor a machine that is
/// busy takes anybody's runs away.
pub(super) const LOST_AFTER: Duration = Duration::from_secs(15);
/// Replicas that are gone for longer are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
/// The shortest pause between two looks at the beats.
const GRAIN: Duration = Duration::from_millis(100);
/// Claims that are asked for at once; in a burst, more wait here and not for a connection.
const CLAIMS_AT_ONCE: usize = 6;
/// Orphaned runs that are told of at once; more come with the next beat.
const ORPHANS: i64 = 1000;

/// This replica among the others; cheap to clone.
#[derive(Clone)]
pub(super) struct Replicas {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Shared,
    me: Arc<str>,
    beaten: Mutex<Option<Instant>>,
    leads: watch::Sender<bool>,
    look: Notify,
    let_go: Mutex<Vec<Orphan>>,
    orphans: broadcast::Sender<Orphan>,
    claims: Semaphore,
    stopped: CancellationToken,
}

/// A run whose owner is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// UID of its query.
    pub id: String,
    /// Namespace of its query.
    pub namespace: String,
    /// Name of its query.
    pub name: String,
}

impl Replicas {
    /// Joins the others on `shared`. The journal is told what they say of runs that are followed here.
    pub(super) async fn join(shared: Shared, journal: &Journal) -> Result<Self, StoreError> {
        let inner = Arc::new(Inner {
            shared,
            me: journal.replica().unwrap_or_else(|| "".into()),
            beaten: Mutex::default(),
            leads: watch::Sender::new(false),
            look: Notify::new(),
            let_go: Mutex::default(),
            orphans: broadcast::Sender::new(usize::try_from(ORPHANS).unwrap_or(0) * 2),
            claims: Semaphore::new(CLAIMS_AT_ONCE),
            stopped: CancellationToken::new(),
        });
        let replicas = Self { inner };
        // Before the first claim, so that nobody takes it for one of the dead.
        replicas.beat(&mut HashSet::new()).await?;
        tokio::spawn(replicas.clone().live());
        let (of, hears) = (replicas.clone(), journal.clone());
        tokio::spawn(async move {
            let released = || of.inner.look.notify_one();
            tokio::select! {
                () = of.inner.stopped.cancelled() => {}
                () = hears.hear(released) => {}
            }
        });
        Ok(replicas)
    }

    /// The claim of a run, for its journal.
    pub(super) fn claim_of(&self, lost: &CancellationToken) -> Claim {
        Claim { owner: self.inner.me.clone(), lost: lost.clone() }
    }

    /// Claims a run: `false` when it is another living replica's.
    pub(super) async fn claim(&self, run: &RunRecord) -> Result<bool, StoreError> {
        let _one = self.inner.claims.acquire().await.map_err(|_| StoreError::Closed)?;
        Ok(self.inner.shared.execute(&sql::claim(run, &self.inner.me)).await? > 0)
    }

    /// Whether another living replica has this run.
    pub(super) async fn is_anothers(&self, run: &str) -> Result<bool, StoreError> {
        Ok(!self.inner.shared.rows(&sql::anothers(run, &self.inner.me)).await?.is_empty())
    }

    /// Whether the others take this replica for a living one: who cannot know says nothing about a run outside its journal.
    pub(super) fn is_sure(&self) -> bool {
        self.inner.beaten.lock().is_some_and(|at| at.elapsed() < LOST_AFTER)
    }

    /// Whether this replica is the one that does what only one should do.
    pub(super) fn leads(&self) -> watch::Receiver<bool> {
        self.inner.leads.subscribe()
    }

    /// Runs that wait for a new owner, as they are noticed.
    pub(super) fn orphans(&self) -> broadcast::Receiver<Orphan> {
        self.inner.orphans.subscribe()
    }

    /// A run was let go here, or could not be claimed: it is asked for again when the database has answered a beat.
    pub(super) fn let_go(&self, run: Orphan) {
        self.inner.let_go.lock().push(run);
    }

    /// Gives back what this replica has and says so, so that others take it over at once.
    pub(super) async fn leave(&self) {
        self.inner.stopped.cancel();
        for statement in sql::leave(&self.inner.me) {
            if let Err(error) = self.inner.shared.execute(&statement).await {
                tracing::warn!(%error, "the other replicas were not told that this one leaves; they notice it");
                return;
            }
        }
        Journal::say_released(&self.inner.shared).await;
    }

    async fn live(self) {
        let mut buried = HashSet::new();
        let mut due = Instant::now();
        let mut look = false;
        loop {
            tokio::select! {
                () = self.inner.stopped.cancelled() => return,
                () = self.inner.look.notified() => look = true,
                () = tokio::time::sleep_until(due) => {
                    match self.beat(&mut buried).await {
                        Ok(beat) => {
                            look |= beat.somebody_died;
                            let again = std::mem::take(&mut *self.inner.let_go.lock());
                            again.into_iter().for_each(|run| self.tell(run));
                            due = Instant::now() + beat.next;
                        }
                        Err(error) => {
                            tracing::warn!(%error, "this replica could not say that it lives");
                            due = Instant::now() + BEAT;
                            // Another one leads by now.
                            if !self.is_sure() {
                                self.inner.leads.send_if_modified(|now| std::mem::replace(now, false));
                            }
                        }
                    }
                }
            }
            if look {
                match self.tell_orphans().await {
                    Ok(all) => look = !all,
                    Err(error) => {
                        tracing::warn!(%error, "runs without an owner were not looked for; with the next beat again")
                    }
                }
            }
        }
    }

    /// Says that this replica lives, and looks who else does.
    async fn beat(&self, buried: &mut HashSet<String>) -> Result<Beat, StoreError> {
        let inner = &self.inner;
        inner.shared.execute(&sql::beat(&inner.me)).await?;
        *inner.beaten.lock() = Some(Instant::now());
        let (mut next, mut somebody_died, mut first) = (BEAT, false, None);
        for row in inner.shared.rows(&sql::replicas()).await? {
            let (id, age): (String, i64) = (row.get(0)?, row.get(1)?);
            let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
            let left = LOST_AFTER.saturating_sub(age);
            if left.is_zero() {
                if age > FORGOTTEN_AFTER {
                    inner.shared.execute(&sql::bury(&id)).await?;
                    buried.remove(&id);
                } else if buried.insert(id.clone()) {
                    tracing::info!(
                        replica = id,
                        "another replica does not live any more; its runs are taken over"
                    );
                    somebody_died = true;
                }
                continue;
            }
            buried.remove(&id);
            if first.is_none() {
                first = Some(id.clone());
            }
            if *id != *inner.me {
                next = next.min(left + GRAIN);
            }
        }
        let leads = first.as_deref() == Some(&*inner.me);
        inner.leads.send_if_modified(|now| std::mem::replace(now, leads) != leads);
        Ok(Beat { next: next.max(GRAIN), somebody_died })
    }

    /// Tells whoever listens of the runs without an owner; whether that was all of them.
    async fn tell_orphans(&self) -> Result<bool, StoreError> {
        let rows = self.inner.shared.rows(&sql::orphans(ORPHANS)).await?;
        for row in &rows {
            self.tell(Orphan { id: row.get(0)?, namespace: row.get(1)?, name: row.get(2)? });
        }
        Ok(rows.len() < usize::try_from(ORPHANS).unwrap_or(usize::MAX))
    }

    fn tell(&self, run: Orphan) {
        // Fails only when nobody listens yet: who starts to listen looks at every query first.
        let _ = self.inner.orphans.send(run);
    }
}

struct Beat {
    next: Duration,
    somebody_died: bool,
}
