//! Data sets that are kept here say when they have a new version or are gone: who waits for one is woken, in this process or another.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};

use crate::store::{Shared, Store, StoreError};

/// Channel of the database on which replicas tell each other.
const CHANNEL: &str = "arkdeck_data_sets";
/// News that who follows may fall behind; beyond it all are looked at.
const BEHIND: usize = 256;
/// Until the others are listened to again.
const PAUSE: Duration = Duration::from_secs(1);

/// Namespace and name.
type Key = (String, String);

/// For files, which one process has. Of several in one process, each hears of all: it looks, and finds nothing new.
static HERE: LazyLock<broadcast::Sender<Key>> = LazyLock::new(|| broadcast::Sender::new(BEHIND));

/// Says that a data set has a new version, or is gone.
pub(super) async fn tell(store: &Store, namespace: &str, name: &str) {
    let Some(server) = store.shared() else {
        // Fails only when nobody listens.
        let _ = HERE.send((namespace.to_owned(), name.to_owned()));
        return;
    };
    if let Err(error) = server.tell(CHANNEL, &[format!("{namespace}/{name}")]).await {
        tracing::warn!(%error, "who waits for a data set was not told that it has come");
    }
}

/// Calls `changed` with each data set that has a new version or is gone, or with `None` when some may have been missed; for ever.
pub async fn follow(store: &Store, changed: impl Fn(Option<Key>)) {
    let Some(server) = store.shared() else { return here(changed).await };
    loop {
        if let Err(error) = hear(server, &changed).await {
            tracing::warn!(%error, "new versions of data sets are not heard of; trying again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn here(changed: impl Fn(Option<Key>)) {
    let mut told = HERE.subscribe();
    changed(None);
    loop {
        match told.recv().await {
            Ok(of) => changed(Some(of)),
            Err(RecvError::Lagged(_)) => changed(None),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn hear(server: &Shared, changed: &impl Fn(Option<Key>)) -> Result<(), StoreError> {
    let mut ear = server.listen(CHANNEL).await?;
    changed(None);
    loop {
        let word = ear.next().await?;
        let of = word.as_deref().and_then(|word| word.split_once('/'));
        changed(of.map(|(namespace, name)| (namespace.to_owned(), name.to_owned())));
    }
}
