//! The second half of the demo experiment: when the first time is scored, a prompt is made shorter and the data set asked once more.
//! It goes on by itself behind the start of the process, and is done once.

use kube::api::{Api, Patch, PatchParams};
use kube::runtime::wait::await_condition;
use kube::{Client, ResourceExt};
use serde_json::json;

use super::MANAGER;
use super::seed::{SeedError, apply, objects};
use crate::resources::annotations::RUN_AGAIN;
use crate::resources::{Evaluation, EvaluationPhase};
use crate::store::{Statement, Store};

/// Namespace of the demo experiment.
pub const EXPERIMENT_NAMESPACE: &str = "refunds";
/// Name of its Evaluation.
const NAME: &str = "refund-decisions";
/// What is changed before the second time.
const CHANGE: [(&str, &str); 1] =
    [("demo/experiment-change.yaml", include_str!("../../../demo/experiment-change.yaml"))];
/// Key in the store's `meta`: the second time was asked for.
const META: &str = "demo.experiment";

/// Waits for the first experiment, makes the change, and asks for the second. Nothing is done when it was done before, or when the
/// Evaluation is gone or did not end well: it is a person's now.
pub async fn run_experiment(store: &Store, client: &Client, address: &str) -> Result<(), SeedError> {
    let done = store.row(Statement::new("SELECT value FROM meta WHERE key = $1").bind(META)).await?;
    if done.is_some() {
        return Ok(());
    }
    let api: Api<Evaluation> = Api::namespaced(client.clone(), EXPERIMENT_NAMESPACE);
    let phase =
        |one: Option<&Evaluation>| one.and_then(|one| one.status.as_ref()).and_then(|status| status.phase);
    let ended =
        move |one: Option<&Evaluation>| one.is_none() || phase(one).is_some_and(EvaluationPhase::is_terminal);
    // A watch that cannot be kept is looked at again with the next start.
    let Ok(first) = await_condition(api.clone(), NAME, ended).await else { return Ok(()) };
    if let Some(first) = first.filter(|first| phase(Some(first)) == Some(EvaluationPhase::Done))
        && !first.annotations().contains_key(RUN_AGAIN)
    {
        apply(client, objects(&CHANGE, address)?).await?;
        let again = json!({"metadata": {"annotations": {RUN_AGAIN: "2"}}});
        let params = PatchParams { field_manager: Some(MANAGER.into()), ..PatchParams::default() };
        let what = format!("Evaluation {NAME}");
        api.patch(NAME, &params, &Patch::Merge(&again))
            .await
            .map_err(|source| SeedError::Refused { what, source: source.into() })?;
    }
    let remember =
        Statement::new("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING");
    store.write(vec![remember.bind(META).bind("done")]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_of_an_agent_of_the_set() {
        let all = objects(&CHANGE, "http://127.0.0.1:4711").unwrap();
        let of: Vec<_> = all.iter().map(|(_, one)| (one.namespace(), one.name_any())).collect();
        assert_eq!(of, [(Some(EXPERIMENT_NAMESPACE.to_owned()), "refund-decider".to_owned())]);
    }
}
