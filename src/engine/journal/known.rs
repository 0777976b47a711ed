//! Which runs there can be something of, so that a new one is not looked for.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::{JournalError, sql};
use crate::store::Store;

/// The runs of a file that one process writes: those it began with, and those it has opened since. Hashes of their ids, 8 bytes
/// each: two that are alike cost a read, and nothing else.
#[derive(Default)]
pub(super) struct Known {
    hasher: RandomState,
    seen: OnceCell<Mutex<HashSet<u64>>>,
}

impl Known {
    /// Whether nothing can have been written of `run`. Says so once. What other processes write too is never known.
    pub(super) async fn is_new(&self, store: &Store, run: &str) -> Result<bool, JournalError> {
        if store.shared().is_some() {
            return Ok(false);
        }
        let seen = self.seen.get_or_try_init(async || {
            let ids = sql::ids(store).await?;
            Ok::<_, JournalError>(Mutex::new(
                ids.iter().map(|id| self.hasher.hash_one(id.as_str())).collect(),
            ))
        });
        let is_new = seen.await?.lock().insert(self.hasher.hash_one(run));
        Ok(is_new)
    }
}
