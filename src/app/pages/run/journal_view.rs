//! The journal: a numbered line for each entry, the chosen one in full beside it.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::earlier::earlier;
use super::fold::RunModel;
use super::journal::{Detail, Line, LineKind, details, line};
use super::store::RunStore;
use super::window::Window;
use crate::app::address;
use crate::app::components::{Avatar, Chip, Code, Icon, ObjectLink, Panel};
use crate::app::words;
use crate::views::run::RunEntry;

/// Lines drawn at first, and how many more at each press.
const WINDOW: usize = 300;

/// The number in `?step=`.
pub fn chosen_step() -> Memo<Option<u64>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|map| map.get("step")).and_then(|step| step.parse().ok()))
}

/// The lines.
#[component]
pub fn Journal(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| {
        let asked = query.with(|map| map.get("kind")).unwrap_or_default();
        LineKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(&asked))
    });
    let step = chosen_step();
    let window = Window::new(WINDOW);
    let numbers = move || {
        let kind = kind.get_untracked();
        let fitting = |run: &RunModel| {
            run.entries.iter().filter(|entry| fits(entry, kind)).map(|entry| entry.seq).collect::<Vec<_>>()
        };
        run.peek(fitting)
    };
    // A link to an entry shows its line, also one that comes with the earlier entries.
    window.follow(run, step, numbers);
    // Only what is drawn is worded.
    let shown = Memo::new(move |_| {
        let kind = kind.get();
        run.model().with(|run| {
            let fitting: Vec<&RunEntry> = run.entries.iter().filter(|entry| fits(entry, kind)).collect();
            let numbers: Vec<u64> = fitting.iter().map(|entry| entry.seq).collect();
            let drawn = window.range(&numbers);
            let lines: Vec<Line> = fitting[drawn.clone()]
                .iter()
                .map(|entry| line(entry, &run.targets, run.started_ms))
                .collect();
            (lines, drawn.start, numbers.len() - drawn.end)
        })
    });
    let hidden = Signal::derive(move || shown.with(|(_, earlier, _)| *earlier));
    let later = Signal::derive(move || shown.with(|(_, _, later)| *later));
    let counts = run.select(|run| {
        let mut counts = [0_usize; LineKind::ALL.len()];
        for entry in &run.entries {
            let kind = LineKind::of(&entry.event);
            if let Some(at) = LineKind::ALL.iter().position(|each| *each == kind) {
                counts[at] += 1;
            }
        }
        counts
    });
    let ends = run.select(|run| run.entries.first().zip(run.entries.last()).map(|(a, b)| (a.seq, b.seq)));
    let range = move || match ends.get() {
        Some((first, last)) => format!("Entries {first} to {last}"),
        None => "No entries yet".to_owned(),
    };
    let in_flight = run.in_flight();
    view! {
        <div class="panel">
            <div class="ph wrap">
                <div class="chips scroll" role="group" aria-label="Entries about">
                    {LineKind::ALL
                        .into_iter()
                        .enumerate()
                        .map(|(at, each)| kind_chip(each, kind, Signal::derive(move || counts.with(|all| all[at]))))
                        .collect_view()}
                </div>
                <span class="end xs t3">{range}</span>
            </div>
            {window.earlier(hidden, ("line", "lines"))}
            <div hidden=move || hidden.get() != 0>
                {earlier(run, Callback::new(move |count| window.extend(count)))}
            </div>
            <div class="tw" tabindex="0" role="region" aria-label="Journal">
                <table class="rows dense two">
                    <thead>
                        <tr>
                            <th class="num">"#"</th>
                            <th class="num">"After"</th>
                            <th>"Entry"</th>
                            <th>"By"</th>
                            <th>"What"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || shown.with(|(lines, _, _)| lines.clone())
                            key=|line| line.seq
                            children=move |line| line_view(line, step)
                        />
                    </tbody>
                </table>
            </div>
            {window.later(later, ("line", "lines"), numbers)}
            <footer class="xs t3">
                {move || {
                    if in_flight.get() {
                        "New entries appear here. A stream that was cut resumes from the last number."
                    } else {
                        "The run has ended; its journal is complete."
                    }
                }}
            </footer>
        </div>
    }
}

