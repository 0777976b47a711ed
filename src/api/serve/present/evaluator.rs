//! Evaluators.

use super::model::source_form;
use super::servers::{at, at_cell, by_phase};
use super::status::plain;
use super::text::{first_line, length};
use super::{Present, World, fact, fact_code, fact_description, fact_text, namespace};
use crate::kubernetes::apply::edit_version;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::kind::Kind;
use crate::resources::metric::Metric;
use crate::resources::sampling::{Sampling, SamplingStatus};
use crate::resources::{Condition, Evaluator, Parameter};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::evaluation::{EvaluatorForm, JUDGE_PARAMETERS, JudgeForm, MetricForm, SamplingForm};
use crate::views::forms::{ParameterForm, SourceForm};
use crate::views::row::{Cell, State, Status};
use crate::views::selector;

/// Criteria of a judge that names none, in words.
const USUAL: &str = "the usual criteria";

/// What the evaluator's editor holds.
pub fn evaluator_form(evaluator: &Evaluator) -> EvaluatorForm {
    let spec = &evaluator.spec;
    let (judge, parameters) = judge(&spec.parameters);
    EvaluatorForm {
        namespace: namespace(&evaluator.metadata).to_owned(),
        name: evaluator.metadata.name.clone().unwrap_or_default(),
        description: spec.description.clone(),
        address: source_form(spec.address.source()),
        metrics: spec.metrics.iter().map(metric_form).collect(),
        judge,
        parameters,
        selects: spec.selector.is_some(),
        selector: spec
            .selector
            .as_ref()
            .map(|one| selector::write(&one.match_labels, &one.match_expressions))
            .unwrap_or_default(),
        sampling: spec.sampling.as_ref().map(sampling_form).unwrap_or_default(),
        version: Some(edit_version(evaluator)),
    }
}

fn sampling_form(sampling: &Sampling) -> SamplingForm {
    SamplingForm {
        percent: sampling.percent.map(|share| share.to_string()).unwrap_or_default(),
        max_per_hour: sampling.max_per_hour.map(|most| most.to_string()).unwrap_or_default(),
        max_cost_per_day: sampling.max_cost_per_day.clone(),
        earlier: sampling.earlier,
    }
}

/// What came of share and budget today: `12 scored, 40 not in the share, 3 over budget, 0.12 EUR`.
fn today(counted: &SamplingStatus) -> String {
    let left_out =
        [(counted.skipped_by_sampling, "not in the share"), (counted.skipped_by_budget, "over budget")];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    let mut words = vec![format!("{} scored", counted.sampled)];
    words.extend(left_out.map(|(count, why)| format!("{count} {why}")));
    words.extend(Some(counted.spent.clone()).filter(|spent| !spent.is_empty()));
    words.join(", ")
}

/// Parameters as rows of a form.
pub fn parameter_forms(parameters: &[Parameter]) -> Vec<ParameterForm> {
    let rows = parameters.iter();
    rows.map(|each| ParameterForm { name: each.name.clone(), value: source_form(each.source()) }).collect()
}

/// The judge that the parameters name, and those that say something else, or come from elsewhere.
fn judge(parameters: &[Parameter]) -> (JudgeForm, Vec<ParameterForm>) {
    let mut texts: [String; 11] = Default::default();
    let mut rest = Vec::new();
    for row in parameter_forms(parameters) {
        let known = JUDGE_PARAMETERS.iter().position(|name| *name == row.name);
        match (known, row.value) {
            (Some(at), SourceForm::Literal(text)) => texts[at] = text,
            (_, value) => rest.push(ParameterForm { name: row.name, value }),
        }
    }
    (JudgeForm::of(texts), rest)
}

fn metric_form(metric: &Metric) -> MetricForm {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let tools = metric.tools.iter().map(|tool| match &tool.arguments {
        Some(arguments) => format!("{} {arguments}", tool.name),
        None => tool.name.clone(),
    });
    MetricForm {
        name: metric.name.clone(),
        type_: metric.type_.to_string(),
        expected: metric.expected.clone(),
        ignore_case: metric.ignore_case,
        pattern: metric.pattern.clone(),
        schema: metric
            .schema
            .as_ref()
            .and_then(|schema| serde_json::to_string_pretty(schema).ok())
            .unwrap_or_default(),
        tolerance: number(metric.tolerance),
        max: number(metric.max),
        max_duration: metric.max_duration.map(length).unwrap_or_default(),
        tools: tools.collect::<Vec<_>>().join("\n"),
        ordered: metric.ordered,
        negate: metric.negate,
        weight: metric.weight.map(|weight| weight.to_string()).unwrap_or_default(),
        threshold: number(metric.threshold),
        required: metric.required,
    }
}

