//! The timeline of an item's run, slid over the page.

use leptos::prelude::*;

use crate::api::queries::get_run;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Dialog, LinkButton, ProblemPanel, Skeleton};
use crate::app::pages::run::TimelineView;
use crate::app::pages::run::store::RunStore;
use crate::views::ObjectKey;

/// The slide-over; open while a run is named.
#[component]
pub fn Over(
    /// The run.
    timeline: RwSignal<Option<ObjectKey>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let load = browser_action(|key: &ObjectKey| get_run(key.clone()));
    Effect::new(move |_| {
        if let Some(key) = timeline.get() {
            load.dispatch(key);
            open.set(true);
        }
    });
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open {
                timeline.set(None);
            }
        },
        false,
    );
    let page = move || timeline.with(|key| key.as_ref().map(address::object)).unwrap_or_default();
    let title = Signal::derive(move || {
        timeline.with(|key| {
            key.as_ref().map_or_else(|| "Timeline".to_owned(), |key| format!("Timeline of {}", key.name))
        })
    });
    let body = move || {
        if !open.get() {
            return ().into_any();
        }
        match (load.pending().get(), load.value().get()) {
            (false, Some(Ok(run))) => {
                view! { <TimelineView run=RunStore::follow(run) page=page() /> }.into_any()
            }
            (false, Some(Err(problem))) => {
                let retry = Callback::new(move |()| {
                    if let Some(key) = timeline.get_untracked() {
                        load.dispatch(key);
                    }
                });
                view! { <ProblemPanel problem=problem title="The run could not be loaded" retry=retry /> }
                    .into_any()
            }
            _ => view! { <Skeleton label="Loading the run" lines=5 /> }.into_any(),
        }
    };
    let link = move || {
        let page = page();
        (!page.is_empty()).then(|| view! { <LinkButton label="Open run" href=page icon="play" small=true /> })
    };
    view! {
        <Dialog open=open title=title id="timeline-over">
            <div class="wide-body">{body}</div>
            <footer>{link}</footer>
        </Dialog>
    }
}
