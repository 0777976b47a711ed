//! The journal: what a run did, appended and on disk before the run goes on.
//!
//! A run is a fold over its journal. The page, the streams, token sums and resume after a crash all read it; nothing
//! else remembers a run. Text of a model call that streams is published in memory only, and replaced by the
//! `ModelResponse` entry once the call has ended.

mod entry;
mod known;
mod live;
mod relay;
mod run;
mod sql;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use entry::{
    ApprovalOutcome, Cost, Entry, Event, ObjectRef, TeamEnd, Thought, ToolCall, TurnRule, Usage, bound,
};
pub use live::{PartialText, Subscription, Update};
pub use run::{Claim, RunJournal, Watching};
pub use sql::RunRecord;

use super::metrics::Metrics;
use crate::store::{Statement, Store, StoreError};

/// Bytes of text that one entry holds; a longer answer was refused before (`providers::MAX_ANSWER`), a longer tool
/// result was cut before the model saw it, so this bound is only reached by a fault, and shows in the text.
pub const MAX_TEXT: usize = 1 << 20;
/// Bytes of a sentence in an entry; longer ones are cut, which shows in the text.
pub const MAX_MESSAGE: usize = 4 << 10;
/// Entries that one read returns at the most; a caller that wants more reads again from the last number.
pub const MAX_READ: usize = 1000;

/// What can go wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The database refused or is closed.
    #[error("cannot write the journal of run {run}: {source}")]
    Store {
        /// Run.
        run: String,
        /// Cause.
        source: StoreError,
    },
    /// A stored entry cannot be read.
    #[error("the journal of run {run} cannot be read at entry {seq}: {detail}")]
    Unreadable {
        /// Run.
        run: String,
        /// Entry.
        seq: u64,
        /// What the decoder said.
        detail: String,
    },
}

impl JournalError {
    /// Whether the run can be another replica's by now, or its last entry be on disk without anybody knowing: nothing more may
    /// be done for it here before it is claimed again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Store { source, .. } if matches!(source, StoreError::Unmet) || source.is_outage())
    }
}

/// The journals of all runs; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    store: Store,
    hub: Arc<live::Hub>,
    relay: Option<Arc<relay::Relay>>,
    known: Arc<known::Known>,
    metrics: Arc<Metrics>,
}

impl Journal {
    /// The journals kept in `store`.
    pub fn new(store: Store) -> Self {
        let relay = store.shared().cloned().map(relay::Relay::start);
        let hub = Arc::new(live::Hub::new(relay.clone()));
        Self { store, hub, relay, known: Arc::default(), metrics: Arc::default() }
    }

    /// What was written to these journals since the process started, counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Opens the journal of a run for writing. One writer at a time for each run: the engine's registry sees to it.
    pub async fn open(&self, record: RunRecord) -> Result<RunJournal, JournalError> {
        self.open_as(None, record).await
    }

    /// The same where others may write it: only while the claim holds.
    pub async fn open_as(&self, claim: Option<Claim>, record: RunRecord) -> Result<RunJournal, JournalError> {
        let (entries, record) = match self.known.is_new(&self.store, &record.id).await? {
            true => (Vec::new(), record),
            false => {
                let entries = sql::all(&self.store, &record.id).await?;
                let begun = sql::record(&self.store, &record.id).await?;
                (entries, begun.unwrap_or(record))
            }
        };
        let live = self.hub.enter(&record.id);
        Ok(RunJournal::new(self.store.clone(), self.metrics.clone(), record, claim, live, entries))
    }

    /// Entries of `run` after number `after`, oldest first, at most `limit` and never more than [`MAX_READ`].
    pub async fn read(&self, run: &str, after: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        sql::after(&self.store, run, after, limit.min(MAX_READ)).await
    }

    /// The last `limit` entries before number `before`, oldest first; `u64::MAX` for the newest.
    pub async fn read_before(
        &self,
        run: &str,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        sql::before(&self.store, run, before, limit.min(MAX_READ)).await
    }

    /// Follows `run`, which may not have begun. Entries up to [`Subscription::last_seq`] are to be read from the
    /// journal; later ones arrive, each exactly once, with the text that streams. A receiver that lags subscribes
    /// again and reads on from the last number that it saw.
    pub fn subscribe(&self, run: &str) -> Subscription {
        self.hub.enter(run).subscribe()
    }

    /// The run with this id.
    pub async fn record(&self, run: &str) -> Result<Option<RunRecord>, JournalError> {
        sql::record(&self.store, run).await
    }

    /// The newest run of the query with this name.
    pub async fn run_of(&self, namespace: &str, name: &str) -> Result<Option<RunRecord>, JournalError> {
        sql::run_of(&self.store, namespace, name).await
    }

    /// Runs that have begun and not ended, oldest first.
    pub async fn unfinished(&self) -> Result<Vec<RunRecord>, JournalError> {
        sql::unfinished(&self.store).await
    }

    /// Ids of all runs that there is something of.
    pub async fn ids(&self) -> Result<Vec<String>, JournalError> {
        sql::ids(&self.store).await
    }

    /// Notes that the outcome of `run` is in the status of its query, so that no restart takes it up again.
    pub async fn close(&self, run: &str) -> Result<(), JournalError> {
        let statement =
            Statement::new("UPDATE runs SET finished_ms = $1 WHERE id = $2 AND finished_ms IS NULL")
                .bind(now_ms())
                .bind(run);
        self.store.write(vec![statement]).await.map_err(|source| store_error(run, source))
    }

    /// Removes the run and its journal; for queries that are deleted.
    pub async fn forget(&self, run: &str) -> Result<(), JournalError> {
        let statements = vec![
            Statement::new("DELETE FROM journal WHERE run = $1").bind(run),
            Statement::new("DELETE FROM payloads WHERE run = $1").bind(run),
            Statement::new("DELETE FROM runs WHERE id = $1").bind(run),
        ];
        self.store.write(statements).await.map_err(|source| store_error(run, source))
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn store_error(run: &str, source: StoreError) -> JournalError {
    JournalError::Store { run: run.to_owned(), source }
}
