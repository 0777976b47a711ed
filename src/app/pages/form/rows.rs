//! Rows of a form that come and go: each keeps its fields, whatever its place.

use leptos::prelude::*;

use crate::app::components::{IconButton, Problems};

/// Rows at the most; more is a list that nobody fills in by hand.
const MAX_ROWS: usize = 64;

/// A row: what it is known by, and its fields.
#[derive(Clone, Copy)]
pub struct Row<T> {
    /// Stable while the row is there.
    pub id: u32,
    /// Its fields.
    pub fields: T,
}

/// The rows; a handle.
pub struct Rows<T: Copy + Send + Sync + 'static> {
    /// In order.
    pub all: RwSignal<Vec<Row<T>>>,
    next: StoredValue<u32>,
}

// Derived, these would ask the same of what is behind the handle.
impl<T: Copy + Send + Sync + 'static> Clone for Rows<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Copy + Send + Sync + 'static> Copy for Rows<T> {}

impl<T: Copy + Send + Sync + 'static> Rows<T> {
    /// Rows of these fields.
    pub fn new(rows: impl IntoIterator<Item = T>) -> Self {
        let new = Self { all: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        new.set(rows);
        new
    }

    /// Others.
    pub fn set(self, rows: impl IntoIterator<Item = T>) {
        let rows = rows.into_iter().map(|fields| self.row(fields)).collect();
        self.all.set(rows);
    }

    /// The fields of each; tracked.
    pub fn get(self) -> Vec<T> {
        self.all.get().into_iter().map(|row| row.fields).collect()
    }

    /// Whether there are none; tracked.
    pub fn none(self) -> bool {
        self.all.with(Vec::is_empty)
    }

    /// One more at the end.
    pub fn add(self, fields: T) {
        let row = self.row(fields);
        self.all.update(|rows| {
            if rows.len() < MAX_ROWS {
                rows.push(row);
            }
        });
    }

    /// The button that takes a row away, and with it what was said of the rows, whose places are others then.
    pub fn remove_button(self, id: u32, label: String, problems: Problems) -> impl IntoView {
        let remove = move |_| {
            problems.set(Vec::new());
            self.remove(id);
        };
        view! { <IconButton label=label icon="x" small=true on_press=Callback::new(remove) /> }
    }

    /// One more at the end, whatever their number: of what is chosen from a list.
    pub fn choose(self, fields: T) {
        let row = self.row(fields);
        self.all.update(|rows| rows.push(row));
    }

    /// Takes one away.
    pub fn remove(self, id: u32) {
        self.all.update(|rows| rows.retain(|row| row.id != id));
    }

    fn row(self, fields: T) -> Row<T> {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Row { id: id.unwrap_or_default(), fields }
    }
}
