//! Past queries become items of a data set: asked from the list of queries, from a run, and from a data set.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::act::browser_action;
use super::address;
use super::components::{Button, ButtonKind, Dialog, Field, Icon, ProblemPanel, Skeleton, Switch, TextField};
use super::toasts::use_toasts;
use super::words;
use crate::api::datasets::{change_data_set, list_data_sets};
use crate::views::datasets::{DataSetChange, DataSetHome, ItemsChange};
use crate::views::problem::Problem;

/// The choice that makes a new data set.
const NEW: &str = "";

/// The dialog that asks for the data set; `names` are queries of `namespace`.
#[component]
pub fn Collect(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Namespace of the queries.
    #[prop(into)]
    namespace: Signal<String>,
    /// Names of the queries.
    #[prop(into)]
    names: Signal<Vec<String>>,
    /// What is to happen when they are in.
    #[prop(optional)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let load = browser_action(|namespace: &String| list_data_sets(Some(namespace.clone())));
    Effect::new(move |_| {
        if open.get() {
            load.dispatch(namespace.get_untracked());
        }
    });
    let count = move || words::count(names.with(Vec::len), "query", "queries");
    let title = Signal::derive(move || format!("Add {} to a data set", count()));
    let body = move || {
        if !open.get() {
            return ().into_any();
        }
        match (load.pending().get(), load.value().get()) {
            (false, Some(Ok(sets))) => {
                let sets: Vec<(String, u32)> = sets
                    .into_iter()
                    .filter(|set| set.error.is_empty())
                    .map(|set| (set.name, set.version))
                    .collect();
                view! { <Form open=open namespace=namespace names=names sets=sets on_done=on_done /> }
                    .into_any()
            }
            (false, Some(Err(problem))) => {
                let retry = Callback::new(move |()| {
                    load.dispatch(namespace.get_untracked());
                });
                view! { <ProblemPanel problem=problem title="Data sets could not be loaded" retry=retry /> }
                    .into_any()
            }
            _ => view! { <Skeleton label="Loading data sets" lines=3 /> }.into_any(),
        }
    };
    view! {
        <Dialog open=open title=title id="collect">
            {body}
        </Dialog>
    }
}

#[component]
fn Form(
    open: RwSignal<bool>,
    namespace: Signal<String>,
    names: Signal<Vec<String>>,
    sets: Vec<(String, u32)>,
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let navigate = use_navigate();
    let chosen = RwSignal::new(sets.first().map(|(name, _)| name.clone()).unwrap_or_default());
    let name = RwSignal::new(String::new());
    let tags = RwSignal::new(String::new());
    let expect = RwSignal::new(true);
    let problem = RwSignal::new(None::<Problem>);
    let known = StoredValue::new(sets.clone());
    let is_new = move || chosen.with(|chosen| chosen == NEW);
    let save = browser_action(move |change: &DataSetChange| {
        let (change, navigate) = (change.clone(), navigate.clone());
        async move {
            let place = address::data_set(&change.namespace, &change.name);
            let name = change.name.clone();
            match change_data_set(change).await {
                Ok(version) => {
                    open.set(false);
                    toasts.say(format!("Version {version} of {name} holds them."));
                    match on_done {
                        Some(done) => done.run(()),
                        None => navigate(&place, NavigateOptions::default()),
                    }
                }
                Err(failed) => drop(problem.try_set(Some(failed))),
            }
        }
    });
    let submit = move || {
        let to = if is_new() { name.get_untracked().trim().to_owned() } else { chosen.get_untracked() };
        let from =
            known.with_value(|known| known.iter().find(|(name, _)| *name == to).map_or(0, |(_, v)| *v));
        let names = names.get_untracked();
        let note = format!("{} from past runs", words::count(names.len(), "item", "items"));
        save.dispatch(DataSetChange {
            namespace: namespace.get_untracked(),
            name: to,
            home: DataSetHome::Store,
            from,
            change: ItemsChange::FromQueries {
                names,
                expect_answer: expect.get_untracked(),
                tags: split_tags(&tags.get_untracked()),
            },
            note,
        });
    };
    let options = sets
        .into_iter()
        .map(|(name, version)| {
            let this = name.clone();
            view! {
                <option value=name.clone() selected=move || chosen.with(|chosen| *chosen == this)>
                    {format!("{name}, version {version}")}
                </option>
            }
        })
        .collect_view();
    view! {
        <form on:submit=move |event| {
            event.prevent_default();
            submit();
        }>
            <div class="pb stack">
                <Field label="Data set" name="collect.to">
                    <select
                        class="in"
                        id="f-collect-to"
                        aria-describedby="f-collect-to-d"
                        on:change=move |event| chosen.set(event_target_value(&event))
                    >
                        {options}
                        <option value=NEW selected=is_new>
                            "A new one"
                        </option>
                    </select>
                </Field>
                {move || {
                    is_new()
                        .then(|| {
                            view! { <TextField label="Name" name="collect.name" value=name hint="As objects are named: letters, digits and dashes" /> }
                        })
                }}
                <TextField
                    label="Tags"
                    name="collect.tags"
                    value=tags
                    optional=true
                    hint="Of these items, with commas between them"
                />
                <Switch
                    label="Their answers are what should be answered"
                    on=expect
                    on_change=Callback::new(move |on| expect.set(on))
                />
                <Refusal problem=problem />
            </div>
            <footer>
                <Button label="Keep as it is" kind=ButtonKind::Plain on_press=Callback::new(move |_| open.set(false)) />
                <Button label="Add to data set" icon="plus" kind=ButtonKind::Primary submit=true busy=save.pending() />
            </footer>
        </form>
    }
}

/// Tags as they are typed: with commas between them.
pub fn split_tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// Why a change of a data set was refused, with the lines of the text that are to blame.
#[component]
pub fn Refusal(
    /// The problem.
    problem: RwSignal<Option<Problem>>,
) -> impl IntoView {
    let shown = move || {
        problem.get().map(|problem| {
            let lines = problem
                .fields
                .into_iter()
                .map(|field| {
                    let place = match (field.line, field.field.is_empty()) {
                        (Some(line), _) => format!("Line {line}: "),
                        (None, false) => format!("{}: ", field.field),
                        (None, true) => String::new(),
                    };
                    view! { <li>{place} {field.message}</li> }
                })
                .collect::<Vec<_>>();
            let lines = (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> });
            view! {
                <div class="err top">
                    <Icon name="octagon-x" small=true />
                    <div class="stack stack-1">
                        <span>{problem.message} {problem.next.map(|next| format!(" {next}"))}</span>
                        {lines}
                    </div>
                </div>
            }
        })
    };
    view! { <div role="alert">{shown}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_split_at_commas_and_kept_once() {
        assert_eq!(split_tags(" vip, late ,vip,, "), ["vip", "late"]);
        assert!(split_tags("").is_empty());
    }
}
