//! How the scores of an evaluator went.

use leptos::prelude::*;

use crate::api::objects::list_objects;
use crate::api::wire::resource;
use crate::app::address;
use crate::app::components::Panel;
use crate::app::live::{Again, use_live};
use crate::app::pages::evaluations::Trend;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::facets::Only;
use crate::views::live::{LiveMessage, Topic};
use crate::views::row::{Cell, ListPage, ListRequest};

/// The scores of its newest evaluations over time.
#[component]
pub fn Scores(
    /// The evaluator.
    object: ObjectKey,
) -> impl IntoView {
    let request = ListRequest {
        kind: Kind::Evaluation,
        namespace: Some(object.namespace.clone()),
        search: String::new(),
        states: Vec::new(),
        refers_to: None,
        only: Only { evaluator: object.name.clone(), ..Only::default() },
        sort: None,
        descending: false,
        offset: 0,
    };
    let asked = request.clone();
    let newest = resource(|| (), move |()| list_objects(asked.clone()));
    let all = format!("{}?tab=evaluations", address::object(&object));
    let place = StoredValue::new((request, all));
    view! {
        <Transition fallback=|| ()>
            {move || {
                let first = newest.get().and_then(Result::ok)?;
                let (request, all) = place.get_value();
                Some(view! { <Followed first=first request=request all=all /> })
            }}
        </Transition>
    }
}

/// What is there, and what comes.
#[component]
fn Followed(
    /// The list as it came.
    first: ListPage,
    /// What it was asked for with.
    request: ListRequest,
    /// Address of all of them.
    all: String,
) -> impl IntoView {
    let revision = StoredValue::new(first.revision);
    let shown = RwSignal::new(scores(&first));
    let again = Again::default();
    let asked = StoredValue::new(request.clone());
    use_live(
        move || Some(Topic::List { request: request.clone(), revision: revision.get_value() }),
        move |message| {
            match message {
                LiveMessage::Rows { revision: now, .. } => revision.set_value(now),
                LiveMessage::Reset { .. } => {}
                _ => return,
            }
            // Which of them are the newest is known on the server.
            again.ask(move || async move {
                let Some(request) = asked.try_get_value() else { return };
                let Ok(page) = list_objects(request).await else { return };
                let scores = scores(&page);
                if shown.try_with_untracked(|old| *old != scores) == Some(true) {
                    shown.set(scores);
                }
            });
        },
    );
    move || {
        let (scores, all) = (shown.get(), all.clone());
        let count = scores.len();
        if count == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a window of a list")]
        let mean = scores.iter().map(|(_, score)| score).sum::<f64>() / count as f64;
        let newest = words::count(count, "evaluation", "evaluations");
        Some(view! {
            <Panel title="Scores over time">
                <div class="pb row wrap">
                    <Trend of="Evaluation" scores=Signal::stored(scores) />
                    <span>
                        {format!("Mean {mean:.2} of the newest {newest}. ")}
                        <a class="u" href=all>
                            "All"
                        </a>
                    </span>
                </div>
            </Panel>
        })
    }
}

/// Names and scores of a list, oldest first.
fn scores(page: &ListPage) -> Vec<(String, f64)> {
    let scores = page.rows.iter().rev().filter_map(|row| {
        row.cells.iter().find_map(|cell| match cell {
            Cell::Score { thousandths, .. } => {
                Some((row.key.name.clone(), f64::from(*thousandths) / 1_000.0))
            }
            _ => None,
        })
    });
    scores.collect()
}
