//! Kubernetes events as a table.

use leptos::prelude::*;

use crate::app::components::{Ago, Icon};
use crate::views::detail::EventView;

/// Events, newest first.
#[component]
pub fn EventsTable(
    /// The events.
    #[prop(into)]
    events: Signal<Vec<EventView>>,
    /// What to say when there are none.
    #[prop(into)]
    empty: String,
    /// Whether the object is a column.
    #[prop(optional)]
    objects: bool,
) -> impl IntoView {
    let none = Memo::new(move |_| events.with(Vec::is_empty));
    move || {
        if none.get() {
            return view! { <p class="pb t2">{empty.clone()}</p> }.into_any();
        }
        view! {
            <div class="tw" tabindex="0" role="region" aria-label="Events">
                <table class="two">
                    <thead>
                        <tr>
                            <th scope="col">"Reason"</th>
                            {objects.then(|| view! { <th scope="col">"Object"</th> })}
                            <th scope="col">"Message"</th>
                            <th scope="col" class="num">
                                "Times"
                            </th>
                            <th scope="col" class="num">
                                "Last seen"
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || events.get()
                            key=|event| (event.uid.clone(), event.count, event.at_ms)
                            children=move |event| view! { <Event event=event objects=objects /> }
                        />
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Event(event: EventView, objects: bool) -> impl IntoView {
    let (class, icon) =
        if event.warning { ("st s-waiting", "triangle-alert") } else { ("st s-queued", "info") };
    view! {
        <tr>
            <td class="l1">
                <span class=class>
                    <Icon name=icon />
                    {event.reason}
                </span>
            </td>
            {objects.then(|| view! { <td class="off">{event.regarding}</td> })}
            <td class="full wide">{event.message}</td>
            <td class="off num">{event.count}</td>
            <td class="l1e num t2">
                {event
                    .at_ms
                    .map_or_else(
                        || view! { <span class="t3">"–"</span> }.into_any(),
                        |at| view! { <Ago at=at /> }.into_any(),
                    )}
            </td>
        </tr>
    }
}
