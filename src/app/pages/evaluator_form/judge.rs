//! What is wrong with an evaluator before it is sent, and what an edit changes in it.

use crate::app::pages::agents::words;
use crate::app::pages::form::judge::{Judge, address, duration, json_schema, name, source};
use crate::app::pages::form::{Change, Changes};
use crate::views::evaluation::{EvaluatorForm, JUDGE_PARAMETERS, MetricForm};
use crate::views::facets::read_score;
use crate::views::forms::{ParameterForm, SourceForm};
use crate::views::problem::FieldProblem;
use crate::views::selector;

/// Errors of the form, by the field paths that the API server has too; those of the judge by the names of its parameters.
pub fn judge(form: &EvaluatorForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    // Measures of a service are neither shown nor sent.
    if form.address == SourceForm::Unset {
        form.metrics.iter().enumerate().for_each(|(at, one)| metric(&mut judge, at, one));
    } else {
        judge.note("spec.address", source(&form.address, address));
    }
    let said = &form.judge;
    judge.note("judge.min-score", score(&said.min_score));
    judge.note("judge.repeats", between(&said.repeats, 1.0, 10.0));
    judge.note("judge.temperature", between(&said.temperature, 0.0, 2.0));
    judge.note("judge.max-tokens", whole(&said.max_tokens));
    parameters(&mut judge, "spec.parameters", &form.parameters);
    if form.selects {
        judge.note("spec.selector", selector::read(&form.selector).err());
        judge.note("spec.sampling.percent", between(&form.sampling.percent, 0.0, 100.0));
        judge.note("spec.sampling.maxPerHour", whole(&form.sampling.max_per_hour));
        judge.note("spec.sampling.maxCostPerDay", amount(&form.sampling.max_cost_per_day));
    }
    judge.problems()
}

fn metric(judge: &mut Judge, at: usize, form: &MetricForm) {
    let path = |field: &str| format!("spec.metrics[{at}].{field}");
    let missing = |text: &str, say: &str| text.trim().is_empty().then(|| say.to_owned());
    match form.type_.as_str() {
        "regex" => drop(judge.note(path("pattern"), missing(&form.pattern, "Give a pattern, as ^[0-9]+$."))),
        "json-schema" => {
            let problem = missing(&form.schema, "Give a schema, as {\"type\": \"object\"}.");
            judge.note(path("schema"), problem.or_else(|| json_schema(&form.schema)));
        }
        "number" => drop(judge.note(path("tolerance"), between(&form.tolerance, 0.0, f64::MAX))),
        "latency" => {
            let problem = missing(&form.max_duration, "Say how long is good, as 2s.");
            judge.note(path("maxDuration"), problem.or_else(|| duration(&form.max_duration)));
        }
        "tokens" | "cost" => {
            let problem = missing(&form.max, "Say how much is good.");
            judge.note(path("max"), problem.or_else(|| between(&form.max, 0.0, f64::MAX)));
        }
        "tools" => drop(judge.note(path("tools"), missing(&form.tools, "Name a tool each line."))),
        _ => {}
    }
    judge.note(path("weight"), whole(&form.weight));
    judge.note(path("threshold"), score(&form.threshold));
}

/// What is wrong with rows of parameters.
pub fn parameters(judge: &mut Judge, path: &str, rows: &[ParameterForm]) {
    for (at, row) in rows.iter().enumerate() {
        let missing = |text: &str| text.is_empty().then(|| "Give it a value.".to_owned());
        let problem = match row.name.trim() {
            "" => Some("Give the parameter a name.".to_owned()),
            _ => source(&row.value, missing),
        };
        judge.note(format!("{path}[{at}]"), problem);
    }
}

/// What is wrong with a score; empty is the default.
pub fn score(text: &str) -> Option<String> {
    let fits = text.trim().is_empty() || read_score(text).is_some();
    (!fits).then(|| "Scores are from 0 to 1, as 0.85.".to_owned())
}

/// What is wrong with a whole number that is not negative; empty is the default.
pub fn whole(text: &str) -> Option<String> {
    let fits =
        text.trim().is_empty() || text.trim().parse::<u32>().is_ok_and(|number| number <= 2_147_483_647);
    (!fits).then(|| "Write a whole number.".to_owned())
}

/// What is wrong with a number; empty is the default.
pub fn between(text: &str, least: f64, most: f64) -> Option<String> {
    let number = text.trim().parse::<f64>();
    let fits = text.trim().is_empty() || number.is_ok_and(|number| (least..=most).contains(&number));
    (!fits).then(|| match most < f64::MAX {
        true => format!("Write a number from {least} to {most}."),
        false => format!("Write a number from {least} on."),
    })
}

