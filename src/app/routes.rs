//! The table of addresses.
//!
//! Four patterns serve every kind; the part that has the page says which of its pages an address means, see
//! [`super::parts`].

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};

use super::address;
use super::pages::NotFound;
use super::parts::{self, Place, Step};

/// The pages.
#[component]
pub fn Pages() -> impl IntoView {
    // Whole pages in one piece: lists are answered from memory, and nothing moves after the first paint.
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=|| view! { <Redirect path="/ns/default" /> } ssr=SsrMode::Async />
            <Route path=path!("/inbox") view=|| view! { <Redirect path="/approvals" /> } ssr=SsrMode::Async />
            <Route path=path!("/approvals") view=|| page(Step::Inbox) ssr=SsrMode::Async />
            <Route path=path!("/components") view=components ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns") view=|| page(Step::Home) ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place") view=|| page(Step::List) ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place/new") view=|| page(Step::New) ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place/:name") view=|| page(Step::Object) ssr=SsrMode::Async />
            <Route
                path=path!("/ns/:ns/:place/:name/:number")
                view=|| page(Step::Experiment)
                ssr=SsrMode::Async
            />
        </Routes>
    }
}

/// The place in the address. Pages are made anew when it changes, and only then: not with the query string.
fn place(step: Step) -> Memo<Place> {
    let params = use_params_map();
    Memo::new(move |_| {
        params.with(|params| Place {
            step,
            namespace: params.get("ns").filter(|ns| ns != address::ALL),
            place: params.get("place").unwrap_or_default(),
            name: params.get("name").unwrap_or_default(),
            // What is no number is no experiment.
            number: params.get("number").and_then(|number| number.parse().ok()).unwrap_or_default(),
        })
    })
}

/// The page at the address.
fn page(step: Step) -> AnyView {
    let place = place(step);
    (move || parts::view(place.get())).into_any()
}

#[cfg(debug_assertions)]
fn components() -> AnyView {
    view! { <super::pages::gallery::Gallery /> }.into_any()
}

#[cfg(not(debug_assertions))]
fn components() -> AnyView {
    view! { <NotFound /> }.into_any()
}
