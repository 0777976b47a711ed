//! An evaluation's form as its specification.

use serde_json::{Value, json};

use super::source::{inner, invalid, parameters, remove, selector, set_list, set_number, set_text};
use crate::views::evaluation::{BatchForm, EvaluationForm, ExperimentForm};
use crate::views::problem::Problem;

/// Fields of the configuration that this form knows; those that another type has go when the type changes.
const FIELDS: [&str; 15] = [
    "input",
    "output",
    "expectedOutput",
    "queryRef",
    "rules",
    "evaluations",
    "items",
    "template",
    "querySelector",
    "dataSet",
    "targets",
    "repeats",
    "gate",
    "concurrency",
    "continueOnFailure",
];

/// Those of a type.
fn fields(type_: &str) -> &'static [&'static str] {
    match type_ {
        "direct" => &["input", "output", "expectedOutput"],
        "query" => &["queryRef", "expectedOutput"],
        "event" => &["queryRef", "rules"],
        "batch" => &["evaluations", "items", "template", "querySelector", "concurrency", "continueOnFailure"],
        "experiment" => &["dataSet", "targets", "repeats", "gate", "concurrency", "continueOnFailure"],
        _ => &[],
    }
}

/// Writes the form into `spec`; what the form does not know stays.
pub fn edit(spec: &mut Value, form: &EvaluationForm) -> Result<(), Problem> {
    let type_ = form.type_.as_str();
    spec["type"] = json!(if type_ == "experiment" { "batch" } else { type_ });
    set_text(spec, "timeout", form.timeout.trim());
    set_text(spec, "ttl", form.ttl.trim());
    evaluator(spec, form);
    let config = inner(spec, "config");
    let own = fields(type_);
    for field in FIELDS.iter().filter(|field| !own.contains(field)) {
        remove(config, field);
    }
    match type_ {
        "direct" => {
            set_text(config, "input", &form.input);
            set_text(config, "output", &form.output);
            set_text(config, "expectedOutput", &form.expected);
        }
        "query" => {
            query(config, form);
            set_text(config, "expectedOutput", &form.expected);
        }
        "event" => {
            query(config, form);
            set_list(config, "rules", rules(form)?);
        }
        "batch" => batch(config, &form.batch)?,
        "experiment" => experiment(config, &form.experiment)?,
        _ => {}
    }
    if own.contains(&"concurrency") {
        set_number(config, "concurrency", "spec.config.concurrency", &form.concurrency)?;
        match form.continue_on_failure {
            true => config["continueOnFailure"] = json!(true),
            false => remove(config, "continueOnFailure"),
        }
    }
    Ok(())
}

fn evaluator(spec: &mut Value, form: &EvaluationForm) {
    if form.evaluator.trim().is_empty() {
        remove(spec, "evaluator");
        return;
    }
    let block = inner(spec, "evaluator");
    block["name"] = json!(form.evaluator.trim());
    set_text(block, "namespace", form.evaluator_namespace.as_deref().unwrap_or_default());
    parameters(block, "parameters", &form.parameters);
}

fn query(config: &mut Value, form: &EvaluationForm) {
    let block = inner(config, "queryRef");
    block["name"] = json!(form.query.trim());
    set_text(block, "namespace", form.query_namespace.as_deref().unwrap_or_default());
    set_text(block, "responseTarget", form.response_target.trim());
}

fn rules(form: &EvaluationForm) -> Result<Vec<Value>, Problem> {
    let rules = form.rules.iter().enumerate().map(|(at, rule)| {
        let mut object = json!({"name": rule.name.trim(), "expression": rule.expression});
        set_text(&mut object, "description", rule.description.trim());
        set_number(&mut object, "weight", &format!("spec.config.rules[{at}].weight"), &rule.weight)?;
        Ok(object)
    });
    rules.collect()
}

fn batch(config: &mut Value, form: &BatchForm) -> Result<(), Problem> {
    let names = form.evaluations.split(['\n', ',']).map(str::trim).filter(|name| !name.is_empty());
    let names = names.map(|name| match name.split_once('/') {
        Some((place, name)) => json!({"namespace": place, "name": name}),
        None => json!({"name": name}),
    });
    set_list(config, "evaluations", names.collect());
    let items = match form.items.trim() {
        "" => Vec::new(),
        text => serde_json::from_str(text).map_err(|error| {
            invalid(
                "spec.config.items",
                &format!("Write a JSON list, as [{{\"type\": \"direct\", …}}]: {error}."),
            )
        })?,
    };
    set_list(config, "items", items);
    if !form.templated {
        remove(config, "template");
        remove(config, "querySelector");
        return Ok(());
    }
    let template = inner(config, "template");
    template["type"] = json!(form.type_);
    set_text(template, "namePrefix", form.prefix.trim());
    inner(template, "evaluator")["name"] = json!(form.evaluator.trim());
    let text = if form.config.trim().is_empty() { "{}" } else { form.config.trim() };
    let inner_config: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        invalid("spec.config.template.config", &format!("Write a JSON object, as {{}}: {error}."))
    })?;
    template["config"] = Value::Object(inner_config);
    parameters(template, "parameters", &form.parameters);
    selector(inner(config, "querySelector"), "spec.config.querySelector", &form.selector)
}

