//! What is wrong with an evaluation before it is sent, and what an edit changes in it.

use crate::app::pages::evaluator_form::judge::{between, parameters, rows, score, whole};
use crate::app::pages::form::judge::{Judge, duration, name};
use crate::app::pages::form::{Change, Changes};
use crate::views::evaluation::{BatchForm, EvaluationForm, ExperimentForm};
use crate::views::problem::FieldProblem;
use crate::views::selector;

fn missing(text: &str, say: &str) -> Option<String> {
    text.trim().is_empty().then(|| say.to_owned())
}

/// Errors of the form, by the field paths that the API server has too.
pub fn judge(form: &EvaluationForm) -> Vec<FieldProblem> {
    let mut judge = Judge::default();
    judge.note("metadata.name", name(&form.name));
    // Only what the form shows of the type: an error that nobody sees could not be mended. Each evaluation
    // of a batch has an evaluator of its own.
    if form.type_ != "batch" {
        judge.note("spec.evaluator.name", missing(&form.evaluator, "Choose who scores."));
        parameters(&mut judge, "spec.evaluator.parameters", &form.parameters);
    }
    if matches!(form.type_.as_str(), "batch" | "experiment") {
        judge.note("spec.config.concurrency", between(&form.concurrency, 1.0, 1_000.0));
    }
    match form.type_.as_str() {
        "direct" => {
            judge.note("spec.config.input", missing(&form.input, "Give the question."));
            judge.note("spec.config.output", missing(&form.output, "Give the answer that is scored."));
        }
        "query" => drop(judge.note("spec.config.queryRef.name", missing(&form.query, "Choose the query."))),
        "event" => {
            judge.note("spec.config.queryRef.name", missing(&form.query, "Choose the query."));
            if form.rules.is_empty() {
                judge.note("spec.config.rules", Some("Add a rule.".to_owned()));
            }
            for (at, rule) in form.rules.iter().enumerate() {
                let path = |field: &str| format!("spec.config.rules[{at}].{field}");
                judge.note(path("name"), missing(&rule.name, "Give the rule a name."));
                judge.note(
                    path("expression"),
                    missing(&rule.expression, "Write a rule, as tools.was_called()."),
                );
                judge.note(path("weight"), whole(&rule.weight));
            }
        }
        "batch" => batch(&mut judge, &form.batch),
        "experiment" => experiment(&mut judge, &form.experiment),
        _ => {}
    }
    judge.note("spec.timeout", duration(&form.timeout));
    judge.note("spec.ttl", duration(&form.ttl));
    judge.problems()
}

fn batch(judge: &mut Judge, form: &BatchForm) {
    let nothing = form.evaluations.trim().is_empty() && form.items.trim().is_empty() && !form.templated;
    let say = "Name evaluations, write some out, or make one for each query.".to_owned();
    judge.note("spec.config.evaluations", nothing.then_some(say));
    if !form.items.trim().is_empty() {
        let problem = match serde_json::from_str::<serde_json::Value>(&form.items) {
            Ok(list) if list.is_array() => None,
            Ok(_) => Some("Write a list, between [ and ].".to_owned()),
            Err(error) => Some(format!("This is not JSON: {error}.")),
        };
        judge.note("spec.config.items", problem);
    }
    if form.templated {
        judge
            .note("spec.config.template.evaluator.name", missing(&form.evaluator, "Choose who scores them."));
        judge.note("spec.config.querySelector", selector::read(&form.selector).err());
        parameters(judge, "spec.config.template.parameters", &form.parameters);
    }
}

fn experiment(judge: &mut Judge, form: &ExperimentForm) {
    judge.note("spec.config.dataSet.name", missing(&form.data_set, "Choose a data set."));
    judge.note("spec.config.dataSet.version", whole(&form.version));
    let none = form.targets.iter().all(|(_, name)| name.trim().is_empty());
    judge.note("spec.config.targets", none.then(|| "Say who is asked.".to_owned()));
    judge.note("spec.config.repeats", between(&form.repeats, 1.0, 100.0).or_else(|| whole(&form.repeats)));
    judge.note("spec.config.gate.minScore", score(&form.min_score));
    judge.note("spec.config.gate.maxScoreDrop", score(&form.max_score_drop));
    judge.note("spec.config.gate.minPassedPercent", between(&form.min_passed_percent, 0.0, 100.0));
    judge.note("spec.config.gate.maxWorse", whole(&form.max_worse));
    judge.note("spec.config.gate.maxCostGrowthPercent", whole(&form.max_cost_growth_percent));
}

