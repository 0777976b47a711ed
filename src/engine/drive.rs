//! The task around one run: opens its journal, runs it, tells the world how it ended, gives its place back.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::future::FusedFuture;
use kube::ResourceExt;
use tokio::time::Instant;

use super::finalizer;
use super::journal::{Event, Journal, JournalError, RunJournal, RunRecord, now_ms};
use super::registry::Active;
use super::run::{Report, Run, RunOutcome, Stop, Waits, panicked};
use super::runtime::Inner;
use super::seat::{MAX_AWAY, Rest, Wish};
use super::status;
use super::world::Account;
use crate::resources::conditions::query as reasons;
use crate::resources::query::Query;
use crate::resources::query_status::{QueryPhase, QueryStatus};

/// A run shorter than this is told once, when it has ended; a longer one is told to run in its turn, and gets the finalizer.
/// Below what a person notices, and above what a short run takes in a burst.
const QUIET_START: Duration = Duration::from_millis(150);

/// How a run ends that never began.
pub(super) enum Waiting {
    /// Somebody canceled it.
    Canceled,
    /// Its timeout passed.
    TimedOut,
}

/// The moment when a budget that began at `accepted_ms` is used up.
pub(super) fn deadline(accepted_ms: i64, timeout: Duration) -> Instant {
    let used = Duration::from_millis(u64::try_from(now_ms() - accepted_ms).unwrap_or(0));
    Instant::now() + timeout.saturating_sub(used)
}

/// Drives an admitted run to its end.
pub(super) async fn drive(inner: Arc<Inner>, active: Arc<Active>) {
    let namespace = active.query.namespace().unwrap_or_default();
    // A run that only waits for people needs no time to end: its journal has all of it.
    let waits = async {
        inner.draining.cancelled().await;
        std::future::poll_fn(|_| if active.seat.is_away() { Poll::Ready(()) } else { Poll::Pending }).await;
    };
    let mut is_lost = false;
    tokio::select! {
        biased;
        () = inner.stopping.cancelled() => {}
        () = active.lost.cancelled() => is_lost = true,
        // A panic is caught around each target already; one in here must not keep the place for ever.
        () = async {
            if AssertUnwindSafe(to_the_end(&inner, &active)).catch_unwind().await.is_err() {
                thrown_out(&inner, &active).await;
            }
        } => leave(&inner, &active).await,
        () = waits => {}
    }
    {
        let mut registry = inner.registry.lock();
        match active.seat.end() {
            Rest::Place => registry.scheduler.release(&namespace),
            Rest::Away => registry.away = registry.away.saturating_sub(1),
            Rest::Entry => drop(registry.scheduler.remove(&active.query.uid().unwrap_or_default())),
        }
    }
    // After the run itself was dropped, so that nothing of it is left when it is claimed again.
    if is_lost {
        inner.let_go(&active.query);
    }
    inner.dispatch();
}

/// Does what the run's seat asks for. Called after each poll of the run, in the same task.
fn see_to(inner: &Arc<Inner>, active: &Arc<Active>, wish: Wish) {
    let namespace = active.query.namespace().unwrap_or_default();
    match wish {
        Wish::Tell => {
            inner.tasks.spawn(say_waiting(inner.clone(), active.clone()));
            return;
        }
        Wish::Leave => {
            let mut registry = inner.registry.lock();
            let room = registry.away < MAX_AWAY;
            active.seat.leave(room);
            if room {
                registry.away += 1;
                registry.scheduler.release(&namespace);
            }
        }
        Wish::Return => {
            let mut registry = inner.registry.lock();
            active.seat.queue();
            registry.away = registry.away.saturating_sub(1);
            let uid = active.query.uid().unwrap_or_default();
            registry.scheduler.enqueue_first(&namespace, &uid, active.clone());
        }
    }
    inner.dispatch();
}

/// Ends a run that was taken out of the queue.
pub(super) async fn end_waiting(inner: Arc<Inner>, active: Arc<Active>, how: Waiting) {
    let (phase, reason, message) = match how {
        Waiting::Canceled => (QueryPhase::Canceled, reasons::CANCELED, "The query was canceled.".to_owned()),
        Waiting::TimedOut => (
            QueryPhase::Error,
            reasons::TIMED_OUT_IN_QUEUE,
            format!(
                "The query's timeout of {} passed while it waited for a place. Raise spec.timeout, or the number of runs at once.",
                status::go(active.budget.timeout)
            ),
        ),
    };
    let outcome = RunOutcome { phase, reason: reason.to_owned(), message, targets: Vec::new() };
    tokio::select! {
        () = inner.stopping.cancelled() => {}
        () = active.lost.cancelled() => inner.let_go(&active.query),
        () = async {
            match open(&inner, &active).await {
                Ok(journal) => conclude(&inner, &active, &journal, &outcome, Report::default(), false).await,
                Err(error) => no_journal(&inner, &active, error).await,
            }
        } => leave(&inner, &active).await,
    }
}

