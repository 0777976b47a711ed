//! A new data set: from a text, or from past queries.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::bring::ItemsText;
use super::past::PastQueries;
use crate::api::datasets::change_data_set;
use crate::api::objects::list_namespaces;
use crate::api::wire::resource;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::collect::{Refusal, split_tags};
use crate::app::components::{
    Button, ButtonKind, Icon, ProblemPanel, Problems, SelectField, Skeleton, Switch, Tab, Tabs, TextField,
};
use crate::app::guard::guard_while;
use crate::app::pages::form::{focus_first_error, judge};
use crate::app::words;
use crate::views::datasets::{DataSetChange, DataSetHome, ItemsChange};
use crate::views::problem::{Problem, ProblemCode};

/// The page.
#[component]
pub fn NewDataSetPage(
    /// Namespace; the page asks for one if absent.
    namespace: Option<String>,
) -> impl IntoView {
    let place = match &namespace {
        Some(namespace) => {
            format!("In {namespace}. Each change makes a version; experiments say which they asked.")
        }
        None => "Choose a namespace first.".to_owned(),
    };
    let content = match namespace {
        Some(namespace) => view! { <Making namespace=namespace /> }.into_any(),
        None => view! { <Namespaces /> }.into_any(),
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"New data set"</h1>
                    <p class="sub">{place}</p>
                </div>
            </div>
            {content}
        </div>
    }
}

/// The choice of a namespace.
#[component]
fn Namespaces() -> impl IntoView {
    let names = resource(|| (), |()| list_namespaces());
    let body = move || {
        names.get().map(|answer| match answer {
            Ok(names) => {
                let rows = names.into_iter().map(|name| {
                    view! {
                        <a class="act" href=format!("{}/new", address::data_sets(Some(&name)))>
                            <Icon name="box" />
                            <span>{name.clone()}</span>
                            <Icon name="chevron-right" small=true />
                        </a>
                    }
                });
                view! { <div class="panel">{rows.collect_view()}</div> }.into_any()
            }
            Err(problem) => view! {
                <div class="panel">
                    <ProblemPanel
                        problem=problem
                        title="Namespaces could not be loaded"
                        retry=Callback::new(move |()| names.refetch())
                    />
                </div>
            }
            .into_any(),
        })
    };
    view! { <Transition fallback=|| view! { <Skeleton label="Loading namespaces" /> }>{body}</Transition> }
}

#[component]
fn Making(namespace: String) -> impl IntoView {
    let query = use_query_map();
    let from_past = Memo::new(move |_| query.with(|query| query.get("from")).as_deref() == Some("past"));
    let name = RwSignal::new(String::new());
    let home = RwSignal::new("store".to_owned());
    let text = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<String>);
    let tags = RwSignal::new(String::new());
    let expect = RwSignal::new(true);
    let chosen = RwSignal::new(Vec::<String>::new());
    let problem = RwSignal::new(None::<Problem>);
    let problems = Problems::default();
    let navigate = use_navigate();
    let dirty = Signal::derive(move || {
        !text.with(String::is_empty) || !name.with(String::is_empty) || !chosen.with(Vec::is_empty)
    });
    let guard = guard_while(dirty);
    let save = browser_action(move |change: &DataSetChange| {
        let (change, navigate) = (change.clone(), navigate.clone());
        async move {
            let place = address::data_set(&change.namespace, &change.name);
            match change_data_set(change).await {
                Ok(_) => {
                    guard.release();
                    navigate(&place, NavigateOptions::default());
                }
                // A name that is taken or wrong is told where it is mended.
                Err(failed) if failed.code == ProblemCode::AlreadyExists => {
                    problems.set_field("name", Some(failed.message));
                    focus_first_error();
                }
                Err(failed) => drop(problem.try_set(Some(failed))),
            }
        }
    });
    let place = StoredValue::new(namespace.clone());
    let submit = move || {
        problem.set(None);
        let wrong = name.with_untracked(|name| judge::name(name.trim()));
        problems.set_field("name", wrong.clone());
        if wrong.is_some() {
            focus_first_error();
            return;
        }
        let past = from_past.get_untracked();
        let (change, note) = if past {
            let names = chosen.get_untracked();
            let note = format!("{} from past runs", words::count(names.len(), "item", "items"));
            let tags = split_tags(&tags.get_untracked());
            (ItemsChange::FromQueries { names, expect_answer: expect.get_untracked(), tags }, note)
        } else {
            (ItemsChange::Replace(text.get_untracked()), "Made from a text".to_owned())
        };
        let home = match home.get_untracked().as_str() {
            "configmap" => DataSetHome::ConfigMap,
            _ => DataSetHome::Store,
        };
        save.dispatch(DataSetChange {
            namespace: place.get_value(),
            name: name.get_untracked().trim().to_owned(),
            home,
            from: 0,
            change,
            note,
        });
    };
    let missing = Signal::derive(move || {
        let nothing = match from_past.get() {
            true => chosen.with(Vec::is_empty).then_some("Choose queries first."),
            false => text.with(|text| text.trim().is_empty()).then_some("Paste items or read a file first."),
        };
        let unnamed = name.with(|name| name.trim().is_empty()).then_some("Give it a name first.");
        unnamed.or(nothing).map(str::to_owned)
    });
    let homes = vec![
        ("store".to_owned(), "Arkdeck: large ones, with all versions".to_owned()),
        ("configmap".to_owned(), "A ConfigMap: small, as YAML in git".to_owned()),
    ];
    let tabs = vec![Tab::new("text", "From a text", "braces"), Tab::new("past", "From past queries", "play")];
    let source = move || {
        if from_past.get() {
            view! {
                <div role="tabpanel" id="panel-past" aria-labelledby="tab-past" class="stack">
                    <PastQueries namespace=place.get_value() chosen=chosen />
                    <div class="grid g2">
                        <TextField
                            label="Tags"
                            name="tags"
                            value=tags
                            optional=true
                            hint="Of these items, with commas between them"
                        />
                        <Switch
                            label="Their answers are what should be answered"
                            on=expect
                            on_change=Callback::new(move |on| expect.set(on))
                        />
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div role="tabpanel" id="panel-text" aria-labelledby="tab-text">
                    <ItemsText text=text refused=refused id="new" />
                </div>
            }
            .into_any()
        }
    };
    view! {
        <form
            class="stack stack-4"
            on:submit=move |event| {
                event.prevent_default();
                if missing.with_untracked(Option::is_none) {
                    submit();
                }
            }
        >
            <div class="panel">
                <div class="pb grid g2">
                    <TextField
                        label="Name"
                        name="name"
                        value=name
                        problems=problems
                        hint="As objects are named: lower-case letters, digits and dashes"
                    />
                    <SelectField label="Kept in" name="home" value=home options=Signal::stored(homes) />
                </div>
            </div>
            <Tabs label="Where its items come from" tabs=tabs parameter="from" />
            {source}
            <Refusal problem=problem />
            <div class="row wrap">
                <Button
                    label="Make data set"
                    icon="plus"
                    kind=ButtonKind::Primary
                    submit=true
                    busy=save.pending()
                    disabled=missing
                />
            </div>
        </form>
    }
}
