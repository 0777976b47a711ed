//! The table of a list: sort in the address, rows by keyboard, selection with a bulk bar.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::cancel::CancelSelected;
use super::collect::{CollectDialog, CollectSelected};
use super::row::TableRow;
use super::{Entry, ListStore, scroll};
use crate::app::components::{Icon, IconButton, Pill};
use crate::app::deletes::use_deletes;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::row::columns;

/// The table, its pill, its foot and its bulk bar.
#[component]
pub fn Table(
    /// The list.
    list: ListStore,
) -> impl IntoView {
    let deletes = use_deletes();
    let request = list.address.request;
    let (kind, namespaces) = request
        .with_untracked(|request| (request.kind, request.namespace.is_none() && request.kind.namespaced()));
    let shown = Memo::new(move |_| {
        list.rows.with(|rows| rows.iter().filter(|entry| !deletes.has(&entry.uid)).count())
    });
    let body = NodeRef::<html::Tbody>::new();
    let frame = NodeRef::<html::Div>::new();
    let slice = scroll::follow(body, shown, move || list.fetch_more());
    let entries = move || -> Vec<Entry> {
        let range = slice.get().rows;
        list.rows.with(|rows| {
            rows.iter()
                .filter(|entry| !deletes.has(&entry.uid))
                .skip(range.start)
                .take(range.len())
                .cloned()
                .collect()
        })
    };
    let navigate = use_navigate();
    let on_open = Callback::new(move |href: String| navigate(&href, NavigateOptions::default()));
    let last = StoredValue::new(None::<String>);
    let on_select = Callback::new(move |(uid, extend): (String, bool)| select(list, last, uid, extend));
    listen(list, frame, on_select);

    let uids = move || list.rows.with(|rows| rows.iter().map(|entry| entry.uid.clone()).collect::<Vec<_>>());
    let all_selected = Memo::new(move |_| {
        let count = list.selected.with(std::collections::BTreeSet::len);
        (count > 0 && count >= shown.get(), count > 0 && count < shown.get())
    });
    let head = move |id: &'static str, title: &'static str, class: &'static str| {
        let order = move || {
            request.with(|request| match (request.sort.as_deref() == Some(id), request.descending) {
                (false, _) => None,
                (true, false) => Some("ascending"),
                (true, true) => Some("descending"),
            })
        };
        view! {
            <th class=class aria-sort=order scope="col">
                <button type="button" class="sort" on:click=move |_| list.address.sort_by(id)>
                    {title}
                    {move || {
                        order()
                            .map(|order| {
                                let icon = if order == "ascending" { "arrow-up" } else { "arrow-down" };
                                view! { <Icon name=icon /> }
                            })
                    }}
                </button>
            </th>
        }
    };
    let heads = columns(kind)
        .iter()
        .map(|column| {
            let class = match (column.number, column.second_rank) {
                (true, true) => "num hide-lg",
                (true, false) => "num",
                (false, true) => "hide-lg",
                (false, false) => "",
            };
            head(column.id, column.title, class)
        })
        .collect_view();
    let spacer = move |height: usize| {
        (height > 0).then(|| {
            view! {
                <tr class="spacer" aria-hidden="true">
                    <td colspan="20" style:height=format!("{height}px")></td>
                </tr>
            }
        })
    };
    let waiting = Signal::derive(move || {
        let count = list.waiting.with(Vec::len);
        words::count(count, &format!("new {}", kind.noun()), &format!("new {}", kind.nouns()))
    });
    view! {
        <div class="panel list" node_ref=frame aria-busy=move || list.busy.get().then_some("true")>
            <div class="pill-place" aria-live="polite">
                {move || {
                    (list.waiting.with(|waiting| !waiting.is_empty()))
                        .then(|| {
                            view! {
                                <Pill
                                    label=waiting
                                    on_press=Callback::new(move |_| {
                                        list.let_in();
                                        window().scroll_to_with_x_and_y(0.0, 0.0);
                                    })
                                />
                            }
                        })
                }}
            </div>
            <div class="tw" tabindex="0" role="region" aria-label=kind.title()>
                <table
                    class=if kind == Kind::Query { "rows two asks" } else { "rows two" }
                    aria-rowcount=move || list.matched.get() + 1>
                    <thead>
                        <tr>
                            <th class="pick" scope="col">
                                <input
                                    type="checkbox"
                                    aria-label=move || format!("Select all {} shown", shown.get())
                                    prop:checked=move || all_selected.get().0
                                    prop:indeterminate=move || all_selected.get().1
                                    on:click=move |_| {
                                        let all = all_selected.get_untracked().0;
                                        list.selected
                                            .set(if all { Default::default() } else { uids().into_iter().collect() });
                                    }
                                />
                            </th>
                            {head("name", noun_heading(kind), "")}
                            {head("status", "Status", "")}
                            {namespaces.then(|| view! { <th scope="col">"Namespace"</th> })}
                            {heads}
                        </tr>
                    </thead>
                    <tbody node_ref=body>
                        {move || spacer(slice.get().above)}
                        <For
                            each=entries
                            key=|entry| entry.uid.clone()
                            children=move |entry| {
                                view! {
                                    <TableRow
                                        entry=entry
                                        list=list
                                        namespaces=namespaces
                                        on_select=on_select
                                        on_open=on_open
                                    />
                                }
                            }
                        /> {move || spacer(slice.get().below)}
                    </tbody>
                </table>
            </div>
            <footer class="xs t2">
                <span>
                    {move || {
                        let (shown, matched) = (shown.get(), list.matched.get());
                        if shown < matched {
                            format!("{shown} of {matched} loaded. More load as you scroll.")
                        } else {
                            format!("{shown} shown.")
                        }
                    }}
                </span>
            </footer>
        </div>
        <BulkBar list=list />
    }
}

