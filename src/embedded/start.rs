//! Start: resources, storage, and the objects that must be there.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::builtin::{self, DEFINITIONS, EVENTS, IMMORTAL, NAMESPACES};
use super::cleanup;
use super::crd;
use super::registry::Registry;
use super::server::Server;
use super::storage::{Change, Expect, Key, Range, Storage, Write};
use super::{EmbeddedError, Settings};
use crate::store::Store;

/// Opens the storage for all resources and seeds it.
pub(super) async fn start(store: Store, settings: Settings) -> Result<Arc<Server>, EmbeddedError> {
    let mut names: Vec<String> = Vec::new();
    let mut collection = |name: &str| match names.iter().position(|n| n == name) {
        Some(index) => index,
        None => {
            names.push(name.to_owned());
            names.len() - 1
        }
    };
    let namespaces = collection(NAMESPACES);
    let definitions = collection(DEFINITIONS);
    let events = collection(EVENTS);
    let mut resources = builtin::resources(&mut collection)?;
    for definition in &settings.crds {
        resources.push(crd::resource(definition, |name| collection(&name))?);
    }
    let storage = Storage::open(store, &names).await?;
    seed_namespaces(&storage, namespaces).await?;
    seed_definitions(&storage, definitions, &settings.crds).await?;
    let server = Arc::new(Server {
        registry: Registry::new(resources, namespaces),
        storage,
        version: settings.version,
        checks: settings.checks,
        shutdown: CancellationToken::new(),
    });
    cleanup::start(&server, events);
    Ok(server)
}

async fn seed_namespaces(storage: &Storage, collection: usize) -> Result<(), EmbeddedError> {
    for name in IMMORTAL {
        let key = Key::new("", name);
        if storage.get(collection, &key).is_none() {
            write(storage, collection, key, Change::Put(builtin::active(name))).await?;
        }
    }
    Ok(())
}

/// The definitions are those of this binary: new ones come, changed ones change, dropped ones go.
async fn seed_definitions(storage: &Storage, collection: usize, crds: &[Value]) -> Result<(), EmbeddedError> {
    let name = |crd: &Value| crd["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    for stored in storage.list(collection, Range::default()).items {
        if !crds.iter().any(|crd| *name(crd) == *stored.key.name) {
            write(storage, collection, stored.key.clone(), Change::Remove(stored.value())).await?;
        }
    }
    for crd in crds {
        let key = Key::new("", &name(crd));
        let live = storage.get(collection, &key).map(|stored| stored.value());
        if let Some(definition) = builtin::established(crd, live.as_ref()) {
            write(storage, collection, key, Change::Put(definition)).await?;
        }
    }
    Ok(())
}

async fn write(storage: &Storage, collection: usize, key: Key, change: Change) -> Result<(), EmbeddedError> {
    let expect = storage.get(collection, &key).map_or(Expect::Absent, |live| Expect::Revision(live.revision));
    let what = key.name.to_string();
    let write = Write { collection, key, expect, change, within: None };
    match storage.write(write).await {
        Ok(_) => Ok(()),
        Err(error) => Err(EmbeddedError::Seed { what, detail: error.to_string() }),
    }
}
