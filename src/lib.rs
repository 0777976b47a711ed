//! Arkdeck: Ark ("Agentic Runtime for Kubernetes") as one program.
//!
//! `docs/ARCHITECTURE.md` names the rooms below and what each may use; `tests/architecture.rs` checks it.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod resources;
pub mod views;

#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod controllers;
#[cfg(feature = "ssr")]
pub mod embedded;
#[cfg(feature = "ssr")]
pub mod engine;
#[cfg(feature = "ssr")]
pub mod gateway;
#[cfg(feature = "ssr")]
pub mod kubernetes;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod telemetry;
#[cfg(feature = "ssr")]
pub mod web;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    // From here on the controls work; the browser tests wait for this mark.
    app::browser::set_root_attribute("data-hydrated", Some(""));
}
