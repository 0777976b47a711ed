//! The newest runs of an object, in a few lines, and which of them is on its way.

use leptos::prelude::*;

use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Ago, Panel, Skeleton, StatusMark};
use crate::app::lists::{ListStore, use_list_address_within};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::{Row, State};

/// Lines at the most; the tab has the others.
const LINES: usize = 5;

/// The newest queries that refer to an object, alive.
#[component]
pub fn NewestRuns(
    /// The agent or team.
    object: ObjectKey,
    /// Told of the newest that runs, or waits for a person; `None` while none does.
    running: RwSignal<Option<ObjectKey>>,
) -> impl IntoView {
    let place = Some(object.namespace.clone());
    let list =
        ListStore::new(use_list_address_within(Kind::Query, place, object.name.clone(), ("tab", "runs")));
    // Nothing is read here that a new line could push away.
    list.undisturbed.set_value(true);
    let request = list.address.request.get_untracked();
    let resource = resource(|| (), move |()| list_objects(request.clone()));
    let newest = Memo::new(move |_| {
        list.rows.with(|rows| {
            let there = rows.iter().filter(|entry| !entry.gone.get());
            there.take(LINES).map(|entry| entry.row.get()).collect::<Vec<Row>>()
        })
    });
    Effect::new(move |_| {
        let now = newest.with(|rows| rows.iter().find(|row| moves(row)).map(|row| row.key.clone()));
        if running.with_untracked(|before| *before != now) {
            running.set(now);
        }
    });
    let all = format!("{}?tab=runs", address::object(&object));
    let lines = move || {
        view! {
            <For
                each=move || newest.get()
                key=|row| row.uid.clone()
                children=move |row| line(newest, row)
            />
            <p class="pb t3" hidden=move || !newest.with(Vec::is_empty)>
                "It has not been asked yet. Its runs appear here as they are made."
            </p>
        }
        .into_any()
    };
    view! {
        <Panel title="Newest runs">
            <Transition fallback=|| {
                view! { <Skeleton label="Loading the runs" lines=3 /> }
            }>
                {move || {
                    resource
                        .get()
                        .map(|answer| match answer {
                            Ok(page) => {
                                if !list.loaded.get_untracked() {
                                    list.load(page);
                                }
                                lines()
                            }
                            Err(problem) => view! { <p class="pb t2">{problem.message}</p> }.into_any(),
                        })
                }}
            </Transition>
            <p class="pb xs">
                <a href=all>"All runs"</a>
            </p>
        </Panel>
    }
}

/// Whether a run has begun and not ended.
fn moves(row: &Row) -> bool {
    matches!(row.status.state, State::Running | State::Waiting)
}

fn line(newest: Memo<Vec<Row>>, first: Row) -> AnyView {
    let (href, name) = (address::object(&first.key), first.key.name.clone());
    let (uid, created) = (first.uid.clone(), first.created_ms);
    let status = Memo::new(move |_| {
        let now = newest.with(|rows| rows.iter().find(|row| row.uid == uid).map(|row| row.status.clone()));
        now.unwrap_or_else(|| first.status.clone())
    });
    view! {
        <div class="act">
            <a class="name mono xs cut" href=href>
                {name}
            </a>
            <StatusMark status=status />
            <span class="end xs t3 nowrap">
                <Ago at=created />
            </span>
        </div>
    }
    .into_any()
}
