//! Following every collection at once, for the tasks that clean up.

use std::sync::Arc;

use tokio::sync::watch;

use super::event::Event;
use super::memory::Memory;

/// Changes handed over at once.
const BATCH: usize = 512;

/// What a [`Follower`] found.
#[derive(Debug)]
pub enum Followed {
    /// Changes of one collection, in order.
    Events(usize, Vec<Arc<Event>>),
    /// Changes of this collection were missed; look at all its objects.
    Missed(usize),
}

/// A cursor into the history of every collection.
pub struct Follower {
    memory: Arc<Memory>,
    published: watch::Receiver<u64>,
    cursors: Vec<u64>,
}

impl Follower {
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        let published = memory.published();
        let cursors = memory.collections().iter().map(|c| c.last()).collect();
        Self { memory, published, cursors }
    }

    /// Waits for the next changes; `None` when the storage is gone.
    pub async fn next(&mut self) -> Option<Followed> {
        loop {
            self.published.mark_unchanged();
            for (index, cursor) in self.cursors.iter_mut().enumerate() {
                let collection = self.memory.collection(index);
                if collection.last() <= *cursor {
                    continue;
                }
                match collection.after(*cursor, BATCH, || self.memory.revision()) {
                    Ok((events, complete)) => {
                        *cursor = complete;
                        if !events.is_empty() {
                            return Some(Followed::Events(index, events));
                        }
                    }
                    Err(_) => {
                        *cursor = collection.last();
                        return Some(Followed::Missed(index));
                    }
                }
            }
            self.published.changed().await.ok()?;
        }
    }
}
