//! The open conversation: its messages, oldest first, and the box for the next one.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::composer::Composer;
use super::message::Message;
use super::store::ChatStore;
use crate::app::address;
use crate::app::components::{Button, Icon, Menu, MenuItem};
use crate::app::deletes::use_deletes;
use crate::app::pages::run::to_end;
#[cfg(feature = "hydrate")]
use crate::app::pages::run::{NEAR_END, distance_to_end};
use crate::app::words;
use crate::views::forms::Choices;

/// The messages and the box.
#[component]
pub fn Thread(
    /// The page.
    store: ChatStore,
    /// Namespace.
    namespace: String,
    /// Whom one can talk to.
    choices: Choices,
) -> impl IntoView {
    let deletes = use_deletes();
    follow_end(store);
    let shown = Memo::new(move |_| {
        let all = store.turns.get();
        all.into_iter().filter(|run| !deletes.has(&run.uid)).collect::<Vec<_>>()
    });
    let earlier = store.show_earlier(namespace.clone());
    let before = Memo::new(move |_| store.earlier());
    let more = Signal::derive(move || {
        format!("Show {}", words::count(before.get(), "earlier message", "earlier messages"))
    });
    let empty = move || shown.with(Vec::is_empty);
    let said = move || {
        if store.id.with(Option::is_some) {
            "Nothing is said in this conversation yet."
        } else {
            "A new conversation. Each message becomes a query; what was said before is told with it."
        }
    };
    view! {
        <Head store=store namespace=namespace.clone() />
        <div class="earlier" hidden=move || before.get() == 0>
            <Button
                label=more
                icon="arrow-up"
                small=true
                busy=earlier.pending()
                on_press=Callback::new(move |_| {
                    earlier.dispatch(());
                })
            />
        </div>
        <ol class="conv" aria-label="Messages">
            <For
                each=move || shown.get()
                key=|run| run.uid.clone()
                children=move |run| view! { <Message store=store view=run /> }
            />
        </ol>
        <p class="t3 pb" hidden=move || !empty()>
            {said}
        </p>
        <Composer store=store namespace=namespace choices=choices />
    }
}

/// What the conversation is, and what can be done with it.
#[component]
fn Head(store: ChatStore, namespace: String) -> impl IntoView {
    let deletes = use_deletes();
    let navigate = use_navigate();
    let all = address::conversations(Some(&namespace));
    let back = all.clone();
    let title = move || {
        let id = store.id.get();
        let row = store.list.with(|list| list.rows.iter().find(|row| Some(&row.id) == id.as_ref()).cloned());
        match (row, id) {
            (Some(row), _) if !row.title.is_empty() => row.title,
            (_, Some(_)) => "Conversation".to_owned(),
            _ => "New conversation".to_owned(),
        }
    };
    let sub = move || {
        let turns = store.list.with(|list| list.open.len());
        (turns > 0).then(|| words::count(turns, "message", "messages"))
    };
    let delete = Callback::new(move |_| {
        let open = store.list.with_untracked(|list| list.open.clone());
        deletes.delete(open.into_iter().map(|turn| (turn.key, turn.uid)).collect());
        navigate(&all, NavigateOptions::default());
    });
    view! {
        <div class="thead row">
            <a class="ib only-s" href=back aria-label="All conversations" title="All conversations">
                <Icon name="list" />
            </a>
            <div class="grow min-w-0">
                <h2 class="cut">{title}</h2>
                <p class="xs t3">{sub}</p>
            </div>
            <div hidden=move || store.id.with(Option::is_none)>
                <Menu label="More for this conversation">
                    <MenuItem label="Delete conversation" icon="trash-2" danger=true on_press=delete />
                </Menu>
            </div>
        </div>
    }
}

/// Keeps the end in view while the reader is there.
fn follow_end(store: ChatStore) {
    let near = StoredValue::new(true);
    #[cfg(feature = "hydrate")]
    {
        let scrolled = window_event_listener(leptos::ev::scroll, move |_| {
            near.set_value(distance_to_end() <= NEAR_END);
        });
        on_cleanup(move || scrolled.remove());
    }
    Effect::new(move |first: Option<()>| {
        store.grown.track();
        store.turns.track();
        if first.is_none() || near.get_value() {
            request_animation_frame(move || {
                if near.try_get_value() == Some(true) {
                    to_end();
                }
            });
        }
    });
}
