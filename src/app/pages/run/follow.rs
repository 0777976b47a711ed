//! Following a run that writes: the page scrolls along while the reader is at its end, and waits when they are not.

use leptos::prelude::*;

use super::store::RunStore;
use crate::app::components::Pill;
use crate::views::row::State;

/// Distance from the end, in pixels, within which the page follows.
#[cfg(feature = "hydrate")]
pub const NEAR_END: f64 = 120.0;

/// Whether the page follows.
#[derive(Clone, Copy)]
pub struct Follow {
    /// It does.
    on: RwSignal<bool>,
    /// Last journal entry when it stopped.
    paused_at: RwSignal<u64>,
}

impl Follow {
    /// Starts following if the reader is at the end; for the life of the calling component.
    pub fn begin(run: RunStore) -> Self {
        let follow = Self { on: RwSignal::new(true), paused_at: RwSignal::new(0) };
        follow.listen(run);
        follow
    }

    /// Whether it follows; tracked.
    pub fn on(self) -> bool {
        self.on.get()
    }

    /// Follows again, from the end of the page; or stops.
    pub fn set(self, on: bool, run: RunStore) {
        if !on && self.on.get_untracked() {
            self.paused_at.set(run.peek(|run| run.last_seq()));
        }
        self.on.set(on);
        if on {
            to_end();
        }
    }

    #[cfg(feature = "hydrate")]
    fn listen(self, run: RunStore) {
        let at = StoredValue::new(0.0_f64);
        Effect::new(move |first: Option<()>| {
            if first.is_none() {
                self.on.set(distance_to_end() <= NEAR_END);
                at.set_value(scroll_y());
            }
        });
        let scrolled = window_event_listener(leptos::ev::scroll, move |_| {
            let now = scroll_y();
            let before = at.try_update_value(|at| std::mem::replace(at, now)).unwrap_or(now);
            if now < before - 1.0 {
                self.set(false, run);
            } else if now > before && distance_to_end() <= NEAR_END {
                self.on.set(true);
            }
        });
        let focused = window_event_listener(leptos::ev::focusin, move |event| {
            if crate::app::browser::in_field(event.target()) {
                self.set(false, run);
            }
        });
        let selected =
            window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("selectstart"), move |_| {
                self.set(false, run);
            });
        on_cleanup(move || {
            scrolled.remove();
            focused.remove();
            selected.remove();
        });
        let model = run.model();
        let in_flight = run.in_flight();
        Effect::new(move |_| {
            model.track();
            if self.on.get_untracked() && in_flight.get_untracked() {
                // What was just added is laid out with the next frame.
                request_animation_frame(to_end);
            }
        });
    }

    #[cfg(not(feature = "hydrate"))]
    fn listen(self, run: RunStore) {
        let _ = (self, run);
    }
}

/// The pill that leads back to the end. Its place is kept while the run is on its way.
#[component]
pub fn FollowPill(
    /// The run.
    run: RunStore,
    /// Whether the page follows.
    follow: Follow,
) -> impl IntoView {
    let in_flight = run.in_flight();
    let new = run.select(|run| run.last_seq());
    let label = Signal::derive(move || match new.get().saturating_sub(follow.paused_at.get()) {
        0 => "Jump to live".to_owned(),
        count => format!("Jump to live, {count} new"),
    });
    // A run that waits for a person says nothing new, and the pill would lie over what the person is asked.
    let waits = run.select(|run| run.status.state == State::Waiting);
    view! {
        <div class="follow" hidden=move || !in_flight.get() || waits.get()>
            <div class="contents" hidden=move || follow.on()>
                <Pill label=label icon="arrow-down" on_press=Callback::new(move |_| follow.set(true, run)) />
            </div>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn scroll_y() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// How far below the seen part the page goes on, in pixels.
#[cfg(feature = "hydrate")]
pub fn distance_to_end() -> f64 {
    let height = document().document_element().map_or(0, |root| root.scroll_height());
    let seen = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    f64::from(height) - seen - scroll_y()
}

/// Scrolls to the end of the page.
pub fn to_end() {
    #[cfg(feature = "hydrate")]
    {
        let height = document().document_element().map_or(0, |root| root.scroll_height());
        window().scroll_to_with_x_and_y(0.0, f64::from(height));
    }
}
