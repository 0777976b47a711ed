//! The items of a data set: search, tags, and the table.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use super::store::DataSetStore;
use crate::app::components::{Chip, EmptyState, SearchBox};
use crate::app::lists::scroll;
use crate::app::words;
use crate::views::datasets::ItemData;

/// The address follows the typing after this pause.
const TYPING: Duration = Duration::from_millis(150);

/// The panel.
#[component]
pub fn Items(
    /// The data set.
    set: DataSetStore,
) -> impl IntoView {
    let loaded = Memo::new(move |_| set.items.with(Vec::len));
    let totals = set.part(|view| (view.items_total, view.row.items));
    let filtered = move || set.request.with(|request| !request.tag.is_empty() || !request.search.is_empty());
    let count = move || match totals.get() {
        (shown, _) if !filtered() => words::count(shown, "item", "items"),
        (shown, all) => format!("{shown} of {all}"),
    };
    let body = move || {
        if loaded.get() > 0 {
            return view! { <Rows set=set loaded=loaded /> }.into_any();
        }
        if filtered() {
            let clear = move |_| {
                set.change(false, |request| {
                    request.tag.clear();
                    request.search.clear();
                });
            };
            return view! {
                <EmptyState title="No item is left by this search">
                    <button type="button" class="btn" on:click=clear>
                        <span>"Clear search"</span>
                    </button>
                </EmptyState>
            }
            .into_any();
        }
        view! {
            <EmptyState
                title="No items"
                text="Add one by hand, import a text, or take past runs with their answers."
            />
        }
        .into_any()
    };
    view! {
        <section
            class="panel"
            aria-labelledby="h-items"
            aria-busy=move || set.busy.get().then_some("true")
        >
            <header class="wrap">
                <h2 id="h-items">"Items"</h2>
                <Filters set=set />
                <span class="end xs t3">{count}</span>
            </header>
            {body}
        </section>
    }
}

#[component]
fn Filters(set: DataSetStore) -> impl IntoView {
    let typed = RwSignal::new(set.request.with_untracked(|request| request.search.clone()));
    // Back and forward change the address without typing.
    Effect::watch(
        move || set.request.with(|request| request.search.clone()),
        move |search, _, _| typed.set(search.clone()),
        false,
    );
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let on_change = Callback::new(move |text: String| {
        typed.set(text);
        let follow = move || {
            if let Some(text) = typed.try_get_untracked() {
                set.change(true, |request| request.search = text);
            }
        };
        let later = set_timeout_with_handle(follow, TYPING).ok();
        if let Some(earlier) = pending.try_update_value(|p| std::mem::replace(p, later)).flatten() {
            earlier.clear();
        }
    });
    let tags = set.part(|view| view.row.tags.clone());
    let chips = move || {
        tags.get()
            .into_iter()
            .map(|tag| {
                let (here, next) = (tag.clone(), tag.clone());
                let on = Signal::derive(move || set.request.with(|request| request.tag == here));
                let press = Callback::new(move |_| {
                    let tag = if on.get_untracked() { String::new() } else { next.clone() };
                    set.change(false, |request| request.tag = tag);
                });
                view! { <Chip label=tag on=on on_press=press /> }
            })
            .collect_view()
    };
    view! {
        <SearchBox label="Search items" placeholder="Question, answer, id" value=typed on_change=on_change />
        <div class="chips scroll" role="group" aria-label="Tags">
            {chips}
        </div>
    }
}

#[component]
fn Rows(set: DataSetStore, loaded: Memo<usize>) -> impl IntoView {
    let body = NodeRef::<html::Tbody>::new();
    let slice = scroll::follow(body, loaded, move || set.fetch_more());
    let rows = move || -> Vec<ItemData> {
        let range = slice.get().rows;
        set.items.with(|items| items.get(range).map(<[ItemData]>::to_vec).unwrap_or_default())
    };
    let total = set.part(|view| view.items_total);
    let spacer = move |height: usize| {
        (height > 0).then(|| {
            view! {
                <tr class="spacer" aria-hidden="true">
                    <td colspan="3" style:height=format!("{height}px")></td>
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
                        <th scope="col">"Question"</th>
                        <th scope="col">"Expected answer"</th>
                        <th scope="col">"Tags"</th>
                    </tr>
                </thead>
                <tbody node_ref=body>
                    {move || spacer(slice.get().above)}
                    <For
                        each=rows
                        // What changed is drawn anew.
                        key=|item| {
                            (item.id.clone(), item.name.clone(), item.input.clone(), item.expected_output.clone(), item.tags.clone())
                        }
                        children=move |item| line(set, item)
                    /> {move || spacer(slice.get().below)}
                </tbody>
            </table>
        </div>
        <footer class="xs t2">
            <span>{foot}</span>
        </footer>
    }
}

fn line(set: DataSetStore, item: ItemData) -> impl IntoView {
    let id = StoredValue::new(item.id.clone());
    let here = Memo::new(move |_| id.with_value(|id| set.item.with(|open| open == id)));
    let title = if item.name.is_empty() { one_line(&item.input) } else { item.name.clone() };
    let below = if item.name.is_empty() { String::new() } else { format!(", {}", one_line(&item.input)) };
    view! {
        <tr data-row data-uid=item.id.clone() class:sel=here class:cur=here>
            <td class="l1 of-item">
                <span class="who2 bare">
                    <a
                        class="nm name cut"
                        href=move || id.with_value(|id| set.of_item(id))
                        data-noscroll="true"
                        aria-current=move || here.get().then_some("true")
                    >
                        {title}
                    </a>
                    <span class="d cut">
                        <span class="mono">{item.id.clone()}</span>
                        {below}
                    </span>
                </span>
            </td>
            <td class="l2 of-answer">
                <span class="cut block">{one_line(&item.expected_output)}</span>
            </td>
            <td class="l2e">
                <span class="row">
                    {item.tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view()}
                </span>
            </td>
        </tr>
    }
}

/// How a text begins, in one line.
fn one_line(text: &str) -> String {
    /// Letters of a cell at the most: more is never seen.
    const MOST: usize = 160;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn long_texts_are_cut_between_letters() {
        assert_eq!(one_line("a\n  b"), "a b");
        assert_eq!(one_line(&"ä".repeat(200)).chars().count(), 161);
    }
}
