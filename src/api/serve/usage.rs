//! Tokens and cost of an object's runs over time: tokens from the statuses of its queries, cost from their journals.

use std::sync::Arc;

use super::objects::check;
use super::present::{Present, is_over, query_status, query_targets, query_usage};
use super::runs::unreadable;
use super::services;
use crate::engine::journal::{Event, Journal, MAX_READ};
use crate::kubernetes::access::Verb;
use crate::resources::Query;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::cost::Cost;
use crate::views::problem::Problem;
use crate::views::row::State;
use crate::views::usage::{UsageSpan, UsageView};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Hours that are shown while nothing is older.
const HOURS: i64 = 24;
/// Days that are shown else.
const DAYS: i64 = 30;
/// Journals that are read for their cost, of the newest runs.
const JOURNALS: usize = 200;
/// Pages of [`MAX_READ`] entries that are read of a journal; one with more is not counted.
const PAGES: usize = 10;

/// See [`crate::api::objects::get_usage`].
pub async fn usage(key: ObjectKey, now_ms: i64) -> Result<UsageView, Problem> {
    let services = services()?;
    check(Verb::List, Kind::Query, Some(&key.namespace))?;
    let all = services.caches().queries.list(Some(&key.namespace));
    let mut runs: Vec<(i64, Arc<Query>)> = all
        .into_iter()
        .filter(|query| query_targets(query).contains(&key))
        .map(|query| (created(&query), query))
        .collect();
    runs.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let oldest = runs.last().map_or(now_ms, |(at, _)| *at);
    let mut view = frame(oldest, now_ms);
    let first = view.spans.first().map_or(now_ms, |span| span.at_ms);
    for (number, (at, query)) in runs.iter().enumerate() {
        let Some(place) = place(*at, first, view.span_ms, view.spans.len()) else {
            view.older += 1;
            continue;
        };
        let span = &mut view.spans[place];
        span.runs += 1;
        span.failed += usize::from(query_status(query, None).state == State::Failed);
        if let Some(used) = query_usage(query) {
            span.tokens.prompt += used.prompt;
            span.tokens.completion += used.completion;
            span.tokens.cached += used.cached;
        }
        if number < JOURNALS {
            match costs(services.journal(), query).await? {
                Some(costs) => costs.iter().for_each(|cost| UsageView::add(&mut span.costs, cost)),
                None => view.uncounted += 1,
            }
        } else if is_over(query) {
            view.uncounted += 1;
        }
    }
    Ok(view)
}

fn created(query: &Query) -> i64 {
    let (started, _) = query.times();
    let created = query.metadata.creation_timestamp.as_ref().map(|time| time.0.as_millisecond());
    created.or(started).unwrap_or_default()
}

/// Empty spans up to now: hours while nothing is older than a day, else days.
fn frame(oldest: i64, now_ms: i64) -> UsageView {
    let (span_ms, count) = if now_ms - oldest < DAY { (HOUR, HOURS) } else { (DAY, DAYS) };
    let last = now_ms.div_euclid(span_ms) * span_ms;
    let spans =
        (0..count).rev().map(|back| UsageSpan { at_ms: last - back * span_ms, ..UsageSpan::default() });
    UsageView { spans: spans.collect(), span_ms, ..UsageView::default() }
}

/// The span that a moment is in; what is ahead of our clock counts as now.
fn place(at: i64, first: i64, span_ms: i64, count: usize) -> Option<usize> {
    let place = usize::try_from((at - first).div_euclid(span_ms)).ok()?;
    Some(place.min(count.saturating_sub(1)))
}

/// What the model calls of a run cost whose price is known; `None` when its journal is too long.
async fn costs(journal: &Journal, query: &Query) -> Result<Option<Vec<Cost>>, Problem> {
    let mut sums = Vec::new();
    let Some(uid) = query.metadata.uid.as_deref() else { return Ok(Some(sums)) };
    let mut before = u64::MAX;
    for left in (0..PAGES).rev() {
        let page = journal.read_before(uid, before, MAX_READ).await.map_err(|error| unreadable(&error))?;
        let Some(oldest) = page.first().map(|entry| entry.seq) else { return Ok(Some(sums)) };
        // Entries are numbered without gaps: the first page tells whether the others reach the begin.
        if !reaches(oldest, left) {
            return Ok(None);
        }
        for entry in page {
            if let Event::ModelResponse { cost: Some(cost), .. } = entry.event {
                UsageView::add(&mut sums, &Cost { currency: cost.currency, nanos: cost.nanos });
            }
        }
        if oldest <= 1 {
            break;
        }
        before = oldest;
    }
    Ok(Some(sums))
}

/// Whether what is before entry `oldest` fits on as many further pages.
fn reaches(oldest: u64, pages: usize) -> bool {
    usize::try_from(oldest).is_ok_and(|oldest| oldest <= pages * MAX_READ + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn young_runs_are_shown_by_the_hour_and_old_ones_by_the_day() {
        let now = 100 * DAY + 5 * HOUR + 7;
        let hours = frame(now - HOUR, now);
        assert_eq!((hours.spans.len(), hours.span_ms), (24, HOUR));
        assert_eq!(hours.spans.last().map(|span| span.at_ms), Some(100 * DAY + 5 * HOUR));
        let days = frame(now - 3 * DAY, now);
        assert_eq!((days.spans.len(), days.span_ms), (30, DAY));
        assert_eq!(days.spans.first().map(|span| span.at_ms), Some(71 * DAY));
    }

    #[test]
    fn a_run_is_in_the_span_of_its_begin() {
        assert_eq!(place(71 * DAY + 1, 71 * DAY, DAY, 30), Some(0));
        assert_eq!(place(72 * DAY, 71 * DAY, DAY, 30), Some(1));
        assert_eq!(place(70 * DAY, 71 * DAY, DAY, 30), None);
        assert_eq!(place(500 * DAY, 71 * DAY, DAY, 30), Some(29));
    }

    #[test]
    fn a_journal_is_read_whole_or_not_counted() {
        assert!(reaches(1, 0) && !reaches(2, 0));
        assert!(reaches(9_001, 9) && !reaches(9_002, 9));
    }
}
