//! The same questions for every kind: rows, one row, what changed, who refers to what.

use std::marker::PhantomData;

use futures::FutureExt;
use futures::future::BoxFuture;
use kube::ResourceExt;

use super::status::because;
use super::text::moment;
use super::{Present, World};
use crate::kubernetes::cache::{Entry, Malformed, version_number};
use crate::kubernetes::{Caches, KindCache};
use crate::resources::kind::Kind;
use crate::resources::{
    A2AServer, A2ATask, Agent, ArkConfig, Evaluation, Evaluator, ExecutionEngine, MCPServer, Memory, Model,
    Query, Team, Tool,
};
use crate::views::ObjectKey;
use crate::views::detail::{ConditionView, Fact, Specific};
use crate::views::facets::Facets;
use crate::views::row::{Cell, Row, State, columns};

/// What changed in a kind.
pub struct Changes {
    /// Revision up to which this tells.
    pub revision: u64,
    /// Rows of objects that changed.
    pub upserts: Vec<Row>,
    /// UIDs of objects that went.
    pub removes: Vec<String>,
}

/// What a kind knows of one object for its page.
pub struct Parts {
    /// As in the list.
    pub row: Row,
    /// Labels, sorted.
    pub labels: Vec<(String, String)>,
    /// Annotations, sorted.
    pub annotations: Vec<(String, String)>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Conditions.
    pub conditions: Vec<ConditionView>,
    /// What only this kind has.
    pub specific: Specific,
}

/// A kind, whichever it is.
pub trait Source: Sync {
    /// Whether its cache is filled.
    fn is_ready(&self, caches: &Caches) -> bool;
    /// Waits until its cache knows of the write that made `version`.
    fn reached<'a>(&self, caches: &'a Caches, version: u64) -> BoxFuture<'a, ()>;
    /// Whether an object of this name exists.
    fn exists(&self, caches: &Caches, namespace: &str, name: &str) -> bool;
    /// Revision of its newest change.
    fn revision(&self, caches: &Caches) -> u64;
    /// Rows of a namespace or of all, by namespace and name, and the revision they were cut from.
    fn rows(&self, world: &World, namespace: Option<&str>) -> (Vec<Row>, u64);
    /// One row.
    fn row(&self, world: &World, namespace: &str, name: &str) -> Option<Row>;
    /// What changed after `revision`; `None` when that cannot be told.
    fn since(&self, world: &World, revision: u64) -> Option<Changes>;
    /// One object for its page.
    fn parts(&self, world: &World, namespace: &str, name: &str) -> Option<Parts>;
    /// Objects of this kind that name `key`, at most `limit`.
    fn users(&self, caches: &Caches, key: &ObjectKey, limit: usize) -> Vec<ObjectKey>;
}

struct Of<K>(PhantomData<fn() -> K>);

/// The questions to `kind`.
pub fn source(kind: Kind) -> &'static dyn Source {
    match kind {
        Kind::Agent => &Of::<Agent>(PhantomData),
        Kind::Team => &Of::<Team>(PhantomData),
        Kind::Model => &Of::<Model>(PhantomData),
        Kind::Query => &Of::<Query>(PhantomData),
        Kind::Tool => &Of::<Tool>(PhantomData),
        Kind::McpServer => &Of::<MCPServer>(PhantomData),
        Kind::Memory => &Of::<Memory>(PhantomData),
        Kind::Evaluator => &Of::<Evaluator>(PhantomData),
        Kind::Evaluation => &Of::<Evaluation>(PhantomData),
        Kind::A2ATask => &Of::<A2ATask>(PhantomData),
        Kind::ArkConfig => &Of::<ArkConfig>(PhantomData),
        Kind::A2AServer => &Of::<A2AServer>(PhantomData),
        Kind::ExecutionEngine => &Of::<ExecutionEngine>(PhantomData),
    }
}

impl<K: Present> Source for Of<K> {
    fn is_ready(&self, caches: &Caches) -> bool {
        K::cache(caches).is_ready()
    }

