//! One item of a data set: read, or in a form.

use leptos::prelude::*;

use super::item_form::Form;
use super::store::{DataSetStore, NEW_ITEM};
use crate::app::components::{Code, EmptyState, IconButton, Sheet};
use crate::views::datasets::ItemData;

/// The pane; on a phone a sheet.
#[component]
pub fn ItemEditor(
    /// The data set.
    set: DataSetStore,
) -> impl IntoView {
    let pulled = RwSignal::new(set.item.with_untracked(|item| !item.is_empty()));
    Effect::watch(move || set.item.get(), move |item, _, _| pulled.set(!item.is_empty()), false);
    let title = Signal::derive(move || match set.item.get() {
        item if item.is_empty() => "Item".to_owned(),
        item if item == NEW_ITEM => "New item".to_owned(),
        item => item,
    });
    let newest = set.newest();
    // The form begins with the item as it is when it is opened: what is saved, searched or loaded later
    // neither overwrites what is typed nor takes the focus, also where somebody makes the next version while
    // the address names this one.
    let opened = Memo::new(move |before: Option<&Opened>| {
        let (wanted, asked) = (set.item.get(), set.request.with(|request| request.version));
        let stays = |before: &&Opened| {
            before.form
                && before.wanted == wanted
                && before.asked == asked
                && (before.found.is_some() || wanted == NEW_ITEM)
        };
        if let Some(before) = before.filter(stays) {
            return before.clone();
        }
        // What the address asks for may be on its way yet.
        let form = newest.get() && (asked == 0 || set.view.with(|view| view.version == asked));
        let found = set.items.with(|items| items.iter().find(|item| item.id == wanted).cloned());
        Opened { wanted, asked, form, found }
    });
    let body = move || match opened.get() {
        Opened { wanted, .. } if wanted.is_empty() => view! {
            <p class="pb t2">"Choose an item to read or change it."</p>
        }
        .into_any(),
        Opened { wanted, form: true, .. } if wanted == NEW_ITEM => {
            view! { <Form set=set item=ItemData::default() new=true /> }.into_any()
        }
        Opened { form: true, found: Some(item), .. } => {
            view! { <Form set=set item=item new=false /> }.into_any()
        }
        Opened { found: Some(item), .. } => view! { <Reading item=item /> }.into_any(),
        Opened { wanted, found: None, .. } => view! {
            <EmptyState
                title=format!("There is no item {wanted} here")
                text="It is not in this version, or not among the items that are loaded: search for its id."
            />
        }
        .into_any(),
    };
    let close = Callback::new(move |_| set.open_item(""));
    let closer = move || {
        (!set.item.with(String::is_empty))
            .then(|| view! { <span class="end"><IconButton label="Close item" icon="x" small=true on_press=close /></span> })
    };
    view! {
        <Sheet label="Item" title=title icon="database" class="panel" open=pulled>
            <header>
                <h2 class="cut">{title}</h2>
                {closer}
            </header>
            {body}
        </Sheet>
    }
}

/// The item that the pane holds.
#[derive(Clone, PartialEq)]
struct Opened {
    /// Its id.
    wanted: String,
    /// The version that the address asked for; 0 for the newest.
    asked: u32,
    /// It is of the newest version, which can be changed.
    form: bool,
    /// The item, where it is loaded.
    found: Option<ItemData>,
}

/// An item of an old version.
#[component]
fn Reading(item: ItemData) -> impl IntoView {
    let part = |title: &'static str, text: String| {
        (!text.is_empty()).then(|| {
            view! {
                <section class="stack stack-1">
                    <h3 class="xs t3 med">{title}</h3>
                    <Code label=title text=text fold=true />
                </section>
            }
        })
    };
    view! {
        <div class="pb stack">
            {part("Question", item.input)} {part("Expected answer", item.expected_output)}
            {part("Tags", item.tags.join(", "))} {part("Further fields", item.metadata)}
        </div>
    }
}
