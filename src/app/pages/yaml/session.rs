//! One editing of one text: what it was, what it is, what the server says about it.

use leptos::prelude::*;

use crate::api::objects::{apply_yaml, get_yaml};
use crate::views::ObjectKey;
use crate::views::problem::{FieldProblem, Problem, ProblemCode};
use crate::views::yaml::{ApplyOutcome, DiffLine, YamlDocument};

/// What the server said last.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing was asked, or the text changed since.
    None,
    /// It would do, and would change this.
    Checked(ApplyOutcome),
    /// It would not do.
    Refused(Problem),
    /// Someone else changed the object; their text, and what applying ours over it would change.
    Conflict {
        /// Their version.
        theirs: YamlDocument,
        /// From theirs to ours.
        diff: Vec<DiffLine>,
    },
}

/// An editing.
#[derive(Clone, Copy)]
pub struct Session {
    /// The text in the editor.
    pub text: RwSignal<String>,
    /// The text as it was read.
    pub start: RwSignal<String>,
    /// resourceVersion it was read at; `None` for a new object.
    pub version: RwSignal<Option<String>>,
    /// What the server said last.
    pub verdict: RwSignal<Verdict>,
    /// A check is on its way.
    pub checking: RwSignal<bool>,
    /// The text is being applied.
    pub applying: RwSignal<bool>,
    namespace: StoredValue<Option<String>>,
}

impl Session {
    /// Starts from a text. `namespace` is where a text without one belongs.
    pub fn new(namespace: Option<String>, text: String, version: Option<String>) -> Self {
        let session = Self {
            text: RwSignal::new(text.clone()),
            start: RwSignal::new(text),
            version: RwSignal::new(version),
            verdict: RwSignal::new(Verdict::None),
            checking: RwSignal::new(false),
            applying: RwSignal::new(false),
            namespace: StoredValue::new(namespace),
        };
        // A verdict is about the text it was given for.
        Effect::watch(
            move || session.text.track(),
            move |(), _, _| {
                if session.verdict.with_untracked(|verdict| matches!(verdict, Verdict::Checked(_))) {
                    session.verdict.set(Verdict::None);
                }
            },
            false,
        );
        session
    }

    /// Whether the text differs from what was read; tracked.
    pub fn dirty(self) -> Signal<bool> {
        Signal::derive(move || self.text.with(|text| self.start.with(|start| text != start)))
    }

    /// Errors with a place in the text; tracked.
    pub fn problems(self) -> Signal<Vec<FieldProblem>> {
        Signal::derive(move || {
            self.verdict.with(|verdict| match verdict {
                Verdict::Refused(problem) => problem.fields.clone(),
                _ => Vec::new(),
            })
        })
    }

    /// Back to the text as it was read.
    pub fn discard(self) {
        self.text.set(self.start.get_untracked());
        self.verdict.set(Verdict::None);
    }

    /// Starts anew from a text, as from the version of someone else.
    pub fn restart(self, document: YamlDocument) {
        self.start.set(document.text.clone());
        self.text.set(document.text);
        self.version.set(Some(document.version));
        self.verdict.set(Verdict::None);
    }

    /// Asks the server to judge the text without changing anything.
    pub fn check(self) {
        self.run(true, None, |_| {});
    }

    /// Applies the text; `done` gets what it did.
    pub fn apply(self, done: impl Fn(ApplyOutcome) + 'static) {
        self.run(false, None, done);
    }

    /// Applies the text over a version that is not the one it was read at.
    pub fn apply_over(self, version: String, done: impl Fn(ApplyOutcome) + 'static) {
        self.run(false, Some(version), done);
    }

    fn run(self, dry: bool, over: Option<String>, done: impl Fn(ApplyOutcome) + 'static) {
        let busy = if dry { self.checking } else { self.applying };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (namespace, text) = (self.namespace.get_value(), self.text.get_untracked());
        let version = over.or_else(|| self.version.get_untracked());
        leptos::task::spawn_local(async move {
            let answer = apply_yaml(namespace, text, version, dry).await;
            busy.try_set(false);
            match answer {
                Ok(outcome) if dry => {
                    self.verdict.try_set(Verdict::Checked(outcome));
                }
                Ok(outcome) => done(outcome),
                Err(problem) => {
                    self.verdict.try_set(Verdict::Refused(problem));
                }
            }
        });
    }

    /// After a conflict: fetches the version of the other and what ours would change in it.
    pub fn look_at_conflict(self, key: ObjectKey) {
        let refused = self.verdict.with_untracked(
            |verdict| matches!(verdict, Verdict::Refused(problem) if problem.code == ProblemCode::Conflict),
        );
        if !refused {
            return;
        }
        let (namespace, text) = (self.namespace.get_value(), self.text.get_untracked());
        leptos::task::spawn_local(async move {
            let Ok(theirs) = get_yaml(key).await else { return };
            let diff = apply_yaml(namespace, text, Some(theirs.version.clone()), true)
                .await
                .map(|outcome| outcome.diff)
                .unwrap_or_default();
            self.verdict.try_set(Verdict::Conflict { theirs, diff });
        });
    }
}