async fn to_the_end(inner: &Arc<Inner>, active: &Arc<Active>) {
    let journal = match open(inner, active).await {
        Ok(journal) => journal,
        Err(error) => return no_journal(inner, active, error).await,
    };
    let stop = Stop {
        canceled: active.canceled.clone(),
        deadline: deadline(journal.record().created_ms, active.budget.timeout),
        timeout: status::go(active.budget.timeout),
        iterations: active.budget.iterations as usize,
    };
    let world = match inner.world.seen_as(Account::of(&active.query), &inner.readers) {
        Ok(world) => world,
        Err(error) => {
            return conclude(inner, active, &journal, &RunOutcome::failed(&error), Report::default(), false)
                .await;
        }
    };
    let waits = Waits {
        seat: active.seat.clone(),
        desk: inner.desk.clone(),
        // Asking is the program's own business, whatever the query may.
        client: inner.world.client().clone(),
    };
    let mut run = Run::new(active.query.clone(), journal, world, inner.means(), waits, stop);
    if let Some(outcome) = run.finished() {
        return conclude(inner, active, run.journal(), &outcome, run.memory_report(), true).await;
    }
    let begun = AtomicBool::new(false);
    let announce = async {
        tokio::time::sleep(QUIET_START).await;
        let turn = inner.announcements.turn().await;
        begun.store(true, Ordering::Relaxed);
        turn.spend(say_running(inner, active)).await;
    };
    // In here, so that who waits for its turn still when the work is done is in nobody's way while the end is told.
    let outcome = {
        let mut announce = std::pin::pin!(announce.fuse());
        let mut work = std::pin::pin!(AssertUnwindSafe(run.execute()).catch_unwind());
        let done = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                () = &mut announce => {}
                // Never pending for long: only the run itself, polled above, moves its seat.
                wish = std::future::poll_fn(|_| active.seat.wish().map_or(Poll::Pending, Poll::Ready)) => {
                    see_to(inner, active, wish);
                }
            }
        };
        if begun.load(Ordering::Relaxed) && !announce.is_terminated() {
            // A status on its way must arrive before the last one.
            announce.await;
        }
        done
    };
    let outcome = outcome.unwrap_or_else(|_| RunOutcome::failed(&panicked()));
    conclude(inner, active, run.journal(), &outcome, run.memory_report(), false).await;
    if begun.load(Ordering::Relaxed) {
        remove_finalizer(inner, active).await;
    }
}

/// Ends a run that a panic threw out before it had begun, or while its end was told.
async fn thrown_out(inner: &Inner, active: &Active) {
    let end = async {
        let journal = open(inner, active).await?;
        // An end that is on disk stands, and is told at the next start.
        if !journal.found().iter().any(|entry| matches!(entry.event, Event::Finished { .. })) {
            let outcome = RunOutcome::failed(&panicked());
            conclude(inner, active, &journal, &outcome, Report::default(), false).await;
            return Ok(true);
        }
        Ok::<_, JournalError>(false)
    };
    if !matches!(AssertUnwindSafe(end).catch_unwind().await, Ok(Ok(true))) {
        tracing::error!(
            namespace = active.query.namespace(),
            query = active.query.name_any(),
            "a run was lost by a fault of this program; it continues at the next start"
        );
    }
}

/// Opens the journal. When the database is away this never returns: the run is let go, and claimed again later.
async fn open(inner: &Inner, active: &Active) -> Result<RunJournal, JournalError> {
    let claim = inner.replicas.as_ref().map(|replicas| replicas.claim_of(&active.lost));
    let opened = inner.journal.open_as(claim, record(&active.query, active.accepted_ms)).await;
    if let Err(error) = &opened
        && error.is_lost()
        && inner.replicas.is_some()
    {
        active.lost.cancel();
        std::future::pending::<()>().await;
    }
    opened.inspect(|journal| inner.watch(journal, &active.query))
}

/// A run as its query names it.
pub(super) fn record(query: &Query, created_ms: i64) -> RunRecord {
    RunRecord {
        id: query.uid().unwrap_or_default(),
        namespace: query.namespace().unwrap_or_default(),
        name: query.name_any(),
        created_ms,
        finished_ms: None,
    }
}

