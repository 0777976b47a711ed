//! The frame around every page: navigation, top bar, palette, list of keys, notices.

mod bar;
mod keys_dialog;
mod lamp;
mod namespace;
mod navigation;
mod palette;
mod place;
mod theme;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::bar::Bar;
use self::keys_dialog::KeysDialog;
use self::lamp::LostBanner;
use self::navigation::Navigation;
use self::palette::Palette;
use super::keys::{self, use_overlays};
use super::toasts::ToastList;

/// Lays the frame around the pages.
#[component]
pub fn Frame(
    /// The pages.
    children: Children,
) -> impl IntoView {
    let overlays = use_overlays();
    let path = use_location().pathname;
    keys::listen();
    follow_reading();
    // The server writes the head outside of the page, on a thread that may be at another person's page: signals read
    // there are that page's.
    let first = path.with_untracked(|path| place::title(path));
    let title =
        move || if cfg!(feature = "ssr") { first.clone() } else { path.with(|path| place::title(path)) };
    view! {
        <leptos_meta::Title text=title />
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <div class="shell">
            <Navigation />
            {move || {
                overlays
                    .drawer
                    .get()
                    .then(|| view! { <div class="scrim" on:click=move |_| overlays.drawer.set(false)></div> })
            }}
            <div>
                <Bar />
                <main id="main" tabindex="-1">
                    <LostBanner />
                    {children()}
                </main>
            </div>
        </div>
        <ToastList />
        <Palette />
        <KeysDialog />
        <div id="said" class="vh" role="status" aria-live="polite"></div>
    }
}

/// After a change of page the focus is at its start, the drawer is closed, and the title is said.
fn follow_reading() {
    #[cfg(feature = "hydrate")]
    {
        let overlays = use_overlays();
        let path = use_location().pathname;
        Effect::watch(
            move || path.get(),
            move |now, before, _| {
                if before.is_none_or(|before| before == now) {
                    return;
                }
                overlays.drawer.set(false);
                overlays.palette.set(false);
                // The page is in the document with the next frame.
                request_animation_frame(|| {
                    if let Some(main) = super::browser::find("#main") {
                        let options = web_sys::FocusOptions::new();
                        options.set_prevent_scroll(true);
                        let _ = main.focus_with_options(&options);
                    }
                    if let Some(said) = super::browser::find("#said") {
                        said.set_inner_text(&document().title());
                    }
                });
            },
            false,
        );
    }
}
