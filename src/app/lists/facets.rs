//! The filters that only evaluations have: type, evaluator, query, result, score and label.

use leptos::prelude::*;

use super::ListStore;
use crate::app::components::Chip;
use crate::views::facets::{TYPES, read_score, score_text};
use crate::views::row::{Filter, ListRequest};

/// The filters, in the order of their chips.
const ALL: [Filter; 6] =
    [Filter::Type, Filter::Evaluator, Filter::Query, Filter::Passed, Filter::Score, Filter::Label];

/// What a filter that is on asks for, in words.
pub fn facet_word(request: &ListRequest, filter: Filter) -> String {
    let only = &request.only;
    match filter {
        Filter::Type => TYPES
            .iter()
            .find(|(known, _)| *known == only.type_)
            .map(|(_, word)| (*word).to_owned())
            .unwrap_or_default(),
        Filter::Evaluator => format!("Evaluator {}", only.evaluator),
        Filter::Query => format!("Query {}", only.query),
        Filter::Label => format!("Label {}", only.label.trim()),
        Filter::Passed => if only.passed == Some(true) { "Has passed" } else { "Has not passed" }.to_owned(),
        Filter::Score => match (only.from.map(score_text), only.to.map(score_text)) {
            (Some(from), Some(to)) => format!("Score {from} to {to}"),
            (Some(from), None) => format!("Score from {from}"),
            (None, Some(to)) => format!("Score up to {to}"),
            (None, None) => String::new(),
        },
        Filter::Search | Filter::State(_) | Filter::Reference => String::new(),
    }
}

/// A chip for each filter that is on, which takes it off, and one that shows the fields.
#[component]
pub fn FacetChips(
    /// The list.
    list: ListStore,
    /// The fields are shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let address = list.address;
    let on = Memo::new(move |_| {
        address.request.with(|request| {
            let on = request.filters();
            let on = ALL.into_iter().filter(|filter| on.contains(filter));
            on.map(|filter| (filter, facet_word(request, filter))).collect::<Vec<_>>()
        })
    });
    view! {
        {move || {
            on.get()
                .into_iter()
                .map(|(filter, word)| {
                    view! {
                        <Chip
                            label=word
                            icon="x"
                            on=true
                            on_press=Callback::new(move |_| address.change(false, |request| request.remove(filter)))
                        />
                    }
                })
                .collect_view()
        }}
        <Chip
            label="Filter"
            icon="sliders-horizontal"
            on=open
            on_press=Callback::new(move |_| open.update(|open| *open = !*open))
        />
    }
}

/// The fields; each acts when it is left or Enter is pressed.
#[component]
pub fn FacetFields(
    /// The list.
    list: ListStore,
    /// They are shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let address = list.address;
    let text = move |label: &'static str,
                     hint: &'static str,
                     read: fn(&ListRequest) -> String,
                     write: fn(&mut ListRequest, String)| {
        let value = Memo::new(move |_| address.request.with(read));
        let id = format!("facet-{}", label.to_lowercase().replace(' ', "-"));
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    class="in"
                    id=id
                    placeholder=hint
                    autocomplete="off"
                    spellcheck="false"
                    value=value.get_untracked()
                    prop:value=value
                    on:change=move |event| {
                        let typed = event_target_value(&event).trim().to_owned();
                        address.change(false, |request| write(request, typed));
                    }
                />
            </div>
        }
    };
    let choice = move |label: &'static str,
                       id: &'static str,
                       options: Vec<(&'static str, &'static str)>,
                       read: fn(&ListRequest) -> String,
                       write: fn(&mut ListRequest, String)| {
        let value = Memo::new(move |_| address.request.with(read));
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select
                    class="in"
                    id=id
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        address.change(false, |request| write(request, chosen));
                    }
                >
                    {options
                        .into_iter()
                        .map(|(option, word)| {
                            let on = move || value.with(|value| value == option);
                            view! {
                                <option value=option selected=on prop:selected=on>
                                    {word}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
        }
    };
    let types = std::iter::once(("", "Any")).chain(TYPES).collect();
    let results = vec![("", "Any"), ("true", "Passed"), ("false", "Not passed")];
    view! {
        <div class="facets" hidden=move || !open.get()>
            {choice(
                "Type",
                "facet-type",
                types,
                |request| request.only.type_.clone(),
                |request, chosen| request.only.type_ = chosen,
            )}
            {choice(
                "Result",
                "facet-result",
                results,
                |request| request.only.passed.map(|passed| passed.to_string()).unwrap_or_default(),
                |request, chosen| request.only.passed = chosen.parse().ok(),
            )}
            {text(
                "Evaluator",
                "Name",
                |request| request.only.evaluator.clone(),
                |request, typed| request.only.evaluator = typed,
            )}
            {text(
                "Query",
                "Name",
                |request| request.only.query.clone(),
                |request, typed| request.only.query = typed,
            )}
            {text(
                "Label",
                "team=support",
                |request| request.only.label.clone(),
                |request, typed| request.only.label = typed,
            )}
            {text(
                "Score from",
                "0.00",
                |request| request.only.from.map(score_text).unwrap_or_default(),
                |request, typed| request.only.from = read_score(&typed),
            )}
            {text(
                "Score to",
                "1.00",
                |request| request.only.to.map(score_text).unwrap_or_default(),
                |request, typed| request.only.to = read_score(&typed),
            )}
        </div>
    }
}
