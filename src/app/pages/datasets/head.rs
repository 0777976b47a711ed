//! The head of a data set's page: name, version and what can be done.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::bring::save_file;
use super::grow::{FromPast, Import};
use super::store::{DataSetStore, NEW_ITEM};
use crate::api::datasets::{delete_data_set, export_data_set};
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, Dialog, Menu, MenuItem};
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::views::datasets::DataSetHome;

/// Name, version and what can be done.
#[component]
pub fn Head(
    /// The data set.
    set: DataSetStore,
) -> impl IntoView {
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
        let why = match (set.gone.get(), newest.get()) {
            (true, _) => "It was deleted.",
            (_, false) => "This is an old version. Only the newest can be changed.",
            _ => return None,
        };
        Some(why.to_owned())
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
