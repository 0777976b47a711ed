//! What waits, soonest first, and the keys that move along it.

use leptos::prelude::*;

use crate::app::address;
use crate::app::clock::use_clock;
use crate::app::components::Avatar;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::approval::{ApprovalView, InboxItem};

/// The list.
#[component]
pub fn WaitingList(
    /// What waits.
    waiting: Memo<Vec<InboxItem>>,
    /// What is shown beside it.
    chosen: Memo<Option<ObjectKey>>,
    /// The namespace that is looked at.
    within: Memo<Option<String>>,
    /// How many more wait.
    more: Signal<usize>,
) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="h-waiting">
            <header>
                <h2 id="h-waiting">"Waiting"</h2>
                <span class="end xs t3">"soonest first"</span>
            </header>
            <ul>
                <For
                    each=move || waiting.get()
                    key=|item| item.approval.key.clone()
                    children=move |item| view! { <WaitingRow item=item chosen=chosen within=within /> }
                />
            </ul>
            <p class="pb t3" hidden=move || !waiting.with(Vec::is_empty)>
                "Nothing else waits."
            </p>
            <p class="pb t3" hidden=move || more.get() == 0>
                {more}
                " more wait; they come up as these are answered."
            </p>
            <footer class="xs t3 hide-s" aria-hidden="true">
                <kbd>"j"</kbd>
                <kbd>"k"</kbd>
                " move "
                <kbd>"a"</kbd>
                " approve "
                <kbd>"r"</kbd>
                " reject"
            </footer>
        </section>
    }
}

#[component]
fn WaitingRow(
    item: InboxItem,
    chosen: Memo<Option<ObjectKey>>,
    within: Memo<Option<String>>,
) -> impl IntoView {
    let clock = use_clock();
    let ApprovalView { key, query, agent, tool, arguments, deadline_ms, query_ends_ms, .. } = item.approval;
    let ends = query_ends_ms.map_or(deadline_ms, |ends| ends.min(deadline_ms));
    let here = {
        let key = key.clone();
        Signal::derive(move || chosen.with(|chosen| chosen.as_ref() == Some(&key)))
    };
    let href = {
        let key = key.clone();
        move || within.with(|within| address::approval_within(within.as_deref(), &key))
    };
    let mark = agent.unwrap_or_else(|| ObjectKey::new(Kind::Tool, key.namespace.as_str(), tool.as_str()));
    let left = move || match ends - clock.now() {
        left if left > 0 => format!("{} left", words::span(left)),
        _ => "time is up".to_owned(),
    };
    view! {
        <li data-item class:sel=here>
            <a
                class="act"
                href=href
                data-stay="true"
                data-noscroll="true"
                aria-current=move || here.get().then_some("true")
            >
                <Avatar kind=mark.kind name=mark.name.clone() />
                <span class="min-w-0">
                    <b class="cut block">{tool}</b>
                    <span class="cut xs t2 block">{short(&arguments)}</span>
                    <span class="cut xs t3 block">{format!("{}, {}", query.name, key.namespace)}</span>
                </span>
                <span class="xs nowrap warn med">{left}</span>
            </a>
        </li>
    }
}

/// Arguments in one line: `A-10448, 55.79, EUR`.
fn short(arguments: &str) -> String {
    let Ok(all) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(arguments) else {
        return arguments.to_owned();
    };
    let values = all.values().map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let line = values.collect::<Vec<_>>().join(", ");
    if line.is_empty() { "without arguments".to_owned() } else { line }
}

/// `j` and `k` move along the list; `[` and `]` too, as among items anywhere.
pub fn use_steps(
    waiting: Memo<Vec<InboxItem>>,
    chosen: Memo<Option<ObjectKey>>,
    within: Memo<Option<String>>,
) {
    #[cfg(feature = "hydrate")]
    {
        use leptos_router::hooks::use_navigate;

        let navigate = use_navigate();
        let owner = Owner::current();
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            let step = match event.key().as_str() {
                "j" | "]" => 1,
                "k" | "[" => -1,
                _ => return,
            };
            if !owner.as_ref().is_some_and(|owner| owner.with(|| crate::app::keys::is_shortcut(&event))) {
                return;
            }
            let next = waiting.with_untracked(|all| {
                let at = chosen.with_untracked(|chosen| {
                    all.iter().position(|item| chosen.as_ref() == Some(&item.approval.key))
                });
                let last = all.len().checked_sub(1)?;
                let at = match (at, step) {
                    (None, _) => 0,
                    (Some(at), 1) => (at + 1).min(last),
                    (Some(at), _) => at.saturating_sub(1),
                };
                all.get(at).map(|item| item.approval.key.clone())
            });
            let Some(next) = next else { return };
            event.prevent_default();
            let options = leptos_router::NavigateOptions {
                replace: true,
                scroll: false,
                ..leptos_router::NavigateOptions::default()
            };
            let place = within.with_untracked(|within| address::approval_within(within.as_deref(), &next));
            navigate(&place, options);
            request_animation_frame(|| {
                if let Some(row) = crate::app::browser::find(".inbox [aria-current=true]") {
                    let _ = row.focus();
                }
            });
        });
        on_cleanup(move || keys.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (waiting, chosen, within);
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn arguments_read_as_a_line() {
        assert_eq!(short(r#"{"amount":55.79,"order_id":"A-10448"}"#), "55.79, A-10448");
        assert_eq!(short("{}"), "without arguments");
    }
}