/// Heading of the first column: the noun of the kind, as a word on its own.
fn noun_heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "Agent",
        Kind::Team => "Team",
        Kind::Model => "Model",
        Kind::Query => "Query",
        Kind::Tool => "Tool",
        Kind::McpServer => "MCP server",
        Kind::Memory => "Memory",
        Kind::Evaluator => "Evaluator",
        Kind::Evaluation => "Evaluation",
        Kind::A2ATask => "A2A task",
        Kind::ArkConfig => "Defaults",
        Kind::A2AServer => "A2A server",
        Kind::ExecutionEngine => "Execution engine",
    }
}

/// What can be done with the selected rows.
#[component]
fn BulkBar(list: ListStore) -> impl IntoView {
    let deletes = use_deletes();
    let kind = list.address.request.with_untracked(|request| request.kind);
    let any = Memo::new(move |_| list.selected.with(|selected| !selected.is_empty()));
    let delete = move |_| {
        let chosen = list.selected.get_untracked();
        let objects = list.rows.with_untracked(|rows| {
            rows.iter()
                .filter(|entry| chosen.contains(&entry.uid))
                .map(|entry| (entry.row.with_untracked(|row| row.key.clone()), entry.uid.clone()))
                .collect::<Vec<_>>()
        });
        list.selected.set(Default::default());
        deletes.delete(objects);
    };
    let collect = RwSignal::new(false);
    let bar = move || {
        any.get().then(|| {
            view! {
                <div class="bulk" role="region" aria-label="Selected rows">
                    <span>
                        <b>{move || list.selected.with(std::collections::BTreeSet::len)}</b>
                        " selected"
                    </span>
                    <span class="bar-line"></span>
                    {matches!(kind, Kind::Query | Kind::Evaluation).then(|| view! { <CancelSelected list=list /> })}
                    {(kind == Kind::Query).then(|| view! { <CollectSelected list=list open=collect /> })}
                    <button type="button" class="btn sm" on:click=delete>
                        <Icon name="trash-2" />
                        <span>"Delete"</span>
                    </button>
                    <IconButton
                        label="Clear selection"
                        icon="x"
                        on_press=Callback::new(move |_| list.selected.set(Default::default()))
                    />
                </div>
            }
        })
    };
    // The dialog outlives the bar: it says what was done when nothing is selected any more.
    let dialog = (kind == Kind::Query).then(|| view! { <CollectDialog list=list open=collect /> });
    view! { {bar} {dialog} }
}