    fn reached<'a>(&self, caches: &'a Caches, version: u64) -> BoxFuture<'a, ()> {
        K::cache(caches).reached(version).boxed()
    }

    fn exists(&self, caches: &Caches, namespace: &str, name: &str) -> bool {
        K::cache(caches).entry(namespace, name).is_some()
    }

    fn revision(&self, caches: &Caches) -> u64 {
        K::cache(caches).revision()
    }

    fn rows(&self, world: &World, namespace: Option<&str>) -> (Vec<Row>, u64) {
        let namespace = if K::KIND.namespaced() { namespace } else { None };
        let cache: &KindCache<K> = K::cache(world.caches);
        let (entries, revision) = cache.entries(namespace);
        (entries.iter().map(|entry| entry_row(entry, world)).collect(), revision)
    }

    fn row(&self, world: &World, namespace: &str, name: &str) -> Option<Row> {
        Some(entry_row(&K::cache(world.caches).entry(namespace, name)?, world))
    }

    fn since(&self, world: &World, revision: u64) -> Option<Changes> {
        let since = K::cache(world.caches).since(revision)?;
        let upserts = since.upserts.iter().map(|entry| entry_row(entry, world)).collect();
        Some(Changes { revision: since.revision, upserts, removes: since.removes })
    }

    fn parts(&self, world: &World, namespace: &str, name: &str) -> Option<Parts> {
        let entry = K::cache(world.caches).entry(namespace, name)?;
        let row = entry_row(&entry, world);
        let Entry::Sound(object) = entry else {
            return Some(Parts {
                row,
                labels: Vec::new(),
                annotations: Vec::new(),
                facts: Vec::new(),
                conditions: Vec::new(),
                specific: Specific::None,
            });
        };
        let mut conditions: Vec<_> = object
            .conditions()
            .iter()
            .map(|condition| ConditionView {
                type_: condition.type_.clone(),
                status: condition.status.to_string(),
                reason: condition.reason.clone(),
                message: condition.message.clone(),
                since_ms: moment(&condition.last_transition_time),
            })
            .collect();
        conditions.sort_by(|a, b| b.since_ms.cmp(&a.since_ms).then_with(|| a.type_.cmp(&b.type_)));
        Some(Parts {
            row,
            labels: object.labels().clone().into_iter().collect(),
            annotations: object.annotations().clone().into_iter().collect(),
            facts: object.facts(world),
            conditions,
            specific: object.specific(world),
        })
    }

    fn users(&self, caches: &Caches, key: &ObjectKey, limit: usize) -> Vec<ObjectKey> {
        K::cache(caches)
            .list(None)
            .into_iter()
            .filter(|object| object.references().contains(key))
            .map(|object| ObjectKey::new(K::KIND, object.namespace().unwrap_or_default(), object.name_any()))
            .take(limit)
            .collect()
    }
}

fn entry_row<K: Present>(entry: &Entry<K>, world: &World) -> Row {
    match entry {
        Entry::Sound(object) => row(&**object, world),
        Entry::Malformed(object) => malformed_row(K::KIND, object),
    }
}

fn row<K: Present>(object: &K, world: &World) -> Row {
    let meta = object.meta();
    let created_ms = meta.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond());
    let (started_ms, ended_ms) = object.times();
    let mut cells = object.cells(world);
    // Evaluations are known by when they ended, others by their age.
    cells.push(Cell::Time(match K::KIND {
        Kind::Evaluation => ended_ms.unwrap_or(created_ms),
        _ => created_ms,
    }));
    let mut facets = object.facets();
    facets.labels = meta.labels.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    debug_assert_eq!(cells.len(), columns(K::KIND).len(), "cells and columns of {:?}", K::KIND);
    Row {
        key: ObjectKey::new(
            K::KIND,
            meta.namespace.clone().unwrap_or_default(),
            meta.name.clone().unwrap_or_default(),
        ),
        uid: meta.uid.clone().unwrap_or_default(),
        version: version_number(meta.resource_version.as_deref()),
        created_ms,
        status: object.status(world),
        summary: object.summary(),
        cells,
        started_ms,
        ended_ms,
        deleting: meta.deletion_timestamp.is_some(),
        facets,
    }
}

fn malformed_row(kind: Kind, object: &Malformed) -> Row {
    let mut cells = vec![Cell::None; columns(kind).len() - 1];
    cells.push(Cell::Time(object.created_ms));
    Row {
        key: ObjectKey::new(kind, &object.namespace, &object.name),
        uid: object.uid.clone(),
        version: object.version,
        created_ms: object.created_ms,
        status: because(State::Failed, "Not ready", &format!("The object cannot be read: {}", object.error)),
        summary: String::new(),
        cells,
        started_ms: None,
        ended_ms: None,
        deleting: false,
        facets: Facets::default(),
    }
}
