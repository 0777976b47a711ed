//! Two sides of a comparison as the page sees them: figures, pictures and a window of items.

use std::collections::BTreeSet;

use crate::engine::journal::{Cost as Spent, Usage};
use crate::evaluation::compare::{self, Answers, Comparison, Filter, Order, Row};
use crate::evaluation::experiment::Trial;
use crate::views::cost::Cost;
use crate::views::experiments::{
    Counts, Delta, ExperimentRequest, ExperimentView, ITEM_WINDOW, ItemFilter, ItemOrder, ItemRow,
    MAX_POINTS, Point, Summary,
};
use crate::views::groups::GroupView;
use crate::views::run::TokenUsage;

/// Tags that are offered to choose from.
const MAX_TAGS: usize = 200;

/// Fills in what is compared. It computes for milliseconds.
pub(super) fn fill(
    mut view: ExperimentView,
    now: &Answers,
    then: Option<&Answers>,
    request: &ExperimentRequest,
) -> ExperimentView {
    let compared = now.against(then);
    view.summary = summary(&compared.summary);
    view.base_summary = compared.base.as_ref().map(summary);
    view.delta = compared.delta.as_ref().map(delta);
    view.bins.clone_from(&compared.bins);
    view.points = compared.sample(MAX_POINTS).into_iter().map(point).collect();
    view.tags = tags(&compared);
    view.groups = compare::by_tag(&compared.rows).into_iter().map(group).collect();
    view.counts = counts(&compared, &request.tag);
    let rows = compared.ordered(order(request.order), filter(request.filter), &request.tag);
    view.rows_total = rows.len();
    let window = rows.into_iter().skip(request.offset).take(ITEM_WINDOW);
    view.rows = window.map(|row| self::row(row, &now.trials)).collect();
    view
}

/// The row of the one item that they hold.
pub(super) fn one(now: &Answers, then: Option<&Answers>) -> ItemRow {
    let compared = now.against(then);
    compared.rows.first().map(|row| self::row(row, &now.trials)).unwrap_or_default()
}

fn row(row: &Row, trials: &[Trial]) -> ItemRow {
    let note = row.failed.and_then(|at| trials.get(at)).map(|trial| trial.note.clone());
    ItemRow {
        id: row.id.clone(),
        title: row.title.clone(),
        note: note.unwrap_or_default(),
        score: row.score,
        base: row.base,
        passed: row.passed,
        ended: row.ended,
        error: row.error.clone(),
        latency_ms: row.latency_ms,
        costs: costs(&row.costs),
        tags: row.tags.clone(),
    }
}

fn summary(one: &compare::Summary) -> Summary {
    Summary {
        items: one.items,
        passed: one.passed,
        missing: one.missing,
        mean: one.mean,
        interval: one.interval,
        p50_ms: one.p50_ms,
        p95_ms: one.p95_ms,
        tokens: tokens(one.usage),
        costs: costs(&one.costs),
        judge_tokens: tokens(one.judge_usage),
        judge_costs: costs(&one.judge_costs),
    }
}

fn delta(one: &compare::Delta) -> Delta {
    Delta {
        paired: one.paired,
        missing: one.missing,
        new: one.new,
        mean: one.mean,
        interval: one.interval,
        significant: one.significant,
        worse: one.worse,
        better: one.better,
        noise: compare::NOISE,
    }
}

fn point(row: &Row) -> Point {
    Point {
        item: row.id.clone(),
        score: row.value(),
        latency_ms: row.latency_ms.unwrap_or_default(),
        // Amounts of several currencies have no place on one axis.
        cost_nanos: match row.costs.as_slice() {
            [cost] => Some(cost.nanos),
            _ => None,
        },
        passed: row.passed,
    }
}

fn group(one: compare::Tagged) -> GroupView {
    GroupView { name: one.tag, items: one.items, passed: one.passed, mean: one.mean, base: one.base }
}

fn tags(compared: &Comparison) -> Vec<String> {
    let all: BTreeSet<&String> = compared.rows.iter().flat_map(|row| &row.tags).collect();
    all.into_iter().take(MAX_TAGS).cloned().collect()
}