fn experiment(config: &mut Value, form: &ExperimentForm) -> Result<(), Problem> {
    let set = inner(config, "dataSet");
    set["name"] = json!(form.data_set.trim());
    set_number(set, "version", "spec.config.dataSet.version", &form.version)?;
    let tags = form.tags.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty());
    set_list(set, "tags", tags.map(|tag| json!(tag)).collect());
    let targets = form.targets.iter().filter(|(_, name)| !name.trim().is_empty());
    set_list(
        config,
        "targets",
        targets.map(|(type_, name)| json!({"type": type_, "name": name.trim()})).collect(),
    );
    set_number(config, "repeats", "spec.config.repeats", &form.repeats)?;
    let gate = inner(config, "gate");
    set_text(gate, "minScore", form.min_score.trim());
    set_text(gate, "maxScoreDrop", form.max_score_drop.trim());
    for (field, text) in [
        ("minPassedPercent", &form.min_passed_percent),
        ("maxWorse", &form.max_worse),
        ("maxCostGrowthPercent", &form.max_cost_growth_percent),
    ] {
        set_number(gate, field, &format!("spec.config.gate.{field}"), text)?;
    }
    if gate.as_object().is_some_and(serde_json::Map::is_empty) {
        remove(config, "gate");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::evaluation::RuleForm;

    fn form(type_: &str) -> EvaluationForm {
        EvaluationForm { type_: type_.into(), evaluator: "tone".into(), ..EvaluationForm::default() }
    }

    #[test]
    fn another_type_takes_the_fields_of_the_old_one_away() {
        let mut spec = json!({"type": "direct", "config": {"input": "a", "output": "b"}, "evaluator": {"name": "old", "parameters": []}});
        let event = EvaluationForm {
            query: "q-1".into(),
            rules: vec![RuleForm {
                name: "asks".into(),
                expression: "tools.was_called()".into(),
                weight: "3".into(),
                ..RuleForm::default()
            }],
            timeout: "5m".into(),
            ..form("event")
        };
        edit(&mut spec, &event).unwrap();
        let rules = json!([{"name": "asks", "expression": "tools.was_called()", "weight": 3}]);
        assert_eq!(
            spec,
            json!({"type": "event", "timeout": "5m", "evaluator": {"name": "tone"},
                "config": {"queryRef": {"name": "q-1"}, "rules": rules}})
        );
    }

    #[test]
    fn an_experiment_is_a_batch_with_a_data_set() {
        let mut spec = json!({});
        let wanted = ExperimentForm {
            data_set: "refunds".into(),
            tags: "late, gift".into(),
            targets: vec![("agent".into(), "desk".into()), ("team".into(), " ".into())],
            repeats: "3".into(),
            min_score: "0.85".into(),
            max_worse: "0".into(),
            ..ExperimentForm::default()
        };
        let asked =
            EvaluationForm { experiment: wanted.clone(), concurrency: "4".into(), ..form("experiment") };
        edit(&mut spec, &asked).unwrap();
        assert_eq!(
            spec["config"],
            json!({
                "dataSet": {"name": "refunds", "tags": ["late", "gift"]}, "targets": [{"type": "agent", "name": "desk"}],
                "repeats": 3, "gate": {"minScore": "0.85", "maxWorse": 0}, "concurrency": 4,
            })
        );
        assert_eq!(spec["type"], "batch");
        let wrong = EvaluationForm {
            experiment: ExperimentForm { repeats: "x".into(), ..wanted },
            ..form("experiment")
        };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.config.repeats");
    }

    #[test]
    fn a_batch_names_makes_and_selects() {
        let mut spec = json!({});
        let batch = BatchForm {
            evaluations: "a\nother/b".into(),
            items: "[{\"type\": \"direct\"}]".into(),
            templated: true,
            selector: "team=x".into(),
            type_: "query".into(),
            evaluator: "tone".into(),
            ..BatchForm::default()
        };
        edit(&mut spec, &EvaluationForm { batch: batch.clone(), continue_on_failure: true, ..form("batch") })
            .unwrap();
        assert_eq!(
            spec["config"],
            json!({
                "evaluations": [{"name": "a"}, {"namespace": "other", "name": "b"}], "items": [{"type": "direct"}],
                "template": {"type": "query", "evaluator": {"name": "tone"}, "config": {}},
                "querySelector": {"matchLabels": {"team": "x"}}, "continueOnFailure": true,
            })
        );
        let wrong = EvaluationForm { batch: BatchForm { items: "{}".into(), ..batch }, ..form("batch") };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.config.items");
    }
}
