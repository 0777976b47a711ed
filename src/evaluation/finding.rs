//! What was found out about an answer, and what it comes to.

use serde::{Deserialize, Serialize};

/// One measure, criterion or rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its name.
    pub name: String,
    /// From 0 to 1.
    pub score: f64,
    /// The score is enough.
    pub passed: bool,
    /// How much it counts.
    pub weight: f64,
    /// The whole does not pass without it.
    pub required: bool,
    /// Why, in a sentence.
    pub reason: String,
}

/// The weighted mean; `None` when nothing counts.
pub fn score(findings: &[Finding]) -> Option<f64> {
    let weights: f64 = findings.iter().map(|finding| finding.weight).sum();
    let sum: f64 = findings.iter().map(|finding| finding.weight * finding.score).sum();
    (weights > 0.0).then(|| (sum / weights).clamp(0.0, 1.0))
}

/// Whether the whole is enough: the score reaches `least`, and nothing that is required failed.
pub fn passed(findings: &[Finding], score: f64, least: f64) -> bool {
    // As it is shown, so that 0.7 is not below 0.7.
    written(score) >= written(least) && findings.iter().all(|finding| finding.passed || !finding.required)
}

/// A score as statuses write it: three digits behind the point, in the pattern of Ark's CRD.
pub fn written(score: f64) -> String {
    // The sum of nothing is minus zero in IEEE 754, and the pattern knows no sign.
    let score = if score > 0.0 { score.min(1.0) } else { 0.0 };
    format!("{score:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(score: f64, weight: f64, required: bool) -> Finding {
        let passed = score >= 1.0;
        Finding { name: String::new(), score, passed, weight, required, reason: String::new() }
    }

    #[test]
    fn weights_count_and_what_is_required_must_pass() {
        let findings = [finding(1.0, 3.0, false), finding(0.0, 1.0, false)];
        assert_eq!(score(&findings), Some(0.75));
        assert!(passed(&findings, 0.75, 0.7) && !passed(&findings, 0.75, 0.8));
        assert!(!passed(&[finding(0.9, 1.0, true)], 0.9, 0.7));
        assert!(passed(&[], 0.1 + 0.6, 0.7), "0.7 is not below 0.7");
        assert_eq!(score(&[finding(1.0, 0.0, false)]), None);
        assert_eq!((written(1.0), written(-0.0)), ("1.000".into(), "0.000".into()));
    }
}
