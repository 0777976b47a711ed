//! The runs that the engine has: waiting or running, and those that ended a moment ago.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::scheduler::Scheduler;
use super::seat::Seat;
use super::settings::Budget;
use crate::resources::query::Query;

/// Ended runs that are remembered, so that a change told late does not take one up again; an older one is taken up,
/// found finished in its journal, and costs a read and a write.
const ENDED: usize = 4096;

/// A run that the engine has.
pub(super) struct Active {
    /// The query as it was submitted.
    pub(super) query: Arc<Query>,
    /// When its budget of time began, in milliseconds since 1970.
    pub(super) accepted_ms: i64,
    /// What it may use.
    pub(super) budget: Budget,
    /// Ends it.
    pub(super) canceled: CancellationToken,
    /// It is another replica's now.
    pub(super) lost: CancellationToken,
    /// Held while its status is written, so that an earlier status never overwrites a later one. `true` once the last
    /// one was written.
    pub(super) writing: tokio::sync::Mutex<bool>,
    /// Its place among those that run at once.
    pub(super) seat: Arc<Seat>,
    /// When it came into the queue.
    pub(super) queued_at: Instant,
}

/// A run that the engine does not have, where there are other replicas.
pub(super) enum Elsewhere {
    /// The claim is on its way; the query as it was submitted last.
    Asking(Arc<Query>, Budget),
    /// Another replica has it.
    Other,
}

/// All of it, behind one lock that is never held over an await.
pub(super) struct Registry {
    /// Who runs next.
    pub(super) scheduler: Scheduler<Arc<Active>>,
    /// By UID.
    pub(super) active: HashMap<String, Arc<Active>>,
    /// Runs that wait for people without a place.
    pub(super) away: usize,
    /// Runs that others have, or that are asked for.
    pub(super) elsewhere: HashMap<String, Elsewhere>,
    /// How many of these are asked for.
    pub(super) asking: usize,
    /// UIDs whose journal goes when they end, because the query is gone.
    pub(super) forgotten: HashSet<String>,
    ended: HashSet<String>,
    ended_order: VecDeque<String>,
}

impl Registry {
    pub(super) fn new(scheduler: Scheduler<Arc<Active>>) -> Self {
        Self {
            scheduler,
            active: HashMap::new(),
            away: 0,
            elsewhere: HashMap::new(),
            asking: 0,
            forgotten: HashSet::new(),
            ended: HashSet::new(),
            ended_order: VecDeque::new(),
        }
    }

    /// Whether the run is here, or ended a moment ago.
    pub(super) fn knows(&self, uid: &str) -> bool {
        self.active.contains_key(uid) || self.ended.contains(uid)
    }

    /// Takes the run out without having ended it.
    pub(super) fn let_go(&mut self, uid: &str) {
        self.active.remove(uid);
        self.forgotten.remove(uid);
    }

    /// Takes the run out; whether its journal goes too.
    pub(super) fn end(&mut self, uid: &str) -> bool {
        self.active.remove(uid);
        if self.ended.insert(uid.to_owned()) {
            self.ended_order.push_back(uid.to_owned());
        }
        if self.ended_order.len() > ENDED
            && let Some(oldest) = self.ended_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
        self.forgotten.remove(uid)
    }
}
