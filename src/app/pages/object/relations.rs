//! What refers to an object, and what people wrote on it.

use leptos::prelude::*;

use super::ObjectState;
use crate::app::address;
use crate::app::components::{Avatar, Panel};
use crate::app::words;

/// Objects that refer to it.
#[component]
pub fn UsedBy(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let users = state.part(|detail| detail.used_by.clone());
    let note = Signal::derive(move || match users.with(Vec::len) {
        0 => String::new(),
        count => words::count(count, "object", "objects"),
    });
    let rows = move || {
        let all = users.get();
        if all.is_empty() {
            return view! { <p class="pb t2">"Nothing refers to it."</p> }.into_any();
        }
        all.into_iter()
            .map(|key| {
                view! {
                    <a class="act" href=address::object(&key)>
                        <Avatar kind=key.kind name=key.name.clone() small=true />
                        <span class="cut">{key.name.clone()}</span>
                        <span class="xs t3">{key.kind.noun()}</span>
                    </a>
                }
            })
            .collect_view()
            .into_any()
    };
    view! {
        <Panel title="Used by" note=note>
            {rows}
        </Panel>
    }
}

/// Labels and annotations.
#[component]
pub fn Labels(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let labels = state.part(|detail| (detail.labels.clone(), detail.annotations.clone()));
    let rows = move || {
        let (labels, annotations) = labels.get();
        if labels.is_empty() && annotations.is_empty() {
            return view! { <p class="pb t2">"It has none."</p> }.into_any();
        }
        view! {
            <dl class="kv pb">
                {labels
                    .into_iter()
                    .chain(annotations)
                    .map(|(name, value)| {
                        view! {
                            <dt class="mono">{name}</dt>
                            <dd class="mono">{value}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        }
        .into_any()
    };
    view! { <Panel title="Labels and annotations">{rows}</Panel> }
}
