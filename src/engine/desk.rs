//! Runs that wait for an A2ATask to change: the controller tells, whoever waits hears.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::resources::A2ATask;

/// Namespace and name.
type Key = (String, String);

/// What is known of a task.
#[derive(Debug, Clone, Default)]
pub(super) enum Told {
    /// Nothing yet.
    #[default]
    Nothing,
    /// It looks like this.
    Task(Arc<A2ATask>),
    /// It was deleted.
    Gone,
}

/// Who waits for which task; as large as the calls that wait. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Desk {
    waits: Arc<Mutex<HashMap<Key, watch::Sender<Told>>>>,
}

/// A wait for one task; given up when it is dropped.
pub(super) struct Ticket {
    desk: Desk,
    key: Key,
    /// What was told; only the newest is kept.
    pub(super) told: watch::Receiver<Told>,
}

impl Desk {
    /// Waits for the task `name`. To be called before the task is read or made, so that nothing is missed.
    pub(super) fn wait(&self, namespace: &str, name: &str) -> Ticket {
        let key = (namespace.to_owned(), name.to_owned());
        let (sender, told) = watch::channel(Told::default());
        self.waits.lock().insert(key.clone(), sender);
        Ticket { desk: self.clone(), key, told }
    }

    /// A task is new or changed, or gone.
    pub(super) fn tell(&self, namespace: &str, name: &str, told: Told) {
        if let Some(wait) = self.waits.lock().get(&(namespace.to_owned(), name.to_owned())) {
            wait.send_replace(told);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.desk.waits.lock().remove(&self.key);
    }
}
