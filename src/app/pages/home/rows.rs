//! Rows of home that change in place.

use leptos::prelude::*;

use crate::views::home::HomeView;
use crate::views::row::Row;

/// One of the lists of home.
pub type Part = fn(&HomeView) -> &Vec<Row>;

/// The rows of a list, each drawn once and then moved by its own memo: focus in a row survives a change.
pub fn live_rows<V: IntoView + 'static>(
    home: Signal<HomeView>,
    part: Part,
    view: impl Fn(Memo<Row>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let rows = Memo::new(move |_| home.with(|home| part(home).clone()));
    view! {
        <For
            each=move || rows.get()
            key=|row| row.uid.clone()
            children=move |first| {
                let uid = first.uid.clone();
                let row = Memo::new(move |before: Option<&Row>| {
                    let now = rows.with(|rows| rows.iter().find(|row| row.uid == uid).cloned());
                    now.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
                });
                view(row)
            }
        />
    }
}

/// Whether a list has rows.
pub fn any(home: Signal<HomeView>, part: Part) -> Memo<bool> {
    Memo::new(move |_| home.with(|home| !part(home).is_empty()))
}
