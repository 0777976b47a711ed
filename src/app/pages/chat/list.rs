//! The list of conversations.

use leptos::prelude::*;

use super::store::ChatStore;
use crate::app::address;
use crate::app::components::{Ago, Avatar, Icon, SearchBox, StatusMark};
use crate::app::deletes::use_deletes;
use crate::app::words;
use crate::resources::kind::Kind;
use crate::views::conversation::{ConversationRow, MAX_LISTED};

/// Conversations of the namespace, newest first, with a filter.
#[component]
pub fn ConversationList(
    /// The page.
    store: ChatStore,
    /// Namespace, or `None` for all.
    namespace: Option<String>,
) -> impl IntoView {
    let deletes = use_deletes();
    let sought = RwSignal::new(String::new());
    let rows = Memo::new(move |_| {
        let sought = sought.get().to_lowercase();
        let list = store.list.get();
        let has = |row: &ConversationRow| {
            let names = row.targets.iter().map(|key| key.name.as_str());
            let words = [row.title.as_str(), row.last.as_str(), row.id.as_str()].into_iter().chain(names);
            words.into_iter().any(|text| text.to_lowercase().contains(&sought))
        };
        let goes = |row: &ConversationRow| deletes.has(&row.ends.0) && deletes.has(&row.ends.1);
        list.rows.into_iter().filter(|row| has(row) && !goes(row)).collect::<Vec<_>>()
    });
    let total = Memo::new(move |_| store.list.with(|list| list.total));
    let begin = format!("{}/new", address::conversations(namespace.as_deref()));
    let all = namespace.is_none();
    let empty = move || {
        let text = if total.get() == 0 {
            "None yet. A query that names a conversation, and each message sent here, is listed."
        } else {
            "No conversation has these words."
        };
        rows.with(Vec::is_empty).then(|| view! { <p class="pb t3 xs">{text}</p> })
    };
    view! {
        <aside class="panel pane list" aria-label="Conversations">
            <div class="lhead">
                <div class="row between">
                    <h1>
                        "Conversations " <span class="t3">{move || words::number(i64::try_from(total.get()).unwrap_or(0))}</span>
                    </h1>
                    <a class="ib" href=begin aria-label="New conversation" title="New conversation" data-key="c">
                        <Icon name="plus" />
                    </a>
                </div>
                <SearchBox
                    label="Find a conversation"
                    placeholder="Words, names"
                    value=sought
                    on_change=Callback::new(move |text| sought.set(text))
                />
            </div>
            <ul>
                <For
                    each=move || rows.get()
                    key=|row| (row.namespace.clone(), row.id.clone())
                    children=move |row| {
                        let key = (row.namespace.clone(), row.id.clone());
                        let now = Memo::new(move |_| {
                            rows.with(|rows| {
                                rows.iter().find(|row| row.namespace == key.0 && row.id == key.1).cloned()
                            })
                        });
                        view! { <Item store=store row=row now=now all=all /> }
                    }
                />
            </ul>
            {empty}
            {move || {
                (total.get() > MAX_LISTED)
                    .then(|| {
                        view! {
                            <p class="pb t3 xs">
                                {format!("The {MAX_LISTED} newest are listed. Older ones are found by their queries.")}
                            </p>
                        }
                    })
            }}
        </aside>
    }
}

/// A conversation. The link stays, what it says changes.
#[component]
fn Item(
    store: ChatStore,
    row: ConversationRow,
    now: Memo<Option<ConversationRow>>,
    all: bool,
) -> impl IntoView {
    let href = address::conversation(&row.namespace, &row.id);
    let id = row.id.clone();
    let namespace = row.namespace.clone();
    let fallback = row.clone();
    let row = Memo::new(move |_| now.get().unwrap_or_else(|| fallback.clone()));
    let current = move || store.id.with(|open| open.as_ref() == Some(&id)).then_some("page");
    let mark = move || {
        let target = row.with(|row| row.targets.first().cloned());
        let (kind, name) = target.map_or((Kind::Agent, "?".to_owned()), |key| (key.kind, key.name));
        view! { <Avatar kind=kind name=name /> }
    };
    let title = move || row.with(|row| if row.title.is_empty() { row.id.clone() } else { row.title.clone() });
    let at = Signal::derive(move || row.with(|row| row.at_ms));
    let status = Signal::derive(move || row.with(|row| row.status.clone()));
    view! {
        <li>
            <a class="citem" href=href aria-current=current>
                {mark}
                <span class="min-w-0">
                    <span class="cut ti">{title}</span>
                    <span class="cut xs t2">{move || row.with(|row| row.last.clone())}</span>
                    {all.then(|| view! { <span class="cut xs t3">{namespace}</span> })}
                </span>
                <span class="when">
                    <span class="xs t3 nowrap">
                        <Ago at=at bare=true />
                    </span>
                    <StatusMark status=status />
                </span>
            </a>
        </li>
    }
}
