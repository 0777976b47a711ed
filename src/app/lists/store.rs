//! The rows of one list, as the page shows them right now.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::ListAddress;
use crate::api::objects::list_objects;
use crate::app::live::{heard, use_live};
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::Problem;
use crate::views::row::{Filter, ListPage, Row, State, WINDOW};

/// New rows that wait behind the pill; of more, only that there are many is of interest.
const MAX_WAITING: usize = 500;

/// A row on the page. Its parts change in place; the list itself changes only when rows come or go.
#[derive(Clone)]
pub struct Entry {
    /// UID, the key.
    pub uid: String,
    /// The row.
    pub row: ArcRwSignal<Row>,
    /// Grows with each change that the reader should see; 0 for none yet.
    pub changes: ArcRwSignal<u32>,
    /// Deleted by now, or no longer matching; goes with the reader's next act.
    pub gone: ArcRwSignal<bool>,
}

impl Entry {
    fn new(row: Row) -> Self {
        Self {
            uid: row.uid.clone(),
            row: ArcRwSignal::new(row),
            changes: ArcRwSignal::new(0),
            gone: ArcRwSignal::new(false),
        }
    }

    fn update(&self, row: Row) {
        let (newer, differs) = self.row.with_untracked(|old| (row.version >= old.version, *old != row));
        if newer && differs {
            self.row.set(row);
            self.changes.update(|changes| *changes += 1);
        }
        if newer && self.gone.get_untracked() {
            self.gone.set(false);
        }
    }
}

/// A live list.
#[derive(Clone, Copy)]
pub struct ListStore {
    /// What is asked for.
    pub address: ListAddress,
    /// The rows loaded so far, in order.
    pub rows: RwSignal<Vec<Entry>>,
    /// Rows that match.
    pub matched: RwSignal<usize>,
    /// Rows in the namespace.
    pub total: RwSignal<usize>,
    /// How many of them are in each state.
    pub counts: RwSignal<Vec<(State, usize)>>,
    /// When nothing matched at the last fetch: how many rows would without one of the filters.
    pub without: RwSignal<Vec<(Filter, usize)>>,
    /// New rows that wait for the reader.
    pub waiting: RwSignal<Vec<Row>>,
    /// UIDs of selected rows.
    pub selected: RwSignal<BTreeSet<String>>,
    /// UID of the row under the cursor.
    pub cursor: RwSignal<Option<String>>,
    /// Whether a first answer is there.
    pub loaded: RwSignal<bool>,
    /// A fetch is on its way.
    pub busy: RwSignal<bool>,
    /// Why the last fetch failed.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether rows may come in at the top right now; the table says it.
    pub undisturbed: StoredValue<bool>,
    revision: StoredValue<u64>,
    asked: StoredValue<u32>,
}

impl ListStore {
    /// An empty list that fetches when the address changes and lives by the stream once it is loaded.
    /// The first page comes from the caller's resource by [`ListStore::load`], so that the server renders it.
    pub fn new(address: ListAddress) -> Self {
        let store = Self {
            address,
            rows: RwSignal::new(Vec::new()),
            matched: RwSignal::new(0),
            total: RwSignal::new(0),
            counts: RwSignal::new(Vec::new()),
            without: RwSignal::new(Vec::new()),
            waiting: RwSignal::new(Vec::new()),
            selected: RwSignal::new(BTreeSet::new()),
            cursor: RwSignal::new(None),
            loaded: RwSignal::new(false),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            undisturbed: StoredValue::new(false),
            revision: StoredValue::new(0),
            asked: StoredValue::new(0),
        };
        Effect::watch(move || address.request.get(), move |_, _, _| store.fetch(), false);
        use_live(
            move || {
                let request = address.request.get();
                store.loaded.get().then(|| Topic::List { request, revision: store.revision.get_value() })
            },
            move |message| store.take(message),
        );
        store
    }

