//! The rules of an event evaluation: decided by a child process over the run's trace, and told under Ark's names.

use std::collections::BTreeMap;

use super::finding::{Finding, written};
use super::trace::Trace;
use crate::engine::RunError;
use crate::engine::sandbox::{Ruled, Sandbox};
use crate::resources::evaluation_config::ExpressionRule;

/// Code of a rule that cannot be read.
pub const INVALID_RULE: &str = "InvalidRule";
/// Code of rules that could not be decided.
pub const NOT_DECIDED: &str = "RulesNotDecided";

/// Decides `rules` over `trace`.
///
/// # Errors
///
/// A rule that cannot be read, with its position, or what became of the child.
pub async fn decide(
    sandbox: &Sandbox,
    rules: &[ExpressionRule],
    trace: &Trace,
) -> Result<Vec<Finding>, RunError> {
    let expressions = rules.iter().map(|rule| rule.expression.clone()).collect();
    let json = serde_json::to_value(trace).map_err(|error| {
        RunError::new(NOT_DECIDED, format!("The run cannot be told to the rules: {error}."))
    })?;
    let ruled = sandbox
        .decide(expressions, json)
        .await
        .map_err(|error| RunError::new(NOT_DECIDED, format!("The rules cannot be decided: {error}.")))?;
    rules.iter().zip(ruled).map(|(rule, ruled)| finding(rule, ruled)).collect()
}

fn finding(rule: &ExpressionRule, ruled: Ruled) -> Result<Finding, RunError> {
    let (holds, reason) = match ruled {
        Ruled::Decided(holds) => {
            let what = if rule.description.is_empty() { &rule.expression } else { &rule.description };
            (holds, format!("{}: {what}", if holds { "it holds" } else { "it does not hold" }))
        }
        Ruled::Unsuited(why) => (false, why),
        Ruled::Unreadable(why) => {
            return Err(RunError::new(INVALID_RULE, unreadable(&rule.name, &why)));
        }
    };
    Ok(Finding {
        name: rule.name.clone(),
        score: if holds { 1.0 } else { 0.0 },
        passed: holds,
        weight: rule.weight.map_or(1.0, |weight| f64::from(weight.max(0))),
        required: false,
        reason,
    })
}

/// A rule that cannot be read, in the sentence that is told wherever it is found.
pub(super) fn unreadable(name: &str, why: &str) -> String {
    format!("Rule '{name}' cannot be read: {why}.")
}

/// The figures that Ark's evaluator told besides.
pub fn metadata(
    findings: &[Finding],
    score: f64,
    least: f64,
    trace: &Trace,
    session: &str,
) -> BTreeMap<String, String> {
    let passed = findings.iter().filter(|finding| finding.passed).count();
    let weights: f64 = findings.iter().map(|finding| finding.weight).sum();
    let mut metadata = BTreeMap::from(
        [
            ("total_rules", findings.len().to_string()),
            ("passed_rules", passed.to_string()),
            ("failed_rules", (findings.len() - passed).to_string()),
            ("total_weight", weights.to_string()),
            ("weighted_score", written(score)),
            ("min_score_threshold", least.to_string()),
            ("events_analyzed", trace.sequence.len().to_string()),
            ("query_name", trace.query.name.clone()),
            ("session_id", session.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    for (at, finding) in findings.iter().enumerate() {
        metadata.insert(format!("rule_{at}_{}_passed", finding.name), finding.passed.to_string());
        metadata.insert(format!("rule_{at}_{}_weight", finding.name), finding.weight.to_string());
    }
    metadata
}
