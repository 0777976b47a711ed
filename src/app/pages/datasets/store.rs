//! The data set of the open page: its address, the version, the items that are loaded.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use super::request::{read, write};
use crate::api::datasets::{change_data_set, data_set_now, get_data_set};
use crate::app::guard::{Guard, use_guard};
use crate::app::live::{Again, use_live};
use crate::views::datasets::{
    DataSetChange, DataSetRequest, DataSetView, ITEMS_WINDOW, ItemData, ItemsChange,
};
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::{Problem, ProblemCode};

/// The item in the address that is not there yet.
pub const NEW_ITEM: &str = "+";

/// Windows that are loaded anew at the most when a version comes: the rest comes by scrolling on.
const WINDOWS_ANEW: usize = 10;

type Go = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// The data set of the open page.
#[derive(Clone, Copy)]
pub struct DataSetStore {
    /// What the address asks for; tracked.
    pub request: Memo<DataSetRequest>,
    /// The open item; tracked.
    pub item: Memo<String>,
    /// Everything but the items.
    pub view: RwSignal<DataSetView>,
    /// The items that are loaded.
    pub items: RwSignal<Vec<ItemData>>,
    /// Something is asked for.
    pub busy: RwSignal<bool>,
    /// Why the last question failed.
    pub problem: RwSignal<Option<Problem>>,
    /// It was deleted; what is shown was loaded before.
    pub gone: RwSignal<bool>,
    /// Ids of items that are not shown: their removal can still be undone.
    going: StoredValue<Vec<String>>,
    again: Again,
    asked: StoredValue<u32>,
    path: Memo<String>,
    go: StoredValue<Go>,
    guard: Guard,
}

impl DataSetStore {
    /// What the address asks for, before anything is loaded.
    pub fn asked(namespace: &str, name: &str) -> DataSetRequest {
        use_query_map().with_untracked(|query| read(namespace, name, query))
    }

    /// Opens a data set.
    pub fn open(mut view: DataSetView) -> Self {
        let query = use_query_map();
        let navigate = use_navigate();
        let (namespace, name) = (view.row.namespace.clone(), view.row.name.clone());
        let items = std::mem::take(&mut view.items);
        let of = (namespace.clone(), name.clone());
        let store = Self {
            request: Memo::new(move |_| query.with(|query| read(&namespace, &name, query))),
            item: Memo::new(move |_| query.with(|query| query.get("item")).unwrap_or_default()),
            view: RwSignal::new(view),
            items: RwSignal::new(items),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            gone: RwSignal::new(false),
            going: StoredValue::new(Vec::new()),
            again: Again::default(),
            asked: StoredValue::new(0),
            path: use_location().pathname,
            go: StoredValue::new(Arc::new(move |href: &str, options| navigate(href, options))),
            guard: use_guard(),
        };
        Effect::watch(move || store.request.get(), move |_, _, _| store.fetch(), false);
        use_live(
            move || Some(Topic::DataSets { namespace: Some(of.0.clone()), name: Some(of.1.clone()) }),
            move |message| match message {
                LiveMessage::DataSets { .. } => store.again.ask(move || store.refresh()),
                LiveMessage::Gone { .. } => {
                    store.gone.set(true);
                    // An answer that is on its way may be older: this one comes after it.
                    store.again.ask(move || store.refresh());
                }
                _ => {}
            },
        );
        store
    }

