//! `watch`: a cursor into the history of a collection, written out as lines.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, header};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep};

use super::{Call, list};
use crate::embedded::filter::Filter;
use crate::embedded::meta;
use crate::embedded::render::Lines;
use crate::embedded::schema::{CauseReason, FieldError};
use crate::embedded::server::Server;
use crate::embedded::status::ApiError;
use crate::embedded::storage::{Event, EventType, Range, Stored};

/// How long a watch lives when the client names no time, as kube-apiserver's `--min-request-timeout`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How often a quiet watch says how far it is.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
/// Events taken from the history at a time.
const BATCH: usize = 256;

/// `GET` of a collection (or one object) with `watch`.
pub(super) fn watch(call: &Call<'_>) -> Result<Response, ApiError> {
    validate(call)?;
    let query = &call.request.query;
    let filter = Filter::of(call)?;
    let collection = call.resource().collection;
    let mut lines = Lines::of(call);
    let changes = call.server.storage.collection(collection).changes();
    let from = query.resource_version.as_deref().map(list::revision).transpose()?.unwrap_or(0);
    // Without a revision a watch begins with the present state, told as additions.
    let initial = query.initial_events.unwrap_or(from == 0);
    let mut end = None;
    let (cursor, present) = if initial {
        let range = Range { namespace: call.target.namespace.as_deref(), ..Range::default() };
        let snapshot = call.server.storage.list(collection, range);
        if from > snapshot.revision {
            return Err(ApiError::future_revision(from, snapshot.revision));
        }
        if query.initial_events == Some(true) && query.bookmarks {
            end = Some(lines.bookmark(snapshot.revision, true));
        }
        (snapshot.revision, snapshot.items)
    } else if from == 0 {
        (call.server.storage.revision(), Vec::new())
    } else {
        (from, Vec::new())
    };
    let timeout = query.timeout_seconds.filter(|s| *s > 0).map_or(DEFAULT_TIMEOUT, Duration::from_secs);
    let mut ticks = tokio::time::interval_at(Instant::now() + BOOKMARK_EVERY, BOOKMARK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watcher = Watcher {
        server: call.server.clone(),
        collection,
        cursor,
        present: present.into_iter(),
        end,
        pending: VecDeque::new(),
        changes,
        filter,
        lines,
        bookmarks: query.bookmarks,
        ticks,
        deadline: Box::pin(tokio::time::sleep(timeout)),
        ended: false,
    };
    let body = Body::from_stream(stream::unfold(watcher, |mut watcher| async {
        watcher.next().await.map(|line| (Ok::<_, Infallible>(line), watcher))
    }));
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

struct Watcher {
    server: Arc<Server>,
    collection: usize,
    /// All changes up to this revision are told or pending.
    cursor: u64,
    /// The state at the beginning, as far as it is not yet told; its lines are made when they are read.
    present: std::vec::IntoIter<Arc<Stored>>,
    /// What follows the state at the beginning.
    end: Option<Bytes>,
    /// Lines that are ready, of one batch of changes at the most.
    pending: VecDeque<Bytes>,
    changes: watch::Receiver<u64>,
    filter: Filter,
    lines: Lines,
    bookmarks: bool,
    ticks: Interval,
    deadline: Pin<Box<Sleep>>,
    ended: bool,
}

impl Watcher {
    /// The next line; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(object) = self.present.by_ref().find(|o| self.filter.matches(o)) {
                return Some(self.lines.event(EventType::Added, &object));
            }
            if let Some(line) = self.end.take().or_else(|| self.pending.pop_front()) {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            self.changes.mark_unchanged();
            match self.server.storage.events(self.collection, self.cursor, BATCH) {
                Ok((events, complete)) => {
                    let idle = events.is_empty();
                    self.cursor = complete;
                    for event in &events {
                        self.tell(event);
                    }
                    if idle {
                        self.wait().await;
                    }
                }
                Err(_) => {
                    let error = ApiError::expired(format!(
                        "too old resource version: {} (history is shorter)",
                        self.cursor
                    ));
                    self.pending.push_back(Lines::error(&error));
                    self.ended = true;
                }
            }
        }
    }

    async fn wait(&mut self) {
        tokio::select! {
            changed = self.changes.changed() => self.ended = changed.is_err(),
            () = &mut self.deadline => {
                // The client resumes from here, without listing again.
                self.bookmark();
                self.ended = true;
            }
            _ = self.ticks.tick(), if self.bookmarks => self.bookmark(),
            () = self.server.shutdown.cancelled() => self.ended = true,
        }
    }

    fn bookmark(&mut self) {
        if self.bookmarks {
            let line = self.lines.bookmark(self.cursor, false);
            self.pending.push_back(line);
        }
    }

    /// What a change means to this watcher: coming into its filter is an addition, leaving it a deletion.
    fn tell(&mut self, event: &Event) {
        let is = event.kind != EventType::Deleted && self.filter.matches(&event.object);
        let was = event.previous.as_ref().is_some_and(|o| self.filter.matches(o));
        let kind = match (was, is) {
            (false, false) => return,
            (false, true) => EventType::Added,
            (true, true) => EventType::Modified,
            (true, false) => EventType::Deleted,
        };
        let line = match kind == event.kind && self.lines.as_published() {
            true => event.frame.clone(),
            false => self.lines.event(kind, &event.object),
        };
        self.pending.push_back(line);
    }
}

fn validate(call: &Call<'_>) -> Result<(), ApiError> {
    let query = &call.request.query;
    let mut errors = Vec::new();
    let matching = query.resource_version_match.as_deref();
    let field = "resourceVersionMatch";
    if query.initial_events.is_some() && matching != Some("NotOlderThan") {
        errors.push(meta::forbidden(
            field,
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ));
    }
    if let Some(matching) = matching {
        if query.initial_events.is_none() {
            errors.push(meta::forbidden(
                field,
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            ));
        }
        if matching != "NotOlderThan" {
            errors.push(FieldError {
                field: field.to_owned(),
                reason: CauseReason::NotSupported,
                message: format!("Unsupported value: {matching:?}: supported values: \"NotOlderThan\""),
            });
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid_kind("meta.k8s.io", "ListOptions", "", &errors)),
    }
}
