//! Tools that people try.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::{Api, PostParams};

use super::objects::check;
use super::{asker, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::problem::explain;
use crate::resources::Tool;
use crate::resources::kind::{GROUP, Kind};
use crate::views::ObjectKey;
use crate::views::forms::ToolTrial;
use crate::views::problem::{Problem, ProblemCode};

/// See [`crate::api::forms::try_tool`].
pub async fn try_tool(key: ObjectKey, arguments: String) -> Result<ToolTrial, Problem> {
    check(Verb::Get, Kind::Tool, Some(&key.namespace))?;
    check(Verb::Apply, Kind::Query, Some(&key.namespace))?;
    let services = services()?;
    let client = services.client(&asker());
    may_ask(&client, &key.namespace).await?;
    // Read as the person, so that the cluster decides whether they may see it.
    let tool = Api::<Tool>::namespaced(client, &key.namespace)
        .get(&key.name)
        .await
        .map_err(|error| explain(&format!("reading tool {}/{}", key.namespace, key.name), &error))?;
    let trial = services
        .engine()
        .try_tool(tool, &arguments)
        .await
        .map_err(|error| Problem::new(ProblemCode::Invalid, error.message))?;
    Ok(ToolTrial {
        content: trial.content,
        is_error: trial.is_error,
        duration_ms: i64::try_from(trial.duration.as_millis()).unwrap_or(i64::MAX),
    })
}

/// Whether the person may create queries: what a tool does on request, it would do for a query of theirs.
async fn may_ask(client: &kube::Client, namespace: &str) -> Result<(), Problem> {
    let attributes = ResourceAttributes {
        group: Some(GROUP.to_owned()),
        resource: Some(Kind::Query.plural().to_owned()),
        verb: Some("create".to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(attributes),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let answer = Api::<SelfSubjectAccessReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await
        .map_err(|error| explain("asking whether you may create queries", &error))?;
    if answer.status.is_some_and(|status| status.allowed) {
        return Ok(());
    }
    let message = format!("You may not create queries in {namespace}, and so not try tools there.");
    Err(Problem::new(ProblemCode::Forbidden, message)
        .next(format!("Ask an owner for create on queries.{GROUP}.")))
}
