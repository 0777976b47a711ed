//! The journal of one run, open for writing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Entry, Event, JournalError, RunRecord, Usage, live, now_ms, sql, store_error};
use crate::engine::metrics::{Metrics, Thread};
use crate::store::{Statement, Store, StoreError};

/// How long the answer of a model may wait for what it leads to.
const SOON: Duration = Duration::from_millis(2);

/// Sees the entries of a run once they are on disk.
pub trait Watching: Send {
    /// One more.
    fn see(&mut self, entry: &Entry);
}

/// Whose a run is, where several processes may have it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Id of the replica.
    pub owner: Arc<str>,
    /// Cancelled when an append finds that the run is another's by now, or that nobody knows whether it is on disk.
    pub lost: CancellationToken,
}

/// The journal of one run, open for writing.
pub struct RunJournal {
    writer: Arc<Writer>,
    found: Vec<Entry>,
}

struct Writer {
    store: Store,
    metrics: Arc<Metrics>,
    thread: parking_lot::Mutex<Thread>,
    record: RunRecord,
    claim: Option<Claim>,
    live: Arc<live::Live>,
    next: tokio::sync::Mutex<u64>,
    staged: parking_lot::Mutex<Vec<Staged>>,
    usage: parking_lot::Mutex<HashMap<usize, Usage>>,
    watching: parking_lot::Mutex<Vec<Box<dyn Watching>>>,
    started_ms: OnceLock<i64>,
    refused: AtomicBool,
}

/// An event that waits for the next append.
#[derive(Clone)]
struct Staged {
    target: Option<usize>,
    event: Event,
    attached: Option<Attached>,
}

/// What is written with an event.
#[derive(Clone)]
struct Attached {
    statements: Vec<Statement>,
    otherwise: Event,
}

impl RunJournal {
    pub(super) fn new(
        store: Store,
        metrics: Arc<Metrics>,
        record: RunRecord,
        claim: Option<Claim>,
        live: Arc<live::Live>,
        found: Vec<Entry>,
    ) -> Self {
        let last = found.last().map_or(0, |entry| entry.seq);
        live.take(&found);
        let writer = Writer {
            store,
            metrics,
            thread: parking_lot::Mutex::default(),
            record,
            claim,
            live,
            next: tokio::sync::Mutex::new(last + 1),
            staged: parking_lot::Mutex::default(),
            usage: parking_lot::Mutex::default(),
            watching: parking_lot::Mutex::default(),
            started_ms: found.first().map(|entry| entry.at_ms.into()).unwrap_or_default(),
            refused: AtomicBool::new(false),
        };
        for entry in &found {
            writer.count(entry.target, &entry.event);
        }
        Self { writer: writer.into(), found }
    }

    /// Has `watching` see what is written from now on.
    pub fn watch(&self, watching: Box<dyn Watching>) {
        self.writer.watching.lock().push(watching);
    }

    /// What the run was begun with; on resume, as it was then.
    pub fn record(&self) -> &RunRecord {
        &self.writer.record
    }

    /// The entries that were there when the journal was opened.
    pub fn found(&self) -> &[Entry] {
        &self.found
    }

    /// When the first entry was written, or now when there is none.
    pub fn started_ms(&self) -> i64 {
        *self.writer.started_ms.get_or_init(now_ms)
    }

    /// Tokens that a target has cost so far, by its answered model calls, those not on disk yet included.
    pub fn usage(&self, target: usize) -> Usage {
        self.writer.usage.lock().get(&target).copied().unwrap_or_default()
    }

    /// Notes an event on which nothing is done yet: it is written together with the next append.
    pub fn stage(&self, target: Option<usize>, event: Event) {
        self.writer.count(target, &event);
        self.writer.staged.lock().push(Staged { target, event, attached: None });
    }

    /// Notes what may be done again when it is lost: written with the next append, or alone [`SOON`] after, whichever comes
    /// first. So the answer of a model is in one commit with what it led to.
    pub fn stage_soon(&self, target: Option<usize>, event: Event) {
        self.stage(target, event);
        let writer = Arc::downgrade(&self.writer);
        tokio::spawn(async move {
            tokio::time::sleep(SOON).await;
            if let Some(writer) = writer.upgrade() {
                writer.flush().await;
            }
        });
    }

    /// Notes an event and what it says was done: both are written together with the next append, or neither. When the
    /// database refuses the statements, `otherwise` is noted in place of the event, and the run is none the worse.
    pub fn stage_with(
        &self,
        target: Option<usize>,
        event: Event,
        statements: Vec<Statement>,
        otherwise: Event,
    ) {
        let attached = Some(Attached { statements, otherwise });
        self.writer.staged.lock().push(Staged { target, event, attached });
    }

    /// Whether the database refused what was to be written with an event.
    pub fn refused(&self) -> bool {
        self.writer.refused.load(Ordering::Relaxed)
    }

    /// Appends one event; on disk when this returns its number.
    pub async fn append(&self, target: Option<usize>, event: Event) -> Result<u64, JournalError> {
        self.append_all(vec![(target, event)]).await
    }