/// What is wrong with an amount of money and its currency; empty is no bound.
fn amount(text: &str) -> Option<String> {
    let digits = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = |(amount, currency): (&str, &str)| {
        let (whole, part) = amount.split_once('.').unwrap_or((amount, "0"));
        let letters = currency.bytes().all(|byte| byte.is_ascii_uppercase());
        digits(whole) && digits(part) && letters && currency.len() == 3
    };
    let fits = text.trim().is_empty() || text.trim().split_once(' ').is_some_and(sound);
    (!fits).then(|| "Write an amount and its currency, as 2.50 EUR.".to_owned())
}

/// Rows of parameters as text.
pub fn rows(all: &[ParameterForm]) -> String {
    all.iter().map(|row| format!("{}: {}", row.name, words(&row.value))).collect::<Vec<_>>().join("\n")
}

/// What differs between two states; the version that they were read at does not count.
pub fn changes(before: &EvaluatorForm, after: &EvaluatorForm) -> Vec<Change> {
    let judge = |form: &EvaluatorForm| {
        let said = JUDGE_PARAMETERS.iter().zip(form.judge.texts()).filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| format!("{name}: {text}")).collect::<Vec<_>>().join("\n")
    };
    let metrics = |form: &EvaluatorForm| {
        // Every field counts, also one that the words do not tell.
        let all = form.metrics.iter().map(|one| serde_json::to_string(one).unwrap_or_default());
        all.collect::<Vec<_>>().join("\n")
    };
    let service = |form: &EvaluatorForm| match &form.address {
        SourceForm::Unset => String::new(),
        address => words(address),
    };
    let selects = |form: &EvaluatorForm| match (form.selects, form.selector.is_empty()) {
        (false, _) => String::new(),
        (true, true) => "every query".to_owned(),
        (true, false) => form.selector.clone(),
    };
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Description", &before.description, &after.description)
        .field("Service", &service(before), &service(after))
        .field("Measures", &metrics(before), &metrics(after))
        .field("Judge", &judge(before), &judge(after))
        .field("Parameters", &rows(&before.parameters), &rows(&after.parameters))
        .field("Scores by itself", &selects(before), &selects(after))
        .field("Share and budget", &before.sampling.words(), &after.sampling.words());
    changes.all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::evaluation::{JudgeForm, SamplingForm};

    #[test]
    fn each_measure_needs_its_own() {
        let metric = |type_: &str| MetricForm { type_: type_.into(), ..MetricForm::default() };
        let form = EvaluatorForm {
            name: "tone".into(),
            metrics: ["exact", "regex", "json-schema", "latency", "tokens", "tools"].map(metric).to_vec(),
            judge: JudgeForm { min_score: "85".into(), repeats: "0".into(), ..JudgeForm::default() },
            selects: true,
            selector: "a in b".into(),
            sampling: SamplingForm {
                percent: "101".into(),
                max_per_hour: "x".into(),
                max_cost_per_day: "2.50".into(),
                earlier: false,
            },
            ..EvaluatorForm::default()
        };
        let fields: Vec<_> = judge(&form).into_iter().map(|found| found.field).collect();
        let wanted = [
            "spec.metrics[1].pattern",
            "spec.metrics[2].schema",
            "spec.metrics[3].maxDuration",
            "spec.metrics[4].max",
            "spec.metrics[5].tools",
            "judge.min-score",
            "judge.repeats",
            "spec.selector",
            "spec.sampling.percent",
            "spec.sampling.maxPerHour",
            "spec.sampling.maxCostPerDay",
        ];
        assert_eq!(fields, wanted);
    }

    #[test]
    fn amounts_name_their_currency() {
        for good in ["", "2.50 EUR", "7 USD", "0.000000001 CHF"] {
            assert_eq!(amount(good), None, "{good}");
        }
        for bad in ["2.50", "2,50 EUR", "EUR 2", "2. EUR", "2 eur", "2 EURO"] {
            assert!(amount(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_service_needs_its_address_and_no_measures() {
        let form = EvaluatorForm {
            name: "tone".into(),
            address: SourceForm::Literal(String::new()),
            metrics: vec![MetricForm { type_: "regex".into(), ..MetricForm::default() }],
            ..EvaluatorForm::default()
        };
        let fields: Vec<_> = judge(&form).into_iter().map(|found| found.field).collect();
        assert_eq!(fields, ["spec.address"]);
    }

    #[test]
    fn what_differs_is_told_and_the_version_is_not() {
        let form = EvaluatorForm { name: "tone".into(), ..EvaluatorForm::default() };
        assert_eq!(changes(&form, &EvaluatorForm { version: Some("7".into()), ..form.clone() }), []);
        let after = EvaluatorForm { selects: true, ..form.clone() };
        assert_eq!(changes(&form, &after)[0].after, "every query");
    }
}