    /// Shows a page; rows that stay keep their place in the document.
    pub fn load(self, page: ListPage) {
        let old = self.rows.get_untracked();
        let entries = page
            .rows
            .into_iter()
            .map(|row| match old.iter().find(|entry| entry.uid == row.uid) {
                Some(entry) => {
                    if entry.row.with_untracked(|old| *old != row) {
                        entry.row.set(row);
                    }
                    if entry.gone.get_untracked() {
                        entry.gone.set(false);
                    }
                    entry.clone()
                }
                None => Entry::new(row),
            })
            .collect();
        self.rows.set(entries);
        self.waiting.set(Vec::new());
        self.revision.set_value(page.revision);
        self.without.set(page.without);
        self.figures(page.matched, page.total, page.counts);
        self.problem.set(None);
        self.loaded.set(true);
    }

    /// Fetches the first window again.
    pub fn fetch(self) {
        self.ask(0);
    }

    /// Fetches the window after the rows loaded so far.
    pub fn fetch_more(self) {
        let loaded = self.rows.with_untracked(Vec::len);
        if !self.busy.get_untracked() && loaded < self.matched.get_untracked() && loaded >= WINDOW {
            self.ask(loaded);
        }
    }

    fn ask(self, offset: usize) {
        let Some(number) = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        }) else {
            return;
        };
        let mut request = self.address.request.get_untracked();
        request.offset = offset;
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = list_objects(request).await;
            // The page may be gone by now, or have asked for something else.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(page) if offset == 0 => self.load(page),
                Ok(page) => self.append(page),
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    fn append(self, page: ListPage) {
        self.rows.update(|rows| {
            for row in page.rows {
                match rows.iter().find(|entry| entry.uid == row.uid) {
                    Some(entry) => entry.update(row),
                    None => rows.push(Entry::new(row)),
                }
            }
        });
        self.figures(page.matched, page.total, page.counts);
    }

    fn figures(self, matched: usize, total: usize, counts: Vec<(State, usize)>) {
        self.matched.set(matched);
        self.total.set(total);
        if self.counts.with_untracked(|old| *old != counts) {
            self.counts.set(counts);
        }
    }

    fn take(self, message: LiveMessage) {
        match message {
            LiveMessage::Rows { revision, upserts, removes, matched, total, counts, .. } => {
                self.revision.set_value(revision);
                self.figures(matched, total, counts);
                for row in heard(upserts).unwrap_or_default() {
                    self.upsert(row);
                }
                self.remove(&removes);
            }
            LiveMessage::Reset { .. } => self.fetch(),
            _ => {}
        }
    }

    fn upsert(self, row: Row) {
        let known = self.rows.with_untracked(|rows| rows.iter().find(|entry| entry.uid == row.uid).cloned());
        match known {
            Some(entry) => entry.update(row),
            // Nothing is read here that a row could push away.
            None if self.undisturbed.get_value() || self.rows.with_untracked(Vec::is_empty) => {
                let entry = Entry::new(row);
                entry.changes.set(1);
                self.rows.update(|rows| rows.insert(0, entry));
            }
            None => self.waiting.update(|waiting| {
                let room = waiting.len() < MAX_WAITING;
                match waiting.iter_mut().find(|old| old.uid == row.uid) {
                    Some(old) => *old = row,
                    None if room => waiting.push(row),
                    None => {}
                }
            }),
        }
    }

    fn remove(self, uids: &[String]) {
        if uids.is_empty() {
            return;
        }
        self.rows.with_untracked(|rows| {
            for entry in rows.iter().filter(|entry| uids.contains(&entry.uid)) {
                entry.gone.set(true);
            }
        });
        if self.waiting.with_untracked(|waiting| waiting.iter().any(|row| uids.contains(&row.uid))) {
            self.waiting.update(|waiting| waiting.retain(|row| !uids.contains(&row.uid)));
        }
        if self.selected.with_untracked(|selected| uids.iter().any(|uid| selected.contains(uid))) {
            self.selected.update(|selected| selected.retain(|uid| !uids.contains(uid)));
        }
    }

    /// The reader acted: what has gone may go.
    pub fn sweep(self) {
        let any = self.rows.with_untracked(|rows| rows.iter().any(|entry| entry.gone.get_untracked()));
        if any {
            self.rows.update(|rows| rows.retain(|entry| !entry.gone.get_untracked()));
        }
    }

    /// Shows what waits, in its right place.
    pub fn let_in(self) {
        self.fetch();
    }
}
