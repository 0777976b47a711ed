//! What is being edited: the object as it was read, as it is in the form, and what is wrong with it.

use std::time::Duration;

use leptos::prelude::*;

use crate::app::components::{Problems, left_for_button};
use crate::views::problem::{FieldProblem, Problem, ProblemCode};

/// The YAML beside the form follows after this pause in typing.
const PAUSE: Duration = Duration::from_millis(250);

/// An edit of a form `F`.
pub struct Draft<F: Send + Sync + 'static> {
    /// As it was read.
    pub saved: RwSignal<F>,
    /// As it is in the form; tracked.
    pub now: Memo<F>,
    /// Errors at fields.
    pub problems: Problems,
    /// Why saving failed, where no field is to blame.
    pub failure: RwSignal<Option<Problem>>,
    judge: fn(&F) -> Vec<FieldProblem>,
}

// Derived, these would ask that `F` be copied, which only its handles are.
impl<F: Send + Sync + 'static> Clone for Draft<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Send + Sync + 'static> Copy for Draft<F> {}

impl<F: Clone + PartialEq + Send + Sync + 'static> Draft<F> {
    /// An edit that starts from `saved`; `read` gathers the form from its fields.
    pub fn new(
        saved: F,
        read: impl Fn() -> F + Send + Sync + 'static,
        judge: fn(&F) -> Vec<FieldProblem>,
    ) -> Self {
        Self {
            saved: RwSignal::new(saved),
            now: Memo::new(move |_| read()),
            problems: Problems::default(),
            failure: RwSignal::new(None),
            judge,
        }
    }

    /// Whether something differs from what was read; tracked.
    pub fn dirty(self) -> Signal<bool> {
        Signal::derive(move || self.now.with(|now| self.saved.with(|saved| now != saved)))
    }

    /// The reader left a field: its errors are those of now.
    pub fn left(self, field: &str) {
        let Some(found) = self.now.try_with_untracked(self.judge) else { return };
        let mine = found.into_iter().find(|problem| within(&problem.field, field));
        self.problems.set_field(field, mine.map(|problem| problem.message));
    }

    /// The reader types in a field: an error that is mended goes at once, a new one waits until the field is left.
    pub fn mended(self, field: &str) {
        if self.problems.has(field) {
            self.left(field);
        }
    }

    /// Judges all fields; `true` when the form may be sent. The focus goes to the first error.
    pub fn ready(self) -> bool {
        let found = self.now.with_untracked(self.judge);
        let fine = found.is_empty();
        self.problems.set(found);
        self.failure.set(None);
        if !fine {
            focus_first_error();
        }
        fine
    }

    /// The server refused.
    pub fn refused(self, problem: Problem) {
        if problem.code == ProblemCode::Invalid && !problem.fields.is_empty() {
            self.problems.set(problem.fields.clone());
            focus_first_error();
        }
        self.failure.set(Some(problem));
    }

    /// The form some time after the last change; what follows it need not follow each letter.
    pub fn settled(self) -> ReadSignal<F> {
        settled(self.now)
    }
}

/// A value some time after its last change; what follows it need not follow each letter.
pub fn settled<T: Clone + PartialEq + Send + Sync + 'static>(now: Memo<T>) -> ReadSignal<T> {
    let settled = RwSignal::new(now.get_untracked());
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::watch(
        move || now.track(),
        move |(), _, _| {
            let later = move || {
                if let (Some(now), Some(true)) =
                    (now.try_get_untracked(), settled.try_with_untracked(|_| true))
                {
                    settled.set(now);
                }
            };
            let handle = set_timeout_with_handle(later, PAUSE).ok();
            let earlier = pending.try_update_value(|pending| std::mem::replace(pending, handle));
            if let Some(earlier) = earlier.flatten() {
                earlier.clear();
            }
        },
        false,
    );
    settled.read_only()
}

/// Whether a path is a field or inside it.
fn within(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Puts the focus on the first field with an error, once it is marked; an error that no field has is scrolled to. What
/// is folded over it is opened.
pub fn focus_first_error() {
    #[cfg(feature = "hydrate")]
    request_animation_frame(|| {
        use crate::app::browser::find;
        if let Some(field) = find("[aria-invalid=true]") {
            unfold(&field);
            let _ = field.focus();
        } else if let Some(line) = find("form .err") {
            unfold(&line);
            line.scroll_into_view();
        }
    });
}

/// Opens each `details` that an element is in: what is folded takes no focus.
#[cfg(feature = "hydrate")]
fn unfold(element: &web_sys::Element) {
    let mut around = element.parent_element();
    while let Some(each) = around {
        if each.tag_name() == "DETAILS" {
            let _ = each.set_attribute("open", "");
        }
        around = each.parent_element();
    }
}

/// Field name of the control that an event came from.
pub fn field_of(event: &leptos::ev::Event) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        element.get_attribute("name").filter(|name| !name.is_empty())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}

/// Field name of the control that the focus left, unless it went to a button.
pub fn field_left(event: &leptos::ev::FocusEvent) -> Option<String> {
    if left_for_button(event) {
        return None;
    }
    field_of(event)
}
