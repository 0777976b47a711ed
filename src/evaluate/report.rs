//! How a suite went: as text for a terminal, JUnit XML, Markdown and JSON. Pure.

use std::fmt::Write;

use arkdeck::resources::{Evaluation, EvaluationPhase};
use kube::ResourceExt;
use serde::Serialize;

/// One evaluation.
#[derive(Debug, Serialize)]
struct Outcome {
    name: String,
    score: Option<f64>,
    passed: bool,
    message: String,
    parts: Vec<Part>,
}

/// What it is made of: measures, criteria, rules, examples, or evaluations of a batch.
#[derive(Debug, Serialize)]
struct Part {
    name: String,
    score: String,
    passed: bool,
    reason: String,
}

/// How all of them went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_under: Option<f64>,
    evaluations: Vec<Outcome>,
}

impl Report {
    /// The gate: every evaluation passed; with `least`, every score reaches it instead. One without a score never passes.
    pub(super) fn of(evaluations: &[Evaluation], least: Option<f64>) -> Self {
        let evaluations: Vec<Outcome> = evaluations.iter().map(|one| outcome(one, least)).collect();
        let passed = !evaluations.is_empty() && evaluations.iter().all(|one| one.passed);
        Self { passed, fail_under: least, evaluations }
    }

    /// Whether the gate passes.
    pub(super) fn passed(&self) -> bool {
        self.passed
    }

    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        for one in &self.evaluations {
            let _ =
                writeln!(text, "{}  {}  {}  {}", mark(one.passed), shown(one.score), one.name, one.message);
            for part in one.parts.iter().filter(|part| !part.passed) {
                let _ = writeln!(text, "      {}  {}: {}", part.score, part.name, part.reason);
            }
        }
        let good = self.evaluations.iter().filter(|one| one.passed).count();
        let verdict = if self.passed { "passed" } else { "failed" };
        let _ =
            writeln!(text, "The gate {verdict}: {good} of {} evaluations passed.", self.evaluations.len());
        text
    }

    /// JUnit XML: one suite for each evaluation, one case for each part.
    pub(super) fn junit(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        for one in &self.evaluations {
            let whole = Part {
                name: one.name.clone(),
                score: shown(one.score),
                passed: one.passed,
                reason: one.message.clone(),
            };
            let cases: Vec<&Part> = one.parts.iter().chain([&whole]).collect();
            let failures = cases.iter().filter(|case| !case.passed).count();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\">",
                escaped(&one.name),
                cases.len()
            );
            for case in cases {
                let _ = write!(
                    xml,
                    "    <testcase classname=\"{}\" name=\"{}\"",
                    escaped(&one.name),
                    escaped(&case.name)
                );
                if case.passed {
                    xml.push_str("/>\n");
                } else {
                    let _ = writeln!(
                        xml,
                        "><failure message=\"{}\">score {}</failure></testcase>",
                        escaped(&case.reason),
                        escaped(&case.score)
                    );
                }
            }
            xml.push_str("  </testsuite>\n");
        }
        xml.push_str("</testsuites>\n");
        xml
    }

    /// A table for the comment of a change.
    pub(super) fn markdown(&self) -> String {
        let verdict = if self.passed { "passed" } else { "failed" };
        let mut text =
            format!("### Evaluations: {verdict}\n\n| Evaluation | Score | | Why |\n|---|---:|---|---|\n");
        for one in &self.evaluations {
            let _ = writeln!(
                text,
                "| **{}** | {} | {} | {} |",
                cell(&one.name),
                shown(one.score),
                mark(one.passed),
                cell(&one.message)
            );
            for part in &one.parts {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} | {} |",
                    cell(&part.name),
                    part.score,
                    mark(part.passed),
                    cell(&part.reason)
                );
            }
        }
        text
    }

    /// JSON.
    pub(super) fn json(&self) -> String {
        // What serde derives for these types always encodes.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn outcome(evaluation: &Evaluation, least: Option<f64>) -> Outcome {
    let status = evaluation.status.clone().unwrap_or_default();
    let done = status.phase == Some(EvaluationPhase::Done);
    let score = status.score.parse::<f64>().ok().filter(|_| done);
    let passed = match (score, least) {
        (None, _) => false,
        (Some(_), None) => status.passed,
        (Some(score), Some(least)) => score >= least,
    };
    let results = status.results.into_iter().map(|one| Part {
        name: one.name,
        score: one.score,
        passed: one.passed,
        reason: one.reason,
    });
    let children = status.batch_progress.unwrap_or_default().child_evaluations.into_iter().map(|one| Part {
        name: one.name,
        score: if one.score.is_empty() { "–".to_owned() } else { one.score },
        passed: one.passed,
        reason: one.message,
    });
    Outcome {
        name: evaluation.name_any(),
        score,
        passed,
        message: status.message,
        parts: results.chain(children).collect(),
    }
}

fn shown(score: Option<f64>) -> String {
    score.map_or_else(|| "  –  ".to_owned(), |score| format!("{score:.3}"))
}

fn mark(passed: bool) -> &'static str {
    if passed { "pass" } else { "FAIL" }
}

/// Text inside of XML; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let allowed = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let mut out = String::with_capacity(text.len());
    for c in allowed {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c => out.push(c),
        }
    }
    out
}

/// Text inside of a table's cell: one line, and nothing that Markdown or HTML would read.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluation(name: &str, status: serde_json::Value) -> Evaluation {
        serde_json::from_value(json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation",
            "metadata": {"name": name}, "spec": {"config": {}}, "status": status}))
        .unwrap()
    }

    fn suite() -> Vec<Evaluation> {
        let results = json!([{"name": "contains", "score": "0.000", "passed": false, "reason": "no \"noon\" <b> | here"}]);
        vec![
            evaluation("good", json!({"phase": "done", "score": "0.900", "passed": true, "message": "ok"})),
            evaluation(
                "bad",
                json!({"phase": "done", "score": "0.500", "passed": false, "message": "low", "results": results}),
            ),
        ]
    }

    #[test]
    fn the_gate_is_that_all_pass_or_reach_the_bound() {
        assert!(!Report::of(&suite(), None).passed());
        assert!(Report::of(&suite()[..1], None).passed());
        assert!(Report::of(&suite(), Some(0.5)).passed());
        assert!(!Report::of(&suite(), Some(0.95)).passed());
        assert!(!Report::of(&[], None).passed(), "nothing is no pass");
        let error = evaluation("e", json!({"phase": "error", "score": "1.000", "passed": true}));
        assert!(!Report::of(&[error], Some(0.0)).passed(), "an error is no pass");
    }

    #[test]
    fn every_form_is_sound_whatever_the_reasons_say() {
        let report = Report::of(&suite(), None);
        assert!(
            report.text().ends_with("The gate failed: 1 of 2 evaluations passed.\n"),
            "{}",
            report.text()
        );
        let xml = report.junit();
        assert!(
            xml.contains("no &quot;noon&quot; &lt;b&gt; | here") && xml.contains("failures=\"2\""),
            "{xml}"
        );
        assert!(report.markdown().contains(r"&lt;b> \| here"), "{}", report.markdown());
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(
            (json["passed"].as_bool(), json["evaluations"][0]["score"].as_f64()),
            (Some(false), Some(0.9))
        );
    }
}
