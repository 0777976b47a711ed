//! The items of an experiment: chips, order, tag, threshold, and the table. Only windows of it are here.

use leptos::html;
use leptos::prelude::*;

use super::request::{ORDERS, thousandths};
use super::row::ItemLine;
use super::store::ExperimentStore;
use crate::app::components::{Chip, EmptyState, Pill};
use crate::app::lists::scroll;
use crate::app::words;
use crate::views::experiments::{ItemFilter, ItemRow};

/// The panel.
#[component]
pub fn Items(
    /// The experiment.
    experiment: ExperimentStore,
) -> impl IntoView {
    let address = experiment.address;
    let shown = experiment.part(|view| (view.rows_total, view.counts.all));
    let loaded = Memo::new(move |_| experiment.rows.with(Vec::len));
    use_keys(experiment);
    let total = move || match shown.get() {
        (rows, all) if rows == all => words::number(i64::try_from(all).unwrap_or(i64::MAX)),
        (rows, all) => format!("{rows} of {all}"),
    };
    let none = move || loaded.get() == 0;
    let clear = move |_| {
        address.change(|request| {
            request.filter = ItemFilter::All;
            request.tag.clear();
        });
    };
    let nothing = move || {
        let (_, all) = shown.get();
        if all == 0 {
            return view! {
                <EmptyState
                    title="No item has been asked yet"
                    text="Each item of the data set gets a row here when its first answer is on its way."
                />
            }
            .into_any();
        }
        let text = format!("There are {} without filters.", words::count(all, "item", "items"));
        view! {
            <EmptyState title="No item is left by these filters" text=text>
                <button type="button" class="btn" on:click=clear>
                    <span>"Clear filters"</span>
                </button>
            </EmptyState>
        }
        .into_any()
    };
    let again = Callback::new(move |_| experiment.fetch());
    view! {
        <section
            class="panel list"
            aria-labelledby="h-items"
            aria-busy=move || experiment.busy.get().then_some("true")
        >
            <header class="wrap">
                <h2 id="h-items">"Items"</h2>
                <span class="xs t3">{total}</span>
                <Filters experiment=experiment />
            </header>
            <div class="pill-place" aria-live="polite">
                {move || {
                    experiment
                        .moved
                        .get()
                        .then(|| view! { <Pill label="Scores moved: order again" icon="arrow-up" on_press=again /> })
                }}
            </div>
            {move || {
                if none() { nothing() } else { view! { <Rows experiment=experiment loaded=loaded /> }.into_any() }
            }}
        </section>
    }
}