/// Who scores, in words.
fn scores_by(form: &EvaluatorForm, at: &str) -> String {
    if !at.is_empty() {
        return "a service".to_owned();
    }
    let measures = match form.metrics.len() {
        0 => None,
        1 => Some("1 measure".to_owned()),
        many => Some(format!("{many} measures")),
    };
    let judges = form.judge.judges() || form.metrics.is_empty();
    let model = if form.judge.model.is_empty() { "default" } else { &form.judge.model };
    let judge = judges.then(|| format!("judge {model}"));
    measures.into_iter().chain(judge).collect::<Vec<_>>().join(", ")
}

impl Present for Evaluator {
    const KIND: Kind = Kind::Evaluator;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.evaluators
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        by_phase(&status.conditions, &status.phase, &status.message)
    }

    fn summary(&self) -> String {
        first_line(&self.spec.description)
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let form = evaluator_form(self);
        let key = ObjectKey::new(Kind::Evaluator, &form.namespace, &form.name);
        let address = match at_cell(self) {
            Cell::Text(text) => text,
            _ => String::new(),
        };
        vec![
            Cell::Text(scores_by(&form, &address)),
            match (form.selects, form.selector.is_empty()) {
                (false, _) => Cell::None,
                (true, true) => Cell::Text("every query".into()),
                (true, false) => Cell::Text(form.selector),
            },
            Cell::Number(world.evaluations(&key)),
        ]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let form = evaluator_form(self);
        let mut facts = Vec::new();
        fact_description(&mut facts, &self.spec.description);
        let address = at(self);
        fact_code(&mut facts, "Address", &address);
        let judge = &form.judge;
        if address.is_empty() && (judge.judges() || form.metrics.is_empty()) {
            let place =
                if judge.model_namespace.is_empty() { &form.namespace } else { &judge.model_namespace };
            let model = if judge.model.is_empty() { "default" } else { &judge.model };
            let key = ObjectKey::new(Kind::Model, place, model);
            facts.push(fact("Judge", FactValue::Link { missing: world.missing(&key), key }));
            let scope = if judge.scope.is_empty() { USUAL } else { &judge.scope };
            fact_text(&mut facts, "Criteria", scope);
        }
        fact_text(&mut facts, "Passes from", &judge.min_score);
        if form.selects {
            let which = if form.selector.is_empty() { "every query" } else { &form.selector };
            fact_text(&mut facts, "Scores by itself", which);
            fact_text(&mut facts, "Share and budget", &form.sampling.words());
            if let Some(counted) = self.status.as_ref().and_then(|status| status.sampling.as_ref()) {
                fact_text(&mut facts, "Today", &today(counted));
            }
        }
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        let (judge, _) = judge(&self.spec.parameters);
        if judge.model.is_empty() {
            return Vec::new();
        }
        let own = namespace(&self.metadata);
        let place = if judge.model_namespace.is_empty() { own } else { &judge.model_namespace };
        vec![ObjectKey::new(Kind::Model, place, judge.model)]
    }

    fn specific(&self, _: &World) -> Specific {
        Specific::Evaluator(evaluator_form(self))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_judge_is_taken_out_of_the_parameters_and_what_comes_from_elsewhere_stays() {
        let evaluator: Evaluator = serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluator",
            "metadata": {"name": "tone", "namespace": "lagoon"},
            "spec": {
                "metrics": [{"type": "latency", "maxDuration": "90s"}, {"type": "tools", "tools": [{"name": "tides", "arguments": {"port": "Brest"}}]}],
                "selector": {"resourceType": "Query", "matchLabels": {"team": "harbour"}},
                "sampling": {"percent": 12.5, "maxPerHour": 20},
                "parameters": [
                    {"name": "model.name", "value": "lamp"}, {"name": "scope", "value": "clarity"},
                    {"name": "context", "valueFrom": {"configMapKeyRef": {"name": "rules", "key": "all"}}},
                    {"name": "threshold", "value": "0.9"},
                ],
            },
        }))
        .unwrap();
        let form = evaluator_form(&evaluator);
        assert_eq!((form.judge.model.as_str(), form.judge.scope.as_str()), ("lamp", "clarity"));
        let names: Vec<_> = form.parameters.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["context", "threshold"]);
        assert_eq!(form.selector, "team=harbour");
        assert_eq!(form.sampling.words(), "12.5 %, at most 20 an hour");
        let counted = SamplingStatus { sampled: 12, skipped_by_budget: 3, ..SamplingStatus::default() };
        assert_eq!(today(&counted), "12 scored, 3 over budget");
        assert_eq!(form.metrics[0].words(), "comes within 1m30s");
        assert_eq!(form.metrics[1].tools, "tides {\"port\":\"Brest\"}");
        assert_eq!(scores_by(&form, ""), "2 measures, judge lamp");
    }
}
