//! The query of a trial: made once, whatever happens between, and waited for.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube::Resource;
use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use serde_json::json;

use super::run::Runner;
use crate::controllers::evaluation::{Fault, Shared, names, owned};
use crate::engine::RunError;
use crate::evaluation::datasets::Item;
use crate::evaluation::experiment::Place;
use crate::kubernetes::cache::version_number;
use crate::resources::Query;
use crate::resources::annotations::{EXPERIMENT_LABEL, EXPERIMENT_NUMBER_LABEL, FIELD_MANAGER};
use crate::resources::duration::GoDuration;
use crate::resources::query::{QuerySpec, QueryTarget, TargetType};
use crate::resources::query_status::QueryPhase;

/// Code of a trial whose item cannot be asked.
const INVALID_ITEM: &str = "InvalidItem";
/// Code of a trial whose query was refused.
const QUERY_REFUSED: &str = "QueryRefused";
/// Code of a trial whose query went away.
const QUERY_GONE: &str = "QueryGone";

/// What became of the query of a trial.
pub(super) enum Asked {
    Ended(Arc<Query>),
    Failed(RunError),
    Stopped,
}

/// The query of a trial, once it has ended. One that was made before a restart is the same one.
pub(super) async fn asked(runner: &Runner, item: &Item, place: &Place, name: &str) -> Result<Asked, Fault> {
    // Nothing is paid for what cannot be decided.
    if let Err(why) = item.min_score() {
        return Ok(Asked::Failed(RunError::new(INVALID_ITEM, format!("It was not asked: {why}."))));
    }
    let (deps, namespace) = (&runner.shared.deps, &runner.experiment.namespace);
    let waiting = runner.shared.ends.wait((namespace.clone(), name.to_owned()));
    let own = |query: &Query| owned(&query.metadata, Some(&runner.experiment.evaluation));
    if !deps.queries.get(namespace, name).is_some_and(|query| own(&query)) {
        let made = match make(runner, item, place, name).await? {
            Ok(made) => made,
            Err(error) => return Ok(Asked::Failed(error)),
        };
        if !own(&made) {
            let text = format!("There is another Query '{name}', which this experiment has not made.");
            return Ok(Asked::Failed(RunError::new(QUERY_REFUSED, text)));
        }
        // By what is older it would seem to be gone.
        let version = version_number(made.metadata.resource_version.as_deref());
        tokio::select! {
            () = runner.stop.cancelled() => {
                cancel(&runner.shared, namespace, name).await?;
                return Ok(Asked::Stopped);
            }
            () = deps.queries.reached(version) => {}
        }
    }
    loop {
        let query = deps.queries.get(namespace, name);
        let phase = query.as_ref().and_then(|query| query.status.as_ref()?.phase);
        let goes = query.as_ref().is_none_or(|query| query.metadata.deletion_timestamp.is_some());
        match query {
            // Deleting one that runs cancels it first.
            Some(query) if phase.is_some_and(|p| p.is_terminal() && !(goes && p == QueryPhase::Canceled)) => {
                return Ok(Asked::Ended(query));
            }
            Some(_) if phase.is_none_or(|p| !p.is_terminal()) => {}
            _ => {
                let text = format!("Query '{name}' was deleted before its answer was scored.");
                return Ok(Asked::Failed(RunError::new(QUERY_GONE, text)));
            }
        }
        tokio::select! {
            () = runner.stop.cancelled() => {
                cancel(&runner.shared, namespace, name).await?;
                return Ok(Asked::Stopped);
            }
            () = waiting.changed() => {}
        }
    }
}

/// Creates the query, or finds the one that is there. What the API refuses concerns this trial alone.
async fn make(
    runner: &Runner,
    item: &Item,
    place: &Place,
    name: &str,
) -> Result<Result<Query, RunError>, Fault> {
    let api: Api<Query> = Api::namespaced(runner.shared.deps.client.clone(), &runner.experiment.namespace);
    let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
    match api.create(&params, &query(runner, item, place, name)).await {
        Ok(made) => Ok(Ok(made)),
        Err(kube::Error::Api(answer)) if answer.code == 409 => match api.get_opt(name).await? {
            Some(found) => Ok(Ok(found)),
            None => Err(kube::Error::Api(answer).into()),
        },
        Err(kube::Error::Api(answer)) if matches!(answer.code, 400 | 403 | 404 | 422) => {
            let text = format!("The Kubernetes API refused the query: {}", answer.message);
            Ok(Err(RunError::new(QUERY_REFUSED, text)))
        }
        Err(error) => Err(error.into()),
    }
}

fn query(runner: &Runner, item: &Item, place: &Place, name: &str) -> Query {
    let evaluation = &runner.evaluation;
    let target = &runner.experiment.snapshot.targets[place.target].target;
    let type_ = match target.kind.as_str() {
        "team" => TargetType::Team,
        "model" => TargetType::Model,
        _ => TargetType::Agent,
    };
    let spec = &runner.experiment.snapshot.spec;
    let spec = QuerySpec {
        input: item.input.clone().into(),
        target: Some(QueryTarget::new(type_, target.name.clone())),
        timeout: spec.timeout,
        // Its answer must be there until it is scored.
        ttl: Some(spec.ttl().max(GoDuration::from_hours(1))),
        ..QuerySpec::default()
    };
    let mut object = Query::new(name, spec);
    object.metadata = ObjectMeta {
        labels: Some(BTreeMap::from([
            (EXPERIMENT_LABEL.to_owned(), names::label(&runner.experiment.name)),
            (EXPERIMENT_NUMBER_LABEL.to_owned(), runner.experiment.number.to_string()),
        ])),
        owner_references: evaluation.controller_owner_ref(&()).map(|owner| vec![owner]),
        ..object.metadata
    };
    object
}

/// Stops a query; one that has ended or is gone is fine.
pub(super) async fn cancel(shared: &Shared, namespace: &str, name: &str) -> Result<(), Fault> {
    let api: Api<Query> = Api::namespaced(shared.deps.client.clone(), namespace);
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    match api.patch(name, &params, &Patch::Merge(json!({"spec": {"cancel": true}}))).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}
