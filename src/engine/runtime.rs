//! The engine: takes queries, starts runs when there is a place, ends them when asked.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::desk::{Desk, Told};
use super::drive;
use super::error::RunError;
use super::events::Recorder;
use super::finalizer;
use super::journal::{Journal, JournalError, RunJournal, RunRecord, now_ms};
use super::lane::Lane;
use super::memory::Memories;
use super::prices::Tariff;
use super::providers::{AllowList, Outbound, OutboundError};
use super::registry::{Active, Registry};
use super::replicas::Replicas;
use super::run::Means;
use super::sandbox::Sandbox;
use super::scheduler::Scheduler;
use super::scorings::Scorings;
use super::seat::Seat;
use super::settings::{Budget, EngineDeps, Settings};
use super::spans::Tracing;
use super::status;
use super::timers::Timers;
use super::told::RunEvents;
use super::world::{Account, Readers, World};
use crate::resources::query::Query;
use crate::resources::{A2ATask, ArkConfigSpec};
use crate::store::StoreError;

/// How long a run may wait before its status says so; most waits are shorter and cost no write.
const QUEUE_NOTICE: Duration = Duration::from_millis(500);
/// Pause after each such status: runs come before the news that others wait, and a burst asks for thousands of them.
const NOTICE_PAUSE: Duration = Duration::from_millis(10);
/// The pause as a multiple of what the status took, where that is longer.
const NOTICE_TIMES: u32 = 4;
/// The same for the news that a run runs: one that ends before its turn is told once.
const ANNOUNCEMENT_TIMES: u32 = 1;
/// creationTimestamp has whole seconds. A query seen within this time of it counts from when it was seen, so that short
/// timeouts are exact.
const CLOCK_GRAIN: Duration = Duration::from_secs(5);

/// Why the engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No HTTP client.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The other replicas cannot be joined.
    #[error("cannot join the other replicas: {0}")]
    Replicas(#[from] StoreError),
}

/// Runs queries; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

/// What all runs share.
pub(super) struct Inner {
    pub(super) journal: Journal,
    pub(super) memories: Memories,
    /// The others, where the database is shared.
    pub(super) replicas: Option<Replicas>,
    pub(super) world: World,
    pub(super) readers: Readers,
    pub(super) outbound: Outbound,
    pub(super) tariff: Tariff,
    pub(super) tracing: Tracing,
    pub(super) sandbox: Sandbox,
    pub(super) settings: Arc<Settings>,
    pub(super) events: Recorder,
    pub(super) registry: Mutex<Registry>,
    pub(super) desk: Desk,
    pub(super) timers: Timers<(String, Due)>,
    /// Whose status says that it waits.
    pub(super) notices: Lane,
    /// Whose status says that it runs.
    pub(super) announcements: Lane,
    pub(super) tasks: TaskTracker,
    /// No new run starts.
    pub(super) draining: CancellationToken,
    /// Runs stop where they are; their journals continue at the next start.
    pub(super) stopping: CancellationToken,
}

/// What is due for a waiting run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Due {
    /// Its status says that it waits.
    Notice,
    /// Its timeout has passed.
    Timeout,
}

