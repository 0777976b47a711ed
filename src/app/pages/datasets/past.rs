//! Past queries to choose from: search, whom they asked, one box each.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::api::objects::list_objects;
use crate::app::act::browser_action;
use crate::app::address;
use crate::app::components::{Ago, Avatar, ProblemPanel, SearchBox, StatusMark, TableSkeleton};
use crate::app::lists::read_request;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::row::{Cell, ListPage, ListRequest, Row, State, WINDOW};

/// Typing is followed after this pause.
const TYPING: Duration = Duration::from_millis(200);

/// The list with its boxes; the newest window that search and target leave.
#[component]
pub fn PastQueries(
    /// Namespace.
    namespace: String,
    /// Names of the queries that are chosen.
    chosen: RwSignal<Vec<String>>,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let target = RwSignal::new(String::new());
    let request = Memo::new(move |_| ListRequest {
        search: search.get(),
        states: vec![State::Done],
        refers_to: Some(target.get()).filter(|target| !target.is_empty()),
        ..read_request(Kind::Query, Some(namespace.clone()), &ParamsMap::new())
    });
    let load = browser_action(|request: &ListRequest| list_objects(request.clone()));
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<()>| {
        let request = request.get();
        // At once at first; afterwards when the typing pauses.
        if before.is_none() {
            load.dispatch(request);
            return;
        }
        let later = set_timeout_with_handle(move || drop(load.dispatch(request)), TYPING).ok();
        if let Some(earlier) = pending.try_update_value(|p| std::mem::replace(p, later)).flatten() {
            earlier.clear();
        }
    });
    // Whom queries asked, as far as they were seen: the choice must not shrink when it is made.
    let targets = RwSignal::new(Vec::<String>::new());
    Effect::new(move |_| {
        if let Some(Ok(page)) = load.value().get() {
            let new = asked(&page);
            targets.update(|known| {
                known.extend(new);
                known.sort_unstable();
                known.dedup();
            });
        }
    });
    let options = move || {
        let choose = move |name: String| {
            let this = name.clone();
            view! {
                <option value=name.clone() selected=move || target.with(|target| *target == this)>
                    {name.clone()}
                </option>
            }
        };
        targets.get().into_iter().map(choose).collect_view()
    };
    let count = move || match chosen.with(Vec::len) {
        0 => "None chosen".to_owned(),
        count => format!("{} chosen", words::count(count, "query", "queries")),
    };
    let body = move || match load.value().get() {
        Some(Ok(page)) => view! { <Boxes page=page chosen=chosen /> }.into_any(),
        Some(Err(problem)) => {
            let retry = Callback::new(move |()| drop(load.dispatch(request.get_untracked())));
            view! { <ProblemPanel problem=problem title="Queries could not be loaded" retry=retry /> }
                .into_any()
        }
        None => view! { <TableSkeleton label="Loading queries" /> }.into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="h-past">
            <header class="wrap">
                <h2 id="h-past">"Past queries"</h2>
                <SearchBox
                    label="Search queries"
                    placeholder="Question, answer, name"
                    value=search
                    on_change=Callback::new(move |text| search.set(text))
                />
                <select class="in pick-in" aria-label="Asked" on:change=move |event| target.set(event_target_value(&event))>
                    <option value="">"Whoever was asked"</option>
                    {options}
                </select>
                <span class="end xs t2" role="status">
                    {count}
                </span>
            </header>
            {body}
        </section>
    }
}

/// Names of whom the queries of a page asked.
fn asked(page: &ListPage) -> Vec<String> {
    page.rows.iter().filter_map(|row| row.target().map(|key| key.name.clone())).collect()
}

#[component]
fn Boxes(page: ListPage, chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let names: Vec<String> = page.rows.iter().map(|row| row.key.name.clone()).collect();
    let names = StoredValue::new(names);
    let all = move || {
        names.with_value(|names| chosen.with(|chosen| names.iter().all(|name| chosen.contains(name))))
    };
    let toggle_all = move |_| {
        let on = !all();
        names.with_value(|names| {
            chosen.update(|chosen| {
                chosen.retain(|name| !names.contains(name));
                if on {
                    chosen.extend(names.iter().cloned());
                }
            });
        });
    };
    let none = page.rows.is_empty();
    let more = (page.matched > WINDOW)
        .then(|| format!("The newest {} of {} are shown; search for older ones.", WINDOW, page.matched));
    let rows = page.rows.into_iter().map(|row| one(row, chosen)).collect_view();
    view! {
        <div class="tw tall" tabindex="0" role="region" aria-label="Table of past queries" hidden=none>
            <table class="rows two">
                <thead>
                    <tr>
                        <th class="pick" scope="col">
                            <input
                                type="checkbox"
                                aria-label="Choose all shown"
                                prop:checked=all
                                on:change=toggle_all
                            />
                        </th>
                        <th scope="col">"Question, answer"</th>
                        <th scope="col">"Asked"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col" class="num">"Age"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="pb t2" hidden=!none>
            "No finished query is left by this search."
        </p>
        {more.map(|more| view! { <footer class="xs t2">{more}</footer> })}
    }
}

fn one(row: Row, chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let question = row.cells.iter().find_map(|cell| match cell {
        Cell::Question(text) => Some(text.clone()),
        _ => None,
    });
    let question = question.unwrap_or_else(|| row.key.name.clone());
    let target = row.target().cloned();
    let name = row.key.name.clone();
    let (here, toggled) = (name.clone(), name.clone());
    let on = move || chosen.with(|chosen| chosen.contains(&here));
    let toggle = move |_| {
        chosen.update(|chosen| match chosen.iter().position(|name| *name == toggled) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(toggled.clone()),
        });
    };
    view! {
        <tr>
            <td class="pick">
                <input type="checkbox" aria-label=format!("Choose {name}") prop:checked=on on:change=toggle />
            </td>
            <td class="l1 of-item">
                <span class="who2 bare">
                    <a class="nm name cut" href=address::object(&row.key)>
                        {question}
                    </a>
                    <span class="d cut">{row.summary.clone()}</span>
                </span>
            </td>
            <td class="l2">
                {target
                    .map(|key| {
                        view! {
                            <span class="who">
                                <Avatar kind=key.kind name=key.name.clone() small=true />
                                <span class="cut">{key.name}</span>
                            </span>
                        }
                    })}
            </td>
            <td class="l1e">
                <StatusMark status=Signal::stored(row.status.clone()) />
            </td>
            <td class="l2e num nowrap">
                <Ago at=row.created_ms bare=true />
            </td>
        </tr>
    }
}
