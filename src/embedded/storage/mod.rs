//! The objects: all in memory, all in SQLite, one order.
//!
//! A write goes to the sequencer, which checks its condition, gives it the next revision, makes the whole group
//! of waiting writes durable in one commit, and only then shows it and answers. Reads never wait for the disk.
//! A watcher is a cursor into the history of its collection, so slow watchers hold nothing and lock nobody.

mod collection;
mod event;
mod follow;
mod load;
mod memory;
mod object;
mod sequencer;

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

pub use collection::{Collection, Expired, Range, Snapshot};
pub use event::{Event, EventType, frame};
pub use follow::{Followed, Follower};
pub use object::{Key, Stored};
pub use sequencer::{Change, Expect, Write, WriteError};

use crate::store::{Store, StoreError};
use memory::Memory;
use sequencer::Job;

/// Handle to the objects; cheap to clone.
#[derive(Clone)]
pub struct Storage {
    memory: Arc<Memory>,
    jobs: mpsc::Sender<Job>,
}

impl Storage {
    /// Loads what the database holds of `collections` (names `group/plural`); others stay on disk untouched.
    pub async fn open(store: Store, collections: &[String]) -> Result<Self, StoreError> {
        let (memory, revision) = load::load(&store, collections).await?;
        let memory = Arc::new(memory);
        Ok(Self { jobs: sequencer::start(store, memory.clone(), revision), memory })
    }

    /// The latest visible revision.
    pub fn revision(&self) -> u64 {
        self.memory.revision()
    }

    /// A collection by the index of its name in `open`.
    pub fn collection(&self, index: usize) -> &Collection {
        self.memory.collection(index)
    }

    /// Finds one object.
    pub fn get(&self, collection: usize, key: &Key) -> Option<Arc<Stored>> {
        self.collection(collection).get(key)
    }

    /// Lists what there is now.
    pub fn list(&self, collection: usize, range: Range<'_>) -> Snapshot {
        self.collection(collection).now(range, || self.memory.revision())
    }

    /// Lists what there was at `revision`.
    pub fn list_at(&self, collection: usize, range: Range<'_>, revision: u64) -> Result<Snapshot, Expired> {
        self.collection(collection).at(range, revision)
    }

    /// Up to `limit` changes after `revision`, and the revision up to which they are complete.
    pub fn events(
        &self,
        collection: usize,
        revision: u64,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), Expired> {
        self.collection(collection).after(revision, limit, || self.memory.revision())
    }

    /// Every change of every collection from now on, for background tasks.
    pub fn follow(&self) -> Follower {
        Follower::new(self.memory.clone())
    }

    /// Does one write; durable and visible when this returns `Ok`.
    pub async fn write(&self, write: Write) -> Result<Arc<Stored>, WriteError> {
        let (reply, done) = oneshot::channel();
        self.jobs.send(Job::Write(write, reply)).await.map_err(|_| WriteError::Stopped)?;
        done.await.map_err(|_| WriteError::Stopped)?
    }

    /// Finishes the writes that wait and takes no more.
    pub async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).await.is_ok() {
            let _ = done.await;
        }
    }
}

#[cfg(test)]
mod tests;
