//! The address of an experiment: what it is compared with, order, filter, item, in both directions.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

use crate::app::address;
use crate::views::experiments::{ExperimentKey, ExperimentRequest, ItemFilter, ItemOrder, Side, TargetName};

/// What stands in the address for no baseline.
pub const ALONE: &str = "none";

/// Orders with their words in the address and on the page.
pub const ORDERS: [(ItemOrder, &str, &str); 5] = [
    (ItemOrder::Moved, "", "Moved down first"),
    (ItemOrder::Score, "score", "Lowest score first"),
    (ItemOrder::DataSet, "dataset", "As in the data set"),
    (ItemOrder::Latency, "latency", "Slowest first"),
    (ItemOrder::Cost, "cost", "Dearest first"),
];

/// Filters with their words in the address.
const FILTERS: [(ItemFilter, &str); 5] = [
    (ItemFilter::All, ""),
    (ItemFilter::Failed, "failed"),
    (ItemFilter::Changed, "changed"),
    (ItemFilter::Worse, "worse"),
    (ItemFilter::Better, "better"),
];

/// What a filter by score begins with.
const BELOW: &str = "below:";

/// `agent/triage`.
pub fn read_target(text: &str) -> Option<TargetName> {
    let (kind, name) = text.split_once('/')?;
    let known = matches!(kind, "agent" | "team" | "model" | "tool");
    (known && !name.is_empty()).then(|| TargetName { kind: kind.to_owned(), name: name.to_owned() })
}

/// The same, written.
pub fn write_target(target: &TargetName) -> String {
    format!("{}/{}", target.kind, target.name)
}

/// One side: `13`, `13@agent/triage`, `other:13`, `other:13@agent/triage`.
pub fn read_side(text: &str) -> Option<Side> {
    let (which, target) = match text.split_once('@') {
        Some((which, target)) => (which, Some(read_target(target)?)),
        None => (text, None),
    };
    let (evaluation, number) = which.split_once(':').unwrap_or(("", which));
    let number = number.parse().ok().filter(|number| *number > 0)?;
    Some(Side { evaluation: evaluation.to_owned(), number, target })
}

/// The same, written.
pub fn write_side(side: &Side) -> String {
    let mut text = side.number.to_string();
    if !side.evaluation.is_empty() {
        text = format!("{}:{text}", side.evaluation);
    }
    match &side.target {
        Some(target) => format!("{text}@{}", write_target(target)),
        None => text,
    }
}

fn read_filter(text: &str) -> ItemFilter {
    if let Some(score) = text.strip_prefix(BELOW).and_then(|score| score.parse::<f64>().ok()) {
        return ItemFilter::Below(thousandths(score));
    }
    FILTERS.iter().find(|(_, word)| *word == text).map(|(filter, _)| *filter).unwrap_or_default()
}

fn write_filter(filter: ItemFilter) -> String {
    match filter {
        ItemFilter::Below(score) => format!("{BELOW}{}", f64::from(score) / 1_000.0),
        other => FILTERS
            .iter()
            .find(|(known, _)| *known == other)
            .map(|(_, word)| (*word).to_owned())
            .unwrap_or_default(),
    }
}

/// A score in thousandths, kept between 0 and 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
pub fn thousandths(score: f64) -> u16 {
    (score.clamp(0.0, 1.0) * 1_000.0).round() as u16
}

/// Reads a request from a query string.
pub fn read(key: ExperimentKey, query: &ParamsMap) -> ExperimentRequest {
    let word = |name: &str| query.get(name).unwrap_or_default();
    let (base, order) = (word("base"), word("order"));
    ExperimentRequest {
        key,
        target: read_target(&word("target")),
        alone: base == ALONE,
        base: read_side(&base),
        order: ORDERS
            .iter()
            .find(|(_, slug, _)| *slug == order)
            .map(|(order, ..)| *order)
            .unwrap_or_default(),
        filter: read_filter(&word("filter")),
        tag: word("tag"),
        offset: 0,
    }
}

/// What the page shows of an experiment besides its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    /// The open item.
    pub item: String,
    /// The chart: the histogram if empty, else `latency`, `cost` or `tag`.
    pub chart: String,
}

