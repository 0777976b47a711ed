//! Answers of a run beside each other.

use similar::{ChangeTag, DiffOp, TextDiff};
use std::time::Duration;

use super::objects::check;
use super::{runs, services};
use crate::engine::journal::{Event, Journal};
use crate::kubernetes::access::Verb;
use crate::views::ObjectKey;
use crate::views::answers::{AnswerDiff, DiffRow, MAX_ROWS, Piece};
use crate::views::problem::{Problem, ProblemCode};

/// Time that the comparison may look for the shortest way; then it is content with a longer one.
const PATIENCE: Duration = Duration::from_millis(100);
/// Bytes of a line that is compared word by word; a longer one is shown as changed as a whole.
const MAX_LINE: usize = 2_000;
/// Bytes of an answer that are compared.
const MAX_ANSWER: usize = 256 << 10;
/// Entries of one read of the journal.
const PAGE: usize = 1_000;

/// See [`crate::api::queries::compare_answers`].
pub async fn compare(key: ObjectKey, left: usize, right: usize) -> Result<AnswerDiff, Problem> {
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let services = services()?;
    let query = runs::query(&services, &key)?;
    let uid = query.metadata.uid.clone().unwrap_or_default();
    let (left, right) = answers(services.journal(), &uid, left, right).await?;
    Ok(diff(&left, &right))
}

/// The answers of two targets, looked for from the end of the journal, where they are.
async fn answers(
    journal: &Journal,
    uid: &str,
    left: usize,
    right: usize,
) -> Result<(String, String), Problem> {
    let (mut first, mut second) = (None, None);
    let mut before = u64::MAX;
    loop {
        let page = journal.read_before(uid, before, PAGE).await.map_err(|error| runs::unreadable(&error))?;
        let Some(oldest) = page.first().map(|entry| entry.seq) else { break };
        for entry in &page {
            let Event::TargetDone { content } = &entry.event else { continue };
            if entry.target == Some(left) {
                first = Some(content.clone());
            }
            if entry.target == Some(right) {
                second = Some(content.clone());
            }
        }
        if (first.is_some() && second.is_some()) || oldest <= 1 {
            break;
        }
        before = oldest;
    }
    first.zip(second).ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, "One of the two has not answered.")
            .next("Answers can be compared when both targets are done.")
    })
}

/// What differs between two texts, line by line, and in changed lines word by word.
pub(super) fn diff(left: &str, right: &str) -> AnswerDiff {
    let same = left == right;
    let cut = left.len().max(right.len()) > MAX_ANSWER;
    let (left, right) = (ended(left), ended(right));
    let lines = TextDiff::configure().timeout(PATIENCE).diff_lines(left.as_str(), right.as_str());
    let old = |at: usize| lines.old_slice(at).unwrap_or_default();
    let new = |at: usize| lines.new_slice(at).unwrap_or_default();
    let mut rows = Vec::new();
    for op in lines.ops() {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                rows.extend((old_index..old_index + len).map(|at| {
                    let line = vec![Piece::same(old(at).trim_end_matches('\n'))];
                    DiffRow { left: Some(line.clone()), right: Some(line) }
                }));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                let gone = old_index..old_index + old_len;
                rows.extend(gone.map(|at| DiffRow { left: Some(whole(old(at))), right: None }));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                let come = new_index..new_index + new_len;
                rows.extend(come.map(|at| DiffRow { left: None, right: Some(whole(new(at))) }));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                for at in 0..old_len.max(new_len) {
                    let before = (at < old_len).then(|| old(old_index + at));
                    let after = (at < new_len).then(|| new(new_index + at));
                    rows.push(match (before, after) {
                        (Some(before), Some(after)) => words(before, after),
                        (before, after) => DiffRow { left: before.map(whole), right: after.map(whole) },
                    });
                }
            }
        }
    }
    let left_out = rows.len().saturating_sub(MAX_ROWS);
    rows.truncate(MAX_ROWS);
    AnswerDiff { same, rows, left_out, cut }
}

/// Cut, and with an end to its last line: else the last line of one would differ from the same line within the other.
fn ended(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(MAX_ANSWER)];
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn whole(line: &str) -> Vec<Piece> {
    vec![Piece { text: line.trim_end_matches('\n').to_owned(), changed: true }]
}

/// Two lines that stand for each other.
fn words(before: &str, after: &str) -> DiffRow {
    if before.len().max(after.len()) > MAX_LINE {
        return DiffRow { left: Some(whole(before)), right: Some(whole(after)) };
    }
    let (before, after) = (before.trim_end_matches('\n'), after.trim_end_matches('\n'));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for change in TextDiff::configure().timeout(PATIENCE).diff_words(before, after).iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                push(&mut left, text, false);
                push(&mut right, text, false);
            }
            ChangeTag::Delete => push(&mut left, text, true),
            ChangeTag::Insert => push(&mut right, text, true),
        }
    }
    DiffRow { left: Some(left), right: Some(right) }
}

fn push(pieces: &mut Vec<Piece>, text: &str, changed: bool) {
    match pieces.last_mut().filter(|last| last.changed == changed) {
        Some(last) => last.text.push_str(text),
        None => pieces.push(Piece { text: text.to_owned(), changed }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: Option<&Vec<Piece>>) -> String {
        let Some(pieces) = pieces else { return "-".into() };
        let mark =
            |piece: &Piece| if piece.changed { format!("[{}]", piece.text) } else { piece.text.clone() };
        pieces.iter().map(mark).collect()
    }

    fn rows(left: &str, right: &str) -> Vec<String> {
        let rows = diff(left, right).rows;
        rows.iter()
            .map(|row| format!("{} | {}", shown(row.left.as_ref()), shown(row.right.as_ref())))
            .collect()
    }

    #[test]
    fn lines_stand_beside_each_other_with_the_words_that_differ() {
        assert_eq!(
            rows("Low tide at six.\nBring boots.\nEnd", "Low tide at seven.\nEnd\nAnd more"),
            [
                "Low tide at [six.] | Low tide at [seven.]",
                "[Bring boots.] | -",
                "End | End",
                "- | [And more]"
            ]
            .map(str::to_owned)
        );
        assert!(diff("a", "a").same);
        assert!(!diff("a", "b").same);
    }

    #[test]
    fn long_answers_are_bounded() {
        let long: String = (0..5_000).map(|n| format!("line {n}\n")).collect();
        let found = diff(&long, &long.replace("line 7", "row 7"));
        assert_eq!((found.rows.len(), found.left_out), (MAX_ROWS, 5_000 - MAX_ROWS));
        let line = "word ".repeat(1_000);
        assert_eq!(diff(&line, &format!("{line}x")).rows[0].left.as_ref().unwrap().len(), 1);
    }

    #[test]
    fn what_differs_behind_the_cut_is_not_shown_and_said() {
        let long = "a".repeat(MAX_ANSWER);
        let found = diff(&long, &format!("{long}b"));
        assert!(found.cut && !found.same);
        assert!(found.rows.iter().all(|row| row.left == row.right));
        assert!(!diff("a", "b").cut);
    }
}
