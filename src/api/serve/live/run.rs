//! A run that is followed: new entries, streaming text, and the head when the query moves.

use std::time::Duration;

use kube::ResourceExt;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::api::serve::{Services, runs};
use crate::engine::journal::Update;
use crate::views::ObjectKey;
use crate::views::live::LiveMessage;
use crate::views::run::{RunDelta, RunView};
use crate::views::wire::Later;

/// Updates taken into one message at the most: all that may wait.
const BATCH: usize = 128;
/// Shortest time between two messages about streaming text: the first comes at once, and what comes meanwhile is put together.
const PACE: Duration = Duration::from_millis(40);

/// Shortest time between two looks at the query: all that changes anywhere wakes every follower.
const LOOK: Duration = Duration::from_millis(50);

/// How long a page may be quicker than the watch that tells of its query.
const ARRIVAL: Duration = Duration::from_secs(5);

/// Sends what happens in the run of `key` until the reader goes. Entries up to `after` are on the page already.
pub async fn follow(services: Services, id: u32, key: ObjectKey, after: u64, out: mpsc::Sender<LiveMessage>) {
    let mut after = Some(after);
    // Whoever made a query follows it at once; that it is not there yet does not say that it is gone.
    let _ = tokio::time::timeout(ARRIVAL, arrival(&services, &key)).await;
    // Opened again after a lag, and when a query of the same name begins anew.
    while let Some(again) = once(&services, id, &key, after.take(), &out).await {
        if !again {
            return;
        }
    }
}

/// One subscription. `Some(true)` to subscribe again, `Some(false)` when the run is gone, `None` when the reader is.
async fn once(
    services: &Services,
    id: u32,
    key: &ObjectKey,
    after: Option<u64>,
    out: &mpsc::Sender<LiveMessage>,
) -> Option<bool> {
    let mut changed = services.caches().changed();
    let Ok((mut run, subscription)) = runs::open(services, key).await else {
        out.send(LiveMessage::Gone { id }).await.ok()?;
        return Some(false);
    };
    let mut updates = subscription.updates;
    opening(id, &run, after, out).await?;
    let mut last = run.entries.last().map_or(0, |entry| entry.seq);
    let mut version = None;
    let mut look = Instant::now();
    loop {
        tokio::select! {
            update = updates.recv() => {
                let (first, mut lagged) = match update {
                    Ok(update) => (Some(update), false),
                    Err(RecvError::Lagged(_)) => (None, true),
                    Err(RecvError::Closed) => return Some(true),
                };
                let mut batch: Vec<_> = first.into_iter().collect();
                while batch.len() < BATCH && !lagged {
                    match updates.try_recv() {
                        Ok(update) => batch.push(update),
                        Err(TryRecvError::Lagged(_)) => lagged = true,
                        Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                    }
                }
                if lagged {
                    // Under load every follower lags: what streams is in memory, and the database is for entries alone.
                    let anew = services.journal().follow(&run.uid).await;
                    if anew.last_seq != last {
                        return Some(true);
                    }
                    updates = anew.updates;
                    batch = anew.partials.into_iter().map(Update::from).collect();
                }
                let before = last;
                for delta in deltas(batch, &mut last, &mut run) {
                    out.send(LiveMessage::Run { id, delta: Later::new(delta) }).await.ok()?;
                }
                if last == before {
                    // Only text, which nothing in the head is made of.
                    tokio::time::sleep(PACE).await;
                } else {
                    head(services, id, key, &mut run, out).await?;
                }
            }
            news = next_look(&mut changed, look) => {
                news.ok()?;
                look = Instant::now() + LOOK;
                let query = services.caches().queries.get(&key.namespace, &key.name);
                match query {
                    None => {
                        out.send(LiveMessage::Gone { id }).await.ok()?;
                        return Some(false);
                    }
                    Some(query) if query.metadata.uid.as_deref() != Some(&run.uid) => return Some(true),
                    // Something else has changed, which moves only those that wait in the queue.
                    Some(query) if query.resource_version() == version && run.started_ms.is_some() => {}
                    Some(query) => {
                        version = query.resource_version();
                        head(services, id, key, &mut run, out).await?;
                    }
                }
            }
        }
    }
}

