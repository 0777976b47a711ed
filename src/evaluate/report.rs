//! How a suite went: as text for a terminal, JUnit XML, Markdown and JSON. Pure.

use std::fmt::Write;

use serde::Serialize;

use super::escape::{cell, line, xml};
use super::outcome::{Outcome, Part};
use crate::resources::Evaluation;
use crate::resources::comparison::{Comparison, MovedItem};

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For a terminal.
    Text,
    /// JUnit XML: one suite for each evaluation, one case for each part.
    Junit,
    /// Tables for the comment of a change.
    Markdown,
    /// JSON.
    #[default]
    Json,
}

/// How all evaluations of a suite went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_under: Option<f64>,
    evaluations: Vec<Outcome>,
}

impl Report {
    /// The gate: every evaluation passed; with `least`, every score reaches it instead. One without a score never passes.
    pub fn of(evaluations: &[Evaluation], least: Option<f64>) -> Self {
        let evaluations: Vec<Outcome> = evaluations.iter().map(|one| Outcome::of(one, least)).collect();
        let passed = !evaluations.is_empty() && evaluations.iter().all(|one| one.passed);
        Self { passed, fail_under: least, evaluations }
    }

    /// Whether the gate passes.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// The report in one of its forms.
    pub fn written(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Junit => self.junit(),
            Format::Markdown => self.markdown(),
            Format::Json => self.json(),
        }
    }

    fn verdict(&self) -> &'static str {
        if self.passed { "passed" } else { "failed" }
    }

    // Writing to a text cannot fail.
    fn text(&self) -> String {
        let mut text = String::new();
        for one in &self.evaluations {
            let head = format!("{}  {}  {}", mark(one.passed), one.shown(), one.name);
            let _ = writeln!(text, "{head}  {}", line(&one.message));
            for comparison in &one.comparisons {
                let _ = writeln!(text, "      {}", line(&compared(comparison)));
                for item in &comparison.moved {
                    let _ = writeln!(text, "        {}", line(&moved(item)));
                }
            }
            for part in one.parts.iter().filter(|part| !part.passed) {
                let _ = writeln!(text, "      {}  {}: {}", part.score, part.name, line(&part.reason));
            }
        }
        let good = self.evaluations.iter().filter(|one| one.passed).count();
        let all = self.evaluations.len();
        let _ = writeln!(text, "The gate {}: {good} of {all} evaluations passed.", self.verdict());
        text
    }

    fn junit(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        for one in &self.evaluations {
            let whole = Part {
                name: one.name.clone(),
                score: one.shown(),
                passed: one.passed,
                reason: one.message.clone(),
            };
            let cases: Vec<&Part> = one.parts.iter().chain([&whole]).collect();
            let failures = cases.iter().filter(|case| !case.passed).count();
            let (name, tests) = (xml(&one.name), cases.len());
            let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">");
            for case in cases {
                let _ = write!(out, "    <testcase classname=\"{name}\" name=\"{}\"", xml(&case.name));
                if case.passed {
                    out.push_str("/>\n");
                } else {
                    let (reason, score) = (xml(&case.reason), xml(&case.score));
                    let _ =
                        writeln!(out, "><failure message=\"{reason}\">score {score}</failure></testcase>");
                }
            }
            // Items that moved are no cases: how many may is for the gate to say.
            if !one.comparisons.is_empty() {
                let lines: Vec<String> = one.comparisons.iter().flat_map(told).collect();
                let _ = writeln!(out, "    <system-out>{}</system-out>", xml(&lines.join("\n")));
            }
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
        out
    }

    fn markdown(&self) -> String {
        let mut text = format!(
            "### Evaluations: {}\n\n| Evaluation | Score | | Why |\n|---|---:|---|---|\n",
            self.verdict()
        );
        for one in &self.evaluations {
            let (name, why) = (cell(&one.name), cell(&one.message));
            let _ = writeln!(text, "| **{name}** | {} | {} | {why} |", one.shown(), mark(one.passed));
            for part in &one.parts {
                let (name, why) = (cell(&part.name), cell(&part.reason));
                let _ = writeln!(text, "| {name} | {} | {} | {why} |", part.score, mark(part.passed));
            }
        }
        for comparison in self.evaluations.iter().flat_map(|one| &one.comparisons) {
            let _ = writeln!(text, "\n#### {}\n", cell(&compared(comparison)));
            if comparison.moved.is_empty() {
                continue;
            }
            text.push_str("| | Item | Before | Now | Why |\n|---|---|---:|---:|---|\n");
            for item in &comparison.moved {
                let title = cell(&format!("{} {}", item.item, item.title));
                let (before, now) = (score(&item.before), score(&item.now));
                let why = cell(&item.reason);
                let _ = writeln!(text, "| {} | {title} | {before} | {now} | {why} |", direction(item));
            }
        }
        text
    }

    fn json(&self) -> String {
        // What serde derives for these types always encodes.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// `agent/refunds against refunds@1: mean -0.125 (95 % between -0.250 and -0.020), 5 worse, 1 better of 24 items.`
fn compared(one: &Comparison) -> String {
    let mut text = format!("{} against {}: ", one.target, one.baseline);
    if one.paired == 0 {
        text.push_str("no item is in both");
    } else {
        let _ = write!(text, "mean {}", one.delta);
        if !one.low.is_empty() {
            let _ = write!(text, " (95 % between {} and {})", one.low, one.high);
        }
        let _ = write!(text, ", {} worse, {} better of {} items", one.worse, one.better, one.paired);
    }
    if one.missing > 0 {
        let _ = write!(text, ", {} missing", one.missing);
    }
    text.push('.');
    text
}

fn told(one: &Comparison) -> Vec<String> {
    [compared(one)].into_iter().chain(one.moved.iter().map(moved)).collect()
}

/// `worse   1.000 → 0.000  r-003  Where is my refund?  says-amount: …`
fn moved(item: &MovedItem) -> String {
    let (before, now) = (score(&item.before), score(&item.now));
    let text =
        format!("{:<7} {before} → {now}  {}  {}  {}", direction(item), item.item, item.title, item.reason);
    text.trim_end().to_owned()
}

fn direction(item: &MovedItem) -> &'static str {
    if item.better { "better" } else { "worse" }
}

