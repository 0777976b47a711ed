//! An evaluator's form as its specification.

use serde_json::{Map, Value, json};

use super::source::{
    inner, invalid, json_object, parameters, remove, selector, set, set_list, set_number, set_text,
};
use crate::views::evaluation::{EvaluatorForm, JUDGE_PARAMETERS, JudgeForm, MetricForm, SamplingForm};
use crate::views::forms::{ParameterForm, SourceForm};
use crate::views::problem::Problem;

/// Writes the form into `spec`; what the form does not know stays.
pub fn edit(spec: &mut Value, form: &EvaluatorForm) -> Result<(), Problem> {
    set_text(spec, "description", &form.description);
    set(spec, "address", &form.address);
    // The form does not show those of a service: they stay as they are.
    if form.address == SourceForm::Unset {
        let metrics: Result<Vec<Value>, Problem> =
            form.metrics.iter().enumerate().map(|(at, one)| metric(at, one)).collect();
        set_list(spec, "metrics", metrics?);
    }
    let rows = judge(&form.judge).into_iter().chain(form.parameters.iter().cloned()).collect::<Vec<_>>();
    parameters(spec, "parameters", &rows);
    if form.selects {
        let block = inner(spec, "selector");
        block["resourceType"] = json!("Query");
        selector(block, "spec.selector", &form.selector)?;
        sampling(spec, &form.sampling)?;
    } else {
        // Without a selector there is nothing that a share could be of.
        remove(spec, "selector");
        remove(spec, "sampling");
    }
    Ok(())
}

/// Which of the selected queries are scored; without any bound nothing is said of it, unless somebody wrote an
/// empty block, by which the queries of a day are counted.
fn sampling(spec: &mut Value, form: &SamplingForm) -> Result<(), Problem> {
    let counted = spec.get("sampling") == Some(&json!({}));
    let block = inner(spec, "sampling");
    remove(block, "percent");
    decimal(block, "percent", "spec.sampling", &form.percent)?;
    set_number(block, "maxPerHour", "spec.sampling.maxPerHour", &form.max_per_hour)?;
    set_text(block, "maxCostPerDay", form.max_cost_per_day.trim());
    remove(block, "earlier");
    if form.earlier {
        block["earlier"] = json!(true);
    }
    if !counted && block.as_object().is_some_and(Map::is_empty) {
        remove(spec, "sampling");
    }
    Ok(())
}

/// What is said of the judge, as parameters.
fn judge(form: &JudgeForm) -> Vec<ParameterForm> {
    let said = JUDGE_PARAMETERS.iter().zip(form.texts()).filter(|(_, text)| !text.trim().is_empty());
    said.map(|(name, text)| ParameterForm {
        name: (*name).to_owned(),
        value: SourceForm::Literal(text.trim().to_owned()),
    })
    .collect()
}

/// A measure with the fields of its type: those of another are left behind when the type changes.
fn metric(at: usize, form: &MetricForm) -> Result<Value, Problem> {
    let path = format!("spec.metrics[{at}]");
    let mut metric = json!({"type": form.type_});
    let has = |types: &[&str]| types.contains(&form.type_.as_str());
    set_text(&mut metric, "name", form.name.trim());
    if has(&["exact", "contains", "number", "levenshtein", "rouge-l", "bleu"]) {
        set_text(&mut metric, "expected", &form.expected);
    }
    if has(&["regex"]) {
        set_text(&mut metric, "pattern", &form.pattern);
    }
    if has(&["json-schema"]) {
        json_object(&mut metric, "schema", &format!("{path}.schema"), &form.schema)?;
    }
    if has(&["number"]) {
        decimal(&mut metric, "tolerance", &path, &form.tolerance)?;
    }
    if has(&["tokens", "cost"]) {
        decimal(&mut metric, "max", &path, &form.max)?;
    }
    if has(&["latency"]) {
        set_text(&mut metric, "maxDuration", form.max_duration.trim());
    }
    if has(&["tools"]) {
        set_list(&mut metric, "tools", tools(&path, &form.tools)?);
    }
    let flags = [
        ("ignoreCase", form.ignore_case && has(&["exact", "contains"])),
        ("ordered", form.ordered && has(&["tools"])),
        ("negate", form.negate),
        ("required", form.required),
    ];
    for (field, on) in flags.into_iter().filter(|(_, on)| *on) {
        metric[field] = json!(on);
    }
    set_number(&mut metric, "weight", &format!("{path}.weight"), &form.weight)?;
    decimal(&mut metric, "threshold", &path, &form.threshold)?;
    Ok(metric)
}