/// Chips, order, tag and threshold.
#[component]
fn Filters(experiment: ExperimentStore) -> impl IntoView {
    let address = experiment.address;
    let counts = experiment.part(|view| view.counts.clone());
    let tags = experiment.part(|view| view.tags.clone());
    let compared = experiment.part(|view| view.base.is_some());
    let asked = move || address.request.with(|request| (request.filter, request.tag.clone(), request.order));
    let chip = move |filter: ItemFilter, label: &'static str, count: Signal<Option<usize>>| {
        let on = Signal::derive(move || asked().0 == filter);
        let press = Callback::new(move |_| {
            let next = if on.get_untracked() { ItemFilter::All } else { filter };
            address.change(|request| request.filter = next);
        });
        view! { <Chip label=label count=count on=on on_press=press /> }
    };
    let failed = Signal::derive(move || Some(counts.with(|counts| counts.failed)));
    let against = move || {
        compared.get().then(|| {
            let of = move |read: fn(&crate::views::experiments::Counts) -> usize| {
                Signal::derive(move || Some(counts.with(read)))
            };
            view! {
                {chip(ItemFilter::Worse, "Worse", of(|counts| counts.worse))}
                {chip(ItemFilter::Better, "Better", of(|counts| counts.better))}
                {chip(ItemFilter::Changed, "Changed", of(|counts| counts.changed))}
            }
        })
    };
    let below = move || match asked().0 {
        ItemFilter::Below(score) => format!("{}", f64::from(score) / 1_000.0),
        _ => String::new(),
    };
    let set_below = move |event| {
        let text: String = event_target_value(&event);
        let filter = match text.trim().replace(',', ".").parse::<f64>() {
            Ok(score) => ItemFilter::Below(thousandths(score)),
            Err(_) => ItemFilter::All,
        };
        address.change(|request| request.filter = filter);
    };
    let set_order = move |event| {
        let value = event_target_value(&event);
        let order = ORDERS.iter().find(|(_, slug, _)| *slug == value).map(|(order, ..)| *order);
        address.change(|request| request.order = order.unwrap_or_default());
    };
    let set_tag = move |event| {
        let tag = event_target_value(&event);
        address.change(|request| request.tag = tag);
    };
    let tag_choice = move || {
        let all = tags.get();
        (!all.is_empty()).then(|| {
            let options = all
                .into_iter()
                .map(|tag| {
                    let on = asked().1 == tag;
                    view! {
                        <option value=tag.clone() selected=on prop:selected=on>
                            {tag.clone()}
                        </option>
                    }
                })
                .collect_view();
            let any = move || asked().1.is_empty();
            view! {
                <select class="in pick-in" aria-label="Tag" on:change=set_tag>
                    <option value="" selected=any prop:selected=any>
                        "All tags"
                    </option>
                    {options}
                </select>
            }
        })
    };
    view! {
        <div class="chips" role="group" aria-label="Filters">
            {chip(ItemFilter::Failed, "Failed", failed)}
            {against}
            <label class="row xs t2">
                "Below"
                <input
                    class="in num-in"
                    type="text"
                    inputmode="decimal"
                    placeholder="0.7"
                    value=below()
                    prop:value=below
                    on:change=set_below
                />
            </label>
            {tag_choice}
            <select class="in pick-in" aria-label="Order" on:change=set_order>
                {ORDERS
                    .into_iter()
                    .map(|(order, slug, word)| {
                        let on = move || asked().2 == order;
                        view! {
                            <option value=slug selected=on prop:selected=on>
                                {word}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// What makes a row another one: its cells are drawn anew then.
fn look(row: &ItemRow) -> (String, Option<u64>, Option<u64>, bool, Option<i64>) {
    (row.id.clone(), row.score.map(f64::to_bits), row.base.map(f64::to_bits), row.ended, row.latency_ms)
}

#[component]
fn Rows(experiment: ExperimentStore, loaded: Memo<usize>) -> impl IntoView {
    let body = NodeRef::<html::Tbody>::new();
    let slice = scroll::follow(body, loaded, move || experiment.fetch_more());
    let rows = move || -> Vec<ItemRow> {
        let range = slice.get().rows;
        experiment.rows.with(|rows| rows.get(range).map(<[ItemRow]>::to_vec).unwrap_or_default())
    };
    let total = experiment.part(|view| view.rows_total);
    let compared = experiment.part(|view| view.base.is_some());
    let noise = experiment.part(|view| view.delta.as_ref().map_or(0.0, |delta| delta.noise));
    let open = Memo::new(move |_| experiment.address.looks.with(|looks| looks.item.clone()));
    let spacer = move |height: usize| {
        (height > 0).then(|| {
            view! {
                <tr class="spacer" aria-hidden="true">
                    <td colspan="6" style:height=format!("{height}px")></td>
                </tr>
            }
        })
    };
    let foot = move || match (loaded.get(), total.get()) {
        (loaded, total) if loaded < total => format!("{loaded} of {total} loaded. More load as you scroll."),
        (loaded, _) => format!("{loaded} shown."),
    };
    view! {
        <div class="tw" tabindex="0" role="region" aria-label="Table of items">
            <table class="rows two trials" aria-rowcount=move || total.get() + 1>
                <thead>
                    <tr>
                        <th scope="col">"Item"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col" class="of-score">
                            "Score"
                        </th>
                        <th scope="col" class="num">
                            <span class:vh=move || !compared.get()>"Change"</span>
                        </th>
                        <th scope="col" class="num">
                            "Time"
                        </th>
                        <th scope="col" class="num hide-lg">
                            "Cost"
                        </th>
                    </tr>
                </thead>
                <tbody node_ref=body>
                    {move || spacer(slice.get().above)}
                    <For
                        each=rows
                        key=look
                        children=move |row| {
                            view! { <ItemLine row=row address=experiment.address open=open noise=noise /> }
                        }
                    /> {move || spacer(slice.get().below)}
                </tbody>
            </table>
        </div>
        <footer class="xs t2">
            <span>{foot}</span>
            <span class="end t3 hide-s" aria-hidden="true">
                <kbd>"j"</kbd>
                " "
                <kbd>"k"</kbd>
                " move"
            </span>
        </footer>
    }
}

/// `j` and `k` move along the items; `[` and `]` are those of the pane's buttons.
fn use_keys(experiment: ExperimentStore) {
    #[cfg(feature = "hydrate")]
    {
        let owner = Owner::current();
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            let by = match event.key().as_str() {
                "j" => 1,
                "k" => -1,
                _ => return,
            };
            if !owner.as_ref().is_some_and(|owner| owner.with(|| crate::app::keys::is_shortcut(&event))) {
                return;
            }
            event.prevent_default();
            experiment.step(by);
            request_animation_frame(|| {
                if let Some(link) = crate::app::browser::find(".trials a[aria-current=true]") {
                    let _ = link.focus();
                }
            });
        });
        on_cleanup(move || keys.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = experiment;
}
