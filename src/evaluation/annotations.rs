//! What people say of answers, and how a judge agrees with them.

use serde::{Deserialize, Serialize};

use super::experiment::trial::Target;
use super::statistics;
use crate::engine::journal::now_ms;
use crate::store::{Row, Statement, Store, StoreError};

/// What a person said of an answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Said {
    /// Score of each criterion, from 0 to 1.
    pub scores: Vec<(String, f64)>,
    /// Whether the answer is good enough.
    pub passed: bool,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Said {
    /// The mean of the criteria; `None` without any.
    pub fn score(&self) -> Option<f64> {
        statistics::mean(&self.scores.iter().map(|(_, score)| *score).collect::<Vec<_>>())
    }
}

/// An experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of<'a> {
    /// Namespace.
    pub namespace: &'a str,
    /// Name of the Evaluation.
    pub evaluation: &'a str,
    /// Number.
    pub number: u32,
}

/// What somebody said, of which answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotation {
    /// Who answered.
    pub target: Target,
    /// The item.
    pub item: String,
    /// Who said it.
    pub person: String,
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// What.
    pub said: Said,
}

/// What people said of all answers; cheap to clone.
#[derive(Clone)]
pub struct Annotations {
    store: Store,
}

impl Annotations {
    /// Those that are kept in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Keeps what a person said of an answer, in the place of what they said before.
    pub async fn put(
        &self,
        of: Of<'_>,
        target: &Target,
        item: &str,
        person: &str,
        said: &Said,
    ) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO annotations (namespace, evaluation, number, target_kind, target, item, person, at_ms, said) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (namespace, evaluation, number, target_kind, target, item, person) \
             DO UPDATE SET at_ms = excluded.at_ms, said = excluded.said",
        );
        let statement = bind(statement, of).bind(target.kind.as_str()).bind(target.name.as_str());
        // What serde derives for our own types always encodes.
        let text = serde_json::to_string(said).unwrap_or_default();
        self.store.write(vec![statement.bind(item).bind(person).bind(now_ms()).bind(text)]).await
    }

    /// All that was said of an experiment, the newest first.
    pub async fn all(&self, of: Of<'_>) -> Result<Vec<Annotation>, StoreError> {
        let find = Statement::new(
            "SELECT target_kind, target, item, person, at_ms, said FROM annotations \
             WHERE namespace = $1 AND evaluation = $2 AND number = $3 ORDER BY at_ms DESC, person",
        );
        self.store.rows(bind(find, of)).await?.iter().map(read).collect()
    }

    /// What was said of one answer, the newest first.
    pub async fn of_answer(
        &self,
        of: Of<'_>,
        target: &Target,
        item: &str,
    ) -> Result<Vec<Annotation>, StoreError> {
        let find = Statement::new(
            "SELECT target_kind, target, item, person, at_ms, said FROM annotations WHERE namespace = $1 AND evaluation = $2 \
             AND number = $3 AND target_kind = $4 AND target = $5 AND item = $6 ORDER BY at_ms DESC, person",
        );
        let find = bind(find, of).bind(target.kind.as_str()).bind(target.name.as_str()).bind(item);
        self.store.rows(find).await?.iter().map(read).collect()
    }
}

fn bind(statement: Statement, of: Of<'_>) -> Statement {
    statement.bind(of.namespace).bind(of.evaluation).bind(i64::from(of.number))
}

fn read(row: &Row) -> Result<Annotation, StoreError> {
    let said: String = row.get(5)?;
    Ok(Annotation {
        target: Target { kind: row.get(0)?, name: row.get(1)? },
        item: row.get(2)?,
        person: row.get(3)?,
        at_ms: row.get(4)?,
        said: serde_json::from_str(&said).unwrap_or_default(),
    })
}

/// How a judge agrees with people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agreement {
    /// Answers that both judged; one that several people judged counts for each.
    pub items: usize,
    /// Share on which they agree, from 0 to 1.
    pub share: f64,
    /// Cohen's kappa; `None` when either says always the same.
    pub kappa: Option<f64>,
    /// Spearman's rank correlation of the scores; `None` with too few, or when all are the same.
    pub rank_correlation: Option<f64>,
    /// The judge passed, people did not.
    pub too_kind: usize,
    /// People passed, the judge did not.
    pub too_strict: usize,
}

