//! Mean scores of groups as bars.

use leptos::prelude::*;

use super::{BarLine, BarList};
use crate::app::words;
use crate::views::groups::GroupView;

/// How groups did, beside the baseline where there is one.
#[component]
pub fn GroupBars(
    /// What they are grouped by, as `Category`.
    #[prop(into)]
    by: String,
    /// The groups.
    groups: Vec<GroupView>,
) -> impl IntoView {
    let compared = groups.iter().any(|group| group.base.is_some());
    let bars = groups.iter().map(|group| BarLine {
        name: name(group),
        length: group.mean,
        before: group.base,
        value: format!("{:.2}, {} of {}", group.mean, group.passed, group.items),
        ..BarLine::default()
    });
    let bars: Vec<BarLine> = bars.collect();
    let mut columns = [by.clone(), "Mean score".to_owned(), "Passed".to_owned(), "Items".to_owned()].to_vec();
    if compared {
        columns.push("In the baseline".to_owned());
    }
    let rows = groups.iter().map(|group| {
        let before = group.base.map_or_else(|| "–".to_owned(), |base| format!("{base:.2}"));
        let cells =
            [name(group), format!("{:.2}", group.mean), group.passed.to_string(), group.items.to_string()];
        cells.into_iter().chain(compared.then_some(before)).collect::<Vec<String>>()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let title = format!("Scores by {}", by.to_lowercase());
    let label = finding(&title, &groups);
    view! { <BarList name=title label=label bars=bars columns=columns rows=rows /> }
}

fn name(group: &GroupView) -> String {
    if group.name.is_empty() { "not given".to_owned() } else { group.name.clone() }
}

/// What the picture shows, in a sentence.
fn finding(title: &str, groups: &[GroupView]) -> String {
    let count = words::count(groups.len(), "group", "groups");
    match groups.iter().min_by(|a, b| a.mean.total_cmp(&b.mean)) {
        Some(lowest) => format!("{title}: {count}, the lowest is {} with {:.2}.", name(lowest), lowest.mean),
        None => format!("{title}: {count}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_group_is_named() {
        let group =
            |name: &str, mean| GroupView { name: name.into(), items: 2, mean, ..GroupView::default() };
        assert_eq!(
            finding("Scores by category", &[group("billing", 0.8), group("", 0.25)]),
            "Scores by category: 2 groups, the lowest is not given with 0.25."
        );
        assert_eq!(finding("Scores by tag", &[]), "Scores by tag: 0 groups.");
    }
}
