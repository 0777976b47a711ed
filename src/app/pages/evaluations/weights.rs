//! The rules of an evaluation over events: how much each counts, and which held.

use leptos::prelude::*;

use crate::app::components::{BarLine, BarList, BarTone, Panel};
use crate::app::words;
use crate::views::evaluation::{EvaluationView, RuleForm};
use crate::views::experiments::FindingView;

/// A rule in the picture: name, weight, and whether it held once that is decided.
type Weighed = (String, f64, Option<bool>);

/// The weights of rules as bars; nothing where there are none.
#[component]
pub fn Weights(
    /// What came of the evaluation.
    view: Memo<EvaluationView>,
) -> impl IntoView {
    let rules = Memo::new(move |_| {
        view.with(|view| match view.form.type_.as_str() {
            "event" => weighed(&view.results, &view.form.rules),
            _ => Vec::new(),
        })
    });
    move || {
        let rules = rules.get();
        (!rules.is_empty()).then(|| view! { <Panel title="Weights of rules">{picture(&rules)}</Panel> })
    }
}

/// What was decided; before that, what is to be.
fn weighed(results: &[FindingView], rules: &[RuleForm]) -> Vec<Weighed> {
    if results.is_empty() {
        return rules
            .iter()
            .map(|rule| (rule.name.clone(), rule.weight.parse().unwrap_or(1.0), None))
            .collect();
    }
    results.iter().map(|one| (one.name.clone(), one.weight, Some(one.passed))).collect()
}

fn picture(rules: &[Weighed]) -> impl IntoView + use<> {
    let most = rules.iter().map(|(_, weight, _)| *weight).fold(0.0, f64::max);
    let bars: Vec<BarLine> = rules.iter().map(|rule| bar(rule, most)).collect();
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|(name, weight, held)| vec![name.clone(), weight.to_string(), word(*held).to_owned()])
        .collect();
    let columns = ["Rule", "Weight", "Result"].map(str::to_owned).to_vec();
    let label = finding(rules);
    view! { <BarList name="Weights of rules" label=label bars=bars columns=columns rows=rows /> }
}

fn bar((name, weight, held): &Weighed, most: f64) -> BarLine {
    BarLine {
        name: name.clone(),
        length: if most > 0.0 { weight / most } else { 0.0 },
        tone: match held {
            None => BarTone::Plain,
            Some(true) => BarTone::Good,
            Some(false) => BarTone::Bad,
        },
        value: format!("{weight}, {}", word(*held)),
        ..BarLine::default()
    }
}

const fn word(held: Option<bool>) -> &'static str {
    match held {
        None => "open",
        Some(true) => "held",
        Some(false) => "did not hold",
    }
}

/// What the picture shows, in a sentence.
fn finding(rules: &[Weighed]) -> String {
    let all: f64 = rules.iter().map(|(_, weight, _)| weight).sum();
    let held: f64 = rules.iter().filter(|rule| rule.2 == Some(true)).map(|(_, weight, _)| weight).sum();
    format!("{}: {held} of a weight of {all} held.", words::count(rules.len(), "rule", "rules"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_rule_fills_its_place_and_the_result_is_a_word() {
        let rule = |name: &str, weight: &str| RuleForm {
            name: name.into(),
            weight: weight.into(),
            ..RuleForm::default()
        };
        let open = weighed(&[], &[rule("asked", "3"), rule("short", "")]);
        assert_eq!(open, [("asked".into(), 3.0, None), ("short".into(), 1.0, None)]);
        let one = |name: &str, weight, passed| FindingView {
            name: name.into(),
            weight,
            passed,
            ..FindingView::default()
        };
        let decided = weighed(&[one("asked", 3.0, true), one("short", 1.5, false)], &[]);
        assert_eq!(finding(&decided), "2 rules: 3 of a weight of 4.5 held.");
        let bars = [&decided[0], &decided[1]].map(|rule| bar(rule, 3.0));
        assert_eq!((bars[0].length, bars[1].length, bars[1].tone), (1.0, 0.5, BarTone::Bad));
        assert_eq!(bars[1].value, "1.5, did not hold");
    }
}
