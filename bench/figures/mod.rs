//! One file per figure.

pub mod assets;
pub mod burst;
pub mod compare;
pub mod evaluations;
pub mod memory;
pub mod objects;
pub mod pixel;
pub mod query;
pub mod run;
pub mod start;
pub mod streams;
pub mod turns;

use std::pin::Pin;

use anyhow::Context;
use futures::{Stream, TryStreamExt};
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, WatchEvent};
use serde_json::{Value, json};

/// An Ark kind of the namespace `default`, untyped, as a foreign client sees it.
pub fn ark(client: &Client, kind: &str, plural: &str) -> Api<DynamicObject> {
    Api::default_namespaced_with(client.clone(), &resource(kind, plural))
}

/// The same of another namespace.
pub fn ark_in(client: &Client, kind: &str, plural: &str, namespace: &str) -> Api<DynamicObject> {
    Api::namespaced_with(client.clone(), namespace, &resource(kind, plural))
}

/// The same of all namespaces.
pub fn ark_all(client: &Client, kind: &str, plural: &str) -> Api<DynamicObject> {
    Api::all_with(client.clone(), &resource(kind, plural))
}

fn resource(kind: &str, plural: &str) -> ApiResource {
    ApiResource {
        group: "ark.mckinsey.com".into(),
        version: "v1alpha1".into(),
        api_version: "ark.mckinsey.com/v1alpha1".into(),
        kind: kind.into(),
        plural: plural.into(),
    }
}

/// An object of an Ark kind from its spec.
pub fn object(kind: &str, name: &str, spec: Value) -> anyhow::Result<DynamicObject> {
    Ok(serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1",
        "kind": kind,
        "metadata": { "name": name },
        "spec": spec,
    }))?)
}

/// Spec of a Model that an OpenAI-compatible server at `url` answers for.
pub fn openai(url: &str) -> Value {
    json!({
        "type": "completions",
        "provider": "openai",
        "model": { "value": "bench" },
        "pollInterval": "1h",
        "config": { "openai": { "baseUrl": { "value": url }, "apiKey": { "value": "none" } } },
    })
}

/// `status.phase` of a query; empty when there is none.
pub fn phase(query: &DynamicObject) -> &str {
    query.data["status"]["phase"].as_str().unwrap_or_default()
}

/// Reads `watch` until the query `name` is done.
pub async fn until_done<W>(watch: &mut Pin<&mut W>, name: &str) -> anyhow::Result<()>
where
    W: Stream<Item = kube::Result<WatchEvent<DynamicObject>>>,
{
    loop {
        let event = watch.try_next().await?.context("the watch ended")?;
        let (WatchEvent::Added(seen) | WatchEvent::Modified(seen)) = event else { continue };
        if seen.metadata.name.as_deref() != Some(name) {
            continue;
        }
        match phase(&seen) {
            "done" => return Ok(()),
            "error" | "canceled" => anyhow::bail!("query {name} failed: {}", seen.data["status"]),
            _ => {}
        }
    }
}