fn counts(compared: &Comparison, tag: &str) -> Counts {
    let found = compared.counts(tag);
    Counts {
        all: found.all,
        failed: found.failed,
        changed: found.changed,
        worse: found.worse,
        better: found.better,
    }
}

fn order(order: ItemOrder) -> Order {
    match order {
        ItemOrder::Moved => Order::Moved,
        ItemOrder::Score => Order::Score,
        ItemOrder::DataSet => Order::DataSet,
        ItemOrder::Latency => Order::Latency,
        ItemOrder::Cost => Order::Cost,
    }
}

fn filter(filter: ItemFilter) -> Filter {
    match filter {
        ItemFilter::All => Filter::All,
        ItemFilter::Failed => Filter::Failed,
        ItemFilter::Changed => Filter::Changed,
        ItemFilter::Worse => Filter::Worse,
        ItemFilter::Better => Filter::Better,
        ItemFilter::Below(thousandths) => Filter::Below(f64::from(thousandths) / 1000.0),
    }
}

/// Tokens as pages show them.
pub(super) fn tokens(usage: Usage) -> TokenUsage {
    TokenUsage { prompt: usage.prompt, completion: usage.completion, cached: usage.cached }
}

/// Amounts as pages show them.
pub(super) fn costs(costs: &[Spent]) -> Vec<Cost> {
    costs.iter().map(|cost| Cost { currency: cost.currency.clone(), nanos: cost.nanos }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::experiment::ItemHead;

    fn head(id: &str, tags: &[&str]) -> ItemHead {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        ItemHead { id: id.into(), title: id.into(), tags }
    }

    fn trial(item: &str, score: Option<f64>) -> Trial {
        let passed = score.is_some_and(|score| score > 0.5);
        let note = if passed { String::new() } else { format!("{item}: wrong") };
        Trial { item: item.into(), score, passed, note, latency_ms: Some(20), ..Trial::default() }
    }

    fn answers(trials: &[(&str, Option<f64>)]) -> Answers {
        Answers {
            heads: trials.iter().map(|(id, _)| head(id, &["tides"])).collect(),
            trials: trials.iter().map(|(id, score)| trial(id, *score)).collect(),
            repeats: 1,
            over: true,
        }
    }

    #[test]
    fn a_window_of_what_moved_with_the_reasons_of_what_failed() {
        let now = answers(&[("a", Some(1.0)), ("b", Some(0.2)), ("new", None)]);
        let then = answers(&[("a", Some(1.0)), ("b", Some(0.9)), ("gone", Some(0.9))]);
        let request = ExperimentRequest::default();
        let view = fill(ExperimentView::default(), &now, Some(&then), &request);
        let rows: Vec<&str> = view.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(rows, ["b", "gone", "a", "new"]);
        assert_eq!((view.rows[0].note.as_str(), view.rows[0].base), ("b: wrong", Some(0.9)));
        assert_eq!(
            (view.rows_total, view.counts.worse, view.tags.as_slice()),
            (4, 1, &["tides".to_owned()][..])
        );
        // One that is gone is in no group; one without a score counts as 0.
        let group = &view.groups[0];
        assert_eq!((group.name.as_str(), group.items, group.passed), ("tides", 3, 1));
        assert!((group.mean - 0.4).abs() < 1e-9 && group.base.is_some());
        assert_eq!((view.summary.items, view.summary.passed, view.points.len()), (3, 1, 3));
        let delta = view.delta.unwrap();
        assert_eq!((delta.paired, delta.missing, delta.new, delta.noise), (2, 1, 1, compare::NOISE));
        let request = ExperimentRequest { offset: 3, filter: ItemFilter::All, tag: "none".into(), ..request };
        let other = fill(ExperimentView::default(), &now, None, &request);
        assert!(other.rows.is_empty() && other.delta.is_none());
    }

    #[test]
    fn one_item_has_the_same_row_as_in_the_table() {
        let row = one(&answers(&[("b", Some(0.2))]), Some(&answers(&[("b", Some(0.9))])));
        assert_eq!((row.score, row.base, row.note.as_str()), (Some(0.2), Some(0.9), "b: wrong"));
        let gone = one(&answers(&[]), Some(&answers(&[("b", Some(0.9))])));
        assert_eq!((gone.id.as_str(), gone.score, gone.base), ("b", None, Some(0.9)));
    }
}
