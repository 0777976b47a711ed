//! Arkdeck: Ark ("Agentic Runtime for Kubernetes") as one program.
//!
//! `docs/ARCHITECTURE.md` names the rooms below and what each may use; `tests/architecture.rs` checks it.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod resources;
pub mod views;

#[cfg(feature = "ssr")]
pub mod admission;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod controllers;
#[cfg(feature = "ssr")]
pub mod embedded;
#[cfg(feature = "ssr")]
pub mod engine;
#[cfg(feature = "ssr")]
pub mod evaluate;
#[cfg(feature = "ssr")]
pub mod evaluation;
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
    wasm_bindgen_futures::spawn_local(async {
        // The page must be there in full: what waits for its code in the middle of hydration would cost every view of
        // the interface a second, waiting form (`hydrate_async`; scripts/wasm-opt removes it).
        app::parts::load_first().await;
        leptos::mount::hydrate_body(app::App);
        // From here on the controls work; the browser tests wait for this mark.
        app::browser::set_root_attribute("data-hydrated", Some(""));
        app::parts::load_rest().await;
    });
}
