//! The timeline, drawn: names to the left, time to the right, the chosen line's entry beside it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::earlier::earlier;
use super::journal_view::chosen_step;
use super::store::RunStore;
use super::timeline::{Bar, Row, RowKind, Timeline, timeline};
use super::window::Window;
use crate::app::address;
use crate::app::clock::use_clock;
use crate::app::components::{Avatar, Icon, agent_class};
use crate::app::words;
use crate::resources::kind::Kind;

/// Lines drawn at first, and how many more at each press.
const WINDOW: usize = 300;
/// From here on, in percent of the time, the words of a mark have no room before the edge of a narrow screen.
const LATE: f64 = 85.0;

/// Turns, model calls and tool calls on lines of time.
#[component]
pub fn TimelineView(
    /// The run.
    run: RunStore,
    /// The page of the run, where the timeline is shown on another: a step opens it there.
    #[prop(optional, into)]
    page: String,
) -> impl IntoView {
    let page = StoredValue::new(page);
    let clock = use_clock();
    let in_flight = run.in_flight();
    let whole = Memo::new(move |_| {
        let now = if in_flight.get() { clock.now() } else { 0 };
        run.model().with(|run| timeline(run, now))
    });
    let window = Window::new(WINDOW);
    let numbers = move || whole.with_untracked(|whole| numbers_of(&whole.rows));
    if page.with_value(String::is_empty) {
        let step = chosen_step();
        let line = Memo::new(move |_| {
            let step = step.get()?;
            let here = |row: &&Row| row.shows == step || row.seq == step;
            let row = whole.with(|whole| whole.rows.iter().find(here).map(|row| row.seq));
            // What has no line of its own may come with the earlier entries.
            row.or(Some(step))
        });
        window.follow(run, line, numbers);
    }
    let drawn = Memo::new(move |_| {
        whole.with(|whole| {
            let drawn = window.range(&numbers_of(&whole.rows));
            let (before, after) = (drawn.start, whole.rows.len() - drawn.end);
            let timeline =
                Timeline { rows: whole.rows[drawn].to_vec(), ticks: whole.ticks.clone(), now: whole.now };
            (timeline, before, after)
        })
    });
    let before = Signal::derive(move || drawn.with(|(_, before, _)| *before));
    let after = Signal::derive(move || drawn.with(|(_, _, after)| *after));
    let drawn = Memo::new(move |_| drawn.with(|(drawn, ..)| drawn.clone()));
    let rows = Memo::new(move |_| {
        drawn.with(|drawn| drawn.rows.iter().map(|row| (row.seq, row.depth)).collect::<Vec<_>>())
    });
    let count = move || match whole.with(|whole| whole.rows.len()) {
        1 => "1 step".to_owned(),
        count => format!("{} steps", words::number(i64::try_from(count).unwrap_or(i64::MAX))),
    };
    let ticks = move || {
        let ticks = drawn.with(|drawn| drawn.ticks.clone());
        ticks
            .into_iter()
            .map(|(at, ms)| {
                // What would not fit after its line stands before it.
                let place =
                    if at > LATE { format!("right:{:.2}%", 100.0 - at) } else { format!("left:{at:.2}%") };
                view! { <span style=place>{words::mark(ms)}</span> }
            })
            .collect_view()
    };
    let grid = move || {
        let step = drawn.with(|drawn| drawn.ticks.get(1).map(|tick| tick.0));
        step.map(|step| format!("--grid:{step:.3}%")).unwrap_or_default()
    };
    view! {
        <div class="panel">
            <div class="ph wrap">
                <h2>{count}</h2>
                <div class="legend" aria-hidden="true">
                    <span>
                        <i class="model"></i>
                        "Model call"
                    </span>
                    <span>
                        <i class="tool"></i>
                        "Tool call"
                    </span>
                    <span>
                        <i class="badb"></i>
                        "Failed"
                    </span>
                </div>
            </div>
            {window.earlier(before, ("step", "steps"))}
            <div hidden=move || before.get() != 0>
                {earlier(run, Callback::new(move |count| window.extend(count)))}
            </div>
            <div class="tl" role="group" aria-label="Timeline" style=grid>
                <div class="th" aria-hidden="true">"Step"</div>
                <div class="th marks" aria-hidden="true">
                    {ticks}
                </div>
                <For
                    each=move || rows.get()
                    key=|row| *row
                    children=move |(seq, _)| line(seq, drawn, page)
                />
            </div>
            {window.later(after, ("step", "steps"), numbers)}
            <p class="pb t2" hidden=move || drawn.with(|drawn| !drawn.rows.is_empty())>
                "Nothing has been asked yet. Each model call, tool call and turn gets a line here as it begins."
            </p>
        </div>
    }
}

