//! Follows a cache: everything once at the start, then each change; everything again when changes were missed.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::kubernetes::cache::{Cached, Entry};
use crate::kubernetes::{Change, KindCache};

/// What a controller is told.
pub(super) enum Told<K> {
    /// Look at everything.
    All(Vec<Arc<K>>),
    /// One object is new or changed.
    Changed {
        /// Before, if it was there.
        old: Option<Arc<K>>,
        /// Now.
        new: Arc<K>,
    },
    /// One object is gone.
    Gone(Entry<K>),
}

/// Waits for the cache's first listing, tells all of it, then every change, until `shutdown`.
pub(super) async fn follow<K: Cached>(
    cache: &KindCache<K>,
    shutdown: &CancellationToken,
    mut tell: impl FnMut(Told<K>),
) {
    let work = async {
        cache.ready().await;
        // First the subscription, then the listing: what changes in between is told twice, never not at all.
        let mut changes = cache.subscribe();
        tell(Told::All(cache.list(None)));
        loop {
            match changes.recv().await {
                Ok(numbered) => match numbered.change {
                    Change::Applied { old, new } => tell(Told::Changed { old, new }),
                    Change::Deleted(entry) => tell(Told::Gone(entry)),
                    Change::Resync => tell(Told::All(cache.list(None))),
                    // It is shown as malformed by the interface; there is nothing to reconcile.
                    Change::Malformed(_) => {}
                },
                Err(RecvError::Lagged(_)) => {
                    changes = cache.subscribe();
                    tell(Told::All(cache.list(None)));
                }
                Err(RecvError::Closed) => return,
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = work => {}
    }
}
