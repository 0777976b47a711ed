//! The experiment of the open page: its figures, the rows that are loaded, the open item.
//!
//! While it runs, rows change where they stand; their order is asked for again by the reader, not under them.

use leptos::prelude::*;

use super::request::ExperimentAddress;
use super::window::{append, merge, neighbour, same_order};
use crate::api::experiments::{get_experiment, get_experiment_item};
use crate::app::live::{Again, use_live};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::{
    ExperimentRequest, ExperimentState, ExperimentView, ITEM_WINDOW, ItemRow, ItemView,
};
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::Problem;

/// An item, or why it is not to be had.
pub type Answer = Result<ItemView, Problem>;

/// What the page is loaded with.
pub type Loaded = (ExperimentView, Option<(String, Answer)>);

/// The experiment of the open page.
#[derive(Clone, Copy)]
pub struct ExperimentStore {
    /// Its address.
    pub address: ExperimentAddress,
    /// Everything but its rows.
    pub view: RwSignal<ExperimentView>,
    /// The rows that are loaded.
    pub rows: RwSignal<Vec<ItemRow>>,
    /// The open item, by its id.
    pub item: RwSignal<Option<(String, Answer)>>,
    /// Something is asked for.
    pub busy: RwSignal<bool>,
    /// Why the last question failed.
    pub problem: RwSignal<Option<Problem>>,
    /// The rows stand in another order than they would if they were asked for now.
    pub moved: RwSignal<bool>,
    asked: StoredValue<u32>,
    again: Again,
}

/// Loads the page: the experiment, and the item that the address names.
pub async fn load(request: ExperimentRequest, item: String) -> Result<Loaded, Problem> {
    let view = get_experiment(request).await?;
    let open = if item.is_empty() { None } else { Some((item.clone(), ask_item(&view, item).await)) };
    Ok((view, open))
}

async fn ask_item(view: &ExperimentView, item: String) -> Answer {
    get_experiment_item(view.key.clone(), view.target.clone(), view.base.clone(), item).await
}

impl ExperimentStore {
    /// Opens an experiment and follows its Evaluation for the life of the calling component.
    pub fn open(address: ExperimentAddress, (mut view, item): Loaded) -> Self {
        let rows = std::mem::take(&mut view.rows);
        let evaluation = ObjectKey::new(Kind::Evaluation, &view.key.namespace, &view.key.evaluation);
        let store = Self {
            address,
            view: RwSignal::new(view),
            rows: RwSignal::new(rows),
            item: RwSignal::new(item),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            moved: RwSignal::new(false),
            asked: StoredValue::new(0),
            again: Again::default(),
        };
        Effect::watch(move || address.request.get(), move |_, _, _| store.fetch(), false);
        let wanted = Memo::new(move |_| {
            let item = address.looks.with(|looks| looks.item.clone());
            let sides = store.view.with(|view| (view.target.clone(), view.base.clone()));
            (item, sides)
        });
        Effect::watch(move || wanted.get(), move |_, _, _| store.fetch_item(), false);
        // Each message is a hint that something moved: the figures are made on the server.
        use_live(
            move || Some(Topic::Object { key: evaluation.clone(), version: 0 }),
            move |message| {
                if matches!(message, LiveMessage::Object { .. } | LiveMessage::Gone { .. }) {
                    store.again.ask(move || store.refresh());
                }
            },
        );
        store
    }

    /// A part of the view as a memo.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&ExperimentView) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.view.with(&part))
    }

    /// Whether it runs; tracked.
    pub fn running(self) -> Memo<bool> {
        self.part(|view| view.state == ExperimentState::Running)
    }

    /// Asks for the first window again, in its right order.
    pub fn fetch(self) {
        self.ask(0);
    }

    /// Asks for the window after the rows that are loaded.
    pub fn fetch_more(self) {
        let loaded = self.rows.with_untracked(Vec::len);
        let total = self.view.with_untracked(|view| view.rows_total);
        if !self.busy.get_untracked() && loaded < total && loaded >= ITEM_WINDOW {
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
        let request = ExperimentRequest { offset, ..self.address.request.get_untracked() };
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = get_experiment(request).await;
            // The page may be gone by now, or have asked for something else.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(mut view) => {
                    let rows = std::mem::take(&mut view.rows);
                    self.problem.set(None);
                    if offset == 0 {
                        self.moved.set(false);
                        self.rows.set(rows);
                    } else {
                        self.rows.update(|known| append(known, rows));
                    }
                    self.view.set(view);
                }
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// Asks for the figures and for what became of the rows.
    async fn refresh(self) {
        let Some(request) = self.address.request.try_get_untracked() else { return };
        let answer = get_experiment(request.clone()).await;
        // What was asked for meanwhile brings its own answer.
        let same = self.address.request.try_get_untracked().is_some_and(|now| now == request);
        if let (Ok(view), true) = (answer, same) {
            self.take(view);
        }
    }

    /// Takes in what the server says now: known rows change where they stand.
    fn take(self, mut view: ExperimentView) {
        let news = std::mem::take(&mut view.rows);
        let whole = self.rows.with_untracked(|rows| rows.len() <= ITEM_WINDOW);
        let moved = self.rows.with_untracked(|rows| !same_order(rows, &news));
        let open = self.item.with_untracked(|item| item.as_ref().map(|(id, _)| id.clone()));
        let before = open.as_ref().and_then(|id| self.row(id));
        if self.rows.with_untracked(Vec::is_empty) {
            self.rows.set(news);
        } else {
            self.rows.update(|rows| merge(rows, news, whole));
            if moved {
                self.moved.set(true);
            }
        }
        let after = open.as_ref().and_then(|id| self.row(id));
        if self.view.with_untracked(|old| *old != view) {
            self.view.set(view);
        }
        if before != after {
            self.fetch_item();
        }
    }

    fn row(self, id: &str) -> Option<ItemRow> {
        self.rows.with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned())
    }

    /// Asks for the item of the address.
    pub fn fetch_item(self) {
        let item = self.address.looks.with_untracked(|looks| looks.item.clone());
        if item.is_empty() {
            self.item.set(None);
            return;
        }
        let view = self.view.with_untracked(|view| ExperimentView {
            key: view.key.clone(),
            target: view.target.clone(),
            base: view.base.clone(),
            ..ExperimentView::default()
        });
        leptos::task::spawn_local(async move {
            let answer = ask_item(&view, item.clone()).await;
            let still = self.address.looks.try_with_untracked(|looks| looks.item == item);
            if still == Some(true) {
                self.item.set(Some((item, answer)));
            }
        });
    }

    /// Opens the item before or after the open one; the first where none is.
    pub fn step(self, by: isize) {
        /// Items after the open one at which further ones are asked for.
        const AHEAD: usize = 5;
        let open = self.address.looks.with_untracked(|looks| looks.item.clone());
        let Some((next, after)) = self.rows.with_untracked(|rows| neighbour(rows, &open, by)) else { return };
        self.address.look(|looks| looks.item = next);
        if after < AHEAD {
            self.fetch_more();
        }
    }
}
