//! Tools that people try, saved or not yet.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::{Api, PostParams};

use super::objects::check;
use super::{Services, asker, forms, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::problem::explain;
use crate::resources::Tool;
use crate::resources::kind::{GROUP, Kind};
use crate::views::forms::{ToolSpecForm, ToolTrial};
use crate::views::problem::{Problem, ProblemCode};

/// See [`crate::api::forms::try_tool`].
pub async fn try_tool(form: ToolSpecForm, arguments: String, filter: String) -> Result<ToolTrial, Problem> {
    let services = services()?;
    let tool = allowed(&services, &form).await?;
    let trial = services
        .engine()
        .try_tool(tool, &arguments, &filter)
        .await
        .map_err(|error| Problem::new(ProblemCode::Invalid, error.message))?;
    let (status, body) = trial.answer.map(|(status, body)| (Some(status), body)).unwrap_or_default();
    Ok(ToolTrial {
        status,
        body,
        content: trial.content,
        is_error: trial.is_error,
        duration_ms: i64::try_from(trial.duration.as_millis()).unwrap_or(i64::MAX),
    })
}

/// See [`crate::api::forms::tool_request`].
pub async fn request(form: ToolSpecForm, arguments: String) -> Result<String, Problem> {
    let services = services()?;
    let tool = allowed(&services, &form).await?;
    let request = services.engine().request_of(tool, &arguments).await;
    request.map(Option::unwrap_or_default).map_err(|error| Problem::new(ProblemCode::Invalid, error.message))
}

/// The tool of a form, for those who could do the same by saving it and asking a query.
async fn allowed(services: &Services, form: &ToolSpecForm) -> Result<Tool, Problem> {
    let namespace = form.namespace.as_str();
    check(Verb::Get, Kind::Tool, Some(namespace))?;
    check(Verb::Apply, Kind::Query, Some(namespace))?;
    let client = services.client(&asker());
    may(&client, namespace, Kind::Query, "create").await?;
    let mut saved = None;
    if form.version.is_some() {
        // Read as the person, so that the cluster decides whether they may see it.
        let found = Api::<Tool>::namespaced(client.clone(), namespace).get(&form.name).await;
        saved = Some(found.map_err(|e| explain(&format!("reading tool {namespace}/{}", form.name), &e))?);
    }
    let spec = saved.as_ref().and_then(|saved| serde_json::to_value(&saved.spec).ok());
    let tool = forms::candidate(form, spec)?;
    if saved.as_ref().is_none_or(|saved| saved.spec != tool.spec) {
        check(Verb::Apply, Kind::Tool, Some(namespace))?;
        may(&client, namespace, Kind::Tool, if saved.is_some() { "update" } else { "create" }).await?;
    }
    Ok(tool)
}

/// Whether the person may do this: what a tool does on request, it would do for a query of theirs.
async fn may(client: &kube::Client, namespace: &str, kind: Kind, verb: &str) -> Result<(), Problem> {
    let attributes = ResourceAttributes {
        group: Some(GROUP.to_owned()),
        resource: Some(kind.plural().to_owned()),
        verb: Some(verb.to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(attributes),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let what = format!("{verb} {}", kind.plural());
    let answer = Api::<SelfSubjectAccessReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await
        .map_err(|error| explain(&format!("asking whether you may {what}"), &error))?;
    if answer.status.is_some_and(|status| status.allowed) {
        return Ok(());
    }
    let message = format!("You may not {what} in {namespace}, and so not try this tool there.");
    Err(Problem::new(ProblemCode::Forbidden, message)
        .next(format!("Ask an owner for {verb} on {}.{GROUP}.", kind.plural())))
}
