//! One row of the table.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::{Entry, ListStore, cell_view};
use crate::app::address;
use crate::app::components::{Avatar, StatusMark};
use crate::resources::kind::Kind;
use crate::views::row::{Column, State, columns};

/// The column of how well it did.
const SCORE: &str = "score";

/// Place of a cell in the two-line form of narrow screens.
fn place(at: usize, all: &[Column]) -> &'static str {
    let column = &all[at];
    // A score says more than an age.
    let scored = all.iter().any(|column| column.id == SCORE);
    match column.id {
        "input" => return "l3 io",
        SCORE => return "l2e num",
        _ => {}
    }
    match (at, !scored && at + 1 == all.len(), column.second_rank, column.number) {
        (_, true, ..) => "l2e num",
        _ if at == 0 || column.id == "target" => "l2",
        (_, _, true, true) => "off num hide-lg",
        (_, _, true, false) => "off hide-lg",
        (_, _, false, true) => "off num",
        (_, _, false, false) => "off",
    }
}

/// A row: its cells change one by one, tinted for a moment.
#[component]
pub fn TableRow(
    /// The row.
    entry: Entry,
    /// Its list.
    list: ListStore,
    /// Whether the namespace is a column.
    namespaces: bool,
    /// Selects or deselects; `true` when shift extends.
    on_select: Callback<(String, bool)>,
    /// Opens the page of the row.
    on_open: Callback<String>,
) -> impl IntoView {
    let uid = StoredValue::new(entry.uid.clone());
    let (key, kind) = entry.row.with_untracked(|row| (row.key.clone(), row.key.kind));
    let href = address::object(&key);
    let row = entry.row.clone();
    let status_row = entry.row.clone();
    let status = Signal::derive(move || status_row.with(|row| row.status.clone()));
    let summary_row = entry.row.clone();
    // What it does, or while it is not ready, why.
    let summary = Memo::new(move |_| {
        summary_row.with(|row| match (&row.status.state, &row.status.reason) {
            (State::Failed, Some(reason)) if kind != Kind::Evaluation => reason.clone(),
            _ => row.summary.clone(),
        })
    });
    let failed = move || {
        status.with(|status| {
            status.state == State::Failed && status.reason.is_some() && kind != Kind::Evaluation
        })
    };
    // A query is known by whom it asks.
    let mark = {
        let row = entry.row.clone();
        let target = Memo::new(move |_| row.with(|row| row.target().cloned()));
        let key = key.clone();
        move || {
            let shown = target.get().unwrap_or_else(|| key.clone());
            view! { <Avatar kind=shown.kind name=shown.name /> }
        }
    };
    let (changes, gone) = (entry.changes.clone(), entry.gone.clone());
    let gone_word = entry.gone.clone();
    let chosen = Memo::new(move |_| uid.with_value(|uid| list.selected.with(|all| all.contains(uid))));
    let here = Memo::new(move |_| uid.with_value(|uid| list.cursor.with(|at| at.as_ref() == Some(uid))));
    let all_columns = columns(kind);
    let cells = all_columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let source = row.clone();
            let cell = Memo::new(move |_| source.with(|row| row.cells.get(at).cloned()));
            let row = row.clone();
            // Ages stand bare; when a query started is a moment.
            let age = column.id == "age" && kind != Kind::Query;
            view! {
                <td class=place(at, all_columns)>{move || cell_view(cell.get(), row.clone(), age)}</td>
            }
        })
        .collect_view();
    // Two names for one animation: changing between them starts it again.
    let tint = move || match changes.get() {
        0 => "",
        odd if odd % 2 == 1 => "tint-a",
        _ => "tint-b",
    };
    let class = move || {
        let mut class = String::from(tint());
        for (on, name) in [(chosen.get(), " sel"), (here.get(), " cur"), (gone.get(), " gone")] {
            if on {
                class.push_str(name);
            }
        }
        class
    };
    let open = {
        let href = href.clone();
        move |event: MouseEvent| {
            if !inside_control(&event) {
                on_open.run(href.clone());
            }
        }
    };
    view! {
        <tr class=class data-uid=entry.uid.clone() on:click=open>
            <td class="pick">
                <label class="hit">
                    <input
                        type="checkbox"
                        aria-label=format!("Select {}", key.name)
                        prop:checked=chosen
                        on:click=move |event: MouseEvent| on_select.run((uid.get_value(), event.shift_key()))
                    />
                </label>
            </td>
            <td class="l1">
                <span class=if kind == Kind::Query { "who2 one" } else { "who2" }>
                    {mark}
                    <span class="cut nm">
                        <a
                            class="name"
                            href=href
                            on:focus=move |_| list.cursor.set(Some(uid.get_value()))
                        >
                            {key.name.clone()}
                        </a>
                    </span>
                    {(kind != Kind::Query)
                        .then(|| {
                            view! {
                                <span class="cut d" class:bad=failed title=summary>
                                    {summary}
                                </span>
                            }
                        })}
                </span>
            </td>
            <td class="l1e">
                {move || {
                    if gone_word.get() {
                        view! { <span class="t3">"Deleted"</span> }.into_any()
                    } else {
                        view! { <StatusMark status=status /> }.into_any()
                    }
                }}
            </td>
            {namespaces.then(|| view! { <td class="off t2">{key.namespace.clone()}</td> })}
            {cells}
        </tr>
    }
}

/// A press that belongs to a link, a button or a box, or that ends a selection of text.
fn inside_control(event: &MouseEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let on_control = target
            .is_some_and(|element| element.closest("a, button, input, .pick").is_ok_and(|hit| hit.is_some()));
        let selecting = js_sys::Reflect::get(&window(), &"getSelection".into())
            .ok()
            .and_then(|function| function.dyn_into::<js_sys::Function>().ok())
            .and_then(|function| function.call0(&window()).ok())
            .and_then(|selection| js_sys::Reflect::get(&selection, &"isCollapsed".into()).ok())
            .is_some_and(|collapsed| collapsed.is_falsy());
        on_control || selecting
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        true
    }
}
