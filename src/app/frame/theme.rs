//! Switches of the reader's own view.

use leptos::prelude::*;

use crate::app::components::Icon;
use crate::app::prefs::{Theme, use_prefs};

/// System, light or dark.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let prefs = use_prefs();
    view! {
        <div class="seg" role="group" aria-label="Theme">
            {Theme::ALL
                .map(|theme| {
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || if prefs.theme.get() == theme { "true" } else { "false" }
                            aria-label=theme.label()
                            title=theme.label()
                            on:click=move |_| prefs.set_theme(theme)
                        >
                            <Icon name=theme.icon() small=true />
                        </button>
                    }
                })
                .into_iter()
                .collect_view()}
        </div>
    }
}

/// Everything a quarter larger.
#[component]
pub fn WallSwitch() -> impl IntoView {
    let prefs = use_prefs();
    view! {
        <button
            type="button"
            class="btn plain sm start"
            role="switch"
            title="Wall size"
            aria-checked=move || if prefs.wall.get() { "true" } else { "false" }
            on:click=move |_| prefs.set_wall(!prefs.wall.get_untracked())
        >
            <Icon name="projector" />
            <span class="lbl">"Wall size"</span>
        </button>
    }
}
