//! What clusters have controllers for: dependents go with their owners, namespaces are emptied, old events expire.
//!
//! Each is a task that follows the changes of the storage; none polls.

mod collector;
mod events;
mod namespaces;
mod owners;

use std::sync::Arc;

use super::server::Server;

/// Deletions that one task has under way at once, so that they share commits.
const PARALLEL: usize = 32;

/// Starts the tasks; they end with the server's shutdown.
pub(super) fn start(server: &Arc<Server>, events: usize) {
    let tasks = server.clone();
    tokio::spawn(async move {
        let shutdown = tasks.shutdown.clone();
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = collector::run(tasks.clone()) => {}
            () = namespaces::run(tasks.clone()) => {}
            () = events::run(tasks.clone(), events) => {}
        }
    });
}
