//! One cell of a list.

use leptos::prelude::*;

use crate::app::components::{Ago, Elapsed, ObjectLink, Score, Spark, Tags};
use crate::app::words;
use crate::views::row::{Cell, Row, State};

/// A question, and under it what came of it.
fn question(text: String, row: ArcRwSignal<Row>) -> AnyView {
    let asked = text.clone();
    let outcome = Memo::new(move |_| {
        row.with(|row| {
            let class = match row.status.state {
                State::Failed => "cut bad",
                State::Waiting => "cut warn",
                _ => "cut",
            };
            // What is on its way has no outcome yet: its summary is the question itself.
            (row.summary != asked).then(|| (class, row.summary.clone()))
        })
    });
    let title = text.clone();
    view! {
        <span class="duo">
            <span class="cut" title=title>
                {text}
            </span>
            {move || {
                outcome
                    .get()
                    .map(|(class, text)| {
                        let title = text.clone();
                        view! {
                            <span class=class title=title>
                                {text}
                            </span>
                        }
                    })
            }}
        </span>
    }
    .into_any()
}

/// Shows a cell. `age` is the column of ages, which says `3 min` instead of `3 min ago`.
pub fn cell_view(cell: Option<Cell>, row: ArcRwSignal<Row>, age: bool) -> AnyView {
    match cell {
        None | Some(Cell::None) => view! { <span class="t3">"–"</span> }.into_any(),
        Some(Cell::Text(text)) => {
            let title = text.clone();
            view! { <span class="cut text" title=title>{text}</span> }.into_any()
        }
        Some(Cell::Question(text)) => question(text, row),
        Some(Cell::Link { key, missing }) => view! { <ObjectLink object=key missing=missing /> }.into_any(),
        Some(Cell::Tags(tags)) => view! { <Tags words=tags /> }.into_any(),
        Some(Cell::Number(value)) => words::number(value).into_any(),
        Some(Cell::Time(at)) => view! { <Ago at=at bare=age /> }.into_any(),
        Some(Cell::Score { thousandths, passed }) => {
            view! { <Score thousandths=thousandths passed=passed /> }.into_any()
        }
        Some(Cell::Share { part, whole }) => view! {
            <span class="nowrap">{words::number(part)} <span class="t3">" of "</span> {words::number(whole)}</span>
        }
        .into_any(),
        Some(Cell::Change { thousandths, clear, of }) => {
            // What may be chance is quiet.
            let class = match thousandths {
                by if !clear || by.abs() < 5 => "nowrap t3",
                by if by < 0 => "nowrap bad",
                _ => "nowrap good",
            };
            let text = words::change(f64::from(thousandths) / 1_000.0);
            view! { <span class=class title=of>{text}</span> }.into_any()
        }
        Some(Cell::Trend { scores, gate }) => view! { <Spark scores=scores gate=gate /> }.into_any(),
        Some(Cell::Duration(ms)) => words::duration(ms).into_any(),
        Some(Cell::Tokens { input, output }) => view! {
            <span class="nowrap">{words::number(input)} <span class="t3">", "</span> {words::number(output)}</span>
        }
        .into_any(),
        Some(Cell::Elapsed) => {
            let (from, to) = (row.clone(), row);
            view! {
                <Elapsed
                    start=Signal::derive(move || from.with(|row| row.started_ms))
                    end=Signal::derive(move || to.with(|row| row.ended_ms))
                />
            }
            .into_any()
        }
    }
}
