//! The seven states: shape, word and colour; never colour alone.

use leptos::prelude::*;

use super::Icon;
use crate::views::row::{State, Status};

/// Class that gives a state its colours.
pub const fn state_class(state: State) -> &'static str {
    match state {
        State::Queued => "s-queued",
        State::Running => "s-running",
        State::Waiting => "s-waiting",
        State::Done => "s-done",
        State::Failed => "s-failed",
        State::Canceled => "s-canceled",
        State::Stale => "s-stale",
    }
}

/// Icon of a state.
pub const fn state_icon(state: State) -> &'static str {
    match state {
        State::Queued => "circle-dashed",
        State::Running => "loader-circle",
        State::Waiting => "hand",
        State::Done => "circle-check",
        State::Failed => "octagon-x",
        State::Canceled => "circle-slash",
        State::Stale => "clock-alert",
    }
}

/// A state in running text and in tables. The reason, if there is one, is its tooltip.
#[component]
pub fn StatusMark(
    /// The status.
    #[prop(into)]
    status: Signal<Status>,
) -> impl IntoView {
    let shown = crate::app::live::as_known(status);
    view! {
        <span
            class=move || format!("st {}", state_class(shown.with(|s| s.state)))
            title=move || shown.with(|s| s.reason.clone())
        >
            <Icon name=Signal::derive(move || state_icon(shown.with(|s| s.state))) />
            {move || shown.with(|s| s.word.clone())}
        </span>
    }
}

/// A state beside a title.
#[component]
pub fn StatusBadge(
    /// The status.
    #[prop(into)]
    status: Signal<Status>,
) -> impl IntoView {
    let shown = crate::app::live::as_known(status);
    view! {
        <span
            class=move || format!("badge {}", state_class(shown.with(|s| s.state)))
            title=move || shown.with(|s| s.reason.clone())
        >
            <Icon name=Signal::derive(move || state_icon(shown.with(|s| s.state))) />
            {move || shown.with(|s| s.word.clone())}
        </span>
    }
}