/// The query of `key` is there.
async fn arrival(services: &Services, key: &ObjectKey) {
    let mut changed = services.caches().changed();
    while services.caches().queries.get(&key.namespace, &key.name).is_none() {
        if changed.changed().await.is_err() {
            return;
        }
    }
}

/// Something of any kind has changed, `from` then on.
async fn next_look(changed: &mut watch::Receiver<()>, from: Instant) -> Result<(), watch::error::RecvError> {
    tokio::time::sleep_until(from).await;
    changed.changed().await
}

/// What the page lacks at the start: entries alone where they bridge, else the run as a whole.
async fn opening(id: u32, run: &RunView, after: Option<u64>, out: &mpsc::Sender<LiveMessage>) -> Option<()> {
    let first = run.entries.first().map_or(1, |entry| entry.seq);
    let bridged = after.is_some_and(|after| after + 1 >= first && run.partials.is_empty());
    let message = if bridged {
        let missing: Vec<_> = run.entries.iter().filter(|entry| Some(entry.seq) > after).cloned().collect();
        if !missing.is_empty() {
            out.send(LiveMessage::Run { id, delta: Later::new(RunDelta::Entries(missing)) }).await.ok()?;
        }
        // The state may have moved between the page and its stream, and the number of an entry does not tell.
        let delta = RunDelta::Head {
            status: run.status.clone(),
            started_ms: run.started_ms,
            ended_ms: run.ended_ms,
            usage: run.usage,
        };
        LiveMessage::Run { id, delta: Later::new(delta) }
    } else {
        LiveMessage::RunSnapshot { id, run: Later::new(run.clone()) }
    };
    out.send(message).await.ok()
}

/// The head, when it differs from what was sent last.
async fn head(
    services: &Services,
    id: u32,
    key: &ObjectKey,
    run: &mut RunView,
    out: &mpsc::Sender<LiveMessage>,
) -> Option<()> {
    let Some(query) = services.caches().queries.get(&key.namespace, &key.name) else { return Some(()) };
    let delta = runs::head(services, &query, &run.entries);
    if let RunDelta::Head { status, started_ms, ended_ms, usage } = &delta {
        if (status, *started_ms, *ended_ms, *usage) == (&run.status, run.started_ms, run.ended_ms, run.usage)
        {
            return Some(());
        }
        run.status = status.clone();
        (run.started_ms, run.ended_ms, run.usage) = (*started_ms, *ended_ms, *usage);
    }
    out.send(LiveMessage::Run { id, delta: Later::new(delta) }).await.ok()
}

/// Updates as deltas: neighbouring entries in one, neighbouring text of one call in one.
fn deltas(updates: Vec<Update>, last: &mut u64, run: &mut RunView) -> Vec<RunDelta> {
    let mut deltas: Vec<RunDelta> = Vec::new();
    for update in updates {
        match update {
            Update::Entry(entry) if entry.seq <= *last => {}
            Update::Entry(entry) => {
                *last = entry.seq;
                let entry = runs::entry(&run.key.namespace, &entry);
                run.entries.push(entry.clone());
                match deltas.last_mut() {
                    Some(RunDelta::Entries(entries)) => entries.push(entry),
                    _ => deltas.push(RunDelta::Entries(vec![entry])),
                }
            }
            Update::Text { step, target, at, append } => match deltas.last_mut() {
                Some(RunDelta::Text { step: same, append: text, .. }) if **same == *step => {
                    text.push_str(&append)
                }
                _ => deltas.push(RunDelta::Text {
                    step: step.to_string(),
                    target,
                    at,
                    append: append.to_string(),
                }),
            },
        }
    }
    // Only what the head is made of is kept, so that following a long run stays small.
    if run.entries.len() > runs::OPENING * 2 {
        run.entries.drain(1..runs::OPENING);
    }
    deltas
}
