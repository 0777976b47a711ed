//! How the items of each tag did.

use std::collections::BTreeMap;

use super::Row;
use crate::evaluation::groups::Sum;

/// Tags that are told: those with the most items.
const MAX_TAGGED: usize = 20;

/// The items with a tag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tagged {
    /// The tag.
    pub tag: String,
    /// Items that have ended.
    pub items: usize,
    /// Those that passed.
    pub passed: usize,
    /// Their mean score; one without a score counts 0.
    pub mean: f64,
    /// The mean that those of them which the baseline has have there.
    pub base: Option<f64>,
}

/// The items with a tag, and those of them that the baseline has, with their scores there.
#[derive(Default)]
struct Sums {
    own: Sum,
    base: Sum,
}

/// The tags of rows, the most used first, of equal ones by name. An item with several counts for each.
pub fn by_tag(rows: &[Row]) -> Vec<Tagged> {
    let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.ended && !row.gone) {
        for tag in &row.tags {
            let sum = sums.entry(tag).or_default();
            sum.own.add(row.value(), row.passed);
            if let Some(base) = row.base {
                // Whether it passed there is not told.
                sum.base.add(base, false);
            }
        }
    }
    let mut all: Vec<Tagged> = sums
        .into_iter()
        .map(|(tag, sum)| Tagged {
            tag: tag.to_owned(),
            items: sum.own.count,
            passed: sum.own.passed,
            mean: sum.own.mean(),
            base: (sum.base.count > 0).then(|| sum.base.mean()),
        })
        .collect();
    // Stable: those of one size stay in the order of their names.
    all.sort_by_key(|one| std::cmp::Reverse(one.items));
    all.truncate(MAX_TAGGED);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tags: &[&str], score: Option<f64>, base: Option<f64>) -> Row {
        Row {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            passed: score == Some(1.0),
            ended: true,
            score,
            base,
            ..Row::default()
        }
    }

    #[test]
    fn an_item_counts_for_each_of_its_tags_and_without_a_score_as_nothing() {
        let rows = [
            row(&["late", "vip"], Some(1.0), Some(0.5)),
            row(&["late"], None, None),
            row(&["late"], Some(0.5), Some(1.0)),
            Row { ended: false, ..row(&["vip"], None, None) },
            Row { gone: true, ..row(&["vip"], None, Some(1.0)) },
            row(&[], Some(1.0), None),
        ];
        let told = by_tag(&rows);
        let (late, vip) = (&told[0], &told[1]);
        assert_eq!((late.tag.as_str(), late.items, late.passed, late.mean), ("late", 3, 1, 0.5));
        assert_eq!(late.base, Some(0.75));
        assert_eq!((vip.tag.as_str(), vip.items, vip.mean, vip.base), ("vip", 1, 1.0, Some(0.5)));
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn of_many_tags_the_most_used_are_told() {
        let many: Vec<String> = (0..30).map(|at| format!("tag-{at:02}")).collect();
        let names: Vec<&str> = many.iter().map(String::as_str).collect();
        let told = by_tag(&[row(&names, Some(1.0), None), row(&["tag-29"], Some(0.0), None)]);
        assert_eq!(told.len(), MAX_TAGGED);
        assert_eq!((told[0].tag.as_str(), told[1].tag.as_str()), ("tag-29", "tag-00"));
    }
}