fn fits(entry: &RunEntry, kind: Option<LineKind>) -> bool {
    kind.is_none_or(|kind| LineKind::of(&entry.event) == kind)
}

fn kind_chip(each: LineKind, kind: Memo<Option<LineKind>>, count: Signal<usize>) -> impl IntoView {
    let navigate = use_navigate();
    let press = Callback::new(move |_| {
        let next =
            if kind.get_untracked() == Some(each) { String::new() } else { each.word().to_lowercase() };
        let place = address::query([("view", "journal".to_owned()), ("kind", next)]);
        let options = leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&place, options);
    });
    view! {
        <Chip
            label=each.word()
            count=Signal::derive(move || Some(count.get()))
            on=Signal::derive(move || kind.get() == Some(each))
            on_press=press
        />
    }
}

fn line_view(line: Line, step: Memo<Option<u64>>) -> impl IntoView {
    let seq = line.seq;
    let icon = match line.kind {
        LineKind::Run => "activity",
        LineKind::Turn => "play",
        LineKind::Model => "cpu",
        LineKind::Tool => "wrench",
        LineKind::Approval => "hand",
        LineKind::Notice => "info",
    };
    let after = line.after_ms.map_or("–".to_owned(), words::duration);
    let by = match line.by {
        Some(key) => view! {
            <span class="who">
                <Avatar kind=key.kind name=key.name.clone() small=true />
                <span class="cut">{key.name}</span>
            </span>
        }
        .into_any(),
        None => view! { <span class="t3">"engine"</span> }.into_any(),
    };
    let href = format!("?view=journal&step={seq}");
    view! {
        <tr class:sel=move || step.get() == Some(seq) data-seq=seq>
            <td class="num mono t3 off">{seq}</td>
            <td class="num mono t3 l1e">{after}</td>
            <td class="l1">
                <a
                    class="row nowrap"
                    href=href
                    data-noscroll="true"
                    aria-current=move || (step.get() == Some(seq)).then_some("true")
                >
                    <Icon name=icon small=true />
                    <span class="mono xs">{line.name}</span>
                </a>
            </td>
            <td class="off">{by}</td>
            <td class="l2 full jx">
                <span class="mono xs" class:bad=line.bad>
                    {line.what}
                </span>
            </td>
        </tr>
    }
}

/// The chosen entry in full.
#[component]
pub fn EntryPane(
    /// The run.
    run: RunStore,
) -> impl IntoView {
    let step = chosen_step();
    let entry = Memo::new(move |_| {
        let step = step.get()?;
        run.model().with(|run| run.entries.iter().find(|entry| entry.seq == step).cloned())
    });
    let first = run.select(|run| run.entries.first().filter(|_| run.truncated).map_or(0, |entry| entry.seq));
    move || match (step.get(), entry.get()) {
        (Some(step), Some(entry)) => {
            let all = details(&entry);
            view! {
                <Panel title=format!("Entry {step}")>
                    <div class="pb stack">
                        <dl class="kv">{all.iter().filter_map(fact_view).collect_view()}</dl>
                        {all.iter().filter_map(text_view).collect_view()}
                    </div>
                </Panel>
            }
            .into_any()
        }
        (Some(step), None) => view! {
            <Panel title=format!("Entry {step}")>
                <p class="pb t2">
                    {if step < first.get() {
                        "This entry is among the earlier ones, which are not here yet."
                    } else {
                        "This run has no such entry."
                    }}
                </p>
            </Panel>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn fact_view(detail: &Detail) -> Option<AnyView> {
    let (title, value) = match detail {
        Detail::Fact(title, value) => (*title, value.clone().into_any()),
        Detail::Link(title, key) => (*title, view! { <ObjectLink object=key.clone() /> }.into_any()),
        Detail::Time(title, at) => (*title, words::absolute(*at).into_any()),
        Detail::Text(..) => return None,
    };
    Some(
        view! {
            <dt>{title}</dt>
            <dd>{value}</dd>
        }
        .into_any(),
    )
}

fn text_view(detail: &Detail) -> Option<AnyView> {
    let Detail::Text(title, text) = detail else { return None };
    Some(
        view! {
            <div class="stack stack-1">
                <h3 class="xs t3 med">{*title}</h3>
                <Code label=*title text=text.clone() fold=true />
            </div>
        }
        .into_any(),
    )
}
