//! A whole list: head, toolbar, table, and what stands in its place when it is empty, not found or not to be had.

use leptos::prelude::*;

use super::facets::facet_word;
use super::{ListStore, Table, Toolbar, summary_line};
use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Button, ButtonKind, EmptyState, LinkButton, ProblemPanel, TableSkeleton};
use crate::app::lists::toolbar::state_word;
use crate::resources::kind::Kind;
use crate::views::problem::ProblemCode;
use crate::views::row::Filter;

/// The page of a list. Renders its first window on the server.
#[component]
pub fn ListView(
    /// The list.
    list: ListStore,
    /// Buttons of the head beside `New …`, which is always there.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (kind, namespace) =
        list.address.request.with_untracked(|request| (request.kind, request.namespace.clone()));
    let first = list.address.request.get_untracked();
    let resource = resource(|| (), move |()| list_objects(first.clone()));
    let create = address::create(namespace.as_deref(), kind);
    view! {
        <div class="page">
            <div class="head">
                <div class="stack stack-1">
                    <h1>{kind.title()}</h1>
                    <p class="sub">{move || list.loaded.get().then(|| summary_line(list).get())}</p>
                </div>
                <div class="acts">
                    {children.map(|children| children())}
                    <LinkButton
                        label=format!("New {}", kind.noun())
                        href=create.clone()
                        icon="plus"
                        kind=ButtonKind::Primary
                        shortcut="c"
                    />
                </div>
            </div>
            <div class="stack">
                <Toolbar list=list />
                <Transition fallback=move || {
                    view! {
                        <div class="panel">
                            <TableSkeleton label=format!("Loading {}", kind.nouns()) />
                        </div>
                    }
                }>
                    {move || {
                        resource
                            .get()
                            .map(|answer| {
                                // Once: afterwards the store fetches and lives by itself.
                                if !list.loaded.get_untracked() {
                                    match answer {
                                        Ok(page) => list.load(page),
                                        Err(problem) => list.problem.set(Some(problem)),
                                    }
                                }
                                view! { <Content list=list kind=kind create=create.clone() /> }
                            })
                    }}
                </Transition>
            </div>
        </div>
    }
}

/// What of the list's states there is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Problem,
    Empty,
    NoMatch,
    Rows,
}

#[component]
fn Content(list: ListStore, kind: Kind, create: String) -> impl IntoView {
    let create = StoredValue::new(create);
    let shape = Memo::new(move |_| {
        let rows = list.rows.with(|rows| !rows.is_empty());
        match (list.problem.with(Option::is_some), rows, list.total.get()) {
            (true, ..) => Shape::Problem,
            (false, true, _) => Shape::Rows,
            (false, false, 0) => Shape::Empty,
            (false, false, _) => Shape::NoMatch,
        }
    });
    move || match shape.get() {
        Shape::Rows => view! { <Table list=list /> }.into_any(),
        Shape::Problem => view! { <Failed list=list kind=kind /> }.into_any(),
        Shape::Empty => view! {
            <div class="panel">
                <EmptyState title=format!("No {} yet", kind.nouns()) text=kind.explanation()>
                    <LinkButton
                        label=format!("New {}", kind.noun())
                        href=create.get_value()
                        icon="plus"
                        kind=ButtonKind::Primary
                    />
                </EmptyState>
            </div>
        }
        .into_any(),
        Shape::NoMatch => view! { <NoMatch list=list kind=kind /> }.into_any(),
    }
}

#[component]
fn Failed(list: ListStore, kind: Kind) -> impl IntoView {
    move || {
        let problem = list.problem.get()?;
        let place = list.address.request.with(|request| request.namespace.clone());
        let title = match (problem.code, place) {
            (ProblemCode::Forbidden, Some(place)) => {
                format!("You may not list {} in {place}", kind.nouns())
            }
            (ProblemCode::Forbidden, None) => format!("You may not list {}", kind.nouns()),
            _ => format!("{} could not be loaded", kind.title()),
        };
        Some(view! {
            <div class="panel">
                <ProblemPanel problem=problem title=title retry=Callback::new(move |()| list.fetch()) />
            </div>
        })
    }
}

#[component]
fn NoMatch(list: ListStore, kind: Kind) -> impl IntoView {
    let address = list.address;
    let title = Signal::derive(move || match address.request.with(|request| request.filters().len()) {
        1 => format!("No {} matches this filter", kind.noun()),
        many => format!("No {} matches these {many} filters", kind.noun()),
    });
    let word = move |filter: Filter| match filter {
        Filter::Search => address.request.with(|request| request.search.trim().to_owned()),
        Filter::State(state) => state_word(kind, state).to_owned(),
        Filter::Reference => {
            format!("Uses {}", address.request.with(|request| request.refers_to.clone()).unwrap_or_default())
        }
        facet => address.request.with(|request| facet_word(request, facet)),
    };
    // Only filters whose end would show something are a way out.
    let ways = Memo::new(move |_| {
        let mut ways = list.without.get();
        ways.retain(|(_, count)| *count > 0);
        ways.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ways
    });
    let text = Signal::derive(move || {
        let best = ways.with(|ways| ways.first().copied());
        let best = best.map(|(filter, count)| format!(" Without “{}” there would be {count}.", word(filter)));
        format!("{} without filters.{}", summary(list), best.unwrap_or_default())
    });
    let buttons = move || {
        ways.get()
            .into_iter()
            .map(|(filter, _)| {
                view! {
                    <Button
                        label=format!("Remove “{}”", word(filter))
                        on_press=Callback::new(move |_| address.change(false, |request| request.remove(filter)))
                    />
                }
            })
            .collect_view()
    };
    view! {
        <div class="panel">
            <EmptyState title=title text=text>
                {buttons}
                <Button
                    label="Clear all filters"
                    icon="x"
                    kind=ButtonKind::Plain
                    on_press=Callback::new(move |_| address.clear())
                />
            </EmptyState>
        </div>
    }
}

fn summary(list: ListStore) -> String {
    let total = list.total.get();
    list.address.request.with(|request| match &request.namespace {
        Some(namespace) => format!("{total} in {namespace}"),
        None => format!("{total} in all namespaces"),
    })
}
