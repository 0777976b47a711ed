//! Facts of an object: short ones in a row under its head, long ones as panels.

use leptos::prelude::*;

use super::ObjectState;
use crate::app::components::{Ago, Code, CopyButton, ObjectLink, Tags};
use crate::app::pages::run::journal::pretty;
use crate::app::words;
use crate::views::detail::{Fact, FactValue};

/// The short facts.
#[component]
pub fn Facts(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let facts = state.part(|detail| {
        let mut facts = detail.facts.clone();
        facts.retain(|fact| !matches!(fact.value, FactValue::Block(_)));
        facts
    });
    let created = state.part(|detail| detail.row.created_ms);
    view! {
        <dl class="facts">
            {move || facts.get().into_iter().map(fact).collect_view()}
            <div>
                <dt>"Created"</dt>
                <dd>
                    <Ago at=created />
                </dd>
            </div>
        </dl>
    }
}

fn fact(Fact { title, value }: Fact) -> impl IntoView {
    let value = match value {
        FactValue::Text(text) | FactValue::Block(text) if text.is_empty() => {
            view! { <span class="t3">"–"</span> }.into_any()
        }
        FactValue::Text(text) | FactValue::Block(text) => {
            let full = text.clone();
            view! { <span class="cut fact" title=full>{text}</span> }.into_any()
        }
        FactValue::Code(text) => {
            let full = text.clone();
            view! { <span class="mono cut fact" title=full>{text}</span> }.into_any()
        }
        FactValue::Link { key, missing } => view! { <ObjectLink object=key missing=missing /> }.into_any(),
        FactValue::Links(all) => {
            let last = all.len().saturating_sub(1);
            all.into_iter()
                .enumerate()
                .map(|(at, (key, missing))| {
                    view! {
                        <ObjectLink object=key missing=missing />
                        {(at < last).then_some(", ")}
                    }
                })
                .collect_view()
                .into_any()
        }
        FactValue::Budget(ms) => words::budget(ms).into_any(),
        FactValue::Tags(words) => view! { <Tags words=words shown=3 /> }.into_any(),
        FactValue::Time(at) => view! { <Ago at=at /> }.into_any(),
    };
    view! {
        <div>
            <dt>{title}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// The long facts, as a prompt.
#[component]
pub fn Blocks(
    /// The object.
    state: ObjectState,
) -> impl IntoView {
    let blocks = state.part(|detail| {
        detail
            .facts
            .iter()
            .filter_map(|fact| match &fact.value {
                FactValue::Block(text) => Some((fact.title.clone(), text.clone())),
                _ => None,
            })
            .collect::<Vec<_>>()
    });
    move || {
        blocks
            .get()
            .into_iter()
            .map(|(title, text)| {
                let copied = text.clone();
                // Schemas are read by their indentation.
                let body = if text.starts_with('{') {
                    view! { <Code label=title.clone() text=pretty(&text) fold=true bare=true /> }.into_any()
                } else {
                    view! { <p class="md whole">{text}</p> }.into_any()
                };
                view! {
                    <section class="panel">
                        <header>
                            <h2>{title}</h2>
                            <span class="end">
                                <CopyButton text=Callback::new(move |()| copied.clone()) />
                            </span>
                        </header>
                        <div class="pb">
                            {body}
                        </div>
                    </section>
                }
            })
            .collect_view()
    }
}