    /// Appends events, staged ones first, in one commit, all or none; returns the number of the last.
    ///
    /// In a task of its own: a caller that is dropped in the middle (a cancelled target) must not leave an entry on disk
    /// whose number is then given again.
    ///
    /// When the run is lost to another replica this never returns: whoever drives the run drops it.
    pub async fn append_all(&self, events: Vec<(Option<usize>, Event)>) -> Result<u64, JournalError> {
        let writer = self.writer.clone();
        let done = tokio::spawn(async move { writer.append(events).await }).await;
        let done = done.unwrap_or_else(|_| Err(store_error(&self.writer.record.id, StoreError::Closed)));
        if let (Err(error), Some(claim)) = (&done, &self.writer.claim)
            && error.is_lost()
        {
            tracing::info!(run = self.writer.record.id, %error, "the run is let go; its owner goes on with it");
            claim.lost.cancel();
            std::future::pending::<()>().await;
        }
        done
    }

    /// Publishes text of a model call that streams. In memory only: it costs a run nothing and survives nothing.
    pub fn text(&self, step: &Arc<str>, target: Option<usize>, append: &str) {
        self.writer.live.text(step, target, append);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.live.give();
    }
}

impl Writer {
    /// Numbers are given under a lock that is held until the commit, so that what subscribers see is in order and on
    /// disk. Targets of one run wait for each other here; different runs share commits.
    async fn append(&self, events: Vec<(Option<usize>, Event)>) -> Result<u64, JournalError> {
        events.iter().for_each(|(target, event)| self.count(*target, event));
        let mut next = self.next.lock().await;
        self.append_at(&mut next, events).await
    }

    /// Writes what is staged. When the database refuses, it stays staged: the next append is told.
    async fn flush(&self) {
        let mut next = self.next.lock().await;
        let kept = self.staged.lock().clone();
        if kept.is_empty() {
            return;
        }
        if let Err(error) = self.append_at(&mut next, Vec::new()).await {
            tracing::warn!(run = self.record.id, %error, "what a run did was not journaled; tried again with its next step");
            self.staged.lock().splice(..0, kept);
        }
    }

    async fn append_at(
        &self,
        next: &mut u64,
        events: Vec<(Option<usize>, Event)>,
    ) -> Result<u64, JournalError> {
        // What waited behind an append that lost the run must not be written by this writer: the next one may be of this same
        // process, and its claim would let it pass.
        if self.claim.as_ref().is_some_and(|claim| claim.lost.is_cancelled()) {
            return Err(store_error(&self.record.id, StoreError::Unmet));
        }
        let at_ms = now_ms();
        self.started_ms.get_or_init(|| at_ms);
        let (mut attached, mut otherwise) = (Vec::new(), Vec::new());
        let mut all = Vec::with_capacity(events.len() + 1);
        for staged in std::mem::take(&mut *self.staged.lock()) {
            if let Some(with) = staged.attached {
                attached.extend(with.statements);
                otherwise.push((all.len(), with.otherwise));
            }
            all.push((staged.target, staged.event));
        }
        all.extend(events);
        let mut entries = numbered(all, *next, at_ms);
        let mut written = self.write(&entries, attached).await;
        if let (
            Err(JournalError::Store {
                source: error @ (StoreError::Sql(_) | StoreError::Refused(_)), ..
            }),
            false,
        ) = (&written, otherwise.is_empty())
        {
            self.refused.store(true, Ordering::Relaxed);
            tracing::warn!(run = self.record.id, %error, "what was to be written with the journal was refused; the run goes on without");
            for (place, event) in otherwise {
                let entry = &entries[place];
                entries[place] = Arc::new(Entry { event: event.bounded(), ..Entry::clone(entry) });
            }
            written = self.write(&entries, Vec::new()).await;
        }
        if let (Err(error), Some(claim)) = (&written, &self.claim)
            && error.is_lost()
        {
            // Before the next one may write.
            claim.lost.cancel();
        }
        written?;
        *next += entries.len() as u64;
        for entry in entries {
            self.metrics.observe(&mut self.thread.lock(), self.record.created_ms, &entry);
            self.watching.lock().iter_mut().for_each(|watching| watching.see(&entry));
            self.live.publish(entry);
        }
        Ok(*next - 1)
    }

    async fn write(&self, entries: &[Arc<Entry>], attached: Vec<Statement>) -> Result<(), JournalError> {
        let mut statements = attached;
        if entries.first().is_some_and(|entry| entry.seq == 1) {
            statements.push(self.record.insert());
        }
        for entry in entries {
            statements.extend(sql::insert(
                &self.record.id,
                entry,
                self.claim.as_ref().map(|claim| &*claim.owner),
            )?);
        }
        self.store.write(statements).await.map_err(|source| store_error(&self.record.id, source))
    }

    fn count(&self, target: Option<usize>, event: &Event) {
        if let (Some(target), Event::ModelResponse { usage, .. }) = (target, event) {
            *self.usage.lock().entry(target).or_default() += *usage;
        }
    }
}

fn numbered(events: Vec<(Option<usize>, Event)>, first: u64, at_ms: i64) -> Vec<Arc<Entry>> {
    events
        .into_iter()
        .zip(first..)
        .map(|((target, event), seq)| Arc::new(Entry { seq, at_ms, target, event: event.bounded() }))
        .collect()
}
