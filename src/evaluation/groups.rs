//! How the items of a data set did in groups: the examples of a baseline by category and by difficulty. It is kept in a few
//! characters, whatever the size of the data set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::golden::Example;

/// Metadata that holds the groups by category.
pub const BY_CATEGORY: &str = "category_scores";
/// Metadata that holds the groups by difficulty.
pub const BY_DIFFICULTY: &str = "difficulty_scores";
/// Groups of one kind; of more, the last stands for the rest.
pub const MAX_GROUPS: usize = 20;
/// Characters of a group's name.
const MAX_NAME: usize = 40;
/// Characters of one kind as it is kept; groups that would not fit are left out.
const MAX_WRITTEN: usize = 2000;

/// A group, kept as `["billing", 4, 3, 0.812]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group(
    /// Its name; empty for what has none.
    pub String,
    /// How many are in it.
    pub usize,
    /// How many of them passed.
    pub usize,
    /// Their mean score, with three digits.
    pub f64,
);

/// What of a group is added up.
#[derive(Default)]
pub(super) struct Sum {
    /// Items.
    pub(super) count: usize,
    /// Those that passed.
    pub(super) passed: usize,
    score: f64,
}

impl Sum {
    pub(super) fn add(&mut self, score: f64, passed: bool) {
        self.count += 1;
        self.passed += usize::from(passed);
        self.score += score;
    }

    /// Their mean score; 0 without items.
    #[expect(clippy::cast_precision_loss, reason = "a data set has thousands of items")]
    pub(super) fn mean(&self) -> f64 {
        self.score / self.count.max(1) as f64
    }

    fn group(&self, name: String) -> Group {
        Group(name, self.count, self.passed, (self.mean() * 1000.0).round() / 1000.0)
    }
}

/// Groups of (name, score, whether it passed): the largest first, of equal ones by name. None where nothing has a name.
pub fn groups<'a>(all: impl Iterator<Item = (&'a str, f64, bool)>) -> Vec<Group> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for (name, score, passed) in all {
        sums.entry(short(name)).or_default().add(score, passed);
    }
    if sums.keys().all(String::is_empty) {
        return Vec::new();
    }
    let mut sorted: Vec<(String, Sum)> = sums.into_iter().collect();
    // Stable: those of one size stay in the order of their names.
    sorted.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.count));
    let rest = if sorted.len() > MAX_GROUPS { sorted.split_off(MAX_GROUPS - 1) } else { Vec::new() };
    let mut groups: Vec<Group> = sorted.into_iter().map(|(name, sum)| sum.group(name)).collect();
    if !rest.is_empty() {
        let name = format!("{} others", rest.len());
        let all = rest.into_iter().fold(Sum::default(), |all, (_, one)| Sum {
            count: all.count + one.count,
            passed: all.passed + one.passed,
            score: all.score + one.score,
        });
        groups.push(all.group(name));
    }
    groups
}

/// A name in one line, and no longer than it is shown.
fn short(name: &str) -> String {
    let plain = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match plain.char_indices().nth(MAX_NAME) {
        Some((at, _)) => format!("{}…", plain[..at].trim_end()),
        None => plain,
    }
}

/// The groups of a baseline's examples as metadata: by category, and by difficulty, where they have one.
pub(super) fn metadata(examples: &[Example], findings: &[Finding]) -> Vec<(&'static str, String)> {
    let by = |field: fn(&Example) -> &str| {
        let all = examples.iter().zip(findings);
        groups(all.map(|(example, finding)| (field(example), finding.score, finding.passed)))
    };
    let kinds = [
        (BY_CATEGORY, by(|example| example.category.as_str())),
        (BY_DIFFICULTY, by(|example| example.difficulty.as_str())),
    ];
    kinds.into_iter().filter_map(|(name, groups)| Some((name, write(groups)?))).collect()
}

fn write(mut groups: Vec<Group>) -> Option<String> {
    while !groups.is_empty() {
        let text = serde_json::to_string(&groups).ok()?;
        // Cut in the middle it could not be read any more.
        if text.chars().count() <= MAX_WRITTEN {
            return Some(text);
        }
        groups.pop();
    }
    None
}

/// Reads groups as they are kept; what is no such list says nothing.
pub fn read(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = serde_json::from_str(text).unwrap_or_default();
    groups.truncate(MAX_GROUPS);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(category: &str, difficulty: &str) -> Example {
        Example { category: category.into(), difficulty: difficulty.into(), ..Example::default() }
    }

    fn finding(score: f64) -> Finding {
        let passed = score >= 0.7;
        Finding { name: String::new(), score, passed, weight: 1.0, required: false, reason: String::new() }
    }

    #[test]
    fn means_are_of_each_group_and_come_back_as_they_were_kept() {
        let examples = [example("billing", "easy"), example(" billing ", ""), example("tides", "")];
        let findings = [1.0, 0.25, 0.8].map(finding);
        let kept = metadata(&examples, &findings);
        assert_eq!(
            kept,
            [
                (BY_CATEGORY, r#"[["billing",2,1,0.625],["tides",1,1,0.8]]"#.to_owned()),
                (BY_DIFFICULTY, r#"[["",2,1,0.525],["easy",1,1,1.0]]"#.to_owned()),
            ]
        );
        assert_eq!(read(&kept[0].1)[0], Group("billing".into(), 2, 1, 0.625));
    }

    #[test]
    fn what_has_no_category_is_not_grouped() {
        assert!(metadata(&[example("", " ")], &[finding(1.0)]).is_empty());
        assert!(read("much more than that").is_empty());
    }

    #[test]
    fn many_groups_and_long_names_stay_small() {
        let names: Vec<String> = (0..50).map(|at| format!("{at:02}{}", "\"ä".repeat(40))).collect();
        let all = groups(names.iter().map(|name| (name.as_str(), 0.5, false)));
        assert_eq!(all.len(), MAX_GROUPS);
        assert_eq!(all[MAX_GROUPS - 1], Group("31 others".into(), 31, 0, 0.5));
        assert_eq!(all[0].0.chars().count(), MAX_NAME + 1);
        let text = write(all).unwrap();
        assert!(text.chars().count() <= MAX_WRITTEN);
        assert!(read(&text).len() > 15);
    }
}
