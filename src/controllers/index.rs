//! Who refers to what: kept as referrers change, so that whom a change concerns is found without going through them all.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use parking_lot::Mutex;

use super::queue::Key;

/// Referrers by what they refer to; as large as what they say.
pub(super) struct Index<R> {
    state: Mutex<State<R>>,
}

struct State<R> {
    referrers: HashMap<R, HashSet<Key>>,
    references: HashMap<Key, Vec<R>>,
}

impl<R> Default for Index<R> {
    fn default() -> Self {
        Self { state: Mutex::new(State { referrers: HashMap::new(), references: HashMap::new() }) }
    }
}

impl<R: Clone + Eq + Hash> Index<R> {
    /// Replaces what the object of `key` refers to; nothing, once it is gone.
    pub(super) fn set(&self, key: &Key, references: Vec<R>) {
        let mut state = self.state.lock();
        for reference in state.references.remove(key).unwrap_or_default() {
            if let Some(referrers) = state.referrers.get_mut(&reference) {
                referrers.remove(key);
                if referrers.is_empty() {
                    state.referrers.remove(&reference);
                }
            }
        }
        for reference in &references {
            state.referrers.entry(reference.clone()).or_default().insert(key.clone());
        }
        if !references.is_empty() {
            state.references.insert(key.clone(), references);
        }
    }

    /// Forgets everything, before all objects are told anew.
    pub(super) fn clear(&self) {
        let mut state = self.state.lock();
        state.referrers.clear();
        state.references.clear();
    }

    /// Objects that refer to `reference`.
    pub(super) fn of(&self, reference: &R) -> Vec<Key> {
        self.state.lock().referrers.get(reference).into_iter().flatten().cloned().collect()
    }

    /// Objects that refer to anything.
    pub(super) fn all(&self) -> Vec<Key> {
        self.state.lock().references.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_objects_say() {
        let index = Index::default();
        let (a, b) = (("lagoon".to_owned(), "a".to_owned()), ("lagoon".to_owned(), "b".to_owned()));
        index.set(&a, vec!["gull", "tern"]);
        index.set(&b, vec!["gull", "gull"]);
        assert_eq!(index.of(&"gull").len(), 2);
        index.set(&b, vec!["tern"]);
        assert_eq!((index.of(&"gull"), index.of(&"tern").len()), (vec![a.clone()], 2));
        index.set(&a, vec![]);
        assert_eq!((index.of(&"gull"), index.all()), (vec![], vec![b]));
        index.clear();
        assert!(index.of(&"tern").is_empty());
    }
}
