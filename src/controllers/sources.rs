//! Secrets and ConfigMaps that objects take values from: watched by their metadata, so that a change is noticed at
//! once. The values are read at the moment of use, elsewhere, and never kept.

use std::fmt::Debug;

use futures::StreamExt;
use kube::api::{Api, PartialObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Objects of one list page, which bounds the memory of a start.
const LIST_PAGE: u32 = 500;

/// What holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Secret,
    ConfigMap,
}

/// A Secret or ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) holder: Holder,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What an object in `namespace` takes values from. References are known by their form, so that no field is forgotten.
pub(super) fn sources(namespace: &str, spec: &impl Serialize) -> Vec<Source> {
    let mut found = Vec::new();
    // A spec that came from JSON goes back to it.
    collect(namespace, &serde_json::to_value(spec).unwrap_or_default(), &mut found);
    found
}

fn collect(namespace: &str, value: &Value, found: &mut Vec<Source>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let holder = match field.as_str() {
                    "secretKeyRef" => Some(Holder::Secret),
                    "configMapKeyRef" => Some(Holder::ConfigMap),
                    _ => None,
                };
                match (holder, value["name"].as_str()) {
                    (Some(holder), Some(name)) => {
                        found.push(Source { holder, namespace: namespace.to_owned(), name: name.to_owned() });
                    }
                    _ => collect(namespace, value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(namespace, item, found)),
        _ => {}
    }
}

/// Tells `changed` which one (with `labels`, where some are given) changed or went, or `None` when changes were missed,
/// until `shutdown`. `listed` is dropped when changes are told from now on. Without the right to watch it ends at once:
/// changes are then noticed at the next probe.
pub(super) async fn watch<K>(
    client: &Client,
    holder: Holder,
    labels: Option<&str>,
    listed: oneshot::Sender<()>,
    shutdown: &CancellationToken,
    changed: impl Fn(Option<Source>),
) where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let api: Api<PartialObjectMeta<K>> = Api::all(client.clone());
    let mut config = watcher::Config::default().page_size(LIST_PAGE);
    if let Some(labels) = labels {
        config = config.labels(labels);
    }
    let mut events = std::pin::pin!(watcher(api, config).default_backoff());
    let (mut listed, mut errors) = (Some(listed), 0_u64);
    loop {
        let event = tokio::select! {
            () = shutdown.cancelled() => return,
            event = events.next() => event,
        };
        match event {
            Some(Ok(Event::Apply(object) | Event::Delete(object))) => changed(Some(Source {
                holder,
                namespace: object.namespace().unwrap_or_default(),
                name: object.name_any(),
            })),
            Some(Ok(Event::InitDone)) if listed.is_some() => listed = None,
            // Listed anew after a gap.
            Some(Ok(Event::InitDone)) => changed(None),
            Some(Ok(Event::Init | Event::InitApply(_))) => {}
            Some(Err(error)) if is_forbidden(&error) => {
                tracing::info!(kind = %K::kind(&()), "may not be watched; changes are noticed at the next probe");
                return;
            }
            Some(Err(error)) => {
                // One line for each outage, as for the caches.
                errors += 1;
                if errors.is_power_of_two() {
                    tracing::warn!(kind = %K::kind(&()), %error, "the watch broke off; it is tried again");
                }
            }
            None => return,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_wherever_they_are() {
        let spec = json!({"model": {"value": "m"}, "config": {"openai": {
            "baseUrl": {"valueFrom": {"configMapKeyRef": {"name": "places", "key": "url"}}},
            "headers": [{"name": "X", "value": {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "x"}}}}],
            "apiKey": {"valueFrom": {"secretKeyRef": null}}}}});
        let source = |holder, name: &str| Source { holder, namespace: "lagoon".into(), name: name.into() };
        let found = sources("lagoon", &spec);
        assert_eq!(found, [source(Holder::ConfigMap, "places"), source(Holder::Secret, "keys")]);
    }
}
