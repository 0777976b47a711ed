//! What rows are filtered by besides what they show, and what is asked of it.

use serde::{Deserialize, Serialize};

/// What a row is known by and need not show. It stays on the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facets {
    /// Labels of the object.
    pub labels: Vec<(String, String)>,
    /// What an evaluation scores; one of [`TYPES`].
    pub type_: &'static str,
    /// Name of its evaluator.
    pub evaluator: String,
    /// Name of the query that it scores.
    pub query: String,
    /// Its score, in thousandths.
    pub score: Option<u16>,
    /// Whether it passed; `None` while it has not ended with a score.
    pub passed: Option<bool>,
}

/// What an evaluation scores, with its words. An experiment is a batch that asks a data set.
pub const TYPES: [(&str, &str); 6] = [
    ("direct", "Direct"),
    ("query", "Query"),
    ("event", "Rules"),
    ("baseline", "Baseline"),
    ("batch", "Batch"),
    ("experiment", "Experiment"),
];

/// What a list of evaluations is asked for, besides text and states. What is empty asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Only {
    /// One of [`TYPES`].
    #[serde(default)]
    pub type_: String,
    /// Of this evaluator.
    #[serde(default)]
    pub evaluator: String,
    /// Of this query.
    #[serde(default)]
    pub query: String,
    /// With this label: `team` that it is there, `team=support` that it has this value.
    #[serde(default)]
    pub label: String,
    /// Passed, or not.
    #[serde(default)]
    pub passed: Option<bool>,
    /// From this score on, in thousandths.
    #[serde(default)]
    pub from: Option<u16>,
    /// Up to this score, in thousandths.
    #[serde(default)]
    pub to: Option<u16>,
}

impl Only {
    /// Whether a row is asked for. What has no score is in no range of scores.
    pub fn admits(&self, facets: &Facets) -> bool {
        let is = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        let in_range = match facets.score {
            _ if !self.ranged() => true,
            Some(score) => self.from.is_none_or(|from| score >= from) && self.to.is_none_or(|to| score <= to),
            None => false,
        };
        in_range
            && is(&self.type_, facets.type_)
            && is(&self.evaluator, &facets.evaluator)
            && is(&self.query, &facets.query)
            && self.passed.is_none_or(|passed| facets.passed == Some(passed))
            && self.labelled(facets)
    }

    /// A range of scores is asked for.
    pub fn ranged(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    fn labelled(&self, facets: &Facets) -> bool {
        let wanted = self.label.trim();
        if wanted.is_empty() {
            return true;
        }
        let mut labels = facets.labels.iter();
        match wanted.split_once('=') {
            Some((key, value)) => labels.any(|(k, v)| k == key.trim() && v == value.trim()),
            None => labels.any(|(key, _)| key == wanted),
        }
    }
}

/// A range of scores as an address has it: `0.5..0.8`, `0.5..`, `..0.8`; nothing for no range.
pub fn write_range(from: Option<u16>, to: Option<u16>) -> String {
    let text = |bound: Option<u16>| bound.map(score_text).unwrap_or_default();
    if from.is_none() && to.is_none() { String::new() } else { format!("{}..{}", text(from), text(to)) }
}

/// Reads what [`write_range`] writes; a bound that is no score is none.
pub fn read_range(text: &str) -> (Option<u16>, Option<u16>) {
    text.split_once("..").map(|(from, to)| (read_score(from), read_score(to))).unwrap_or_default()
}

/// A score from 0 to 1 in thousandths.
pub fn read_score(text: &str) -> Option<u16> {
    let score: f64 = text.trim().parse().ok()?;
    if !(0.0..=1.0).contains(&score) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,000")]
    let thousandths = (score * 1_000.0).round() as u16;
    Some(thousandths)
}

/// A score as people read it: two digits, a third one where it is there.
pub fn score_text(thousandths: u16) -> String {
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    if rest.is_multiple_of(10) { format!("{whole}.{:02}", rest / 10) } else { format!("{whole}.{rest:03}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_asks_for_its_own() {
        let row = Facets {
            labels: vec![("team".into(), "support".into())],
            type_: "query",
            evaluator: "tone".into(),
            query: "q-1".into(),
            score: Some(700),
            passed: Some(true),
        };
        let only = Only::default();
        assert!(only.admits(&row) && only.admits(&Facets::default()));
        let label = |label: &str| Only { label: label.into(), ..Only::default() }.admits(&row);
        assert!(label("team") && label("team=support") && !label("team=x") && !label("tier"));
        let range = |from, to| Only { from, to, ..Only::default() };
        assert!(range(Some(700), Some(700)).admits(&row) && !range(Some(701), None).admits(&row));
        assert!(!range(Some(0), None).admits(&Facets::default()), "no score is in no range");
        assert!(!Only { passed: Some(false), ..Only::default() }.admits(&Facets::default()));
        assert!(!Only { type_: "batch".into(), ..Only::default() }.admits(&row));
        assert!(Only { query: "q-1".into(), evaluator: "tone".into(), ..Only::default() }.admits(&row));
    }

    #[test]
    fn ranges_are_written_as_they_are_read() {
        for text in ["0.50..0.80", "0.50..", "..0.805", ""] {
            let (from, to) = read_range(text);
            assert_eq!(write_range(from, to), text);
        }
        assert_eq!(read_range("7..x"), (None, None));
        assert_eq!([0, 1_000, 840, 845].map(score_text), ["0.00", "1.00", "0.84", "0.845"]);
    }
}
