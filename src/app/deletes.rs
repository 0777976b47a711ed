//! Deleting with undo: the rows go at once, the request after the undo time.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;

use super::toasts::{Deferred, Toasts, use_toasts};
use super::words;
use crate::api::objects::delete_objects;
use crate::views::ObjectKey;

/// UIDs of what is being deleted, so that lists leave it out.
#[derive(Clone, Copy)]
pub struct Deletes(RwSignal<HashSet<String>>, Toasts);

impl Deletes {
    /// Whether this object is being deleted; tracked.
    pub fn has(self, uid: &str) -> bool {
        self.0.with(|all| all.contains(uid))
    }

    /// Deletes objects: says so, offers undo, sends it after the undo time or when the page is left.
    pub fn delete(self, objects: Vec<(ObjectKey, String)>) {
        let Some((first, _)) = objects.first() else { return };
        let kind = first.kind;
        let text = match objects.as_slice() {
            [(key, _)] => format!("{} {} deleted", capitalised(kind.noun()), key.name),
            many => {
                format!("{} deleted", words::count(many.len(), kind.noun(), kind.nouns()))
            }
        };
        let uids: Vec<String> = objects.iter().map(|(_, uid)| uid.clone()).collect();
        let keys: Vec<ObjectKey> = objects.into_iter().map(|(key, _)| key).collect();
        self.0.update(|all| all.extend(uids.iter().cloned()));
        let toasts = self.1;
        let body = serde_json::json!({ "keys": keys }).to_string();
        let back = uids.clone();
        toasts.with_undo(
            text,
            Deferred {
                act: Arc::new(move || self.send(keys.clone(), uids.clone())),
                undo: Arc::new(move || self.restore(&back)),
                on_leave: Some(("/api/objects/delete", body)),
            },
        );
    }

    fn send(self, keys: Vec<ObjectKey>, uids: Vec<String>) {
        let toasts = self.1;
        leptos::task::spawn_local(async move {
            match delete_objects(keys).await {
                Ok(refused) if refused.is_empty() => {}
                Ok(refused) => {
                    // Which of them stay is what the live rows say; nothing is hidden for longer than it is true.
                    self.restore(&uids);
                    for (_, problem) in &refused {
                        toasts.fail(problem);
                    }
                }
                Err(problem) => {
                    self.restore(&uids);
                    toasts.fail(&problem);
                }
            }
        });
    }

    fn restore(self, uids: &[String]) {
        self.0.update(|all| {
            for uid in uids {
                all.remove(uid);
            }
        });
    }
}

fn capitalised(noun: &str) -> String {
    let mut letters = noun.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Creates the register for the application.
pub fn provide_deletes() -> Deletes {
    let deletes = Deletes(RwSignal::new(HashSet::new()), use_toasts());
    provide_context(deletes);
    deletes
}

/// The register of the application.
pub fn use_deletes() -> Deletes {
    use_context::<Deletes>().unwrap_or_else(provide_deletes)
}
