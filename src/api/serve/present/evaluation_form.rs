//! An Evaluation as its form.

use serde_json::Value;

use super::evaluator::parameter_forms;
use super::namespace;
use super::text::length;
use crate::kubernetes::apply::edit_version;
use crate::resources::evaluation_config::{BatchTemplate, EvaluationConfig};
use crate::resources::{Evaluation, EvaluationType};
use crate::views::evaluation::{BatchForm, EvaluationForm, ExperimentForm, RuleForm};
use crate::views::selector;

/// Whether it asks a data set.
pub fn is_experiment(evaluation: &Evaluation) -> bool {
    evaluation.spec.type_ == EvaluationType::Batch && evaluation.spec.config.data_set.is_some()
}

/// What it scores, as [`crate::views::facets::TYPES`] names it.
pub fn type_of(evaluation: &Evaluation) -> &'static str {
    match evaluation.spec.type_ {
        EvaluationType::Direct => "direct",
        EvaluationType::Baseline => "baseline",
        EvaluationType::Query => "query",
        EvaluationType::Event => "event",
        EvaluationType::Batch if is_experiment(evaluation) => "experiment",
        EvaluationType::Batch => "batch",
    }
}

/// What the evaluation's editor holds.
pub fn evaluation_form(evaluation: &Evaluation) -> EvaluationForm {
    let (spec, config) = (&evaluation.spec, &evaluation.spec.config);
    let evaluator = spec.evaluator.clone().unwrap_or_default();
    let query = config.query_ref.clone().unwrap_or_default();
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    EvaluationForm {
        namespace: namespace(&evaluation.metadata).to_owned(),
        name: evaluation.metadata.name.clone().unwrap_or_default(),
        type_: type_of(evaluation).to_owned(),
        evaluator: evaluator.name,
        evaluator_namespace: some(evaluator.namespace),
        parameters: parameter_forms(&evaluator.parameters),
        input: config.input.clone(),
        output: config.output.clone(),
        expected: config.expected_output.clone(),
        query: query.name,
        query_namespace: some(query.namespace),
        response_target: query.response_target,
        rules: config
            .rules
            .iter()
            .map(|rule| RuleForm {
                name: rule.name.clone(),
                expression: rule.expression.clone(),
                description: rule.description.clone(),
                weight: number(rule.weight),
            })
            .collect(),
        batch: batch(config),
        experiment: experiment(config),
        concurrency: number(config.concurrency),
        continue_on_failure: config.continue_on_failure,
        timeout: spec.timeout.map(length).unwrap_or_default(),
        ttl: spec.ttl.map(length).unwrap_or_default(),
        version: Some(edit_version(evaluation)),
    }
}

fn number(value: Option<i32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn json(value: &Value) -> String {
    if value.is_null() { String::new() } else { serde_json::to_string_pretty(value).unwrap_or_default() }
}

fn batch(config: &EvaluationConfig) -> BatchForm {
    let names = config.evaluations.iter().map(|one| match one.namespace.as_str() {
        "" => one.name.clone(),
        place => format!("{place}/{}", one.name),
    });
    let items = if config.items.is_empty() {
        Value::Null
    } else {
        serde_json::to_value(&config.items).unwrap_or_default()
    };
    let BatchTemplate { name_prefix, type_, config: inner, evaluator, parameters } =
        config.template.clone().unwrap_or_default();
    BatchForm {
        evaluations: names.collect::<Vec<_>>().join("\n"),
        items: json(&items),
        templated: config.template.is_some(),
        selector: config
            .query_selector
            .as_ref()
            .map(|one| selector::write(&one.match_labels, &one.match_expressions))
            .unwrap_or_default(),
        prefix: name_prefix,
        type_: if config.template.is_some() { type_.to_string() } else { "query".to_owned() },
        evaluator: evaluator.name,
        config: json(&inner),
        parameters: parameter_forms(&parameters),
    }
}

fn experiment(config: &EvaluationConfig) -> ExperimentForm {
    let set = config.data_set.clone().unwrap_or_default();
    let gate = config.gate.clone().unwrap_or_default();
    let targets = config.targets.iter().map(|target| (target.type_.to_string(), target.name.clone()));
    ExperimentForm {
        data_set: set.name,
        version: number(set.version),
        tags: set.tags.join(", "),
        targets: targets.collect(),
        repeats: number(config.repeats),
        min_score: gate.min_score,
        min_passed_percent: number(gate.min_passed_percent),
        max_worse: number(gate.max_worse),
        max_score_drop: gate.max_score_drop,
        max_cost_growth_percent: number(gate.max_cost_growth_percent),
    }
}