/// How the judge's verdicts (score, passed) agree with what people said of the same answers; `None` when there is nothing to compare.
pub fn agreement(pairs: &[((f64, bool), &Said)]) -> Option<Agreement> {
    if pairs.is_empty() {
        return None;
    }
    let passed: Vec<(bool, bool)> = pairs.iter().map(|(judge, said)| (judge.1, said.passed)).collect();
    let scores: Vec<(f64, f64)> =
        pairs.iter().filter_map(|(judge, said)| Some((judge.0, said.score()?))).collect();
    let count = |judge, people| passed.iter().filter(|pair| **pair == (judge, people)).count();
    let (too_kind, too_strict) = (count(true, false), count(false, true));
    let agreed: Vec<f64> =
        passed.iter().map(|(judge, people)| if judge == people { 1.0 } else { 0.0 }).collect();
    Some(Agreement {
        items: pairs.len(),
        share: statistics::mean(&agreed).unwrap_or_default(),
        kappa: statistics::kappa(&passed),
        rank_correlation: statistics::spearman(&scores),
        too_kind,
        too_strict,
    })
}

/// How unsure a judge was of an answer, the surest last: how far its score is from the least that passes, less how far its repeats
/// are from each other.
pub fn sureness(score: f64, least: f64, spread: f64) -> f64 {
    ((score - least).abs() - spread).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Fresh, on_both};

    fn said(passed: bool, scores: &[f64]) -> Said {
        let scores = scores.iter().map(|score| ("overall".to_owned(), *score)).collect();
        Said { scores, passed, note: String::new() }
    }

    #[test]
    fn agreement_says_who_is_kinder() {
        let (good, bad, mute) = (said(true, &[1.0, 0.8]), said(false, &[0.1]), said(true, &[]));
        assert_eq!(agreement(&[]), None);
        let pairs = [
            ((0.9, true), &good),
            ((0.8, true), &good),
            ((0.75, true), &bad),
            ((0.2, false), &bad),
            ((0.3, false), &mute),
        ];
        let told = agreement(&pairs).unwrap();
        assert_eq!((told.items, told.too_kind, told.too_strict), (5, 1, 1));
        assert!((told.share - 0.6).abs() < 1e-12);
        // By hand: agreed 3/5; by chance 3/5 * 3/5 + 2/5 * 2/5 = 13/25; (15 - 13) / (25 - 13).
        assert!((told.kappa.unwrap() - 1.0 / 6.0).abs() < 1e-12);
        assert!(told.rank_correlation.unwrap() > 0.8);
        assert_eq!(agreement(&pairs[..2]).unwrap().kappa, None);
    }

    #[test]
    fn a_judge_is_least_sure_near_the_threshold_and_where_it_contradicts_itself() {
        let mut all = [("sure", 1.0, 0.0), ("near", 0.68, 0.0), ("torn", 0.9, 0.3), ("low", 0.1, 0.1)];
        all.sort_by(|a, b| sureness(a.1, 0.7, a.2).total_cmp(&sureness(b.1, 0.7, b.2)));
        assert_eq!(all.map(|one| one.0), ["torn", "near", "sure", "low"]);
    }

    on_both!(what_a_person_says_again_replaces_what_they_said);

    async fn what_a_person_says_again_replaces_what_they_said(Fresh { store, .. }: Fresh) {
        let annotations = Annotations::new(store);
        let of = Of { namespace: "port", evaluation: "nightly", number: 2 };
        let target = Target { kind: "agent".into(), name: "pilot".into() };
        for (person, passed) in [("ada", false), ("bo", true), ("ada", true)] {
            annotations.put(of, &target, "low", person, &said(passed, &[0.5])).await.unwrap();
        }
        annotations.put(of, &target, "high", "ada", &said(true, &[])).await.unwrap();
        let one = annotations.of_answer(of, &target, "low").await.unwrap();
        assert_eq!(one.len(), 2);
        assert!(one.iter().all(|one| one.said == said(true, &[0.5]) && one.target == target));
        assert_eq!(annotations.all(of).await.unwrap().len(), 3);
        assert_eq!(annotations.all(Of { number: 1, ..of }).await.unwrap(), []);
    }
}