    /// A part of the view as a memo.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&DataSetView) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.view.with(&part))
    }

    /// Whether the newest version is shown: only that becomes the next.
    pub fn newest(self) -> Memo<bool> {
        self.part(|view| view.version == view.row.version)
    }

    /// Asks for something else; while typing the history keeps no entry.
    pub fn change(self, typing: bool, change: impl FnOnce(&mut DataSetRequest)) {
        let mut request = self.request.get_untracked();
        change(&mut request);
        self.visit(&write(&request, &self.item.get_untracked()), typing);
    }

    /// Opens an item, or none; asks where the open one has changes that are not saved.
    pub fn open_item(self, item: &str) {
        if !self.guard.may_leave() {
            return;
        }
        self.visit(&write(&self.request.get_untracked(), item), true);
    }

    /// The address of an item; tracked.
    pub fn of_item(self, item: &str) -> String {
        format!("{}{}", self.path.get(), self.request.with(|request| write(request, item)))
    }

    /// The address of a version; tracked.
    pub fn of_version(self, version: u32) -> String {
        let version = if self.view.with(|view| view.row.version) == version { 0 } else { version };
        let request = self.request.with(|request| DataSetRequest { version, ..request.clone() });
        format!("{}{}", self.path.get(), write(&request, ""))
    }

    fn visit(self, query: &str, replace: bool) {
        let href = format!("{}{query}", self.path.get_untracked());
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        self.go.with_value(|go| go(&href, options));
    }

    /// Asks for the first window again.
    pub fn fetch(self) {
        self.ask(0, 0);
    }

    /// Asks for the window after the items that are loaded.
    pub fn fetch_more(self) {
        let loaded = self.items.with_untracked(Vec::len);
        let total = self.view.with_untracked(|view| view.items_total);
        if !self.busy.get_untracked() && loaded < total && loaded >= ITEMS_WINDOW {
            self.ask(loaded, 0);
        }
    }

    /// Asks for a window, and for those after it until `loaded` items are there.
    fn ask(self, offset: usize, loaded: usize) {
        let Some(number) = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        }) else {
            return;
        };
        let request = DataSetRequest { offset, ..self.request.get_untracked() };
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let mut answer = get_data_set(request.clone()).await;
            if let Ok(view) = &mut answer {
                further(&request, view, loaded).await;
            }
            // The page may be gone by now, or have asked for something else.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.busy.set(false);
            match answer {
                // A version came between two windows: items of both would make none of them.
                Ok(view) if offset > 0 && self.view.with_untracked(|old| old.version != view.version) => {
                    self.ask(0, offset);
                }
                Ok(mut view) => {
                    let items = self.shown(&mut view);
                    self.problem.set(None);
                    if offset == 0 {
                        self.items.set(items);
                    } else {
                        self.items.update(|known| known.extend(items));
                    }
                    self.view.set(view);
                }
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// The items of an answer, but for those whose removal can still be undone.
    fn shown(self, view: &mut DataSetView) -> Vec<ItemData> {
        let mut items = std::mem::take(&mut view.items);
        self.going.with_value(|going| items.retain(|item| !going.contains(&item.id)));
        items
    }

    /// Asks what became of it. Items are taken anew only where they are of another version than the loaded ones, and as many, so
    /// that a reader far down in them stays there.
    async fn refresh(self) {
        let Some(request) = self.request.try_get_untracked() else { return };
        let Some(number) = self.asked.try_get_value() else { return };
        let answer = data_set_now(request.clone()).await;
        // The page may be gone by now, or what was asked for meanwhile brings its own answer.
        if self.asked.try_get_value() != Some(number) {
            return;
        }
        match answer {
            Ok(Some(mut view)) => {
                let moved = self.view.with_untracked(|old| old.version != view.version);
                if moved {
                    further(&request, &mut view, self.items.with_untracked(Vec::len)).await;
                    if self.asked.try_get_value() != Some(number) {
                        return;
                    }
                    // A window that is on its way continues what is not there any more.
                    self.asked.set_value(number + 1);
                    self.busy.set(false);
                }
                let items = self.shown(&mut view);
                self.gone.set(false);
                self.problem.set(None);
                if moved {
                    self.items.set(items);
                }
                if self.view.with_untracked(|old| *old != view) {
                    self.view.set(view);
                }
            }
            Ok(None) => self.gone.set(true),
            // What is shown stays; the next change asks again.
            Err(problem) => leptos::logging::warn!("{problem}"),
        }
    }

    /// Takes an item out of what is shown: it stays out until it is removed or comes back. Answers with its place.
    pub fn hide(self, id: &str) -> usize {
        let at = self.items.with_untracked(|items| items.iter().position(|item| item.id == id));
        self.going.update_value(|going| going.push(id.to_owned()));
        self.items.update(|items| items.retain(|item| item.id != id));
        at.unwrap_or(0)
    }

    /// What was hidden is removed, or comes back: what is loaded from now on shows it as it is.
    pub fn unhide(self, id: &str) {
        self.going.try_update_value(|going| going.retain(|one| one != id));
    }

    /// A change of the newest version, as it would be sent.
    pub fn next(self, change: ItemsChange, note: impl Into<String>) -> DataSetChange {
        self.view.with_untracked(|view| DataSetChange {
            namespace: view.row.namespace.clone(),
            name: view.row.name.clone(),
            home: view.row.home,
            from: view.row.version,
            change,
            note: note.into(),
        })
    }

    /// Makes the next version and shows it. After a conflict the newest is loaded: the same may be sent
    /// again.
    pub async fn send(self, change: DataSetChange) -> Result<u32, Problem> {
        let done = change_data_set(change).await;
        let conflict = |problem: &Problem| problem.code == ProblemCode::Conflict;
        if done.as_ref().err().is_none_or(conflict) {
            self.fetch();
        }
        done.map_err(|problem| match conflict(&problem) {
            true => problem.next(
                "The newest version is loaded now. Look at it, and do the same again if you still want it.",
            ),
            false => problem,
        })
    }
}

/// The windows after the first until `loaded` items are there, as long as they are of the same version.
async fn further(request: &DataSetRequest, view: &mut DataSetView, loaded: usize) {
    let wanted = loaded.min(view.items_total).min(WINDOWS_ANEW * ITEMS_WINDOW);
    while view.items.len() < wanted {
        let request = DataSetRequest { offset: view.items.len(), ..request.clone() };
        match get_data_set(request).await {
            Ok(next) if next.version == view.version && !next.items.is_empty() => {
                view.items.extend(next.items);
            }
            // The items are whole up to here: scrolling on asks for the rest.
            _ => return,
        }
    }
}
