//! Every collection, and the revision up to which their changes are visible.

use std::collections::HashMap;

use tokio::sync::watch;

use super::collection::Collection;
use super::event::Event;

/// All objects in memory.
#[derive(Debug)]
pub(super) struct Memory {
    collections: Vec<Collection>,
    published: watch::Sender<u64>,
}

impl Memory {
    pub(super) fn new(names: &[String], revision: u64) -> Self {
        let collections = names.iter().map(|n| Collection::new(n)).collect();
        Self { collections, published: watch::Sender::new(revision) }
    }

    pub(super) fn collections(&self) -> &[Collection] {
        &self.collections
    }

    pub(super) fn collection(&self, index: usize) -> &Collection {
        &self.collections[index]
    }

    pub(super) fn revision(&self) -> u64 {
        *self.published.borrow()
    }

    pub(super) fn published(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }

    /// Shows a committed group. Collections first, the global revision last: whoever reads it finds all that it covers.
    pub(super) fn publish(&self, changes: HashMap<usize, Vec<Event>>, revision: u64) {
        for (collection, events) in changes {
            self.collections[collection].publish(events);
        }
        self.published.send_replace(revision);
    }
}