/// Selects one row, or with shift all between the last one and this.
fn select(list: ListStore, last: StoredValue<Option<String>>, uid: String, extend: bool) {
    let uids: Vec<String> =
        list.rows.with_untracked(|rows| rows.iter().map(|entry| entry.uid.clone()).collect());
    let place = |sought: &String| uids.iter().position(|uid| uid == sought);
    let from = last.get_value().as_ref().and_then(place);
    list.selected.update(|selected| {
        let on = !selected.contains(&uid);
        let range = match (extend, from, place(&uid)) {
            (true, Some(from), Some(to)) => from.min(to)..=from.max(to),
            (_, _, Some(at)) => at..=at,
            _ => return,
        };
        for uid in uids.get(range).unwrap_or_default() {
            if on {
                selected.insert(uid.clone());
            } else {
                selected.remove(uid);
            }
        }
    });
    last.set_value(Some(uid));
}

/// Keys of the rows, whether rows may come in, and when what has gone may go.
fn listen(list: ListStore, frame: NodeRef<html::Div>, on_select: Callback<(String, bool)>) {
    #[cfg(feature = "hydrate")]
    {
        let owner = Owner::current();
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            let key = event.key();
            let own = matches!(key.as_str(), "j" | "k" | "x");
            if !own
                || !owner.as_ref().is_some_and(|owner| owner.with(|| crate::app::keys::is_shortcut(&event)))
            {
                return;
            }
            event.prevent_default();
            list.sweep();
            match (key.as_str(), list.cursor.get_untracked()) {
                ("x", Some(uid)) => on_select.run((uid, event.shift_key())),
                ("x", None) => {}
                (key, cursor) => step(list, cursor, if key == "j" { 1 } else { -1 }),
            }
        });
        let click = window_event_listener(leptos::ev::click, move |_| list.sweep());
        // Asked before a message is handled would be too late for a row that pushes: kept up to date instead.
        let moved = move || {
            let quiet = frame.get_untracked().is_some_and(|frame| is_quiet(&frame))
                && list.selected.with_untracked(std::collections::BTreeSet::is_empty);
            list.undisturbed.set_value(quiet);
        };
        let pointer = window_event_listener(leptos::ev::pointermove, move |_| moved());
        let scroll = window_event_listener(leptos::ev::scroll, move |_| moved());
        let focus = window_event_listener(leptos::ev::focusin, move |_| moved());
        Effect::new(move |_| {
            list.selected.track();
            moved();
        });
        on_cleanup(move || {
            keys.remove();
            click.remove();
            pointer.remove();
            scroll.remove();
            focus.remove();
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (list, frame, on_select);
}

/// At the top, with neither pointer nor focus in the list.
#[cfg(feature = "hydrate")]
fn is_quiet(frame: &web_sys::HtmlElement) -> bool {
    let at_top = window().scroll_y().is_ok_and(|y| y <= 0.0);
    let pointer = frame.matches(":hover").unwrap_or(false);
    let focus = frame.matches(":focus-within").unwrap_or(false);
    at_top && !pointer && !focus
}

/// Moves the cursor by a row and puts the focus on its name, so that Enter opens it and a reader hears it.
#[cfg(feature = "hydrate")]
fn step(list: ListStore, cursor: Option<String>, by: isize) {
    let uids: Vec<String> =
        list.rows.with_untracked(|rows| rows.iter().map(|entry| entry.uid.clone()).collect());
    let at = cursor.and_then(|uid| uids.iter().position(|other| *other == uid));
    let next = match at {
        Some(at) => at.saturating_add_signed(by).min(uids.len().saturating_sub(1)),
        None => 0,
    };
    let Some(uid) = uids.get(next) else { return };
    list.cursor.set(Some(uid.clone()));
    if let Some(link) = crate::app::browser::find(&format!("tr[data-uid=\"{uid}\"] a.name")) {
        let _ = link.focus();
    }
}
