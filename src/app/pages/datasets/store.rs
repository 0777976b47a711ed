//! The data set of the open page: its address, the version, the items that are loaded.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

use crate::api::datasets::{change_data_set, get_data_set};
use crate::app::address;
use crate::app::guard::{Guard, use_guard};
use crate::views::datasets::{
    DataSetChange, DataSetRequest, DataSetView, ITEMS_WINDOW, ItemData, ItemsChange,
};
use crate::views::problem::{Problem, ProblemCode};

/// The item in the address that is not there yet.
pub const NEW_ITEM: &str = "+";

/// Reads a request from a query string.
pub fn read(namespace: &str, name: &str, query: &ParamsMap) -> DataSetRequest {
    let word = |name: &str| query.get(name).unwrap_or_default();
    DataSetRequest {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        version: word("v").parse().unwrap_or_default(),
        tag: word("tag"),
        search: word("q"),
        offset: 0,
    }
}

/// Writes a request as a query string; what is as usual is left out.
pub fn write(request: &DataSetRequest, item: &str) -> String {
    let version = if request.version == 0 { String::new() } else { request.version.to_string() };
    address::query([
        ("v", version),
        ("tag", request.tag.clone()),
        ("q", request.search.clone()),
        ("item", item.to_owned()),
    ])
}

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
        let store = Self {
            request: Memo::new(move |_| query.with(|query| read(&namespace, &name, query))),
            item: Memo::new(move |_| query.with(|query| query.get("item")).unwrap_or_default()),
            view: RwSignal::new(view),
            items: RwSignal::new(items),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            asked: StoredValue::new(0),
            path: use_location().pathname,
            go: StoredValue::new(Arc::new(move |href: &str, options| navigate(href, options))),
            guard: use_guard(),
        };
        Effect::watch(move || store.request.get(), move |_, _, _| store.fetch(), false);
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
        self.ask(0);
    }

    /// Asks for the window after the items that are loaded.
    pub fn fetch_more(self) {
        let loaded = self.items.with_untracked(Vec::len);
        let total = self.view.with_untracked(|view| view.items_total);
        if !self.busy.get_untracked() && loaded < total && loaded >= ITEMS_WINDOW {
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
        let request = DataSetRequest { offset, ..self.request.get_untracked() };
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = get_data_set(request).await;
            // The page may be gone by now, or have asked for something else.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(mut view) => {
                    let items = std::mem::take(&mut view.items);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_the_same_after_reading_and_writing() {
        let mut map = ParamsMap::new();
        for (name, value) in [("v", "6"), ("tag", "vip"), ("q", "late")] {
            map.insert(name, value.to_owned());
        }
        let request = read("support", "refunds", &map);
        assert_eq!(write(&request, "r-1"), "?v=6&tag=vip&q=late&item=r-1");
        assert_eq!(write(&read("support", "refunds", &ParamsMap::new()), ""), "");
    }
}
