//! Ways for several items to come into a data set: from a text, from past runs.

use leptos::prelude::*;

use super::bring::ItemsText;
use super::past::PastQueries;
use super::store::DataSetStore;
use crate::app::act::browser_action;
use crate::app::collect::{Refusal, split_tags};
use crate::app::components::{Button, ButtonKind, Dialog, Switch, TextField};
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::views::datasets::ItemsChange;
use crate::views::problem::Problem;

/// Items from a text, beside those that are there or in their place.
#[component]
pub fn Import(
    /// The data set.
    set: DataSetStore,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<String>);
    let whole = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let save = browser_action(move |_: &()| {
        let (change, note) = match whole.get_untracked() {
            true => (ItemsChange::Replace(text.get_untracked()), "All items replaced by a text"),
            false => (ItemsChange::Append(text.get_untracked()), "Items of a text added"),
        };
        let change = set.next(change, note);
        async move {
            match set.send(change).await {
                Ok(version) => {
                    open.try_set(false);
                    text.try_set(String::new());
                    problem.try_set(None);
                    toasts.say(format!("Version {version} is here."));
                }
                Err(failed) => drop(problem.try_set(Some(failed))),
            }
        }
    });
    let missing = Signal::derive(move || {
        text.with(|text| text.trim().is_empty()).then(|| "Paste items or read a file first.".to_owned())
    });
    view! {
        <Dialog open=open title="Import items" id="import-items">
            <div class="pb wide-body">
                <ItemsText text=text refused=refused id="import" />
                <Switch
                    label="Replace all items that are there"
                    on=whole
                    on_change=Callback::new(move |on| whole.set(on))
                />
                <p class="xs t3">"Otherwise they are added; one whose id is there already takes its place."</p>
                <Refusal problem=problem />
            </div>
            <footer>
                <Button label="Keep as it is" kind=ButtonKind::Plain on_press=Callback::new(move |_| open.set(false)) />
                <Button
                    label="Import"
                    icon="upload"
                    kind=ButtonKind::Primary
                    busy=save.pending()
                    disabled=missing
                    on_press=Callback::new(move |_| {
                        save.dispatch(());
                    })
                />
            </footer>
        </Dialog>
    }
}

/// Items from past queries.
#[component]
pub fn FromPast(
    /// The data set.
    set: DataSetStore,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let chosen = RwSignal::new(Vec::<String>::new());
    let tags = RwSignal::new(String::new());
    let expect = RwSignal::new(true);
    let problem = RwSignal::new(None::<Problem>);
    let namespace = set.view.with_untracked(|view| view.row.namespace.clone());
    let save = browser_action(move |_: &()| {
        let names = chosen.get_untracked();
        let note = format!("{} from past runs", words::count(names.len(), "item", "items"));
        let tags = split_tags(&tags.get_untracked());
        let change =
            set.next(ItemsChange::FromQueries { names, expect_answer: expect.get_untracked(), tags }, note);
        async move {
            match set.send(change).await {
                Ok(version) => {
                    open.try_set(false);
                    chosen.try_set(Vec::new());
                    problem.try_set(None);
                    toasts.say(format!("Version {version} holds them."));
                }
                Err(failed) => drop(problem.try_set(Some(failed))),
            }
        }
    });
    let missing =
        Signal::derive(move || chosen.with(Vec::is_empty).then(|| "Choose queries first.".to_owned()));
    let label = Signal::derive(move || match chosen.with(Vec::len) {
        0 => "Add".to_owned(),
        count => format!("Add {}", words::count(count, "item", "items")),
    });
    let body = move || {
        let namespace = namespace.clone();
        open.get().then(|| view! { <PastQueries namespace=namespace chosen=chosen /> })
    };
    view! {
        <Dialog open=open title="From past runs" id="past-runs">
            <div class="pb wide-body">
                {body}
                <TextField
                    label="Tags"
                    name="past.tags"
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
                <Button
                    label=label
                    icon="plus"
                    kind=ButtonKind::Primary
                    busy=save.pending()
                    disabled=missing
                    on_press=Callback::new(move |_| {
                        save.dispatch(());
                    })
                />
            </footer>
        </Dialog>
    }
}
