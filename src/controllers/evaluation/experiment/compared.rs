//! How the targets of an experiment did, compared with its baseline, as the status tells: for reports, and for people with kubectl.

use crate::evaluation::compare::{Answers, Row};
use crate::evaluation::experiment::{Experiment, Experiments};
use crate::evaluation::written;
use crate::resources::comparison::{Comparison, MAX_MOVED, MovedItem};
use crate::store::StoreError;

/// Characters of a reason and of a title in a status.
const MAX_TEXT: usize = 200;

/// What one target is compared with.
pub(super) struct Pair<'a> {
    /// The experiment that has ended.
    pub(super) now: &'a Experiment,
    /// Place of the target in it.
    pub(super) target: usize,
    /// The baseline.
    pub(super) base: &'a Experiment,
    /// Place of the target in that.
    pub(super) base_target: usize,
}

/// Compares a target, and says which items moved most.
pub(super) async fn told(experiments: &Experiments, pair: &Pair<'_>) -> Result<Comparison, StoreError> {
    let now = answers(experiments, pair.now, pair.target).await?;
    let before = answers(experiments, pair.base, pair.base_target).await?;
    // Intervals of thousands of items take milliseconds of computing.
    let compared = tokio::task::spawn_blocking(move || compare(&before, &now)).await;
    let (mut told, moved) = compared.map_err(|_| StoreError::Closed)?;
    if let Some(asked) = pair.now.snapshot.targets.get(pair.target) {
        told.target = format!("{}/{}", asked.target.kind, asked.target.name);
    }
    told.baseline = format!("{}@{}", pair.base.name, pair.base.number);
    for mut one in moved {
        one.reason = reason(experiments, pair, &one).await?;
        told.moved.push(one);
    }
    Ok(told)
}

async fn answers(
    experiments: &Experiments,
    experiment: &Experiment,
    target: usize,
) -> Result<Answers, StoreError> {
    let heads = experiments.heads(&experiment.item_set).await?;
    let trials = experiments.scores(&experiment.id, Some(target)).await?;
    // Both have ended, also where that is not written down yet.
    Ok(Answers { over: true, ..Answers::of(experiment, heads, trials) })
}

/// The figures, and the items that moved most: those that became worse first, then those that are not there any more.
fn compare(before: &Answers, now: &Answers) -> (Comparison, Vec<MovedItem>) {
    let compared = now.against(Some(before));
    let delta = compared.delta.clone().unwrap_or_default();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let mut told = Comparison {
        paired: count(delta.paired),
        missing: count(delta.missing),
        worse: count(delta.worse),
        better: count(delta.better),
        ..Comparison::default()
    };
    if delta.paired > 0 {
        told.delta = signed(delta.mean);
        (told.low, told.high) = (signed(delta.interval.0), signed(delta.interval.1));
    }
    let by = |row: &&Row| row.moved().unwrap_or_default();
    let mut changed: Vec<&Row> = compared.rows.iter().filter(|row| row.worse() || row.better()).collect();
    changed.sort_by(|a, b| by(b).abs().total_cmp(&by(a).abs()));
    let (better, worse): (Vec<_>, Vec<_>) = changed.into_iter().partition(|row| by(row) > 0.0);
    let gone = compared.rows.iter().filter(|row| row.gone);
    let moved = worse.into_iter().chain(gone).chain(better).take(MAX_MOVED);
    (told, moved.map(|row| item(row, before)).collect())
}

fn item(row: &Row, before: &Answers) -> MovedItem {
    let text = |score: Option<f64>| score.map(written).unwrap_or_default();
    let scored = before.trials.iter().any(|trial| trial.item == row.id && trial.score.is_some());
    MovedItem {
        item: row.id.clone(),
        title: cut(&row.title),
        before: text(row.base.filter(|_| scored)),
        now: text(row.score),
        better: row.moved().is_some_and(|moved| moved > 0.0),
        reason: String::new(),
    }
}

/// Why an item did not pass: what failed in its first trial that did not.
async fn reason(experiments: &Experiments, pair: &Pair<'_>, item: &MovedItem) -> Result<String, StoreError> {
    let trials = experiments.trials(&pair.now.id, &item.item, pair.target).await?;
    if trials.is_empty() {
        return Ok("It is not in the data set any more.".to_owned());
    }
    let Some(failed) = trials.iter().find(|trial| !trial.passed) else { return Ok(String::new()) };
    let finding = failed.findings.iter().find(|finding| !finding.passed);
    Ok(cut(&match finding {
        _ if !failed.error.is_empty() => failed.error.clone(),
        Some(finding) => format!("{}: {}", finding.name, finding.reason),
        None => String::new(),
    }))
}

/// A difference with its sign.
fn signed(by: f64) -> String {
    let text = format!("{by:+.3}");
    if text == "-0.000" { "+0.000".to_owned() } else { text }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::experiment::{ItemHead, Trial};

    fn answers(scores: &[(&str, Option<f64>)]) -> Answers {
        let trial = |(id, score): &(&str, Option<f64>)| Trial {
            item: (*id).to_owned(),
            score: *score,
            ..Trial::default()
        };
        let head = |(id, _): &(&str, Option<f64>)| ItemHead { id: (*id).to_owned(), ..ItemHead::default() };
        Answers {
            heads: scores.iter().map(head).collect(),
            trials: scores.iter().map(trial).collect(),
            repeats: 1,
            over: true,
        }
    }

    #[test]
    fn what_became_worse_is_told_first_and_what_is_gone_is_told() {
        let before =
            [("a", Some(1.0)), ("b", Some(0.2)), ("c", Some(0.9)), ("d", Some(1.0)), ("e", Some(1.0))];
        let now = [("a", Some(0.5)), ("b", Some(1.0)), ("c", Some(0.905)), ("d", None)];
        let (told, moved) = compare(&answers(&before), &answers(&now));
        assert_eq!((told.paired, told.missing, told.worse, told.better), (4, 1, 2, 1));
        assert_eq!(told.delta, "-0.174");
        // BCa over the four pairs; the bounds themselves are checked in `evaluation::statistics`.
        assert!(told.low.starts_with('-') && told.high.starts_with('+'), "{} {}", told.low, told.high);
        let ids: Vec<(&str, &str, &str, bool)> = moved
            .iter()
            .map(|one| (one.item.as_str(), one.before.as_str(), one.now.as_str(), one.better))
            .collect();
        let expected = [
            ("d", "1.000", "", false),
            ("a", "1.000", "0.500", false),
            ("e", "1.000", "", false),
            ("b", "0.200", "1.000", true),
        ];
        assert_eq!(ids, expected);
        assert_eq!((signed(-0.000_1), signed(0.25)), ("+0.000".to_owned(), "+0.250".to_owned()));
    }
}
