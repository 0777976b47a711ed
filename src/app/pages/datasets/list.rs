//! The data sets of a namespace, or of all.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use crate::api::datasets::list_data_sets;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{
    Ago, ButtonKind, EmptyState, Icon, LinkButton, ProblemPanel, SearchBox, TableSkeleton,
};
use crate::app::live::{Again, use_live};
use crate::app::words;
use crate::views::datasets::{DataSetHome, DataSetRow};
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::ProblemCode;

/// The page.
#[component]
pub fn DataSetsPage(
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let asked = namespace.clone();
    let sets = resource(|| (), move |()| list_data_sets(asked.clone()));
    // What became of them since the page came.
    let now = RwSignal::new(None::<Vec<DataSetRow>>);
    follow(namespace.clone(), now);
    let create = format!("{}/new", address::data_sets(namespace.as_deref()));
    let place = StoredValue::new(namespace.clone());
    let count = move || {
        let first = sets.get().and_then(Result::ok).map(|sets| sets.len());
        let count = now.with(|now| now.as_ref().map(Vec::len)).or(first)?;
        let place = place.get_value().unwrap_or_else(|| "all namespaces".to_owned());
        Some(format!("{count} in {place}. An experiment asks a version of one of them."))
    };
    let content = move || {
        sets.get().map(|answer| match answer {
            Ok(first) => {
                let all = Memo::new(move |_| now.get().unwrap_or_else(|| first.clone()));
                view! { <Sets sets=all namespace=place.get_value() /> }.into_any()
            }
            Err(problem) => {
                let title = match (problem.code, place.get_value()) {
                    (ProblemCode::Forbidden, Some(place)) => format!("You may not list data sets in {place}"),
                    _ => "Data sets could not be loaded".to_owned(),
                };
                view! {
                    <div class="panel">
                        <ProblemPanel
                            problem=problem
                            title=title
                            retry=Callback::new(move |()| {
                                now.set(None);
                                sets.refetch();
                            })
                        />
                    </div>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>"Data sets"</h1>
                    <p class="sub"><Transition fallback=|| ()>{count}</Transition></p>
                </div>
                <div class="acts">
                    <LinkButton
                        label="New data set"
                        href=create
                        icon="plus"
                        kind=ButtonKind::Primary
                        shortcut="c"
                    />
                </div>
            </div>
            <Transition fallback=|| {
                view! {
                    <div class="panel">
                        <TableSkeleton label="Loading data sets" />
                    </div>
                }
            }>{content}</Transition>
        </div>
    }
}

/// Asks for them again whenever some move.
fn follow(namespace: Option<String>, now: RwSignal<Option<Vec<DataSetRow>>>) {
    let again = Again::default();
    let place = StoredValue::new(namespace.clone());
    use_live(
        move || Some(Topic::DataSets { namespace: namespace.clone(), name: None }),
        move |message| {
            if !matches!(message, LiveMessage::DataSets { .. }) {
                return;
            }
            again.ask(move || async move {
                let Some(place) = place.try_get_value() else { return };
                if let Ok(all) = list_data_sets(place).await {
                    now.try_set(Some(all));
                }
            });
        },
    );
}

/// All of them, or what stands there while there are none.
#[component]
fn Sets(sets: Memo<Vec<DataSetRow>>, namespace: Option<String>) -> impl IntoView {
    let none = Memo::new(move |_| sets.with(Vec::is_empty));
    move || match none.get() {
        true => view! { <Nothing namespace=namespace.clone() /> }.into_any(),
        false => view! { <Table sets=sets namespaces=namespace.is_none() /> }.into_any(),
    }
}

/// What stands there before the first one.
#[component]
fn Nothing(namespace: Option<String>) -> impl IntoView {
    let new = format!("{}/new", address::data_sets(namespace.as_deref()));
    view! {
        <div class="panel">
            <EmptyState
                title="No data sets yet"
                text="A data set holds questions with what should be answered. Experiments ask them of agents, teams and models, and compare the scores. Bring one as YAML, JSON, JSONL or CSV, or take past queries with their answers."
            >
                <LinkButton label="New data set" href=new.clone() icon="plus" kind=ButtonKind::Primary />
                <LinkButton label="From past queries" href=format!("{new}?from=past") icon="play" />
            </EmptyState>
        </div>
    }
}

#[component]
fn Table(sets: Memo<Vec<DataSetRow>>, namespaces: bool) -> impl IntoView {
    let query = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let search = Memo::new(move |_| query.with(|query| query.get("q")).unwrap_or_default());
    let on_change = Callback::new(move |text: String| {
        let href = format!("{}{}", path.get_untracked(), address::query([("q", text)]));
        navigate(&href, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let found = Memo::new(move |_| {
        let sought = search.get().trim().to_lowercase();
        let fits = |set: &DataSetRow| {
            sought.is_empty()
                || set.name.to_lowercase().contains(&sought)
                || set.tags.iter().any(|tag| tag.to_lowercase().contains(&sought))
        };
        sets.with(|sets| sets.iter().filter(|set| fits(set)).cloned().collect::<Vec<_>>())
    });
    view! {
        <div class="stack">
            <div class="toolbar" role="search">
                <SearchBox label="Search data sets" placeholder="Name, tag" value=search on_change=on_change />
            </div>
            <div class="panel">
                <div class="tw" tabindex="0" role="region" aria-label="Data sets">
                    <table class="rows two">
                        <thead>
                            <tr>
                                <th scope="col">"Data set"</th>
                                {namespaces.then(|| view! { <th scope="col">"Namespace"</th> })}
                                <th scope="col" class="num">"Items"</th>
                                <th scope="col">"Tags"</th>
                                <th scope="col" class="num">"Experiments"</th>
                                <th scope="col" class="num">"Changed"</th>
                            </tr>
                        </thead>
                        <tbody>
                            // What changed is drawn anew; the rest stays as it is.
                            <For each=move || found.get() key=DataSetRow::clone children=move |set| row(set, namespaces) />
                        </tbody>
                    </table>
                </div>
                <p class="pb t2" hidden=move || !found.with(Vec::is_empty)>
                    "No data set matches this search."
                </p>
            </div>
        </div>
    }
}

fn row(set: DataSetRow, namespaces: bool) -> impl IntoView {
    let href = address::data_set(&set.namespace, &set.name);
    let home = match set.home {
        DataSetHome::ConfigMap => "a ConfigMap",
        DataSetHome::Store => "kept by Arkdeck",
    };
    let broken = (!set.error.is_empty()).then(|| {
        view! {
            <span class="d bad cut">
                <Icon name="octagon-x" small=true />
                {set.error.clone()}
            </span>
        }
    });
    let fine = set.error.is_empty().then(|| {
        view! { <span class="d">{format!("version {}, {home}", set.version)}</span> }
    });
    view! {
        <tr data-row>
            <td class="l1">
                <span class="who2 bare">
                    <a class="nm name cut" href=href>
                        {set.name}
                    </a>
                    {broken}
                    {fine}
                </span>
            </td>
            {namespaces.then(|| view! { <td class="off">{set.namespace}</td> })}
            <td class="l1e num">{words::count(set.items, "item", "items")}</td>
            <td class="l2">
                <span class="row wrap">
                    {set.tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view()}
                </span>
            </td>
            <td class="off num">{set.experiments}</td>
            <td class="l2e num nowrap">
                <Ago at=set.changed_ms bare=true />
            </td>
        </tr>
    }
}
