//! Over a list: search and filters, and the line that counts.

use std::time::Duration;

use leptos::prelude::*;

use super::ListStore;
use super::facets::{FacetChips, FacetFields};
use crate::app::components::{Chip, SearchBox, state_icon};
use crate::resources::kind::Kind;
use crate::views::row::State;

/// The address follows the typing after this pause.
const TYPING: Duration = Duration::from_millis(150);

/// The word of a state for a kind (interface.md, "Colour and status").
pub const fn state_word(kind: Kind, state: State) -> &'static str {
    let run = matches!(kind, Kind::Query | Kind::Evaluation | Kind::A2ATask);
    match (state, run) {
        (State::Queued, true) => "Queued",
        (State::Queued, false) => "Pending",
        (State::Running, true) => "Running",
        (State::Running, false) => "Checking",
        (State::Waiting, _) => "Waiting",
        (State::Done, true) if matches!(kind, Kind::Evaluation) => "Passed",
        (State::Done, true) => "Done",
        (State::Done, false) => "Ready",
        (State::Failed, true) => "Failed",
        (State::Failed, false) => "Not ready",
        (State::Canceled, true) => "Canceled",
        (State::Canceled, false) => "Off",
        (State::Stale, _) => "Stale",
    }
}

/// `14 of 38 in support`.
pub fn summary_line(list: ListStore) -> Signal<String> {
    Signal::derive(move || {
        let (matched, total) = (list.matched.get(), list.total.get());
        let place =
            list.address.request.with(|request| match (&request.namespace, request.kind.namespaced()) {
                (Some(namespace), true) => format!("in {namespace}"),
                (None, true) => "in all namespaces".to_owned(),
                (_, false) => "in the cluster".to_owned(),
            });
        if matched == total { format!("{total} {place}") } else { format!("{matched} of {total} {place}") }
    })
}

/// Search and a chip for each state that occurs.
#[component]
pub fn Toolbar(
    /// The list.
    list: ListStore,
) -> impl IntoView {
    let address = list.address;
    let kind = address.request.with_untracked(|request| request.kind);
    let typed = RwSignal::new(address.request.with_untracked(|request| request.search.clone()));
    // Back and forward change the address without typing.
    Effect::watch(
        move || address.request.with(|request| request.search.clone()),
        move |search, _, _| typed.set(search.clone()),
        false,
    );
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let on_change = Callback::new(move |text: String| {
        typed.set(text);
        let handle = set_timeout_with_handle(
            move || {
                if let Some(text) = typed.try_get_untracked() {
                    address.change(true, |request| request.search = text);
                }
            },
            TYPING,
        )
        .ok();
        if let Some(earlier) =
            pending.try_update_value(|pending| std::mem::replace(pending, handle)).flatten()
        {
            earlier.clear();
        }
    });
    let chips = move || {
        let asked = address.request.with(|request| request.states.clone());
        let counts = list.counts.get();
        State::ALL
            .into_iter()
            .filter_map(|state| {
                let count = counts.iter().find(|(other, _)| *other == state).map(|(_, count)| *count);
                let on = asked.contains(&state);
                (on || count.is_some()).then(|| {
                    view! {
                        <Chip
                            label=state_word(kind, state)
                            icon=state_icon(state)
                            count=Some(count.unwrap_or(0))
                            on=on
                            on_press=Callback::new(move |_| address.toggle(state))
                        />
                    }
                })
            })
            .collect_view()
    };
    let reference = move || {
        address.request.with(|request| request.refers_to.clone()).map(|name| {
            view! {
                <Chip
                    label=format!("Uses {name}")
                    icon="x"
                    on=true
                    on_press=Callback::new(move |_| address.change(false, |request| request.refers_to = None))
                />
            }
        })
    };
    let facets = kind == Kind::Evaluation;
    let open = RwSignal::new(false);
    view! {
        <div class="toolbar" role="search">
            <SearchBox
                label=format!("Search {}", kind.nouns())
                placeholder=if kind == Kind::Evaluation { "Name, target, evaluator" } else { "Name, purpose, label" }
                value=typed
                on_change=on_change
            />
            <div class="chips scroll grow">
                {chips} {reference} {facets.then(|| view! { <FacetChips list=list open=open /> })}
            </div>
            {facets.then(|| view! { <FacetFields list=list open=open /> })}
        </div>
    }
}