impl Engine {
    /// Starts the engine. Unfinished runs of an earlier process continue when their queries are submitted again, which
    /// their controller does for every query that has not ended.
    pub async fn start(deps: EngineDeps) -> Result<Self, EngineError> {
        let EngineDeps { store, client, readers, settings } = deps;
        let journal = Journal::new(store.clone());
        let replicas = match store.shared() {
            Some(shared) => Some(Replicas::join(shared.clone(), &journal).await?),
            None => None,
        };
        let inner = Arc::new(Inner {
            memories: Memories::new(store, client.clone()),
            tracing: Tracing::start(&settings.environment, journal.metrics().spans()),
            journal,
            replicas,
            outbound: Outbound::new(
                settings.limits,
                settings.circuit_pause,
                settings.environment.clone(),
                settings.reach,
            )?,
            tariff: Tariff::default(),
            sandbox: Sandbox::new(settings.program.clone()),
            events: Recorder::start(client.clone(), "arkdeck-engine"),
            world: World::new(client, settings.cluster_domain.clone(), settings.environment.clone()),
            readers,
            registry: Mutex::new(Registry::new(Scheduler::new(
                settings.max_running,
                settings.weights.clone(),
            ))),
            desk: Desk::default(),
            settings: Arc::new(settings),
            timers: Timers::default(),
            notices: Lane::new(NOTICE_PAUSE, NOTICE_TIMES),
            announcements: Lane::new(Duration::ZERO, ANNOUNCEMENT_TIMES),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
        });
        let watcher = inner.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = watcher.draining.cancelled() => return,
                    (uid, due) = watcher.timers.next() => watcher.due(&uid, due),
                }
            }
        });
        Ok(Self { inner })
    }

    /// Takes what ArkConfig `default` says, for calls from now on; `None` when there is none.
    pub fn configure(&self, config: Option<&ArkConfigSpec>) {
        let outbound = config.and_then(|config| config.outbound.as_ref());
        let allowed = outbound.map(|outbound| outbound.allow.as_slice()).unwrap_or_default();
        self.inner.outbound.allow(AllowList::of(allowed));
        self.inner.tariff.set(config.map(|config| config.prices.as_slice()).unwrap_or_default());
    }

    /// Takes a query that has not ended, once, unless another replica has it. Returns at once.
    pub fn submit(&self, query: Arc<Query>, budget: Budget) {
        match &self.inner.replicas {
            None => self.inner.take(query, budget),
            Some(replicas) => self.claim(replicas, query, budget),
        }
    }

    /// Asks a run to end; `false` when the engine does not have it. It has ended when its status says so.
    pub fn cancel(&self, uid: &str) -> bool {
        let inner = &self.inner;
        let mut registry = inner.registry.lock();
        let Some(active) = registry.active.get(uid).cloned() else { return false };
        active.canceled.cancel();
        // A run that has begun ends itself, also when it is in the queue for its place again.
        if !active.seat.begun() && registry.scheduler.remove(uid).is_some() {
            drop(registry);
            inner.end_waiting(active, drive::Waiting::Canceled);
        }
        true
    }

    /// The query is gone: ends its run and removes its journal.
    pub fn forget(&self, uid: &str) {
        let inner = self.inner.clone();
        self.ended(uid);
        if inner.registry.lock().active.contains_key(uid) {
            inner.registry.lock().forgotten.insert(uid.to_owned());
            self.cancel(uid);
            return;
        }
        let uid = uid.to_owned();
        self.inner.tasks.spawn(async move { inner.remove_journal(&uid).await });
    }

    /// An A2ATask is new or changed: whoever waits for it looks whether it is decided.
    pub fn task_changed(&self, task: &Arc<A2ATask>) {
        let namespace = task.namespace().unwrap_or_default();
        self.inner.desk.tell(&namespace, &task.name_any(), Told::Task(task.clone()));
    }

    /// An A2ATask is gone: a call that waits for it is rejected.
    pub fn task_gone(&self, namespace: &str, name: &str) {
        self.inner.desk.tell(namespace, name, Told::Gone);
    }

    /// Takes the finalizer off a query that has no run any more, here or elsewhere.
    pub async fn release(&self, query: &Query) -> Result<(), kube::Error> {
        if let Some(replicas) = &self.inner.replicas
            && replicas
                .is_anothers(&query.uid().unwrap_or_default())
                .await
                .map_err(|error| kube::Error::Service(error.into()))?
        {
            return Ok(());
        }
        finalizer::set(self.inner.world.client(), query, false).await
    }

    /// Whether the engine has this run, waiting or running.
    pub fn has(&self, uid: &str) -> bool {
        self.inner.registry.lock().active.contains_key(uid)
    }

    /// Place in the queue, from 1; `None` when the run does not wait.
    pub fn queue_position(&self, uid: &str) -> Option<usize> {
        self.inner.registry.lock().scheduler.position(uid)
    }

    /// Runs that run and that wait for a place.
    pub fn load(&self) -> (usize, usize) {
        let registry = self.inner.registry.lock();
        (registry.scheduler.running(), registry.scheduler.waiting())
    }

    /// What the runs of this process did, as Prometheus reads it.
    pub fn metrics(&self) -> String {
        let (running, waiting) = self.load();
        self.inner.journal.metrics().text(running, waiting)
    }

    /// Counters of what scoring did.
    pub fn scorings(&self) -> &Scorings {
        self.inner.journal.metrics().scorings()
    }

    /// The newest run of a query by name.
    pub async fn run_of(&self, namespace: &str, name: &str) -> Result<Option<RunRecord>, JournalError> {
        self.inner.journal.run_of(namespace, name).await
    }

    /// The journals.
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// What conversations remember.
    pub fn memories(&self) -> &Memories {
        &self.inner.memories
    }

    /// What runs read; for whoever needs the same resolution of values, as the probing of models does.
    pub fn world(&self) -> &World {
        &self.inner.world
    }

    /// The same as `account` sees it.
    pub fn seen_by(&self, account: Account) -> Result<World, RunError> {
        self.inner.world.seen_as(account, &self.inner.readers)
    }

    /// Where work is done that nothing inside the process holds.
    pub fn sandbox(&self) -> &Sandbox {
        &self.inner.sandbox
    }

    /// Outbound HTTP.
    pub fn outbound(&self) -> &Outbound {
        &self.inner.outbound
    }

    /// Writes Kubernetes Events.
    pub fn events(&self) -> &Recorder {
        &self.inner.events
    }

    /// Starts no further run, gives running ones the time that the settings say, then stops them where they are: they
    /// continue at the next start.
    pub async fn shutdown(&self) {
        let inner = &self.inner;
        inner.draining.cancel();
        inner.tasks.close();
        if tokio::time::timeout(inner.settings.drain, inner.tasks.wait()).await.is_err() {
            inner.stopping.cancel();
            inner.tasks.wait().await;
        }
        inner.tracing.flush().await;
        if let Some(replicas) = &inner.replicas {
            replicas.leave().await;
        }
    }
}

