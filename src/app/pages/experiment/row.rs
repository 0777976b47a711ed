//! One item in the table.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::request::ExperimentAddress;
use super::words::{self, Score};
use crate::app::components::{Icon, state_class, state_icon};
use crate::app::words as plain;
use crate::views::experiments::ItemRow;
use crate::views::row::State;

/// How an item went: state and word. One without a score is no pass.
pub fn result(row: &ItemRow) -> (State, &'static str) {
    match (row.ended, row.passed, row.score, row.error.is_empty()) {
        (false, _, None, _) => (State::Queued, "Waits"),
        (false, ..) => (State::Running, "Running"),
        (true, true, ..) => (State::Done, "Pass"),
        (true, false, None, _) => (State::Failed, "No score"),
        (true, false, Some(_), _) => (State::Failed, "Fail"),
    }
}

/// A row; a press anywhere opens it.
#[component]
pub fn ItemLine(
    /// The item.
    row: ItemRow,
    /// The page's address.
    address: ExperimentAddress,
    /// The open item.
    open: Memo<String>,
    /// Differences up to this count as the same.
    noise: Memo<f64>,
) -> impl IntoView {
    let (state, word) = result(&row);
    let id = StoredValue::new(row.id.clone());
    let here = Memo::new(move |_| id.with_value(|id| open.with(|open| open == id)));
    let href = move || id.with_value(|id| address.of_item(id));
    let press = move |event: MouseEvent| {
        // The link does it by itself.
        if !on_link(&event) {
            address.look(|looks| looks.item = id.get_value());
        }
    };
    let note = if row.error.is_empty() { row.note.clone() } else { row.error.clone() };
    let note = (!note.is_empty()).then(|| format!(", {note}"));
    let by = row.score.zip(row.base).map(|(score, base)| score - base);
    let title = if row.title.is_empty() { row.id.clone() } else { row.title.clone() };
    view! {
        <tr data-row data-uid=row.id.clone() class:sel=here class:cur=here on:click=press>
            <td class="l1 of-item">
                <span class="who2 bare">
                    <a
                        class="nm name cut"
                        href=href
                        data-stay="true"
                        data-noscroll="true"
                        aria-current=move || here.get().then_some("true")
                    >
                        {title}
                    </a>
                    <span class="d cut">
                        <span class="mono">{row.id.clone()}</span>
                        {note}
                    </span>
                </span>
            </td>
            <td class="l1e">
                <span class=format!("st {}", state_class(state)) title=(!row.error.is_empty()).then(|| row.error.clone())>
                    <Icon name=state_icon(state) />
                    {word}
                </span>
            </td>
            <td class="l2">
                <Score value=row.score base=row.base passed=row.passed />
            </td>
            <td class="l2e num nowrap">
                {by
                    .map(|by| {
                        let class = move || words::change_class(by, noise.get());
                        view! { <span class=class>{words::change(by)}</span> }
                    })}
            </td>
            <td class="num off nowrap">{row.latency_ms.map_or_else(|| "–".to_owned(), plain::duration)}</td>
            <td class="num off nowrap hide-lg">{words::costs(&row.costs)}</td>
        </tr>
    }
}

/// Whether the press was on the link of the row.
fn on_link(event: &MouseEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.and_then(|element| element.closest("a, button").ok().flatten()).is_some()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_without_a_score_is_no_pass() {
        let row = |ended, passed, score| ItemRow { ended, passed, score, ..ItemRow::default() };
        assert_eq!(result(&row(true, false, None)), (State::Failed, "No score"));
        assert_eq!(result(&row(true, false, Some(0.2))), (State::Failed, "Fail"));
        assert_eq!(result(&row(true, true, Some(0.9))), (State::Done, "Pass"));
        assert_eq!(result(&row(false, false, None)), (State::Queued, "Waits"));
        assert_eq!(result(&row(false, false, Some(0.3))), (State::Running, "Running"));
    }
}
