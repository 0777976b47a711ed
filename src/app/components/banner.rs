//! Banners in the page, and the pill that counts what waits.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Icon;

/// Meaning of a banner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Worth knowing.
    #[default]
    Plain,
    /// Something is going on.
    Running,
    /// A person is needed.
    Waiting,
    /// Something failed.
    Failed,
    /// What is shown is old.
    Stale,
}

/// A sentence across the page; `lead` is its first words, children the rest and the buttons.
#[component]
pub fn Banner(
    /// Meaning.
    #[prop(optional)]
    tone: Tone,
    /// Icon; by the tone if absent.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// First words, as `Managed by Flux.`
    #[prop(into)]
    lead: Signal<String>,
    /// The rest of the sentence.
    #[prop(optional, into)]
    text: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, shape) = match tone {
        Tone::Plain => ("banner", "info"),
        Tone::Running => ("banner s-running", "info"),
        Tone::Waiting => ("banner s-waiting", "triangle-alert"),
        Tone::Failed => ("banner s-failed", "octagon-x"),
        Tone::Stale => ("banner s-stale", "unplug"),
    };
    view! {
        <div class=class>
            <Icon name=icon.unwrap_or(shape) />
            <p class="grow">
                <b>{lead}</b>
                " "
                <span class="t2">{text}</span>
            </p>
            {children.map(|children| children())}
        </div>
    }
}

/// A pill over live content: `3 new queries`, `Jump to live, 12 new`.
#[component]
pub fn Pill(
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// Icon.
    #[prop(default = "arrow-up")]
    icon: &'static str,
    /// What it does.
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button type="button" class="pill" on:click=move |event| on_press.run(event)>
            <Icon name=icon />
            {label}
        </button>
    }
}