impl Inner {
    /// Has all who tell of a run see its journal.
    pub(super) fn watch(&self, journal: &RunJournal, query: &Query) {
        let (record, found) = (journal.record(), journal.found());
        journal.watch(Box::new(RunEvents::of(self.events.clone(), record, found)));
        if let Some(spans) = self.tracing.watch(record, query, found) {
            journal.watch(spans);
        }
    }

    /// What a run works with.
    pub(super) fn means(&self) -> Means {
        Means {
            outbound: self.outbound.clone(),
            sandbox: self.sandbox.clone(),
            settings: self.settings.clone(),
            memories: self.memories.clone(),
            journals: self.journal.clone(),
            tariff: self.tariff.clone(),
            tracing: self.tracing.clone(),
        }
    }

    /// Takes a query that is ours.
    pub(super) fn take(self: &Arc<Self>, query: Arc<Query>, budget: Budget) {
        let Some(uid) = query.uid() else { return };
        let namespace = query.namespace().unwrap_or_default();
        let active = Arc::new(Active {
            accepted_ms: accepted_ms(&query),
            query: query.clone(),
            budget,
            canceled: CancellationToken::new(),
            lost: CancellationToken::new(),
            writing: tokio::sync::Mutex::new(false),
            seat: Arc::new(Seat::default()),
            queued_at: Instant::now(),
        });
        if query.spec.cancel {
            active.canceled.cancel();
        }
        {
            let mut registry = self.registry.lock();
            if registry.knows(&uid) {
                return;
            }
            registry.active.insert(uid.clone(), active.clone());
            registry.scheduler.enqueue(&namespace, &uid, active.clone());
        }
        self.dispatch();
        if self.registry.lock().scheduler.position(&uid).is_some() {
            self.timers.set((uid.clone(), Due::Notice), active.queued_at + QUEUE_NOTICE);
            self.timers.set((uid, Due::Timeout), drive::deadline(active.accepted_ms, budget.timeout));
        }
    }

    /// Starts runs while there are places.
    pub(super) fn dispatch(self: &Arc<Self>) {
        loop {
            if self.draining.is_cancelled() {
                return;
            }
            let active = {
                let mut registry = self.registry.lock();
                let Some(active) = registry.scheduler.admit() else { return };
                // Under the lock: a run that ends now must know what it has to give back.
                if !active.seat.give() {
                    continue;
                }
                active
            };
            let uid = active.query.uid().unwrap_or_default();
            self.timers.cancel(&(uid.clone(), Due::Notice));
            self.timers.cancel(&(uid, Due::Timeout));
            self.tasks.spawn(drive::drive(self.clone(), active));
        }
    }

    fn due(self: &Arc<Self>, uid: &str, due: Due) {
        let mut registry = self.registry.lock();
        let Some(active) = registry.active.get(uid).cloned() else { return };
        match due {
            Due::Notice => {
                drop(registry);
                let say = self.clone().say_queued(uid.to_owned(), active);
                self.tasks.spawn(self.draining.clone().run_until_cancelled_owned(say));
            }
            Due::Timeout => {
                if !active.seat.begun() && registry.scheduler.remove(uid).is_some() {
                    drop(registry);
                    self.end_waiting(active, drive::Waiting::TimedOut);
                }
            }
        }
    }

    /// Writes that the run waits, unless it does not any more.
    async fn say_queued(self: Arc<Self>, uid: String, active: Arc<Active>) {
        let turn = self.notices.turn().await;
        // Who writes it now says what is newer.
        let Ok(_writing) = active.writing.try_lock() else { return };
        let Some(position) = self.registry.lock().scheduler.position(&uid) else { return };
        if !self.is_sure() {
            return;
        }
        let status = status::queued(&active.query, position - 1);
        let write =
            status::write_while(self.world.client(), &active.query, &status, || self.has_still(&active));
        if let Err(error) = turn.spend(write).await {
            tracing::warn!(query = active.query.name_any(), %error, "the status was refused");
        }
    }

    fn end_waiting(self: &Arc<Self>, active: Arc<Active>, how: drive::Waiting) {
        let uid = active.query.uid().unwrap_or_default();
        self.timers.cancel(&(uid.clone(), Due::Notice));
        self.timers.cancel(&(uid, Due::Timeout));
        self.tasks.spawn(drive::end_waiting(self.clone(), active, how));
    }

    pub(super) async fn remove_journal(&self, uid: &str) {
        if let Err(error) = self.journal.forget(uid).await {
            tracing::warn!(run = uid, %error, "the journal of a deleted query was not removed");
        }
        if let Err(error) = self.memories.forget_query(uid).await {
            tracing::warn!(run = uid, %error, "what a deleted query said is still remembered");
        }
    }
}

/// When the query's budget began: at its creation; when that is just now, now.
pub(super) fn accepted_ms(query: &Query) -> i64 {
    let now = now_ms();
    let created = query.metadata.creation_timestamp.as_ref().map_or(now, |time| time.0.as_millisecond());
    let grain = i64::try_from(CLOCK_GRAIN.as_millis()).unwrap_or(0);
    if now - created < grain { now } else { created }
}