/// A number with a fraction, or nothing.
fn decimal(object: &mut Value, field: &str, path: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => {
            object[field] = json!(number);
            Ok(())
        }
        _ => Err(invalid(&format!("{path}.{field}"), "Write a number.")),
    }
}

/// A tool each line, with the arguments that its call must have as JSON behind the name.
fn tools(path: &str, text: &str) -> Result<Vec<Value>, Problem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let mut tool = json!({"name": name});
            if !arguments.trim().is_empty() {
                let arguments: Map<String, Value> = serde_json::from_str(arguments).map_err(|error| {
                    invalid(
                        &format!("{path}.tools"),
                        &format!("Behind {name}, write arguments as {{\"id\": 7}}: {error}."),
                    )
                })?;
                tool["arguments"] = Value::Object(arguments);
            }
            Ok(tool)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_specification_and_what_it_does_not_show_stays() {
        let mut spec = json!({
            "selector": {"resourceType": "Query", "namespaces": ["x"], "matchLabels": {"old": "1"}},
            "parameters": [{"name": "context", "valueFrom": {"configMapKeyRef": {"name": "rules", "key": "all"}}}],
        });
        let metric = |type_: &str| MetricForm { type_: type_.into(), ..MetricForm::default() };
        let form = EvaluatorForm {
            judge: JudgeForm { model: "lamp".into(), min_score: "0.8".into(), ..JudgeForm::default() },
            metrics: vec![
                MetricForm {
                    max: "2000".into(),
                    weight: "2".into(),
                    pattern: "left behind".into(),
                    ..metric("tokens")
                },
                MetricForm {
                    tools: "tides {\"port\": \"Brest\"}\nships".into(),
                    ordered: true,
                    ..metric("tools")
                },
            ],
            parameters: vec![ParameterForm {
                name: "context".into(),
                value: SourceForm::ConfigMap { name: "rules".into(), key: "all".into() },
            }],
            selects: true,
            selector: "team=harbour, tier in (a, b)".into(),
            ..EvaluatorForm::default()
        };
        edit(&mut spec, &form).unwrap();
        assert_eq!(
            spec,
            json!({
                "metrics": [
                    {"type": "tokens", "max": 2000.0, "weight": 2},
                    {"type": "tools", "ordered": true, "tools": [{"name": "tides", "arguments": {"port": "Brest"}}, {"name": "ships"}]},
                ],
                "parameters": [
                    {"name": "model.name", "value": "lamp"}, {"name": "min-score", "value": "0.8"},
                    {"name": "context", "valueFrom": {"configMapKeyRef": {"name": "rules", "key": "all"}}},
                ],
                "selector": {
                    "resourceType": "Query", "namespaces": ["x"], "matchLabels": {"team": "harbour"},
                    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
                },
            })
        );
        let sampling = SamplingForm {
            percent: "12.5".into(),
            max_cost_per_day: " 2.50 EUR".into(),
            ..SamplingForm::default()
        };
        edit(&mut spec, &EvaluatorForm { sampling, ..form.clone() }).unwrap();
        assert_eq!(spec["sampling"], json!({"percent": 12.5, "maxCostPerDay": "2.50 EUR"}));
        edit(&mut spec, &form).unwrap();
        assert!(spec.get("sampling").is_none());
        spec["sampling"] = json!({});
        edit(&mut spec, &form).unwrap();
        assert_eq!(spec["sampling"], json!({}), "it counts");
        let wrong = EvaluatorForm { selector: "a in b".into(), ..form.clone() };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.selector");
        let wrong =
            EvaluatorForm { metrics: vec![MetricForm { max: "many".into(), ..metric("cost") }], ..form };
        assert_eq!(edit(&mut spec, &wrong).unwrap_err().fields[0].field, "spec.metrics[0].max");
    }
}
