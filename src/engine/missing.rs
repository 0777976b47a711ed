//! What is kept of queries that were deleted while no process was there.

use std::collections::HashSet;

use kube::api::{Api, ListParams};

use super::Engine;
use super::journal::JournalError;
use super::memory::MemoryError;
use crate::resources::query::Query;

/// Why runs of deleted queries were not removed.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// The journals cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The conversations cannot be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The queries cannot be listed.
    #[error("the queries cannot be listed: {0}")]
    Api(#[from] kube::Error),
}

impl Engine {
    /// Removes runs and what was said in them whose query does not exist any more: it was deleted while no process was there.
    /// The API is asked after the database, so that a query that was made meanwhile keeps what it has.
    pub async fn forget_missing(&self) -> Result<(), Missing> {
        let inner = &self.inner;
        let mut known: HashSet<String> = inner.journal.ids().await?.into_iter().collect();
        known.extend(inner.memories.queries().await?);
        if known.is_empty() || !inner.memories.are_of_this_cluster().await? {
            return Ok(());
        }
        let queries: Api<Query> = Api::all(inner.world.client().clone());
        for query in queries.list_metadata(&ListParams::default()).await?.items {
            known.remove(&query.metadata.uid.unwrap_or_default());
        }
        known.iter().for_each(|uid| self.forget(uid));
        Ok(())
    }
}
