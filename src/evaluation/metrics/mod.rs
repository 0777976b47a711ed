//! Measures that need no model: each gives a score from 0 to 1 and says why. What cannot be measured scores 0: a missing
//! value is not a pass.

mod refusal;
mod similarity;
mod text;
mod tools;
mod usage;

use super::finding::Finding;
use super::subject::Subject;
use crate::resources::metric::{Metric, MetricType};

/// Score and reason; `Err` says why it cannot be measured.
type Measured = Result<(f64, String), String>;

/// Measures `subject`. A schema is checked elsewhere, by a child process: [`of_verdict`] takes what that said.
pub fn measure(metric: &Metric, subject: &Subject) -> Finding {
    let answer = &subject.output;
    let expected = || {
        let own = Some(metric.expected.as_str()).filter(|text| !text.is_empty());
        own.or(subject.expected.as_deref()).ok_or_else(|| {
            "there is nothing to compare with: neither the measure nor what is scored has an expected output".to_owned()
        })
    };
    let run = || subject.trace.as_ref().ok_or_else(|| "there was no run: only queries have one".to_owned());
    let measured = match metric.type_ {
        MetricType::Exact => expected().map(|wanted| text::exact(metric, answer, wanted)),
        MetricType::Contains => expected().map(|wanted| text::contains(metric, answer, wanted)),
        MetricType::Regex => text::pattern(metric, answer),
        MetricType::Number => expected().and_then(|wanted| text::number(metric, answer, wanted)),
        MetricType::Levenshtein => expected().and_then(|wanted| similarity::levenshtein(answer, wanted)),
        MetricType::RougeL => expected().and_then(|wanted| similarity::rouge_l(answer, wanted)),
        MetricType::Bleu => expected().and_then(|wanted| similarity::bleu(answer, wanted)),
        MetricType::Latency => run().and_then(|run| usage::latency(metric, run)),
        MetricType::Tokens => run().and_then(|run| usage::tokens(metric, run)),
        MetricType::Cost => run().and_then(|run| usage::cost(metric, run)),
        MetricType::Tools => run().and_then(|run| tools::called(metric, run)),
        MetricType::Refusal => Ok(refusal::refusal(metric, answer)),
        MetricType::JsonSchema => Err("its schema was not checked".to_owned()),
    };
    finding(metric, measured)
}

/// What a check of the schema comes to.
pub fn of_verdict(metric: &Metric, verdict: Result<(), String>) -> Finding {
    let measured = match verdict {
        Ok(()) => Ok((1.0, "the answer fits the schema".to_owned())),
        Err(why) => Err(why),
    };
    finding(metric, measured)
}

/// Why the measure can mean nothing, before anything is measured.
///
/// # Errors
///
/// A sentence that goes on after the measure's name.
pub fn check(metric: &Metric) -> Result<(), String> {
    if let Some(threshold) = metric.threshold
        && !(0.0..=1.0).contains(&threshold)
    {
        return Err(format!("its threshold is {threshold}, and scores are from 0 to 1"));
    }
    match metric.type_ {
        MetricType::Regex => text::compiled(metric).map(drop),
        MetricType::JsonSchema if metric.schema.is_none() => Err("it has no schema".to_owned()),
        MetricType::Latency if metric.max_duration.is_none() => Err("it has no maxDuration".to_owned()),
        MetricType::Tokens | MetricType::Cost if metric.max.is_none() => Err("it has no max".to_owned()),
        MetricType::Tools if metric.tools.is_empty() => Err("it names no tools".to_owned()),
        _ => Ok(()),
    }
}

fn finding(metric: &Metric, measured: Measured) -> Finding {
    let (score, reason) = measured.unwrap_or_else(|why| (0.0, why));
    Finding {
        name: metric.label().to_owned(),
        score,
        passed: score >= metric.threshold(),
        weight: metric.weight(),
        required: metric.required,
        reason,
    }
}

/// The first characters of a text, for a reason.
fn quoted(text: &str) -> String {
    /// Characters of a text that a reason quotes.
    const MAX: usize = 80;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX) {
        Some((at, _)) => format!("“{}…”", &line[..at]),
        None => format!("“{line}”"),
    }
}

