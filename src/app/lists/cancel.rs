//! Cancels the selected queries or evaluations that are in flight.

use leptos::prelude::*;

use super::ListStore;
use crate::api::experiments::cancel_evaluation;
use crate::api::queries::cancel_query;
use crate::app::act::browser_action;
use crate::app::components::Button;
use crate::app::toasts::use_toasts;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::row::State;

/// A button of the bulk bar of what runs; there only while one of the selected is in flight.
#[component]
pub fn CancelSelected(
    /// The list.
    list: ListStore,
) -> impl IntoView {
    let toasts = use_toasts();
    let in_flight = Memo::new(move |_| {
        let chosen = list.selected.get();
        list.rows.with(|rows| {
            let rows = rows.iter().filter(|entry| chosen.contains(&entry.uid));
            rows.filter_map(|entry| {
                entry.row.with(|row| {
                    let moves = matches!(row.status.state, State::Running | State::Queued | State::Waiting);
                    moves.then(|| row.key.clone())
                })
            })
            .collect::<Vec<ObjectKey>>()
        })
    });
    let cancel = browser_action(move |keys: &Vec<ObjectKey>| {
        let keys = keys.clone();
        async move {
            for key in keys {
                let answer = match key.kind {
                    Kind::Evaluation => cancel_evaluation(key.namespace, key.name).await,
                    _ => cancel_query(key).await,
                };
                if let Err(problem) = answer {
                    toasts.fail(&problem);
                }
            }
        }
    });
    let kind = list.address.request.with_untracked(|request| request.kind);
    let (one, many) = if kind == Kind::Evaluation { ("evaluation", "evaluations") } else { ("run", "runs") };
    let label =
        Signal::derive(move || format!("Cancel {}", words::count(in_flight.with(Vec::len), one, many)));
    move || {
        in_flight.with(|keys| !keys.is_empty()).then(|| {
            view! {
                <Button
                    label=label
                    icon="square"
                    small=true
                    busy=cancel.pending()
                    on_press=Callback::new(move |_| {
                        cancel.dispatch(in_flight.get_untracked());
                    })
                />
            }
        })
    }
}
