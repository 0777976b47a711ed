//! Who waits for the end of a query: woken by the watch of queries, which others follow too.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::controllers::queue::Key;

/// Those who wait; as many as trials that run.
#[derive(Default)]
pub(in crate::controllers::evaluation) struct Ends {
    waiting: Mutex<HashMap<Key, Arc<Notify>>>,
}

/// One who waits, until it is dropped.
pub(super) struct Waiting<'a> {
    ends: &'a Ends,
    key: Key,
    told: Arc<Notify>,
}

impl Ends {
    /// Something became of the query.
    pub(in crate::controllers::evaluation) fn told(&self, key: &Key) {
        if let Some(waiting) = self.waiting.lock().get(key) {
            // One waits for it; that it was told is kept until it looks.
            waiting.notify_one();
        }
    }

    /// Something may have become of every query.
    pub(in crate::controllers::evaluation) fn told_all(&self) {
        self.waiting.lock().values().for_each(|waiting| waiting.notify_one());
    }

    /// Waits for what becomes of the query from now on.
    pub(super) fn wait(&self, key: Key) -> Waiting<'_> {
        let told = Arc::new(Notify::new());
        self.waiting.lock().insert(key.clone(), told.clone());
        Waiting { ends: self, key, told }
    }
}

impl Waiting<'_> {
    /// Until something has become of it.
    pub(super) async fn changed(&self) {
        self.told.notified().await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.ends.waiting.lock().remove(&self.key);
    }
}
