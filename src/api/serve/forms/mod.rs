//! Forms: what they offer, the manifests that they stand for, saving, and the connection test.

mod agent;
mod choices;
mod evaluation;
mod evaluator;
mod model;
mod secret;
mod source;
mod team;
mod test;
mod tool;

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::objects::check;
use super::queries::spec_of as query_spec;
use super::{Services, asker, services, yaml};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply;
use crate::resources::Tool;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::evaluation::{EvaluationForm, EvaluatorForm};
use crate::views::forms::{
    AgentForm, Choices, ModelForm, ParameterForm, QueryForm, TeamForm, TestReport, ToolSpecForm,
};
use crate::views::problem::{Problem, ProblemCode};

/// A template parameter of a query; `None` when it has no name.
pub fn parameter_json(parameter: &ParameterForm) -> Option<Value> {
    let name = parameter.name.trim();
    if name.is_empty() {
        return None;
    }
    let mut value = source::to_json(&parameter.value).unwrap_or_else(|| json!({}));
    value["name"] = json!(name);
    Some(value)
}

/// See [`crate::api::forms::get_choices`].
pub async fn choices(namespace: String) -> Result<Choices, Problem> {
    choices::choices(&services()?, &namespace).await
}

/// See [`crate::api::forms::save_model`].
pub async fn save_model(mut form: ModelForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Model, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    let services = services()?;
    // The manifest is judged before the Secret is written, so that a wrong form leaves nothing behind.
    let typed = secret::take(&mut form);
    if !typed.is_empty() {
        save(&services, &key, form.version.as_deref(), true, |spec| model::edit(spec, &form)).await?;
    }
    if !dry_run {
        let client = services.client(&asker());
        for (part, value) in typed {
            secret::write(&client, &key.namespace, &key.name, part, &value).await?;
        }
    }
    save(&services, &key, form.version.as_deref(), dry_run, |spec| model::edit(spec, &form)).await?;
    Ok(key)
}

/// See [`crate::api::forms::save_agent`].
pub async fn save_agent(form: AgentForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Agent, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    save(&services()?, &key, form.version.as_deref(), dry_run, |spec| agent::edit(spec, &form)).await?;
    Ok(key)
}

/// Creates the object, or replaces its specification by what `change` makes of it.
async fn save(
    services: &Services,
    key: &ObjectKey,
    version: Option<&str>,
    dry_run: bool,
    change: impl Fn(&mut Value) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let client = services.client(&asker());
    let edit = |live: &DynamicObject| {
        let mut object = serde_json::to_value(live).map_err(|e| {
            Problem::new(ProblemCode::Internal, format!("The object could not be read: {e}."))
        })?;
        change(&mut object["spec"])?;
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        Ok(object)
    };
    let written = match version {
        Some(version) => yaml::edit(&client, key, version, dry_run, edit).await?.1,
        None => {
            let mut spec = json!({});
            change(&mut spec)?;
            apply::create(&client, key, &manifest(key, spec), dry_run).await?
        }
    };
    if !dry_run {
        services.seen(&written).await;
    }
    Ok(())
}

fn manifest(key: &ObjectKey, spec: Value) -> Value {
    json!({
        "apiVersion": key.kind.api_version(),
        "kind": key.kind.name(),
        "metadata": {"name": key.name, "namespace": key.namespace},
        "spec": spec,
    })
}

/// See [`crate::api::forms::preview_model`].
pub async fn preview_model(mut form: ModelForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Model, &form.namespace, form.name.trim());
    drop(secret::take(&mut form));
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().models.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| model::edit(spec, &form))
}

/// See [`crate::api::forms::preview_agent`].
pub async fn preview_agent(form: AgentForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Agent, &form.namespace, form.name.trim());
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().agents.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| agent::edit(spec, &form))
}

/// See [`crate::api::forms::save_team`].
pub async fn save_team(form: TeamForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Team, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    save(&services()?, &key, form.version.as_deref(), dry_run, |spec| team::edit(spec, &form)).await?;
    Ok(key)
}

/// See [`crate::api::forms::preview_team`].
pub async fn preview_team(form: TeamForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Team, &form.namespace, form.name.trim());
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().teams.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| team::edit(spec, &form))
}

/// See [`crate::api::evaluations::save_evaluator`].
pub async fn save_evaluator(form: EvaluatorForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Evaluator, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    save(&services()?, &key, form.version.as_deref(), dry_run, |spec| evaluator::edit(spec, &form)).await?;
    Ok(key)
}

