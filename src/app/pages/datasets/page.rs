//! The page of a data set.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::bring::{ItemsText, save_file};
use super::editor::ItemEditor;
use super::items::Items;
use super::past::PastQueries;
use super::store::{DataSetStore, NEW_ITEM};
use super::versions::Versions;
use crate::api::datasets::{delete_data_set, export_data_set, get_data_set};
use crate::api::wire::resource;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::collect::{Refusal, split_tags};
use crate::app::components::{
    Banner, Button, ButtonKind, Dialog, EmptyState, LinkButton, Menu, MenuItem, ProblemPanel, Skeleton,
    Switch, TextField, Tone,
};
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::views::datasets::{DataSetHome, DataSetView, ItemsChange};
use crate::views::problem::{Problem, ProblemCode};

/// The page.
#[component]
pub fn DataSetPage(
    /// Namespace.
    namespace: String,
    /// Name.
    name: String,
) -> impl IntoView {
    let first = DataSetStore::asked(&namespace, &name);
    let loaded = resource(|| (), move |()| get_data_set(first.clone()));
    let place = StoredValue::new((namespace, name));
    let body = move || {
        loaded.get().map(|answer| match answer {
            Ok(view) => view! { <DataSet view=view /> }.into_any(),
            Err(problem) => {
                let (namespace, name) = place.get_value();
                no_set(&namespace, &name, problem, Callback::new(move |()| loaded.refetch()))
            }
        })
    };
    view! {
        <div class="page">
            <Transition fallback=|| view! { <Skeleton label="Loading the data set" lines=8 /> }>{body}</Transition>
        </div>
    }
}

fn no_set(namespace: &str, name: &str, problem: Problem, retry: Callback<()>) -> AnyView {
    if problem.code != ProblemCode::NotFound {
        let title = format!("Data set {name} could not be loaded");
        return view! {
            <div class="panel">
                <ProblemPanel problem=problem title=title retry=retry />
            </div>
        }
        .into_any();
    }
    let list = address::data_sets(Some(namespace));
    view! {
        <div class="panel">
            <EmptyState title=format!("There is no data set {name} in {namespace}") text=problem.message>
                <LinkButton label="All data sets" href=list.clone() icon="database" />
                <LinkButton label="New data set" href=format!("{list}/new") icon="plus" />
            </EmptyState>
        </div>
    }
    .into_any()
}

#[component]
fn DataSet(view: DataSetView) -> impl IntoView {
    let set = DataSetStore::open(view);
    let problem = move || {
        set.problem.get().map(|problem| {
            let retry = Callback::new(move |()| set.fetch());
            view! {
                <div class="panel">
                    <ProblemPanel problem=problem title="The items could not be loaded" retry=retry />
                </div>
            }
        })
    };
    let newest = set.newest();
    let old = move || {
        (!newest.get()).then(|| {
            let (version, last) = set.view.with(|view| (view.version, view.row.version));
            view! {
                <Banner
                    tone=Tone::Stale
                    icon="clock-alert"
                    lead=format!("Version {version}.")
                    text=format!("The newest is {last}. Only that one can be changed.")
                >
                    <LinkButton label=format!("Show version {last}") href=move || set.of_version(last) small=true />
                </Banner>
            }
        })
    };
    let error = set.part(|view| view.row.error.clone());
    let broken = move || {
        let error = error.get();
        (!error.is_empty())
            .then(|| view! { <Banner tone=Tone::Failed lead="It cannot be read." text=error /> })
    };
    view! {
        <Head set=set />
        {old}
        {broken}
        {problem}
        <div class="split stackable">
            <div class="stack stack-4">
                <Items set=set />
                <Versions set=set />
            </div>
            <ItemEditor set=set />
        </div>
    }
}

