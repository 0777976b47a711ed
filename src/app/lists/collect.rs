//! The selected queries become items of a data set.

use leptos::prelude::*;

use super::ListStore;
use crate::app::collect::Collect;
use crate::app::components::Button;
use crate::views::ObjectKey;

/// The selected queries.
fn chosen(list: ListStore) -> Memo<Vec<ObjectKey>> {
    Memo::new(move |_| {
        let chosen = list.selected.get();
        list.rows.with(|rows| {
            let rows = rows.iter().filter(|entry| chosen.contains(&entry.uid));
            rows.map(|entry| entry.row.with(|row| row.key.clone())).collect()
        })
    })
}

/// A button of the bulk bar of queries.
#[component]
pub fn CollectSelected(
    /// The list.
    list: ListStore,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let keys = chosen(list);
    let spread = Signal::derive(move || {
        let several = keys.with(|keys| keys.windows(2).any(|pair| pair[0].namespace != pair[1].namespace));
        several.then(|| "A data set belongs to one namespace: choose queries of one only.".to_owned())
    });
    view! {
        <Button
            label="Add to data set"
            icon="database"
            small=true
            disabled=spread
            on_press=Callback::new(move |_| open.set(true))
        />
    }
}

/// What it opens.
#[component]
pub fn CollectDialog(
    /// The list.
    list: ListStore,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let keys = chosen(list);
    let namespace = Signal::derive(move || {
        keys.with(|keys| keys.first().map(|key| key.namespace.clone()).unwrap_or_default())
    });
    let names =
        Signal::derive(move || keys.with(|keys| keys.iter().map(|key| key.name.clone()).collect::<Vec<_>>()));
    let done = Callback::new(move |()| list.selected.set(Default::default()));
    view! { <Collect open=open namespace=namespace names=names on_done=done /> }
}
