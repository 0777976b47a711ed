//! The interface: frame, routes, pages, components, the live store.
//!
//! - [`routes`] is the table of addresses; [`address`] makes them.
//! - [`components`] is the component set, [`frame`] what stands around every page.
//! - [`lists`] holds live lists: [`lists::ListStore`] and the table over it; pages of every kind use them.
//! - [`live`] is the tab's one stream, [`clock`] the one clock, [`toasts`] notices with undo, [`deletes`] deletion,
//!   [`approvals`] answers to calls that wait for a person.
//! - [`pages`] has one file for each page.
//!
//! Rendered on the server first (`SsrMode::Async`: the whole page in one piece), then hydrated. A page must render
//! the same on both sides: no time but [`clock`]'s, no randomness, no `cfg` in views, valid nesting of elements.

mod act;
pub mod address;
pub mod approvals;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod clock;
pub mod collect;
pub mod components;
pub mod deletes;
#[cfg(feature = "ssr")]
pub mod document;
pub mod frame;
pub mod graph;
pub mod guard;
pub mod keys;
pub mod lists;
pub mod live;
pub mod pages;
pub mod parts;
pub mod prefs;
pub mod routes;
pub mod say;
pub mod toasts;
pub mod words;

use leptos::prelude::*;
use leptos_router::components::Router;

#[cfg(feature = "ssr")]
pub use document::shell;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    leptos_meta::provide_meta_context();
    clock::provide_clock();
    live::provide_live();
    prefs::provide_prefs();
    toasts::provide_toasts();
    deletes::provide_deletes();
    approvals::provide_answers();
    guard::provide_guard();
    keys::provide_overlays();
    pages::chat::carried::provide_carried();
    view! {
        <Router>
            <frame::Frame>
                <routes::Pages />
            </frame::Frame>
        </Router>
    }
}
