//! A trial: one item of a data set, asked once of one target, with its answer and its score.

use serde::{Deserialize, Serialize};

use crate::engine::journal::{Cost, Usage, bound};
use crate::evaluation::datasets::MIN_SCORE;
use crate::evaluation::finding::{Finding, passed, written};

/// Bytes of an answer that are kept; what was cut shows in it.
const MAX_OUTPUT: usize = 64 << 10;
/// Findings that are kept; of more, those that did not pass come first.
const MAX_FINDINGS: usize = 100;
/// Bytes of the reason of one.
const MAX_REASON: usize = 2_000;
/// Bytes of an error.
const MAX_ERROR: usize = 2_000;
/// Characters of a note.
const MAX_NOTE: usize = 200;

/// Who was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// `agent`, `team` or `model`.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// What became of one item, asked once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Trial {
    /// Who was asked.
    pub target: Target,
    /// Id of the item.
    pub item: String,
    /// Repeat, from 0.
    pub repeat: u32,
    /// When it was scored, in milliseconds since 1970.
    pub at_ms: i64,
    /// Name of the Query that asked.
    pub query: String,
    /// The answer; long ones are cut, which shows in it. Not there where only scores were read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// From 0 to 1; `None` when there is no score.
    pub score: Option<f64>,
    /// The score is enough, and nothing that is required failed.
    pub passed: bool,
    /// Why there is no score: a code and a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// Why it did not pass, in one line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Measures, criteria and rules. Not there where only scores were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Time of the answer, from the begin of the run to its end, without the time it waited for its turn, in ms.
    pub latency_ms: Option<i64>,
    /// Tokens of the answer.
    pub usage: Usage,
    /// What the answer cost, by currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<Cost>,
    /// Tokens of the judges.
    pub judge_usage: Usage,
    /// What the judges cost, by currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judge_costs: Vec<Cost>,
    /// Model of the judge, how often it was asked and the spread, in words; empty without a judge.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub judge: String,
}

impl Trial {
    /// Holds it to the least score of its item, which takes the place of the evaluator's, as in a baseline. Where a service
    /// scored, which says itself what passes, both must hold.
    pub fn hold_to(&mut self, least: f64) {
        let Some(score) = self.score else { return };
        let by_service = self.findings.is_empty();
        self.passed = passed(&self.findings, score, least) && (self.passed || !by_service);
        let enough = passed(&[], score, least);
        let word = if enough { "reaches" } else { "is below" };
        self.findings.push(Finding {
            name: MIN_SCORE.to_owned(),
            score,
            passed: enough,
            weight: 0.0,
            required: false,
            reason: format!("{} {word} {least}, the least score of this item", written(score)),
        });
    }

    /// Within the bounds of what is kept, with the line that says why it did not pass.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        bound(&mut self.output, MAX_OUTPUT);
        bound(&mut self.error, MAX_ERROR);
        if self.findings.len() > MAX_FINDINGS {
            self.findings.sort_by_key(|finding| finding.passed);
            self.findings.truncate(MAX_FINDINGS);
        }
        for finding in &mut self.findings {
            bound(&mut finding.reason, MAX_REASON);
        }
        self.note = self.why();
        self
    }

    /// Why it did not pass: the error, else the reason of what is required and failed, else of the lowest score.
    fn why(&self) -> String {
        if self.passed {
            return String::new();
        }
        let failed = self.findings.iter().filter(|finding| !finding.passed);
        let worst = failed.min_by(|a, b| {
            b.required.cmp(&a.required).then(a.score.total_cmp(&b.score)).then_with(|| a.name.cmp(&b.name))
        });
        let text = match worst {
            _ if !self.error.is_empty() => self.error.clone(),
            Some(finding) if finding.reason.is_empty() => finding.name.clone(),
            Some(finding) => format!("{}: {}", finding.name, finding.reason),
            None => "Its score is not enough.".to_owned(),
        };
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MAX_NOTE) {
            Some((at, _)) => format!("{}…", &line[..at]),
            None => line,
        }
    }

    /// What is compared, and what is only read when one looks at it: the two are kept apart.
    pub(super) fn parts(&self) -> (Self, Detail) {
        let mut scores = self.clone();
        let output = std::mem::take(&mut scores.output);
        let findings = std::mem::take(&mut scores.findings);
        (scores, Detail { output, findings })
    }
}

/// What is only read when one looks at a trial.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Detail {
    pub(super) output: String,
    pub(super) findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(score: f64, findings: &[(f64, bool)], passed: bool) -> Trial {
        let finding = |(score, required): &(f64, bool)| Finding {
            name: "exact".into(),
            score: *score,
            passed: *score >= 1.0,
            weight: 1.0,
            required: *required,
            reason: String::new(),
        };
        Trial {
            score: Some(score),
            passed,
            findings: findings.iter().map(finding).collect(),
            ..Trial::default()
        }
    }

    #[test]
    fn the_least_score_of_an_item_takes_the_place_of_the_evaluators() {
        let half = [(1.0, false), (0.0, false)];
        for (mut trial, least, expected) in [
            (scored(0.5, &half, false), 0.5, true),
            (scored(0.5, &half, false), 0.501, false),
            (scored(0.8, &[(0.8, false)], true), 0.9, false),
            // What is required must pass whatever the score is.
            (scored(0.8, &[(0.8, true)], false), 0.1, false),
            // A service says itself what passes.
            (scored(0.8, &[], false), 0.1, false),
            (scored(0.8, &[], true), 0.1, true),
            (scored(0.8, &[], true), 0.9, false),
        ] {
            trial.hold_to(least);
            assert_eq!(trial.passed, expected, "{least}: {trial:?}");
        }
        let mut low = scored(0.8, &[], true);
        low.hold_to(0.9);
        assert_eq!(low.bounded().note, "expectedMinScore: 0.800 is below 0.9, the least score of this item");
        let mut none = Trial { error: "QueryFailed: No.".into(), ..Trial::default() };
        none.hold_to(0.0);
        assert!(!none.passed && none.findings.is_empty(), "what has no score does not pass");
    }
}
