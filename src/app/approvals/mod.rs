//! Answers to calls that wait for a person: the card that asks, the line that records, and the answers that are on their
//! way. The inbox and the run page share all of it.

mod arguments;
mod card;
mod record;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

pub use card::ApprovalCard;
pub use record::{Record, RecordLine};

use super::toasts::{Deferred, Toasts, use_toasts};
use crate::api::approvals::{approval_refusal, decide_approval};
use crate::resources::approval::Decision;
use crate::views::ObjectKey;
use crate::views::approval::ApprovalForm;

/// How long an answer can be taken back; it is sent after that, or when the page is left.
const UNDO: Duration = Duration::from_secs(5);

/// Answers that were given here and are not yet in what the server tells.
#[derive(Clone, Copy)]
pub struct Answers {
    given: RwSignal<HashMap<ObjectKey, Given>>,
    /// Why the person may not answer, by namespace; `None` where they may.
    refusals: RwSignal<HashMap<String, Option<String>>>,
    toasts: Toasts,
}

/// An answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Approved or rejected.
    pub decision: Decision,
    /// With other arguments than the model's.
    pub changed: bool,
}

impl Answers {
    /// The answer that was given here to this call; tracked.
    pub fn given(self, key: &ObjectKey) -> Option<Given> {
        self.given.with(|given| given.get(key).copied())
    }

    /// Answers a call: says so, offers undo, sends it after [`UNDO`] or when the page is left.
    pub fn give(self, form: ApprovalForm, tool: &str) {
        let (key, decision) = (form.key.clone(), form.decision);
        let given = Given { decision, changed: form.arguments.is_some() };
        self.given.update(|all| {
            all.insert(key.clone(), given);
        });
        let text = match (decision, given.changed) {
            (Decision::Approved, false) => format!("Approved {tool}. It starts in {} s.", UNDO.as_secs()),
            (Decision::Approved, true) => {
                format!("Approved {tool} with changes. It starts in {} s.", UNDO.as_secs())
            }
            (Decision::Rejected, _) => format!("Rejected {tool}."),
        };
        let body = serde_json::json!({ "form": form }).to_string();
        self.toasts.with_undo_within(
            UNDO,
            text,
            Deferred {
                act: Arc::new(move || self.send(form.clone())),
                undo: Arc::new(move || self.take_back(&key)),
                on_leave: Some(("/api/approvals/decide", body)),
            },
        );
    }

    fn send(self, form: ApprovalForm) {
        leptos::task::spawn_local(async move {
            let key = form.key.clone();
            if let Err(problem) = decide_approval(form).await {
                // Somebody was faster, or it waits no more: the server's word stands.
                self.take_back(&key);
                self.toasts.fail(&problem);
            }
        });
    }

    fn take_back(self, key: &ObjectKey) {
        self.given.update(|all| {
            all.remove(key);
        });
    }

    /// Why the person may not answer calls in a namespace; `None` when they may, or while that is not known. Tracked.
    pub fn refusal(self, namespace: &str) -> Option<String> {
        self.refusals.with(|all| all.get(namespace).cloned().flatten())
    }

    /// Finds out whether the person may answer calls in a namespace.
    fn find_out(self, namespace: &str) {
        if self.refusals.with_untracked(|all| all.contains_key(namespace)) {
            return;
        }
        let namespace = namespace.to_owned();
        self.refusals.update(|all| drop(all.insert(namespace.clone(), None)));
        leptos::task::spawn_local(async move {
            match approval_refusal(namespace.clone()).await {
                Ok(refusal) => self.refusals.update(|all| drop(all.insert(namespace, refusal))),
                // Asked again with the next card; what may not be done is refused anyhow.
                Err(_) => self.refusals.update(|all| drop(all.remove(&namespace))),
            }
        });
    }
}

/// Creates the register for the application.
pub fn provide_answers() -> Answers {
    let answers = Answers {
        given: RwSignal::new(HashMap::new()),
        refusals: RwSignal::new(HashMap::new()),
        toasts: use_toasts(),
    };
    provide_context(answers);
    answers
}

/// The register of the application.
pub fn use_answers() -> Answers {
    use_context::<Answers>().unwrap_or_else(provide_answers)
}
