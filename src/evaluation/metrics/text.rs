//! Measures of the answer's text alone.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::{Measured, quoted, yes};
use crate::resources::metric::Metric;

/// Bytes that a compiled pattern may take; the time is linear in the answer whatever it is.
const MAX_PATTERN: usize = 1 << 20;

fn folded(metric: &Metric, text: &str) -> String {
    if metric.ignore_case { text.trim().to_lowercase() } else { text.trim().to_owned() }
}

pub(super) fn exact(metric: &Metric, answer: &str, wanted: &str) -> (f64, String) {
    if folded(metric, answer) == folded(metric, wanted) {
        yes(!metric.negate, "the answer is the expected text".to_owned())
    } else {
        yes(metric.negate, format!("the answer {} is not {}", quoted(answer), quoted(wanted)))
    }
}

pub(super) fn contains(metric: &Metric, answer: &str, wanted: &str) -> (f64, String) {
    if folded(metric, answer).contains(&folded(metric, wanted)) {
        yes(!metric.negate, format!("the answer contains {}", quoted(wanted)))
    } else {
        yes(metric.negate, format!("the answer does not contain {}", quoted(wanted)))
    }
}

/// The pattern of `metric`.
pub(super) fn compiled(metric: &Metric) -> Result<Regex, String> {
    if metric.pattern.is_empty() {
        return Err("it has no pattern".to_owned());
    }
    let built = RegexBuilder::new(&metric.pattern).size_limit(MAX_PATTERN).build();
    built.map_err(|error| {
        let words = error.to_string();
        let last = words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("its pattern {} cannot be read: {last}", quoted(&metric.pattern))
    })
}

pub(super) fn pattern(metric: &Metric, answer: &str) -> Measured {
    let regex = compiled(metric)?;
    Ok(match regex.find(answer) {
        Some(found) => yes(!metric.negate, format!("the pattern is found: {}", quoted(found.as_str()))),
        None => yes(metric.negate, format!("the pattern {} is not found", quoted(&metric.pattern))),
    })
}

/// The last number of the answer, as answers end with their result.
pub(super) fn number(metric: &Metric, answer: &str, wanted: &str) -> Measured {
    let wanted =
        last(wanted).ok_or_else(|| format!("the expected output {} has no number", quoted(wanted)))?;
    let found = last(answer).ok_or_else(|| "the answer has no number".to_owned())?;
    let tolerance = metric.tolerance.unwrap_or(0.0).max(0.0);
    // A hair more, for what binary fractions cannot say.
    let near = (found - wanted).abs() <= tolerance + f64::EPSILON * wanted.abs().max(1.0);
    Ok(yes(near, format!("the answer says {found}, expected is {wanted} ± {tolerance}")))
}

fn last(text: &str) -> Option<f64> {
    static NUMBERS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?").ok());
    let found = NUMBERS.as_ref()?.find_iter(text).last()?;
    found.as_str().replace(',', "").parse().ok()
}
