//! What a change changes, line by line.

use similar::{ChangeTag, TextDiff};

use crate::views::yaml::{DiffLine, DiffSide};

/// Unchanged lines kept around each change.
const CONTEXT: usize = 3;

/// The lines of both texts; empty when they are equal.
pub fn lines(before: &str, after: &str) -> Vec<DiffLine> {
    if before == after {
        return Vec::new();
    }
    let diff = TextDiff::from_lines(before, after);
    let all: Vec<DiffLine> = diff
        .iter_all_changes()
        .map(|change| DiffLine {
            side: match change.tag() {
                ChangeTag::Equal => DiffSide::Same,
                ChangeTag::Delete => DiffSide::Removed,
                ChangeTag::Insert => DiffSide::Added,
            },
            text: change.value().trim_end_matches('\n').to_owned(),
        })
        .collect();
    let near = |at: usize| {
        let from = at.saturating_sub(CONTEXT);
        let to = (at + CONTEXT + 1).min(all.len());
        all[from..to].iter().any(|line| line.side != DiffSide::Same)
    };
    let mut shown: Vec<DiffLine> = Vec::new();
    for (at, line) in all.iter().enumerate() {
        if near(at) {
            shown.push(line.clone());
        } else if shown.last().is_none_or(|line| line.side != DiffSide::Skipped) {
            shown.push(DiffLine { side: DiffSide::Skipped, text: String::new() });
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_lines_are_left_out() {
        let before: String = (0..20).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 10\n", "line ten\n");
        let found = lines(&before, &after);
        let sides: Vec<_> = found.iter().map(|line| line.side).collect();
        assert_eq!(sides.iter().filter(|side| **side == DiffSide::Skipped).count(), 2);
        assert_eq!(sides.iter().filter(|side| **side == DiffSide::Same).count(), 6);
        assert!(found.iter().any(|line| line.side == DiffSide::Added && line.text == "line ten"));
        assert!(lines(&before, &before).is_empty());
    }
}