/// See [`crate::api::evaluations::preview_evaluator`].
pub async fn preview_evaluator(form: EvaluatorForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Evaluator, &form.namespace, form.name.trim());
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().evaluators.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| evaluator::edit(spec, &form))
}

/// See [`crate::api::evaluations::save_evaluation`]. Rules are read here too: a cluster's API asks nobody about them.
pub async fn save_evaluation(form: EvaluationForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Evaluation, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    if form.type_ == "event" {
        let rules = form.rules.iter().map(|rule| rule.expression.clone()).collect();
        let told = super::evaluations::read_rules(rules).await?;
        let mut problem = Problem::new(ProblemCode::Invalid, "Rules cannot be read.");
        for (at, why) in told.into_iter().enumerate().filter_map(|(at, why)| Some((at, why?))) {
            problem = problem
                .field(format!("spec.config.rules[{at}].expression"), format!("It cannot be read: {why}."));
        }
        if !problem.fields.is_empty() {
            return Err(problem);
        }
    }
    save(&services()?, &key, form.version.as_deref(), dry_run, |spec| evaluation::edit(spec, &form)).await?;
    Ok(key)
}

/// See [`crate::api::evaluations::preview_evaluation`].
pub async fn preview_evaluation(form: EvaluationForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Evaluation, &form.namespace, form.name.trim());
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().evaluations.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| evaluation::edit(spec, &form))
}

/// See [`crate::api::forms::save_tool`].
pub async fn save_tool(form: ToolSpecForm, dry_run: bool) -> Result<ObjectKey, Problem> {
    let key = ObjectKey::new(Kind::Tool, &form.namespace, form.name.trim());
    check(Verb::Apply, key.kind, Some(&key.namespace))?;
    save(&services()?, &key, form.version.as_deref(), dry_run, |spec| tool::edit(spec, &form)).await?;
    Ok(key)
}

/// See [`crate::api::forms::preview_tool`].
pub async fn preview_tool(form: ToolSpecForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Tool, &form.namespace, form.name.trim());
    saved_visible(&key, form.version.as_deref())?;
    let live = match services()?.caches().tools.get(&key.namespace, &key.name) {
        Some(live) if form.version.is_some() => serde_json::to_value(&*live).ok(),
        _ => None,
    };
    preview(&key, live, |spec| tool::edit(spec, &form))
}

/// The Tool that a form stands for, on the specification `saved` if it exists.
pub(super) fn candidate(form: &ToolSpecForm, saved: Option<Value>) -> Result<Tool, Problem> {
    let name = if form.name.trim().is_empty() { "new" } else { form.name.trim() };
    let mut spec = saved.unwrap_or_else(|| json!({}));
    tool::edit(&mut spec, form)?;
    let key = ObjectKey::new(Kind::Tool, &form.namespace, name);
    serde_json::from_value(manifest(&key, spec)).map_err(|error| {
        Problem::new(ProblemCode::Invalid, format!("The form is not complete: {error}."))
            .next("Fill in what is missing, then try again.")
    })
}

/// See [`crate::api::queries::preview_query`]. A question that cannot be asked yet has a text all the same.
pub async fn preview_query(form: QueryForm) -> Result<String, Problem> {
    let key = ObjectKey::new(Kind::Query, &form.namespace, form.name.trim());
    preview(&key, None, |spec| {
        *spec = query_spec(&form);
        Ok(())
    })
}

/// A form with a version is shown on what is saved, which is only for those who may view that.
fn saved_visible(key: &ObjectKey, version: Option<&str>) -> Result<(), Problem> {
    match version {
        Some(_) => check(Verb::Get, key.kind, Some(&key.namespace)),
        None => Ok(()),
    }
}

fn preview(
    key: &ObjectKey,
    live: Option<Value>,
    change: impl Fn(&mut Value) -> Result<(), Problem>,
) -> Result<String, Problem> {
    let mut object = live.unwrap_or_else(|| manifest(key, json!({})));
    change(&mut object["spec"])?;
    let object: DynamicObject = serde_json::from_value(object).map_err(|e| {
        Problem::new(ProblemCode::Internal, format!("The manifest could not be written: {e}."))
    })?;
    yaml::to_yaml(&yaml::editable(&object)?)
}

/// See [`crate::api::forms::test_model`].
pub async fn test_model(form: ModelForm) -> Result<TestReport, Problem> {
    check(Verb::Get, Kind::Model, Some(&form.namespace))?;
    test::test(&services()?, form).await
}