fn yes(holds: bool, reason: String) -> (f64, String) {
    (if holds { 1.0 } else { 0.0 }, reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluation::trace::{ToolTrace, Trace};

    fn found(metric: serde_json::Value, subject: &Subject) -> Finding {
        let metric: Metric = serde_json::from_value(metric).unwrap();
        check(&metric).unwrap();
        measure(&metric, subject)
    }

    fn said(output: &str, expected: &str) -> Subject {
        let expected = Some(expected.to_owned()).filter(|text| !text.is_empty());
        Subject { output: output.into(), expected, ..Subject::default() }
    }

    #[test]
    fn texts_are_compared() {
        let low = said("Low at noon: 0.42 m", "low AT noon: 0.42 m");
        for (metric, subject, score) in [
            (json!({"type": "exact"}), &low, 0.0),
            (json!({"type": "exact", "ignoreCase": true}), &low, 1.0),
            (json!({"type": "exact", "expected": " Low at noon: 0.42 m\n"}), &low, 1.0),
            (json!({"type": "contains", "expected": "noon"}), &low, 1.0),
            (json!({"type": "contains", "expected": "noon", "negate": true}), &low, 0.0),
            (json!({"type": "contains", "expected": "NOON", "ignoreCase": true}), &low, 1.0),
            (json!({"type": "regex", "pattern": r"\d\.\d+ m$"}), &low, 1.0),
            (json!({"type": "regex", "pattern": "tsunami", "negate": true}), &low, 1.0),
            (json!({"type": "number", "expected": "0.4", "tolerance": 0.05}), &low, 1.0),
            (json!({"type": "number", "expected": "0.4"}), &low, 0.0),
            (json!({"type": "number"}), &said("In all 1,234.50 EUR.", "1234.5"), 1.0),
            (json!({"type": "number"}), &said("none", "1"), 0.0),
            (json!({"type": "levenshtein"}), &said("kitten", "sitting"), 1.0 - 3.0 / 7.0),
        ] {
            let finding = found(metric.clone(), subject);
            assert!((finding.score - score).abs() < 1e-9, "{metric}: {finding:?}");
            assert!(!finding.reason.is_empty());
        }
    }

    #[test]
    fn what_is_missing_is_no_pass_and_says_so() {
        let nothing = found(json!({"type": "exact"}), &said("x", ""));
        assert!(!nothing.passed && nothing.reason.contains("nothing to compare with"), "{nothing:?}");
        let no_run = found(json!({"type": "latency", "maxDuration": "1s"}), &said("x", ""));
        assert!(!no_run.passed && no_run.reason.contains("no run"), "{no_run:?}");
        let no_price = found(
            json!({"type": "cost", "max": 1}),
            &Subject { trace: Some(Trace::default()), ..Subject::default() },
        );
        assert!(!no_price.passed && no_price.reason.contains("price"), "{no_price:?}");
    }

    #[test]
    fn measures_that_mean_nothing_are_told() {
        for (metric, expected) in [
            (json!({"type": "regex", "pattern": "a("}), "unclosed group"),
            (json!({"type": "regex"}), "no pattern"),
            (json!({"type": "latency"}), "no maxDuration"),
            (json!({"type": "tokens"}), "no max"),
            (json!({"type": "tools"}), "names no tools"),
            (json!({"type": "json-schema"}), "no schema"),
            (json!({"type": "exact", "threshold": 70}), "from 0 to 1"),
        ] {
            let metric: Metric = serde_json::from_value(metric).unwrap();
            let why = check(&metric).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn a_run_is_measured() {
        let call = |name: &str, arguments| ToolTrace { name: name.into(), arguments, ..ToolTrace::default() };
        let mut trace = Trace {
            tools: vec![call("search", json!({"port": "Lisbon", "days": 2})), call("fetch", json!({}))],
            ..Trace::default()
        };
        trace.query.duration_ms = 2000;
        trace.query.total_tokens = 150;
        trace.query.cost = Some(0.02);
        "EUR".clone_into(&mut trace.query.currency);
        let subject = Subject { trace: Some(trace), ..Subject::default() };
        let tools = |tools: serde_json::Value, more: serde_json::Value| {
            let mut metric = json!({"type": "tools", "tools": tools});
            metric.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            metric
        };
        for (metric, score) in [
            (json!({"type": "latency", "maxDuration": "3s"}), 1.0),
            (json!({"type": "latency", "maxDuration": "1s"}), 0.5),
            (json!({"type": "tokens", "max": 150}), 1.0),
            (json!({"type": "tokens", "max": 100}), 100.0 / 150.0),
            (json!({"type": "cost", "max": 0.01}), 0.5),
            (tools(json!([{"name": "search"}, {"name": "fetch"}]), json!({})), 1.0),
            (tools(json!([{"name": "fetch"}, {"name": "search"}]), json!({"ordered": true})), 0.5),
            (tools(json!([{"name": "search", "arguments": {"port": "Lisbon"}}]), json!({})), 1.0),
            (tools(json!([{"name": "search", "arguments": {"port": "Porto"}}]), json!({})), 0.0),
            (tools(json!([{"name": "search"}, {"name": "search"}]), json!({})), 0.5),
            (tools(json!([{"name": "delete"}]), json!({"negate": true})), 1.0),
            (tools(json!([{"name": "search"}, {"name": "delete"}]), json!({"negate": true})), 0.5),
        ] {
            let finding = found(metric.clone(), &subject);
            assert!((finding.score - score).abs() < 1e-9, "{metric}: {finding:?}");
        }
    }

    #[test]
    fn refusals_are_known_by_how_they_begin() {
        for (text, refuses) in [
            ("I'm sorry, but I can't help with that.", true),
            ("I cannot provide that information.", true),
            ("As an AI, I am unable to do so.", true),
            ("Unfortunately, I won’t be able to assist you with this.", true),
            ("You can't miss it: turn left at the harbour.", false),
            ("The ship cannot leave before noon.", false),
        ] {
            let finding = found(json!({"type": "refusal"}), &said(text, ""));
            assert_eq!(finding.score < 0.5, refuses, "{text}");
            let wanted = found(json!({"type": "refusal", "negate": true}), &said(text, ""));
            assert_eq!(wanted.passed, refuses, "{text}");
        }
    }
}