/// Name, version and what can be done.
#[component]
fn Head(set: DataSetStore) -> impl IntoView {
    let toasts = use_toasts();
    let navigate = use_navigate();
    let row = set.part(|view| view.row.clone());
    let version = set.part(|view| view.version);
    let used_by = set.part(|view| view.used_by.clone());
    let (namespace, name) = row.with_untracked(|row| (row.namespace.clone(), row.name.clone()));
    let bring = RwSignal::new(false);
    let past = RwSignal::new(false);
    let doomed = RwSignal::new(false);
    let newest = set.newest();
    let frozen = Signal::derive(move || {
        (!newest.get()).then(|| "This is an old version. Only the newest can be changed.".to_owned())
    });
    let export = {
        let (namespace, name) = (namespace.clone(), name.clone());
        browser_action(move |version: &u32| {
            let (namespace, name, version) = (namespace.clone(), name.clone(), *version);
            async move {
                match export_data_set(namespace, name.clone(), version).await {
                    Ok(text) => save_file(&format!("{name}-v{version}.jsonl"), &text),
                    Err(problem) => toasts.fail(&problem),
                }
            }
        })
    };
    let delete = {
        let (namespace, name) = (namespace.clone(), name.clone());
        let list = address::data_sets(Some(&namespace));
        browser_action(move |_: &()| {
            let (namespace, name, list, navigate) =
                (namespace.clone(), name.clone(), list.clone(), navigate.clone());
            async move {
                match delete_data_set(namespace, name.clone()).await {
                    Ok(()) => {
                        toasts.say(format!("Data set {name} deleted"));
                        navigate(&list, NavigateOptions::default());
                    }
                    Err(problem) => {
                        doomed.try_set(false);
                        toasts.fail(&problem);
                    }
                }
            }
        })
    };
    let sub = {
        let namespace = namespace.clone();
        move || {
            let row = row.get();
            let home = match row.home {
                DataSetHome::ConfigMap => "a ConfigMap of this namespace",
                DataSetHome::Store => "Arkdeck's database",
            };
            let users = used_by
                .get()
                .into_iter()
                .enumerate()
                .map(|(at, name)| {
                    let key = crate::views::ObjectKey::new(
                        crate::resources::kind::Kind::Evaluation,
                        &namespace,
                        &name,
                    );
                    let comma = if at == 0 { ". Used by " } else { ", " };
                    view! {
                        {comma}
                        <a class="u" href=address::object(&key)>
                            {name}
                        </a>
                    }
                })
                .collect_view();
            view! {
                {format!("{} in {home}", words::count(row.items, "item", "items"))}
                {(row.experiments > 0).then(|| format!(", asked {}", times(row.experiments)))}
                {users}
            }
        }
    };
    let warning = {
        let name = name.clone();
        move || {
            let used = used_by.get();
            let who = match used.len() {
                0 => "No evaluation asks it.".to_owned(),
                _ => format!(
                    "{} ask it and could not run again: {}.",
                    words::count(used.len(), "evaluation", "evaluations"),
                    used.join(", ")
                ),
            };
            format!(
                "{name} goes with all its versions. {who} Experiments that ran keep their items and answers. This cannot be undone."
            )
        }
    };
    view! {
        <div class="head">
            <div class="stack stack-1 grow">
                <div class="row wrap">
                    <h1>{name.clone()}</h1>
                    <span class="tag">"Version " {version}</span>
                </div>
                <p class="sub">{sub}</p>
            </div>
            <div class="acts">
                <Button
                    label="Add item"
                    icon="plus"
                    shortcut="c"
                    kind=ButtonKind::Primary
                    disabled=frozen
                    on_press=Callback::new(move |_| set.open_item(NEW_ITEM))
                />
                <Button
                    label="From past runs"
                    icon="play"
                    disabled=frozen
                    on_press=Callback::new(move |_| past.set(true))
                />
                <Button
                    label="Import"
                    icon="upload"
                    disabled=frozen
                    on_press=Callback::new(move |_| bring.set(true))
                />
                <Menu label=format!("More for {name}")>
                    <MenuItem
                        label="Export JSONL"
                        icon="download"
                        on_press=Callback::new(move |_| {
                            export.dispatch(version.get_untracked());
                        })
                    />
                    <hr />
                    <MenuItem
                        label="Delete data set"
                        icon="trash-2"
                        danger=true
                        on_press=Callback::new(move |_| doomed.set(true))
                    />
                </Menu>
            </div>
        </div>
        <Import set=set open=bring />
        <FromPast set=set open=past />
        <Dialog open=doomed title=format!("Delete data set {name}") id="delete-set">
            <p class="pb">{warning}</p>
            <footer>
                <Button label="Keep it" kind=ButtonKind::Plain on_press=Callback::new(move |_| doomed.set(false)) />
                <Button
                    label="Delete data set"
                    icon="trash-2"
                    kind=ButtonKind::DangerSolid
                    busy=delete.pending()
                    on_press=Callback::new(move |_| {
                        delete.dispatch(());
                    })
                />
            </footer>
        </Dialog>
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

/// Items from a text, beside those that are there or in their place.
#[component]
fn Import(set: DataSetStore, open: RwSignal<bool>) -> impl IntoView {
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
fn FromPast(set: DataSetStore, open: RwSignal<bool>) -> impl IntoView {
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
