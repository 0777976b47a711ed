//! Kubernetes events of a namespace or of all.

use leptos::prelude::*;

use super::object::EventsTable;
use crate::api::objects::list_events;
use crate::api::wire::resource;
use crate::app::components::{ProblemPanel, TableSkeleton};
use crate::app::live::{heard, use_live};
use crate::views::detail::EventView;
use crate::views::live::{LiveMessage, Topic};

/// Events on the page; older ones give way.
const SHOWN: usize = 200;

/// The page of events.
#[component]
pub fn EventsPage(
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let place = namespace.clone().unwrap_or_else(|| "all namespaces".to_owned());
    let asked = namespace.clone();
    let resource = resource(move || asked.clone(), list_events);
    let events = RwSignal::new(Vec::<EventView>::new());
    use_live(
        move || Some(Topic::Events { namespace: namespace.clone() }),
        move |message| {
            if let LiveMessage::Events { events: news, .. } = message
                && let Some(news) = heard(news)
            {
                events.update(|events| merge(events, news));
            }
        },
    );
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"Events"</h1>
                    <p class="sub">
                        {format!("What Kubernetes and Arkdeck noted in {place}, newest first, at most {SHOWN}.")}
                    </p>
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
                            Ok(first) => {
                                events.update(|events| merge(events, first));
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

/// Takes in what is new or was seen again; newest first.
fn merge(events: &mut Vec<EventView>, news: Vec<EventView>) {
    events.retain(|old| !news.iter().any(|new| new.uid == old.uid));
    events.extend(news);
    events.sort_by(|a, b| b.at_ms.cmp(&a.at_ms).then_with(|| a.uid.cmp(&b.uid)));
    events.truncate(SHOWN);
}