/// Reads what is looked at.
pub fn read_looks(query: &ParamsMap) -> Looks {
    Looks {
        item: query.get("item").unwrap_or_default(),
        chart: query
            .get("chart")
            .filter(|chart| matches!(chart.as_str(), "latency" | "cost" | "tag"))
            .unwrap_or_default(),
    }
}

/// Writes a request and what is looked at as a query string; what is as usual is left out.
pub fn write(request: &ExperimentRequest, looks: &Looks) -> String {
    let base = match (&request.base, request.alone) {
        (_, true) => ALONE.to_owned(),
        (Some(side), false) => write_side(side),
        (None, false) => String::new(),
    };
    let order = ORDERS.iter().find(|(order, ..)| *order == request.order).map_or("", |(_, slug, _)| *slug);
    address::query([
        ("base", base),
        ("target", request.target.as_ref().map(write_target).unwrap_or_default()),
        ("order", order.to_owned()),
        ("filter", write_filter(request.filter)),
        ("tag", request.tag.clone()),
        ("chart", looks.chart.clone()),
        ("item", looks.item.clone()),
    ])
}

type Go = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// What the address asks for, and how to ask for something else.
#[derive(Clone, Copy)]
pub struct ExperimentAddress {
    /// The request; tracked.
    pub request: Memo<ExperimentRequest>,
    /// What is looked at; tracked.
    pub looks: Memo<Looks>,
    path: Memo<String>,
    go: StoredValue<Go>,
}

impl ExperimentAddress {
    /// The address of the open page.
    pub fn here(key: ExperimentKey) -> Self {
        let query = use_query_map();
        let navigate = use_navigate();
        Self {
            request: Memo::new(move |_| query.with(|query| read(key.clone(), query))),
            looks: Memo::new(move |_| query.with(read_looks)),
            path: use_location().pathname,
            go: StoredValue::new(Arc::new(move |href: &str, options| navigate(href, options))),
        }
    }

    /// Asks for other rows or another comparison.
    pub fn change(self, change: impl FnOnce(&mut ExperimentRequest)) {
        let mut request = self.request.get_untracked();
        change(&mut request);
        self.visit(&request, &self.looks.get_untracked(), false);
    }

    /// Looks at something else; the history keeps no entry for each step along the items.
    pub fn look(self, change: impl FnOnce(&mut Looks)) {
        let mut looks = self.looks.get_untracked();
        change(&mut looks);
        self.visit(&self.request.get_untracked(), &looks, true);
    }

    /// The address of an item; tracked.
    pub fn of_item(self, item: &str) -> String {
        let looks = Looks { item: item.to_owned(), chart: self.looks.with(|looks| looks.chart.clone()) };
        format!("{}{}", self.path.get(), self.request.with(|request| write(request, &looks)))
    }

    fn visit(self, request: &ExperimentRequest, looks: &Looks, replace: bool) {
        let href = format!("{}{}", self.path.get_untracked(), write(request, looks));
        let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
        self.go.with_value(|go| go(&href, options));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(query: &str) -> String {
        let mut map = ParamsMap::new();
        for pair in query.trim_start_matches('?').split('&') {
            if let Some((name, value)) = pair.split_once('=') {
                map.insert(name.to_owned(), value.replace("%40", "@"));
            }
        }
        write(&read(ExperimentKey::default(), &map), &read_looks(&map))
    }

    #[test]
    fn an_address_says_the_same_after_reading_and_writing() {
        for query in [
            "",
            "?base=13&target=agent/triage&order=score&filter=failed&tag=vip&item=r-031",
            "?base=none&filter=below:0.7&chart=cost",
            "?chart=tag",
            "?base=other:3",
            "?base=13%40model/gpt-main&order=dataset",
        ] {
            assert_eq!(round(query), query);
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        assert_eq!(round("?base=x&target=ship/a&order=up&filter=below:x&chart=pie"), "");
        assert_eq!((read_side("0"), read_side("3@ship/a"), read_target("agent/")), (None, None, None));
        assert_eq!(read_filter("below:7"), ItemFilter::Below(1_000));
    }
}