fn numbers_of(rows: &[Row]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}

fn line(seq: u64, drawn: Memo<Timeline>, page: StoredValue<String>) -> impl IntoView {
    let row = Memo::new(move |before: Option<&Option<Row>>| {
        let now = drawn.with(|drawn| drawn.rows.iter().find(|row| row.seq == seq).cloned());
        now.or_else(|| before.cloned().flatten())
    });
    let step = chosen_step();
    let navigate = use_navigate();
    let choose = move |_| {
        let Some(shows) = row.with_untracked(|row| row.as_ref().map(|row| row.shows)) else { return };
        let place = address::query([("view", "timeline".to_owned()), ("step", shows.to_string())]);
        let elsewhere = page.with_value(|page| !page.is_empty());
        let options = NavigateOptions { replace: !elsewhere, scroll: elsewhere, ..Default::default() };
        navigate(&format!("{}{place}", page.get_value()), options);
    };
    let chosen = move || {
        let step = step.get();
        row.with(|row| row.as_ref().is_some_and(|row| step == Some(row.shows) || step == Some(row.seq)))
    };
    let first = row.get_untracked();
    let Some(Row { kind, name, by, depth, .. }) = first else { return ().into_any() };
    let lead = matches!(kind, RowKind::Target | RowKind::Turn);
    let mark = match &by {
        Some(by) if lead => view! { <Avatar kind=by.kind name=by.name.clone() small=true /> }.into_any(),
        _ if kind == RowKind::Tool => view! { <Icon name="wrench" small=true /> }.into_any(),
        _ if kind == RowKind::Wait => view! { <Icon name="hand" small=true /> }.into_any(),
        _ => view! { <Icon name="cpu" small=true /> }.into_any(),
    };
    let spoken = match kind {
        RowKind::Target => "Target",
        RowKind::Turn => "Turn of",
        RowKind::Model => "Model call",
        RowKind::Tool => "Tool call",
        RowKind::Wait => "Waits for a person before",
    };
    let class = by
        .as_ref()
        .filter(|by| matches!(by.kind, Kind::Agent | Kind::Team))
        .map(|by| agent_class(&by.name))
        .unwrap_or_default();
    let duration = move || {
        let duration = row.with(|row| row.as_ref().and_then(|row| row.duration_ms));
        duration.map_or("now".to_owned(), words::duration)
    };
    let bars = move || {
        let bars = row.with(|row| row.as_ref().map(|row| row.bars.clone()).unwrap_or_default());
        bars.into_iter()
            .map(|bar| view! { <span class=look(kind, &bar, class) style=place(&bar)></span> })
            .collect_view()
    };
    let now = move || {
        let now = drawn.with(|drawn| drawn.now);
        now.map(|at| view! { <span class="nowl" style=format!("left:{at:.2}%")></span> })
    };
    view! {
        <div class="tr" class:lead=lead class:sel=chosen style=format!("--d:{depth}") data-seq=seq>
            <button type="button" on:click=choose aria-pressed=move || chosen().to_string()>
                {mark}
                <span class="vh">{spoken}</span>
                <span class="cut" class:strong=lead class:mono=!lead>
                    {name}
                </span>
                <span class="dur">{duration}</span>
            </button>
            <div class="lane" aria-hidden="true">
                {bars}
                {now}
            </div>
        </div>
    }
    .into_any()
}

fn look(kind: RowKind, bar: &Bar, agent: &'static str) -> String {
    let shape = match kind {
        _ if bar.bad => return "bar-s badb".to_owned(),
        RowKind::Target | RowKind::Turn => "turnb",
        RowKind::Model => "",
        RowKind::Tool => "tool",
        RowKind::Wait => "waitb",
    };
    format!("bar-s {shape} {agent}")
}

fn place(bar: &Bar) -> String {
    format!("left:{:.2}%;width:{:.2}%", bar.left, bar.width)
}
