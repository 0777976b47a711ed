//! The one task that orders writes: checks, numbers, serialises, commits a group, publishes, answers.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::event::{Event, EventType};
use super::memory::Memory;
use super::object::{Key, Stored};
use crate::store::{Statement, Store};

/// Writes that may wait; a further caller waits for a place.
const QUEUE: usize = 1024;
/// Writes in one commit at the most.
const GROUP: usize = 256;

/// What must be true of the object for the write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is none.
    Absent,
    /// It is at this revision.
    Revision(u64),
}

/// What becomes of the object.
#[derive(Debug)]
pub enum Change {
    /// It is stored so; the sequencer sets the resourceVersion.
    Put(Value),
    /// It goes; watchers are told this last state.
    Remove(Value),
}

/// Why a write did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// [`Expect::Absent`], and there is one.
    #[error("the object exists already")]
    Exists,
    /// [`Expect::Revision`], and there is none.
    #[error("the object does not exist")]
    Missing,
    /// [`Expect::Revision`], and it is at another.
    #[error("the object has been modified")]
    Changed,
    /// The namespace of a new object does not exist.
    #[error("the namespace does not exist")]
    NoNamespace,
    /// The namespace of a new object is being deleted.
    #[error("the namespace is being deleted")]
    NamespaceEnding,
    /// The database refused; nothing was changed.
    #[error("the write could not be made durable: {0}")]
    Store(String),
    /// The program is shutting down.
    #[error("the storage has stopped; the write was not done")]
    Stopped,
}

/// One write of one object.
#[derive(Debug)]
pub struct Write {
    /// Index of the collection.
    pub collection: usize,
    /// Which object.
    pub key: Key,
    /// On what condition.
    pub expect: Expect,
    /// To what.
    pub change: Change,
    /// For a new object: the collection of namespaces, in which its namespace must be found and not be ending.
    pub within: Option<usize>,
}

pub(super) type Reply = oneshot::Sender<Result<Arc<Stored>, WriteError>>;

pub(super) enum Job {
    Write(Write, Reply),
    Close(oneshot::Sender<()>),
}

pub(super) fn start(store: Store, memory: Arc<Memory>, revision: u64) -> mpsc::Sender<Job> {
    let (jobs, queue) = mpsc::channel(QUEUE);
    tokio::spawn(Sequencer { store, memory, revision }.run(queue));
    jobs
}

struct Sequencer {
    store: Store,
    memory: Arc<Memory>,
    /// The last revision handed out. It only grows, also when a commit fails.
    revision: u64,
}

/// The group that is being put together: its changes are seen by its own later writes, by nobody else yet.
#[derive(Default)]
struct Group {
    overlay: HashMap<(usize, Key), Option<Arc<Stored>>>,
    events: Vec<(usize, Event, Reply)>,
    statements: Vec<Statement>,
}

impl Sequencer {
    async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(GROUP);
        while queue.recv_many(&mut jobs, GROUP).await > 0 {
            let mut group = Group::default();
            let mut closing = None;
            for job in jobs.drain(..) {
                match job {
                    Job::Write(write, reply) => self.add(&mut group, write, reply),
                    Job::Close(done) => closing = Some(done),
                }
            }
            self.commit(group).await;
            if let Some(done) = closing {
                let _ = done.send(());
                return;
            }
        }
    }

    fn add(&mut self, group: &mut Group, write: Write, reply: Reply) {
        match self.prepare(group, write) {
            Ok((collection, event)) => group.events.push((collection, event, reply)),
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        }
    }

    fn prepare(&mut self, group: &mut Group, write: Write) -> Result<(usize, Event), WriteError> {
        let Write { collection, key, expect, change, within } = write;
        let live = self.look(group, collection, &key);
        match (&live, expect) {
            (Some(_), Expect::Absent) => return Err(WriteError::Exists),
            (None, Expect::Revision(_)) => return Err(WriteError::Missing),
            (Some(live), Expect::Revision(r)) if live.revision != r => return Err(WriteError::Changed),
            _ => {}
        }
        if let Some(namespaces) = within {
            match self.look(group, namespaces, &Key::new("", &key.namespace)) {
                None => return Err(WriteError::NoNamespace),
                Some(namespace) if namespace.deleting => return Err(WriteError::NamespaceEnding),
                Some(_) => {}
            }
        }
        let revision = self.revision + 1;
        let (kind, value) = match change {
            Change::Put(value) if live.is_none() => (EventType::Added, value),
            Change::Put(value) => (EventType::Modified, value),
            Change::Remove(value) => (EventType::Deleted, value),
        };
        let event = Event::new(kind, key.clone(), revision, value, live)
            .map_err(|e| WriteError::Store(e.to_string()))?;
        self.revision = revision;
        let path = format!("{}/{}/{}", self.memory.collection(collection).name, key.namespace, key.name);
        let (statement, after) = match kind {
            EventType::Deleted => (Statement::new("DELETE FROM objects WHERE key = ?").bind(path), None),
            EventType::Added | EventType::Modified => (
                Statement::new(
                    "INSERT INTO objects (key, revision, body) VALUES (?, ?, ?) \
                     ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, body = excluded.body",
                )
                .bind(path)
                .bind(revision.cast_signed())
                .bind(event.object.body.clone()),
                Some(event.object.clone()),
            ),
        };
        group.statements.push(statement);
        group.overlay.insert((collection, key), after);
        Ok((collection, event))
    }

    fn look(&self, group: &Group, collection: usize, key: &Key) -> Option<Arc<Stored>> {
        match group.overlay.get(&(collection, key.clone())) {
            Some(pending) => pending.clone(),
            None => self.memory.collection(collection).get(key),
        }
    }

    async fn commit(&self, group: Group) {
        let Group { events, mut statements, .. } = group;
        if events.is_empty() {
            return;
        }
        statements.push(
            Statement::new(
                "INSERT INTO meta (key, value) VALUES ('revision', ?) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(self.revision.to_string()),
        );
        if let Err(error) = self.store.write(statements).await {
            let error = WriteError::Store(error.to_string());
            tracing::error!(%error, writes = events.len(), "objects were not stored");
            for (_, _, reply) in events {
                let _ = reply.send(Err(error.clone()));
            }
            return;
        }
        let mut answers = Vec::with_capacity(events.len());
        let mut changes: HashMap<usize, Vec<Event>> = HashMap::new();
        for (collection, event, reply) in events {
            answers.push((reply, event.object.clone()));
            changes.entry(collection).or_default().push(event);
        }
        self.memory.publish(changes, self.revision);
        for (reply, object) in answers {
            let _ = reply.send(Ok(object));
        }
    }
}
