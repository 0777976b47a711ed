//! Secrets and ConfigMaps that objects take values from: watched by their metadata, so that a change is noticed at
//! once. The values are read at the moment of use, elsewhere, and never kept.

use std::cell::Cell;
use std::fmt::Debug;

use kube::{Client, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::kubernetes::{Glance, glance};

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
    let first = Cell::new(Some(listed));
    let told = move |glance| match glance {
        Glance::Changed { namespace, name } | Glance::Gone { namespace, name } => {
            changed(Some(Source { holder, namespace, name }));
        }
        // Listed anew after a gap.
        Glance::Listed if first.take().is_none() => changed(None),
        Glance::Listed => {}
    };
    shutdown.run_until_cancelled(glance::<K>(client, labels, told)).await;
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
