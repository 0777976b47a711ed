//! What a row needs to know about other objects, computed once for each answer.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::kubernetes::Caches;
use crate::resources::Query;
use crate::views::ObjectKey;
use crate::views::row::Cell;

use super::source::source;

/// The caches with figures drawn from them.
pub struct World<'a> {
    /// All kinds.
    pub caches: &'a Caches,
    queries: OnceCell<HashMap<ObjectKey, i64>>,
    evaluations: OnceCell<HashMap<ObjectKey, i64>>,
    places: OnceCell<HashMap<String, usize>>,
}

impl<'a> World<'a> {
    /// Figures over the caches as they are now.
    pub fn new(caches: &'a Caches) -> Self {
        Self { caches, queries: OnceCell::new(), evaluations: OnceCell::new(), places: OnceCell::new() }
    }

    /// A cell that leads to another object.
    pub fn link(&self, key: ObjectKey) -> Cell {
        let missing = self.missing(&key);
        Cell::Link { key, missing }
    }

    /// Whether the object does not exist. `false` while that is not known yet.
    pub fn missing(&self, key: &ObjectKey) -> bool {
        let source = source(key.kind);
        source.is_ready(self.caches) && !source.exists(self.caches, &key.namespace, &key.name)
    }

    /// How many queries were put to this object.
    pub fn queries(&self, key: &ObjectKey) -> i64 {
        self.query_counts().get(key).copied().unwrap_or(0)
    }

    /// How many queries were put to each object.
    pub fn query_counts(&self) -> &HashMap<ObjectKey, i64> {
        self.queries.get_or_init(|| {
            let mut counts = HashMap::new();
            for query in self.caches.queries.list(None) {
                let namespace = query.metadata.namespace.as_deref().unwrap_or_default();
                for target in query.spec.targets() {
                    let key = ObjectKey::new(target.type_.kind(), namespace, target.name);
                    *counts.entry(key).or_insert(0) += 1;
                }
            }
            counts
        })
    }

    /// How many evaluations an evaluator made.
    pub fn evaluations(&self, key: &ObjectKey) -> i64 {
        self.evaluation_counts().get(key).copied().unwrap_or(0)
    }

    /// How many evaluations each evaluator made.
    pub fn evaluation_counts(&self) -> &HashMap<ObjectKey, i64> {
        self.evaluations.get_or_init(|| {
            let mut counts = HashMap::new();
            for evaluation in self.caches.evaluations.list(None) {
                if let Some(key) = super::evaluation::evaluator(&evaluation) {
                    *counts.entry(key).or_insert(0) += 1;
                }
            }
            counts
        })
    }

    /// Place in the queue, from 1, by UID of the query: queued queries in the order of their creation.
    pub fn places(&self) -> &HashMap<String, usize> {
        self.places.get_or_init(|| {
            let mut queued: Vec<_> = self
                .caches
                .queries
                .list(None)
                .into_iter()
                .filter(|query| super::query::is_queued(query))
                .collect();
            queued.sort_by(|a, b| {
                (&a.metadata.creation_timestamp, &a.metadata.uid)
                    .cmp(&(&b.metadata.creation_timestamp, &b.metadata.uid))
            });
            let uids = queued.into_iter().filter_map(|query| query.metadata.uid.clone());
            uids.enumerate().map(|(place, uid)| (uid, place + 1)).collect()
        })
    }
}

/// Place of one query in the queue, from 1.
pub fn query_place(caches: &Caches, query: &Query) -> Option<usize> {
    let uid = query.metadata.uid.as_ref()?;
    super::query::is_queued(query).then(|| World::new(caches).places().get(uid).copied())?
}
