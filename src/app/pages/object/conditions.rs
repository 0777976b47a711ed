//! Conditions of an object's status.

use leptos::prelude::*;

use super::ObjectState;
use crate::app::components::{Ago, Icon, Panel, state_class, state_icon};
use crate::views::detail::ConditionView;
use crate::views::row::State;

/// The panel of conditions.
#[component]
pub fn Conditions(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let conditions = state.part(|detail| detail.conditions.clone());
    let rows = move || {
        let all = conditions.get();
        if all.is_empty() {
            return view! { <p class="pb t2">"No conditions are set yet."</p> }.into_any();
        }
        all.into_iter().map(condition).collect_view().into_any()
    };
    view! { <Panel title="Conditions">{rows}</Panel> }
}

fn condition(condition: ConditionView) -> impl IntoView {
    let state = match condition.status.as_str() {
        "True" => State::Done,
        "False" => State::Failed,
        _ => State::Stale,
    };
    // `Available: …` under a condition `Available` says nothing twice.
    let told = condition.reason.is_empty() || condition.type_.ends_with(&condition.reason);
    let reason = match (told, condition.message.is_empty()) {
        (false, false) => format!("{}: {}", condition.reason, condition.message),
        (_, true) => condition.reason,
        (true, false) => condition.message,
    };
    view! {
        <div class="act cond">
            <span class=format!("st {}", state_class(state))>
                <Icon name=state_icon(state) />
                <span class="vh">{condition.status}</span>
            </span>
            <span>
                <b class="med">{condition.type_}</b>
                <br />
                <span class="xs t2">{reason}</span>
            </span>
            <span class="xs t3 nowrap">{condition.since_ms.map(|at| view! { <Ago at=at bare=true /> })}</span>
        </div>
    }
}
