//! The newest runs of an object, in a few lines, and which of them is on its way.

use leptos::prelude::*;

use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::{Ago, Panel, Skeleton, StatusMark};
use crate::app::lists::{ListStore, use_list_address_within};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::{Cell, Row, State};

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
    let (own, mover) = (object.clone(), object.clone());
    let newest = Memo::new(move |_| {
        list.rows.with(|rows| {
            let there = rows.iter().filter(|entry| !entry.gone.get()).map(|entry| entry.row.get());
            // The list goes by names alone, which an agent, a team and a model may have in common.
            there.filter(|row| may_ask(row, &own)).take(LINES).collect::<Vec<Row>>()
        })
    });
    Effect::new(move |_| {
        let now = newest.with(|rows| rows.iter().find(|row| moves(row, &mover)).map(|row| row.key.clone()));
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

/// Whether a query asks this object, or may do so: of several targets its row has only the names.
fn may_ask(row: &Row, object: &ObjectKey) -> bool {
    let named = |cell: &Cell| matches!(cell, Cell::Tags(names) if names.contains(&object.name));
    row.target().map_or_else(|| row.cells.iter().any(named), |target| target == object)
}

/// Whether a run of this object, and of no other, has begun and not ended.
fn moves(row: &Row, object: &ObjectKey) -> bool {
    row.target() == Some(object) && matches!(row.status.state, State::Running | State::Waiting)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::facets::Facets;
    use crate::views::row::Status;

    fn running(target: Cell) -> Row {
        Row {
            key: ObjectKey::new(Kind::Query, "harbour", "tide"),
            uid: "u-1".into(),
            version: 1,
            created_ms: 0,
            status: Status { state: State::Running, word: "Running".into(), reason: None },
            summary: String::new(),
            cells: vec![Cell::Question("When?".into()), target],
            started_ms: None,
            ended_ms: None,
            deleting: false,
            facets: Facets::default(),
        }
    }

    #[test]
    fn runs_of_what_has_the_same_name_are_of_another() {
        let key = |kind| ObjectKey::new(kind, "harbour", "refund");
        let link = |kind| running(Cell::Link { key: key(kind), missing: false });
        let team = key(Kind::Team);
        let own = link(Kind::Team);
        assert_eq!((may_ask(&own, &team), moves(&own, &team)), (true, true));
        for other in [link(Kind::Agent), link(Kind::Model), running(Cell::None)] {
            assert_eq!((may_ask(&other, &team), moves(&other, &team)), (false, false));
        }
        let several = |name: &str| running(Cell::Tags(vec!["pilot".into(), name.into()]));
        assert_eq!((may_ask(&several("refund"), &team), moves(&several("refund"), &team)), (true, false));
        assert!(!may_ask(&several("mate"), &team));
        let mut done = link(Kind::Team);
        done.status.state = State::Done;
        assert_eq!((may_ask(&done, &team), moves(&done, &team)), (true, false));
    }
}