fn score(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

fn mark(passed: bool) -> &'static str {
    if passed { "pass" } else { "FAIL" }
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

    fn experiment() -> Vec<Evaluation> {
        let moved = json!([
            {"item": "r-003", "title": "Where is it?", "before": "1.000", "now": "0.000", "reason": "says-amount: no <€>"},
            {"item": "r-009", "before": "1.000", "now": "", "reason": "no answer"},
            {"item": "r-017", "title": "Late", "before": "0.250", "now": "1.000", "better": true},
        ]);
        let comparison = json!([{"target": "agent/refunds", "baseline": "refunds@1", "paired": 24, "missing": 1,
            "worse": 2, "better": 1, "delta": "-0.052", "low": "-0.110", "high": "-0.004", "moved": moved}]);
        let results = json!([{"name": "agent/refunds", "score": "0.800", "passed": false,
            "reason": "19 of 24 items passed. 2 items became worse than in experiment 1, more than 0."}]);
        vec![evaluation(
            "refunds",
            json!({"phase": "done", "score": "0.800", "passed": false, "message": "Experiment 2: 19 of 24 items passed",
                "experiment": 2, "results": results, "comparisons": comparison}),
        )]
    }

    #[test]
    fn the_gate_is_that_all_pass_or_reach_the_bound() {
        assert!(!Report::of(&suite(), None).passed());
        assert!(Report::of(&suite()[..1], None).passed());
        assert!(Report::of(&suite(), Some(0.5)).passed());
        assert!(!Report::of(&suite(), Some(0.95)).passed());
        let unfinished = [evaluation("e", json!({"phase": "error", "score": "1", "message": "no"}))];
        assert!(!Report::of(&unfinished, Some(0.0)).passed(), "without a score nothing passes");
        assert!(!Report::of(&[], None).passed());
    }

    #[test]
    fn each_form_says_what_failed_and_why() {
        let report = Report::of(&suite(), None);
        insta::assert_snapshot!(report.written(Format::Text), @r#"
        pass  0.900  good  ok
        FAIL  0.500  bad  low
              0.000  contains: no "noon" <b> | here
        The gate failed: 1 of 2 evaluations passed.
        "#);
        insta::assert_snapshot!(report.written(Format::Junit), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="good" tests="1" failures="0">
            <testcase classname="good" name="good"/>
          </testsuite>
          <testsuite name="bad" tests="2" failures="2">
            <testcase classname="bad" name="contains"><failure message="no &quot;noon&quot; &lt;b&gt; | here">score 0.000</failure></testcase>
            <testcase classname="bad" name="bad"><failure message="low">score 0.500</failure></testcase>
          </testsuite>
        </testsuites>
        "#);
        insta::assert_snapshot!(report.written(Format::Markdown), @r#"
        ### Evaluations: failed

        | Evaluation | Score | | Why |
        |---|---:|---|---|
        | **good** | 0.900 | pass | ok |
        | **bad** | 0.500 | FAIL | low |
        | contains | 0.000 | FAIL | no "noon" &lt;b> \| here |
        "#);
        let json: serde_json::Value = serde_json::from_str(&report.written(Format::Json)).unwrap();
        assert_eq!(
            (&json["passed"], &json["evaluations"][1]["parts"][0]["name"]),
            (&json!(false), &json!("contains"))
        );
    }

    #[test]
    fn an_experiment_says_first_what_moved_down() {
        let report = Report::of(&experiment(), None);
        insta::assert_snapshot!(report.written(Format::Text), @r"
        FAIL  0.800  refunds  Experiment 2: 19 of 24 items passed
              agent/refunds against refunds@1: mean -0.052 (95 % between -0.110 and -0.004), 2 worse, 1 better of 24 items, 1 missing.
                worse   1.000 → 0.000  r-003  Where is it?  says-amount: no <€>
                worse   1.000 → –  r-009    no answer
                better  0.250 → 1.000  r-017  Late
              0.800  agent/refunds: 19 of 24 items passed. 2 items became worse than in experiment 1, more than 0.
        The gate failed: 0 of 1 evaluations passed.
        ");
        let markdown = report.written(Format::Markdown);
        assert!(
            markdown.contains("| worse | r-003 Where is it? | 1.000 | 0.000 | says-amount: no &lt;€> |"),
            "{markdown}"
        );
        let junit = report.written(Format::Junit);
        assert!(junit.contains("<system-out>agent/refunds against refunds@1"), "{junit}");
        assert_eq!(junit.matches("<testcase").count(), 2, "what moved is no case");
        let json: serde_json::Value = serde_json::from_str(&report.written(Format::Json)).unwrap();
        assert_eq!(json["evaluations"][0]["comparisons"][0]["moved"][0]["item"], "r-003");
    }
}
