//! Watches a kind by its metadata alone: which object changed or went, and nothing of what is in it.

use std::fmt::Debug;

use futures::StreamExt;
use kube::api::{Api, PartialObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;

/// Objects of one list page, which bounds the memory of a start.
const LIST_PAGE: u32 = 500;

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Glance {
    /// All are listed: what changes from now on is told. Again after a gap, in which changes were missed.
    Listed,
    /// One is new or changed.
    Changed {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// One is gone, or has lost the labels.
    Gone {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// Tells what changes of a kind (with `labels`, where some are given), for ever. Without the right to watch it ends at once.
pub async fn glance<K>(client: &Client, labels: Option<&str>, told: impl Fn(Glance))
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let api: Api<PartialObjectMeta<K>> = Api::all(client.clone());
    let mut config = watcher::Config::default().page_size(LIST_PAGE);
    if let Some(labels) = labels {
        config = config.labels(labels);
    }
    let mut events = std::pin::pin!(watcher(api, config).default_backoff());
    let mut errors = 0_u64;
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Apply(object)) => told(Glance::Changed {
                namespace: object.namespace().unwrap_or_default(),
                name: object.name_any(),
            }),
            Ok(Event::Delete(object)) => told(Glance::Gone {
                namespace: object.namespace().unwrap_or_default(),
                name: object.name_any(),
            }),
            Ok(Event::InitDone) => told(Glance::Listed),
            Ok(Event::Init | Event::InitApply(_)) => {}
            Err(error) if is_forbidden(&error) => {
                tracing::info!(kind = %K::kind(&()), "may not be watched; changes are noticed when it is looked at");
                return;
            }
            Err(error) => {
                // One line for each outage, as for the caches.
                errors += 1;
                if errors.is_power_of_two() {
                    tracing::warn!(kind = %K::kind(&()), %error, "the watch broke off; it is tried again");
                }
            }
        }
    }
}

fn is_forbidden(error: &watcher::Error) -> bool {
    use watcher::Error::{InitialListFailed, WatchFailed, WatchStartFailed};
    matches!(
        error,
        InitialListFailed(kube::Error::Api(status))
            | WatchStartFailed(kube::Error::Api(status))
            | WatchFailed(kube::Error::Api(status)) if status.code == 403
    )
}
