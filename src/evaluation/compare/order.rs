//! Which rows are shown, and in which order.

use std::cmp::Ordering;

use super::{Comparison, Row};

/// Rows by filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub all: usize,
    /// Not passed.
    pub failed: usize,
    /// Of another score than in the baseline, or only in the baseline.
    pub changed: usize,
    /// Worse.
    pub worse: usize,
    /// Better.
    pub better: usize,
}

/// In which order rows are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What became worse first, then what is gone, then what became better, then the rest by title.
    #[default]
    Moved,
    /// The lowest score first.
    Score,
    /// As in the data set.
    DataSet,
    /// The slowest first.
    Latency,
    /// The dearest first.
    Cost,
}

/// Which rows are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Not passed.
    Failed,
    /// Changed.
    Changed,
    /// Worse.
    Worse,
    /// Better.
    Better,
    /// Whose score is below this.
    Below(f64),
}

impl Comparison {
    /// How many rows each filter leaves, of those with `tag` (any, when it is empty).
    pub fn counts(&self, tag: &str) -> Counts {
        let count = |filter| self.select(filter, tag).count();
        Counts {
            all: count(Filter::All),
            failed: count(Filter::Failed),
            changed: count(Filter::Changed),
            worse: count(Filter::Worse),
            better: count(Filter::Better),
        }
    }

    /// The rows that are asked for, in order.
    pub fn ordered(&self, order: Order, filter: Filter, tag: &str) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.select(filter, tag).collect();
        // The sort is stable: what is the same stays as in the data set.
        match order {
            Order::DataSet => {}
            Order::Moved => rows.sort_by(|a, b| by_move(a, b)),
            Order::Score => {
                rows.sort_by(|a, b| b.ended.cmp(&a.ended).then_with(|| a.value().total_cmp(&b.value())))
            }
            Order::Latency => rows.sort_by_key(|row| std::cmp::Reverse(row.latency_ms)),
            Order::Cost => {
                rows.sort_by_key(|row| std::cmp::Reverse(row.costs.iter().map(|cost| cost.nanos).max()))
            }
        }
        rows
    }

    /// At most `most` rows with score and time, evenly from all of them, for a picture.
    pub fn sample(&self, most: usize) -> Vec<&Row> {
        let timed: Vec<&Row> = self.rows.iter().filter(|row| row.ended && row.latency_ms.is_some()).collect();
        let shown = timed.len().min(most);
        (0..shown).map(|at| timed[at * timed.len() / shown]).collect()
    }

    fn select<'a, 'b>(&'a self, filter: Filter, tag: &'b str) -> impl Iterator<Item = &'a Row> + use<'a, 'b> {
        self.rows.iter().filter(move |row| {
            (tag.is_empty() || row.tags.iter().any(|one| one == tag))
                && match filter {
                    Filter::All => true,
                    Filter::Failed => row.fell(),
                    Filter::Changed => row.changed(),
                    Filter::Worse => row.worse(),
                    Filter::Better => row.better(),
                    Filter::Below(most) => row.ended && row.value() < most,
                }
        })
    }
}

fn by_move(a: &Row, b: &Row) -> Ordering {
    let group = |row: &Row| match () {
        () if row.worse() => 0,
        () if row.gone => 1,
        () if row.better() => 2,
        () => 3,
    };
    let far = |row: &Row| row.moved().unwrap_or_default().abs();
    group(a).cmp(&group(b)).then_with(|| match group(a) {
        0 | 2 => far(b).total_cmp(&far(a)),
        _ => a.title.cmp(&b.title),
    })
}
