//! The table of addresses.
//!
//! Three patterns serve every kind; the `match`es below say which page a kind has of its own.

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};

use super::address;
use super::pages::agents::AgentPage;
use super::pages::form::NewObjectPage;
use super::pages::home::HomePage;
use super::pages::models::ModelPage;
use super::pages::object::ObjectPage;
use super::pages::query_new::NewQueryPage;
use super::pages::run::RunPage;
use super::pages::yaml::CreatePage;
use super::pages::{EventsPage, NotFound, ObjectsPage};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::forms::{AgentForm, ModelForm};

/// The pages.
#[component]
pub fn Pages() -> impl IntoView {
    // Whole pages in one piece: lists are answered from memory, and nothing moves after the first paint.
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=|| view! { <Redirect path="/ns/default" /> } ssr=SsrMode::Async />
            <Route path=path!("/components") view=components ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns") view=home ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place") view=list ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place/new") view=create ssr=SsrMode::Async />
            <Route path=path!("/ns/:ns/:place/:name") view=object ssr=SsrMode::Async />
        </Routes>
    }
}

/// What an address names: namespace (`None` for all), the word after it, the name after that.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    namespace: Option<String>,
    place: String,
    name: String,
}

/// The place in the address. Pages are made anew when it changes, and only then: not with the query string.
fn place() -> Memo<Place> {
    let params = use_params_map();
    Memo::new(move |_| {
        params.with(|params| Place {
            namespace: params.get("ns").filter(|ns| ns != address::ALL),
            place: params.get("place").unwrap_or_default(),
            name: params.get("name").unwrap_or_default(),
        })
    })
}

#[cfg(debug_assertions)]
fn components() -> AnyView {
    view! { <super::pages::gallery::Gallery /> }.into_any()
}

#[cfg(not(debug_assertions))]
fn components() -> AnyView {
    view! { <NotFound /> }.into_any()
}

fn home() -> impl IntoView {
    let place = place();
    move || {
        let Place { namespace, .. } = place.get();
        view! { <HomePage namespace=namespace /> }.into_any()
    }
}

fn list() -> impl IntoView {
    let place = place();
    move || {
        let Place { namespace, place, .. } = place.get();
        match (place.as_str(), Kind::from_plural(&place)) {
            ("events", _) => view! { <EventsPage namespace=namespace /> }.into_any(),
            (_, Some(kind)) => view! { <ObjectsPage kind=kind namespace=namespace /> }.into_any(),
            (_, None) => view! { <NotFound /> }.into_any(),
        }
    }
}

fn create() -> impl IntoView {
    let place = place();
    move || {
        let Place { namespace, place, .. } = place.get();
        match Kind::from_plural(&place) {
            Some(Kind::Query) => view! { <NewQueryPage namespace=namespace /> }.into_any(),
            Some(Kind::Agent) => view! { <NewObjectPage<AgentForm> namespace=namespace /> }.into_any(),
            Some(Kind::Model) => view! { <NewObjectPage<ModelForm> namespace=namespace /> }.into_any(),
            Some(kind) => view! { <CreatePage kind=kind namespace=namespace /> }.into_any(),
            None => view! { <NotFound /> }.into_any(),
        }
    }
}

fn object() -> impl IntoView {
    let place = place();
    move || {
        let Place { namespace, place, name } = place.get();
        match (Kind::from_plural(&place), namespace) {
            // Without a namespace a name says nothing, except of what has none.
            (Some(kind), None) if kind.namespaced() => view! { <NotFound /> }.into_any(),
            (Some(kind), namespace) => {
                let key =
                    ObjectKey::new(kind, namespace.filter(|_| kind.namespaced()).unwrap_or_default(), name);
                match kind {
                    Kind::Query => view! { <RunPage key=key /> }.into_any(),
                    Kind::Agent => view! { <AgentPage object=key /> }.into_any(),
                    Kind::Model => view! { <ModelPage object=key /> }.into_any(),
                    _ => view! { <ObjectPage object=key /> }.into_any(),
                }
            }
            (None, _) => view! { <NotFound /> }.into_any(),
        }
    }
}
