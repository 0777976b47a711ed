//! Lists inside the page of an object: the queries that went to it, its evaluations.

use leptos::prelude::*;

use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{EmptyState, LinkButton, ProblemPanel, TableSkeleton};
use crate::app::lists::{ListAddress, ListStore, Table, use_evaluations_within, use_list_address_within};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::facets::Only;

/// Queries that refer to an object, alive.
#[component]
pub fn RunsOf(
    /// The agent, team or model.
    object: ObjectKey,
) -> impl IntoView {
    let place = Some(object.namespace.clone());
    let address = use_list_address_within(Kind::Query, place, object.name.clone(), ("tab", "runs"));
    let ask = address::create(Some(&object.namespace), Kind::Query)
        + &address::query([("target", format!("{}/{}", object.kind.noun(), object.name))]);
    let empty = Empty {
        title: format!("{} has not been asked yet", object.name),
        text: "Its queries appear here as they are made.",
        act: ("New query", ask, "play"),
    };
    view! { <ListWithin address=address what="Runs" empty=empty /> }
}

/// Evaluations of an object's answers, alive.
#[component]
pub fn EvaluationsOf(
    /// The agent or team that was judged.
    object: ObjectKey,
) -> impl IntoView {
    let place = Some(object.namespace.clone());
    let address =
        use_list_address_within(Kind::Evaluation, place, object.name.clone(), ("tab", "evaluations"));
    let make = address::create(Some(&object.namespace), Kind::Evaluation)
        + &address::query([("target", format!("{}/{}", object.kind.noun(), object.name))]);
    let empty = Empty {
        title: format!("{} has not been evaluated yet", object.name),
        text: "An experiment asks it every question of a data set and scores the answers.",
        act: ("New evaluation", make, "plus"),
    };
    view! { <ListWithin address=address what="Evaluations" empty=empty /> }
}

/// What an evaluator has scored, alive.
#[component]
pub fn EvaluationsBy(
    /// The evaluator.
    object: ObjectKey,
) -> impl IntoView {
    let only = Only { evaluator: object.name.clone(), ..Only::default() };
    let address = use_evaluations_within(object.namespace.clone(), only, ("tab", "evaluations"));
    let make = address::create(Some(&object.namespace), Kind::Evaluation)
        + &address::query([("evaluator", object.name.clone())]);
    let empty = Empty {
        title: format!("{} has scored nothing yet", object.name),
        text: "Its evaluations appear here as they are made.",
        act: ("New evaluation", make, "plus"),
    };
    view! { <ListWithin address=address what="Evaluations" empty=empty /> }
}

/// Evaluations of a query's answers, alive.
#[component]
pub fn EvaluationsOfRun(
    /// The query.
    object: ObjectKey,
) -> impl IntoView {
    let only = Only { query: object.name.clone(), ..Only::default() };
    let address = use_evaluations_within(object.namespace.clone(), only, ("view", "evaluations"));
    let make = address::create(Some(&object.namespace), Kind::Evaluation)
        + &address::query([("query", object.name)]);
    let empty = Empty {
        title: "Nobody has scored this answer".to_owned(),
        text: "An evaluator scores it by measures, by a model as judge, or by rules over what happened.",
        act: ("New evaluation", make, "plus"),
    };
    view! { <ListWithin address=address what="Evaluations" empty=empty /> }
}

/// What stands in the place of a list without rows.
#[derive(Clone)]
struct Empty {
    /// What is the case.
    title: String,
    /// One sentence more.
    text: &'static str,
    /// What to do about it: label, address, icon.
    act: (&'static str, String, &'static str),
}

/// A live list without head and toolbar.
#[component]
fn ListWithin(
    /// What is asked for.
    address: ListAddress,
    /// What the rows are, as `Runs`.
    what: &'static str,
    /// What is said when there are none.
    empty: Empty,
) -> impl IntoView {
    let list = ListStore::new(address);
    let first = list.address.request.get_untracked();
    let resource = resource(|| (), move |()| list_objects(first.clone()));
    let empty = StoredValue::new(empty);
    let none = Memo::new(move |_| list.rows.with(Vec::is_empty));
    let content = move || {
        if !none.get() {
            return view! { <Table list=list /> }.into_any();
        }
        let Empty { title, text, act: (label, href, icon) } = empty.get_value();
        view! {
            <div class="panel">
                <EmptyState title=title text=text>
                    <LinkButton label=label href=href icon=icon />
                </EmptyState>
            </div>
        }
        .into_any()
    };
    view! {
        <Transition fallback=move || {
            view! { <TableSkeleton label=format!("Loading {}", what.to_lowercase()) /> }
        }>
            {move || {
                resource
                    .get()
                    .map(|answer| match answer {
                        Ok(page) => {
                            if !list.loaded.get_untracked() {
                                list.load(page);
                            }
                            content.into_any()
                        }
                        Err(problem) => {
                            view! {
                                <div class="panel">
                                    <ProblemPanel
                                        problem=problem
                                        title=format!("{what} could not be loaded")
                                        retry=Callback::new(move |()| resource.refetch())
                                    />
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}
