//! Buttons. A button that may not be used stays, dashed, and says why.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Icon;

/// Weight of a button.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// Ordinary.
    #[default]
    Normal,
    /// The one act that the page is for.
    Primary,
    /// Without a frame.
    Plain,
    /// Removes or stops something.
    Danger,
    /// Removes something for good, in a dialog.
    DangerSolid,
}

impl ButtonKind {
    const fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (Self::Normal, false) => "btn",
            (Self::Normal, true) => "btn sm",
            (Self::Primary, false) => "btn pri",
            (Self::Primary, true) => "btn pri sm",
            (Self::Plain, false) => "btn plain",
            (Self::Plain, true) => "btn plain sm",
            (Self::Danger, false) => "btn dan",
            (Self::Danger, true) => "btn dan sm",
            (Self::DangerSolid, false) => "btn dan-s",
            (Self::DangerSolid, true) => "btn dan-s sm",
        }
    }
}

/// A button with a word.
///
/// `shortcut` shows a key and lets it press the button (see [`crate::app::keys`]): `shortcut="c"`.
#[component]
pub fn Button(
    /// The verb, with the object when it matters.
    #[prop(into)]
    label: Signal<String>,
    /// Icon before the word.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// 26 px high.
    #[prop(optional)]
    small: bool,
    /// It works right now: the icon turns, and a second press does nothing.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it may not be used; `None` when it may.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
    /// Letter that presses it.
    #[prop(optional)]
    shortcut: Option<&'static str>,
    /// The letter focuses it first and presses it then, for what should not happen by a slip of a finger.
    #[prop(optional)]
    careful: bool,
    /// It sends the form that it is in.
    #[prop(optional)]
    submit: bool,
    /// What it does.
    #[prop(optional)]
    on_press: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let class = kind.class(small);
    let press = move |event: MouseEvent| {
        if busy.get_untracked() || disabled.with_untracked(Option::is_some) {
            event.prevent_default();
        } else if let Some(act) = on_press {
            act.run(event);
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=class
            class:busy=busy
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || disabled.with(Option::is_some).then_some("true")
            title=disabled
            data-key=shortcut
            data-careful=careful.then_some("true")
            on:click=press
        >
            {icon
                .map(|name| {
                    let shown = Signal::derive(move || if busy.get() { "loader-circle" } else { name });
                    view! { <Icon name=shown /> }
                })}
            <span>{label}</span>
            {shortcut.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// The verb, with the object when it matters.
    #[prop(into)]
    label: String,
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// Icon before the word.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// 26 px high.
    #[prop(optional)]
    small: bool,
    /// Letter that follows it.
    #[prop(optional)]
    shortcut: Option<&'static str>,
) -> impl IntoView {
    view! {
        <a class=kind.class(small) href=move || href.get() data-key=shortcut>
            {icon.map(|name| view! { <Icon name=name /> })}
            <span>{label}</span>
            {shortcut.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </a>
    }
}

/// A button with an icon only; `label` is what it is called.
#[component]
pub fn IconButton(
    /// What it is called; also its tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// Icon.
    #[prop(into)]
    icon: Signal<&'static str>,
    /// 24 px.
    #[prop(optional)]
    small: bool,
    /// What it does.
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=if small { "ib sm" } else { "ib" }
            aria-label=label
            title=label
            on:click=move |event| on_press.run(event)
        >
            <Icon name=icon />
        </button>
    }
}
