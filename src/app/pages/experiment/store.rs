//! The experiment of the open page: its figures, the rows that are loaded, the open item.
//!
//! While it runs, rows change where they stand; their order is asked for again by the reader, not under them.

use std::collections::HashMap;
use std::time::Duration;

use leptos::prelude::*;

use super::request::ExperimentAddress;
use crate::api::experiments::{get_experiment, get_experiment_item};
use crate::app::live::use_live;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::{
    ExperimentRequest, ExperimentState, ExperimentView, ITEM_WINDOW, ItemRow, ItemView,
};
use crate::views::live::{LiveMessage, Topic};
use crate::views::problem::Problem;

/// Least time between two questions while the experiment moves: figures that change faster nobody reads.
const PAUSE: Duration = Duration::from_secs(1);

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
    refreshing: StoredValue<Refresh>,
}

/// Whether the figures are being asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refresh {
    Idle,
    /// They are, or the pause after it goes on.
    Asked,
    /// Something moved meanwhile: once more.
    Again,
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
            refreshing: StoredValue::new(Refresh::Idle),
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
                    store.refresh();
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

    /// Asks for the figures and for what became of the rows: one question at a time, with a pause after each.
    fn refresh(self) {
        match self.refreshing.try_get_value() {
            Some(Refresh::Idle) => self.refreshing.set_value(Refresh::Asked),
            Some(_) => return self.refreshing.set_value(Refresh::Again),
            None => return,
        }
        leptos::task::spawn_local(async move {
            let Some(request) = self.address.request.try_get_untracked() else { return };
            let answer = get_experiment(request.clone()).await;
            // What was asked for meanwhile brings its own answer.
            let same = self.address.request.try_get_untracked().is_some_and(|now| now == request);
            if let (Ok(view), true) = (answer, same) {
                self.take(view);
            }
            set_timeout(move || self.rested(), PAUSE);
        });
    }

    /// The pause is over: what moved meanwhile is asked for.
    fn rested(self) {
        let Some(before) = self.refreshing.try_get_value() else { return };
        self.refreshing.set_value(Refresh::Idle);
        if before == Refresh::Again {
            self.refresh();
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

/// The id beside an item, and how many come after that.
fn neighbour(rows: &[ItemRow], open: &str, by: isize) -> Option<(String, usize)> {
    let last = rows.len().checked_sub(1)?;
    let at =
        rows.iter().position(|row| row.id == open).map_or(0, |at| at.saturating_add_signed(by).min(last));
    rows.get(at).map(|row| (row.id.clone(), last - at))
}

/// Whether the rows begin in the order of `news`.
fn same_order(rows: &[ItemRow], news: &[ItemRow]) -> bool {
    rows.iter().map(|row| &row.id).zip(news.iter().map(|row| &row.id)).all(|(old, new)| old == new)
}

/// Rows of a further window; one that moved into it meanwhile is not shown twice.
fn append(rows: &mut Vec<ItemRow>, further: Vec<ItemRow>) {
    let places = places(rows);
    for row in further {
        match places.get(&row.id).and_then(|at| rows.get_mut(*at)) {
            Some(old) => *old = row,
            None => rows.push(row),
        }
    }
}

/// What became of rows; unknown ones come to the end, where there is room for them in the window.
fn merge(rows: &mut Vec<ItemRow>, news: Vec<ItemRow>, whole: bool) {
    let places = places(rows);
    let mut room = if whole { ITEM_WINDOW.saturating_sub(rows.len()) } else { 0 };
    for row in news {
        match places.get(&row.id).and_then(|at| rows.get_mut(*at)) {
            Some(old) => *old = row,
            None if room > 0 => {
                rows.push(row);
                room -= 1;
            }
            None => {}
        }
    }
}

fn places(rows: &[ItemRow]) -> HashMap<String, usize> {
    rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, score: Option<f64>) -> ItemRow {
        ItemRow { id: id.to_owned(), score, ..ItemRow::default() }
    }

    #[test]
    fn rows_change_where_they_stand() {
        let mut rows = vec![row("a", None), row("b", Some(0.5))];
        let news = vec![row("b", Some(0.2)), row("a", Some(0.9)), row("c", None)];
        assert!(!same_order(&rows, &news));
        merge(&mut rows, news, true);
        let told: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.score)).collect();
        assert_eq!(told, [("a", Some(0.9)), ("b", Some(0.2)), ("c", None)]);
    }

    #[test]
    fn a_further_window_holds_no_row_twice() {
        let mut rows = vec![row("a", None), row("b", None)];
        append(&mut rows, vec![row("b", Some(1.0)), row("c", None)]);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].score, Some(1.0));
    }

    #[test]
    fn steps_end_at_both_ends() {
        let rows = [row("a", None), row("b", None)];
        assert_eq!(neighbour(&rows, "", 1), Some(("a".into(), 1)));
        assert_eq!(neighbour(&rows, "a", 1), Some(("b".into(), 0)));
        assert_eq!(neighbour(&rows, "b", 1), Some(("b".into(), 0)));
        assert_eq!(neighbour(&rows, "a", -1), Some(("a".into(), 1)));
        assert_eq!(neighbour(&[], "a", 1), None);
    }
}