/// What differs between two states; the version that they were read at does not count.
pub fn changes(before: &EvaluationForm, after: &EvaluationForm) -> Vec<Change> {
    let rules = |form: &EvaluationForm| {
        let all = form.rules.iter();
        let all = all
            .map(|rule| format!("{}: {} {} {}", rule.name, rule.expression, rule.weight, rule.description));
        all.collect::<Vec<_>>().join("\n")
    };
    let targets = |form: &EvaluationForm| {
        let all = form.experiment.targets.iter().map(|(type_, name)| format!("{type_} {name}"));
        all.collect::<Vec<_>>().join("\n")
    };
    let (b, a) = (&before.batch, &after.batch);
    let (x, y) = (&before.experiment, &after.experiment);
    let yes = |on: bool| if on { "yes" } else { "no" };
    let mut changes = Changes::default();
    changes
        .field("Name", &before.name, &after.name)
        .field("Type", &before.type_, &after.type_)
        .field("Evaluator", &before.evaluator, &after.evaluator)
        .field("Parameters", &rows(&before.parameters), &rows(&after.parameters))
        .field("Question", &before.input, &after.input)
        .field("Answer", &before.output, &after.output)
        .field("Expected answer", &before.expected, &after.expected)
        .field("Query", &before.query, &after.query)
        .field("Answer of", &before.response_target, &after.response_target)
        .field("Rules", &rules(before), &rules(after))
        .field("Evaluations", &b.evaluations, &a.evaluations)
        .field("Written out", &b.items, &a.items)
        .field("One for each query", yes(b.templated), yes(a.templated))
        .field("Queries", &b.selector, &a.selector)
        .field("Names begin with", &b.prefix, &a.prefix)
        .field("Type of each", &b.type_, &a.type_)
        .field("Evaluator of each", &b.evaluator, &a.evaluator)
        .field("Configuration of each", &b.config, &a.config)
        .field("Parameters of each", &rows(&b.parameters), &rows(&a.parameters))
        .field("Data set", &x.data_set, &y.data_set)
        .field("Version", &x.version, &y.version)
        .field("Tags", &x.tags, &y.tags)
        .field("Asked", &targets(before), &targets(after))
        .field("Times", &x.repeats, &y.repeats)
        .field("Least mean score", &x.min_score, &y.min_score)
        .field("Least share that passes", &x.min_passed_percent, &y.min_passed_percent)
        .field("Most that are worse", &x.max_worse, &y.max_worse)
        .field("Most that the mean falls", &x.max_score_drop, &y.max_score_drop)
        .field("Most that the cost grows", &x.max_cost_growth_percent, &y.max_cost_growth_percent)
        .field("At once", &before.concurrency, &after.concurrency)
        .field("Goes on after failures", yes(before.continue_on_failure), yes(after.continue_on_failure))
        .field("May take", &before.timeout, &after.timeout)
        .field("Kept for", &before.ttl, &after.ttl);
    changes.all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::evaluation::RuleForm;

    fn fields(form: &EvaluationForm) -> Vec<String> {
        judge(form).into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn each_type_needs_its_own() {
        let named = EvaluationForm { name: "x".into(), ..EvaluationForm::default() };
        for (type_, wanted) in [
            ("direct", vec!["spec.evaluator.name", "spec.config.input", "spec.config.output"]),
            ("query", vec!["spec.evaluator.name", "spec.config.queryRef.name"]),
            ("event", vec!["spec.evaluator.name", "spec.config.queryRef.name", "spec.config.rules"]),
            ("baseline", vec!["spec.evaluator.name"]),
            ("batch", vec!["spec.config.evaluations"]),
            ("experiment", vec!["spec.evaluator.name", "spec.config.dataSet.name", "spec.config.targets"]),
        ] {
            assert_eq!(fields(&EvaluationForm { type_: type_.into(), ..named.clone() }), wanted, "{type_}");
        }
        let hidden = EvaluationForm {
            type_: "query".into(),
            query: "q".into(),
            evaluator: "e".into(),
            concurrency: "x".into(),
            ..named.clone()
        };
        assert_eq!(fields(&hidden), [""; 0]);
        let rules = vec![RuleForm { weight: "x".into(), ..RuleForm::default() }];
        let wrong = EvaluationForm {
            type_: "event".into(),
            query: "q".into(),
            evaluator: "e".into(),
            rules,
            ..named
        };
        let path = |field: &str| format!("spec.config.rules[0].{field}");
        assert_eq!(fields(&wrong), ["name", "expression", "weight"].map(path));
    }
}
