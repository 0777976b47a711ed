//! The queries that went to an agent or a model.

use leptos::prelude::*;

use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{EmptyState, LinkButton, ProblemPanel, TableSkeleton};
use crate::app::lists::{ListStore, Table, use_list_address_within};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;

/// Queries that refer to an object, alive.
#[component]
pub fn RunsOf(
    /// The agent or model.
    object: ObjectKey,
) -> impl IntoView {
    let place = Some(object.namespace.clone());
    let list =
        ListStore::new(use_list_address_within(Kind::Query, place, object.name.clone(), ("tab", "runs")));
    let first = list.address.request.get_untracked();
    let resource = resource(|| (), move |()| list_objects(first.clone()));
    let ask = address::create(Some(&object.namespace), Kind::Query)
        + &address::query([("target", format!("{}/{}", object.kind.noun(), object.name))]);
    let ask = StoredValue::new(ask);
    let name = StoredValue::new(object.name);
    let none = Memo::new(move |_| list.rows.with(Vec::is_empty));
    let content = move || {
        if none.get() {
            return view! {
                <div class="panel">
                    <EmptyState
                        title=format!("{} has not been asked yet", name.get_value())
                        text="Its queries appear here as they are made."
                    >
                        <LinkButton label="New query" href=ask.get_value() icon="play" />
                    </EmptyState>
                </div>
            }
            .into_any();
        }
        view! { <Table list=list /> }.into_any()
    };
    view! {
        <Transition fallback=|| view! { <TableSkeleton label="Loading runs" /> }>
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
                                        title="Runs could not be loaded"
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
