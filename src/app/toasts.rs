//! Short notices at the edge, and acts that wait eight seconds so that they can be undone.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::components::Icon;
use crate::views::problem::Problem;

/// How long a notice stays, and how long an act can be undone.
pub const UNDO: Duration = Duration::from_secs(8);

/// Notices at once; an older one gives way (its act is done then).
const MAX_TOASTS: usize = 4;

/// What a notice looks like and can do.
#[derive(Clone)]
struct Toast {
    id: u32,
    icon: Option<&'static str>,
    text: String,
    deferred: Option<Deferred>,
}

/// What outlives the component that asked for it; a `Callback` would end with that component's owner.
pub type Act = Arc<dyn Fn() + Send + Sync>;

/// An act that waits for its undo time to pass.
#[derive(Clone)]
pub struct Deferred {
    /// Does it.
    pub act: Act,
    /// Takes back what the page already shows.
    pub undo: Act,
    /// Does it when the page is left before the time has passed: address and JSON body of a POST.
    pub on_leave: Option<(&'static str, String)>,
}

/// The notices.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Says something.
    pub fn say(self, text: impl Into<String>) {
        self.push(None, text.into(), None, UNDO);
    }

    /// Says what failed and what to do.
    pub fn fail(self, problem: &Problem) {
        let text = match &problem.next {
            Some(next) => format!("{} {next}", problem.message),
            None => problem.message.clone(),
        };
        self.push(Some("octagon-x"), text, None, UNDO);
    }

    /// Says what was done, offers `Undo` for [`UNDO`], and does it only after that.
    pub fn with_undo(self, text: impl Into<String>, deferred: Deferred) {
        self.push(None, text.into(), Some(deferred), UNDO);
    }

    /// The same with another time than [`UNDO`].
    pub fn with_undo_within(self, time: Duration, text: impl Into<String>, deferred: Deferred) {
        self.push(None, text.into(), Some(deferred), time);
    }

    /// Undoes the newest act that still can be; `false` when there is none.
    pub fn undo_last(self) -> bool {
        let found = self.list.with_untracked(|list| {
            list.iter().rev().find(|toast| toast.deferred.is_some()).map(|toast| toast.id)
        });
        match found {
            Some(id) => {
                self.undo(id);
                true
            }
            None => false,
        }
    }

    fn push(self, icon: Option<&'static str>, text: String, deferred: Option<Deferred>, time: Duration) {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let Some(id) = id else { return };
        let oldest = self.list.with_untracked(|list| {
            (list.len() >= MAX_TOASTS).then(|| list.first().map(|toast| toast.id)).flatten()
        });
        if let Some(oldest) = oldest {
            self.settle(oldest);
        }
        self.list.update(|list| list.push(Toast { id, icon, text, deferred }));
        set_timeout(move || self.settle(id), time);
    }

    fn take(self, id: u32) -> Option<Toast> {
        self.list.try_update(|list| {
            let at = list.iter().position(|toast| toast.id == id)?;
            Some(list.remove(at))
        })?
    }

    /// The time is over, or the notice was closed: what was deferred is done.
    fn settle(self, id: u32) {
        if let Some(deferred) = self.take(id).and_then(|toast| toast.deferred) {
            (deferred.act)();
        }
    }

    fn undo(self, id: u32) {
        if let Some(deferred) = self.take(id).and_then(|toast| toast.deferred) {
            (deferred.undo)();
            self.say("Undone");
        }
    }

    /// The page is being left: what waits is sent in a way that outlives it.
    #[cfg(feature = "hydrate")]
    fn flush(self) {
        let waiting = self.list.try_update(std::mem::take).unwrap_or_default();
        for (address, body) in waiting.into_iter().filter_map(|toast| toast.deferred?.on_leave) {
            super::browser::send_beacon(address, &body);
        }
    }
}

/// Creates the notices for the application.
pub fn provide_toasts() -> Toasts {
    let toasts = Toasts { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
    provide_context(toasts);
    #[cfg(feature = "hydrate")]
    {
        let handle =
            window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("pagehide"), move |_| {
                toasts.flush();
            });
        on_cleanup(move || handle.remove());
    }
    toasts
}

/// The notices of the application.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(provide_toasts)
}

/// Where the notices are shown.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For
                each=move || toasts.list.get()
                key=|toast| toast.id
                children=move |toast| {
                    let id = toast.id;
                    let undoable = toast.deferred.is_some();
                    view! {
                        <div class="toast">
                            {toast.icon.map(|name| view! { <Icon name=name /> })}
                            <span class="grow">{toast.text}</span>
                            {undoable
                                .then(|| {
                                    view! {
                                        <button type="button" class="btn sm" on:click=move |_| toasts.undo(id)>
                                            <span>"Undo"</span>
                                            <kbd aria-hidden="true">"u"</kbd>
                                        </button>
                                    }
                                })}
                            <button
                                type="button"
                                class="ib"
                                aria-label="Dismiss"
                                on:click=move |_| toasts.settle(id)
                            >
                                <Icon name="x" />
                            </button>
                        </div>
                    }
                }
            />
        </div>
    }
}
