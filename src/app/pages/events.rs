//! Kubernetes events of a namespace or of all.

use leptos::prelude::*;

use super::object::EventsTable;
use crate::api::objects::list_events;
use crate::app::components::{Button, ProblemPanel, TableSkeleton};

/// The page of events.
#[component]
pub fn EventsPage(
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let place = namespace.clone().map_or_else(|| "all namespaces".to_owned(), |namespace| namespace);
    let resource = Resource::new_blocking(move || namespace.clone(), list_events);
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"Events"</h1>
                    <p class="sub">
                        {format!("What Kubernetes and Arkdeck noted in {place}, newest first, at most 200.")}
                    </p>
                </div>
                <div class="acts">
                    <Button
                        label="Read again"
                        icon="rotate-cw"
                        on_press=Callback::new(move |_| resource.refetch())
                    />
                </div>
            </div>
            <Transition fallback=|| {
                view! {
                    <div class="panel">
                        <TableSkeleton label="Loading events" />
                    </div>
                }
            }>
                {move || {
                    resource
                        .get()
                        .map(|answer| match answer {
                            Ok(events) => {
                                let events = RwSignal::new(events);
                                view! {
                                    <div class="panel">
                                        <EventsTable events=events empty="No events are kept here." objects=true />
                                    </div>
                                }
                                    .into_any()
                            }
                            Err(problem) => {
                                view! {
                                    <div class="panel">
                                        <ProblemPanel
                                            problem=problem
                                            title="Events could not be loaded"
                                            retry=Callback::new(move |()| resource.refetch())
                                        />
                                    </div>
                                }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
        </div>
    }
}
