//! How the targets of an experiment did, compared with its baseline, as the status tells: for reports, and for people with kubectl.

use std::collections::BTreeMap;

use crate::evaluation::experiment::{Experiment, Experiments, Trial};
use crate::evaluation::written;
use crate::resources::comparison::{Comparison, MAX_MOVED, MovedItem};
use crate::store::StoreError;

/// Differences of scores up to this count as the same.
const NOISE: f64 = 0.01;
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
    let now = experiments.scores(&pair.now.id, Some(pair.target)).await?;
    let before = experiments.scores(&pair.base.id, Some(pair.base_target)).await?;
    let (mut told, moved) = compare(&before, &now);
    if let Some(asked) = pair.now.snapshot.targets.get(pair.target) {
        told.target = format!("{}/{}", asked.target.kind, asked.target.name);
    }
    told.baseline = format!("{}@{}", pair.base.name, pair.base.number);
    let titles = titles(experiments, pair).await?;
    for mut one in moved {
        one.title = titles.get(&one.item).map(|title| cut(title)).unwrap_or_default();
        one.reason = reason(experiments, pair, &one).await?;
        told.moved.push(one);
    }
    Ok(told)
}

async fn titles(experiments: &Experiments, pair: &Pair<'_>) -> Result<BTreeMap<String, String>, StoreError> {
    let mut titles = BTreeMap::new();
    for of in [pair.base, pair.now] {
        titles.extend(experiments.heads(&of.item_set).await?.into_iter().map(|head| (head.id, head.title)));
    }
    Ok(titles)
}

/// The figures, and the items that moved most: those that became worse first, then those that are not there any more.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn compare(before: &[Trial], now: &[Trial]) -> (Comparison, Vec<MovedItem>) {
    let (before, now) = (means(before), means(now));
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let pairs: Vec<(&str, Option<f64>, Option<f64>)> =
        before.iter().filter_map(|(id, then)| now.get(id).map(|now| (*id, *then, *now))).collect();
    let by =
        |pair: &(&str, Option<f64>, Option<f64>)| pair.2.unwrap_or_default() - pair.1.unwrap_or_default();
    let mut told = Comparison {
        paired: count(pairs.len()),
        missing: count(before.len() - pairs.len()),
        worse: count(pairs.iter().filter(|pair| by(pair) < -NOISE).count()),
        better: count(pairs.iter().filter(|pair| by(pair) > NOISE).count()),
        ..Comparison::default()
    };
    if !pairs.is_empty() {
        told.delta = signed(pairs.iter().map(by).sum::<f64>() / pairs.len() as f64);
    }
    let mut changed: Vec<_> = pairs.iter().filter(|pair| by(pair).abs() > NOISE).collect();
    changed.sort_by(|a, b| by(b).abs().total_cmp(&by(a).abs()));
    let score = |score: Option<f64>| score.map(written).unwrap_or_default();
    let item = |id: &str, then, now, better| MovedItem {
        item: id.to_owned(),
        before: score(then),
        now: score(now),
        better,
        ..MovedItem::default()
    };
    let gone =
        before.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(id, then)| item(id, *then, None, false));
    let (better, worse): (Vec<_>, Vec<_>) = changed.into_iter().partition(|pair| by(pair) > 0.0);
    let each = |pair: &&(&str, Option<f64>, Option<f64>)| item(pair.0, pair.1, pair.2, by(pair) > 0.0);
    let moved = worse.iter().map(each).chain(gone).chain(better.iter().map(each)).take(MAX_MOVED).collect();
    (told, moved)
}

/// The mean of each item's repeats, those without a score as 0; `None` where none has one.
fn means(trials: &[Trial]) -> BTreeMap<&str, Option<f64>> {
    let mut of: BTreeMap<&str, (f64, f64, bool)> = BTreeMap::new();
    for trial in trials {
        let sum = of.entry(&trial.item).or_default();
        *sum = (sum.0 + trial.score.unwrap_or_default(), sum.1 + 1.0, sum.2 || trial.score.is_some());
    }
    of.into_iter().map(|(item, (sum, n, scored))| (item, scored.then_some(sum / n))).collect()
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

    fn trials(scores: &[(&str, Option<f64>)]) -> Vec<Trial> {
        let trial = |(id, score): &(&str, Option<f64>)| Trial {
            item: (*id).to_owned(),
            score: *score,
            ..Trial::default()
        };
        scores.iter().map(trial).collect()
    }

    #[test]
    fn what_became_worse_is_told_first_and_what_is_gone_is_told() {
        let before =
            [("a", Some(1.0)), ("b", Some(0.2)), ("c", Some(0.9)), ("d", Some(1.0)), ("e", Some(1.0))];
        let now = [("a", Some(0.5)), ("b", Some(1.0)), ("c", Some(0.905)), ("d", None)];
        let (told, moved) = compare(&trials(&before), &trials(&now));
        assert_eq!((told.paired, told.missing, told.worse, told.better), (4, 1, 2, 1));
        assert_eq!(told.delta, "-0.174");
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