/// Says that the run runs, and keeps the query from vanishing under it.
async fn say_running(inner: &Inner, active: &Active) {
    let client = inner.world.client();
    let _writing = active.writing.lock().await;
    if !inner.is_sure() {
        return;
    }
    // The finalizer first: whoever sees that a query runs can rely on it.
    let kept = finalizer::set(client, &active.query, true).await;
    let written = status::write_while(client, &active.query, &now(active), || inner.has_still(active)).await;
    for error in [written.err(), kept.err()].into_iter().flatten() {
        tracing::warn!(namespace = active.query.namespace(), query = active.query.name_any(), %error, "the query was not marked as running");
    }
    inner.events.normal(&*active.query, "QueryExecutionStart", "The query runs.");
}

/// Status of a run on its way.
fn now(active: &Active) -> QueryStatus {
    match active.seat.asked() {
        asked if asked.is_empty() => status::running(&active.query),
        asked => status::waiting(&active.query, &asked),
    }
}

/// Says who is waited for, or that nobody is any more.
async fn say_waiting(inner: Arc<Inner>, active: Arc<Active>) {
    let over = active.writing.lock().await;
    if *over || active.lost.is_cancelled() || !inner.is_sure() {
        return;
    }
    let status = now(&active);
    if status.phase == Some(QueryPhase::InputRequired) {
        let message = status.conditions.iter().map(|condition| condition.message.as_str()).next();
        inner.events.normal(&*active.query, "ApprovalRequired", message.unwrap_or_default());
    }
    if let Err(error) =
        status::write_while(inner.world.client(), &active.query, &status, || inner.has_still(&active)).await
    {
        tracing::warn!(namespace = active.query.namespace(), query = active.query.name_any(), %error, "the query was not marked as waiting");
    }
}

/// Tells how the run ended: journal, then status, then an Event.
async fn conclude(
    inner: &Inner,
    active: &Active,
    journal: &RunJournal,
    outcome: &RunOutcome,
    mut memory: Report,
    known: bool,
) {
    let query = &active.query;
    if !known {
        let event = Event::Finished {
            phase: outcome.phase.to_string(),
            reason: outcome.reason.clone(),
            message: outcome.message.clone(),
        };
        if let Err(error) = journal.append(None, event).await {
            tracing::error!(namespace = query.namespace(), query = query.name_any(), %error, "the end of a run was not journaled");
        }
    }
    if journal.refused() {
        memory.refused();
    }
    let status = status::ended(query, outcome, &memory, took(journal));
    let mut over = active.writing.lock().await;
    *over = true;
    let client = inner.world.client();
    match status::write(client, query, &status).await {
        // The place is another's meanwhile: what is lost when the process is killed now is that the next start looks at the run again.
        Ok(_) => drop(inner.tasks.spawn(close(
            inner.journal.clone(),
            query.name_any(),
            journal.record().id.clone(),
        ))),
        Err(error) => {
            tracing::error!(namespace = query.namespace(), query = query.name_any(), %error, "the status of an ended run was refused");
        }
    }
    match outcome.phase {
        QueryPhase::Done => inner.events.normal(&**query, "QueryExecutionComplete", outcome.message.as_str()),
        QueryPhase::Canceled => {
            inner.events.normal(&**query, "QueryExecutionCancel", outcome.message.as_str())
        }
        _ => inner.events.warning(&**query, "QueryExecutionError", outcome.message.as_str()),
    }
}

async fn close(journal: Journal, query: String, run: String) {
    if let Err(error) = journal.close(&run).await {
        tracing::warn!(query, %error, "the run will be looked at again at the next start");
    }
}

/// From the first start to now.
fn took(journal: &RunJournal) -> Duration {
    Duration::from_millis(u64::try_from(now_ms() - journal.started_ms()).unwrap_or(0))
}

/// Without a journal nothing may be begun: what was done before is not known.
async fn no_journal(inner: &Inner, active: &Active, error: JournalError) {
    tracing::error!(namespace = active.query.namespace(), query = active.query.name_any(), %error, "a run cannot begin");
    let outcome = RunOutcome::failed(&error.into());
    let status = status::ended(&active.query, &outcome, &Report::default(), Duration::ZERO);
    let _writing = active.writing.lock().await;
    if let Err(error) = status::write(inner.world.client(), &active.query, &status).await {
        tracing::error!(query = active.query.name_any(), %error, "the status was refused");
    }
}

async fn remove_finalizer(inner: &Inner, active: &Active) {
    if let Err(error) = finalizer::set(inner.world.client(), &active.query, false).await {
        tracing::warn!(namespace = active.query.namespace(), query = active.query.name_any(), %error, "the finalizer was not removed; its controller tries again");
    }
}

async fn leave(inner: &Inner, active: &Active) {
    let uid = active.query.uid().unwrap_or_default();
    let forgotten = inner.registry.lock().end(&uid);
    if forgotten {
        inner.remove_journal(&uid).await;
    }
}
