//! What people do with experiments: run one again, stop it, make it the baseline. Each is a write of the Evaluation as that person.

use jiff::Timestamp;
use kube::ResourceExt;
use serde_json::{Value, json};

use super::super::objects::check;
use super::super::present::source;
use super::super::{asker, services};
use super::{kept, no_experiment};
use crate::evaluation::experiment::{Experiments, State};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply::{self, noun};
use crate::kubernetes::cache::version_number;
use crate::resources::Evaluation;
use crate::resources::annotations::{BASELINE, CANCEL, RUN_AGAIN};
use crate::resources::evaluation_status::EvaluationPhase;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::experiments::ExperimentKey;
use crate::views::problem::{Problem, ProblemCode};

/// See [`crate::api::experiments::rerun_experiment`].
pub async fn rerun(namespace: String, evaluation: String) -> Result<u32, Problem> {
    let (key, object) = writable(&namespace, &evaluation)?;
    if object.spec.config.data_set.is_none() {
        let text = format!("The {} asks no data set, so there is nothing to run again.", noun(&key));
        return Err(Problem::new(ProblemCode::Invalid, text));
    }
    if !has_ended(&object) {
        let text = format!("The {} runs already.", noun(&key));
        return Err(Problem::new(ProblemCode::Conflict, text).next("Wait for its end, or stop it first."));
    }
    let experiments = Experiments::new(services()?.store().clone());
    let last =
        experiments.get(&namespace, &evaluation, 0).await.map_err(|error| super::unreadable(&error))?;
    // Any value that was not there before; one that is still asked to stop would end at once.
    write(&key, json!({RUN_AGAIN: Timestamp::now().as_millisecond().to_string(), CANCEL: null})).await?;
    Ok(last.map_or(0, |last| last.number) + 1)
}

/// See [`crate::api::experiments::cancel_evaluation`].
pub async fn cancel(namespace: String, evaluation: String) -> Result<(), Problem> {
    let (key, object) = writable(&namespace, &evaluation)?;
    if has_ended(&object) {
        return Err(Problem::new(ProblemCode::Conflict, format!("The {} has ended already.", noun(&key))));
    }
    write(&key, json!({CANCEL: "true"})).await
}

/// See [`crate::api::experiments::set_baseline`].
pub async fn set_baseline(key: ExperimentKey) -> Result<(), Problem> {
    let (object, _) = writable(&key.namespace, &key.evaluation)?;
    if key.number == 0 {
        return write(&object, json!({BASELINE: null})).await;
    }
    let experiments = Experiments::new(services()?.store().clone());
    let one = kept(&experiments, &key).await?.ok_or_else(|| no_experiment(&key))?;
    if one.state != State::Done {
        let text = format!(
            "Experiment {} has not all its scores, so that nothing can be compared with it.",
            key.number
        );
        return Err(Problem::new(ProblemCode::Invalid, text).next("Choose one that is done."));
    }
    write(&object, json!({BASELINE: key.number.to_string()})).await
}

/// The Evaluation, where the person may change it.
fn writable(namespace: &str, name: &str) -> Result<(ObjectKey, std::sync::Arc<Evaluation>), Problem> {
    check(Verb::Apply, Kind::Evaluation, Some(namespace))?;
    let key = ObjectKey::new(Kind::Evaluation, namespace, name);
    let found = services()?.caches().evaluations.get(namespace, name);
    found.map(|found| (key.clone(), found)).ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, format!("There is no {}.", noun(&key)))
            .next("Its experiments can still be read; make the Evaluation again to run another.")
    })
}

fn has_ended(evaluation: &Evaluation) -> bool {
    let phase = evaluation.status.as_ref().and_then(|status| status.phase);
    phase.is_some_and(EvaluationPhase::is_terminal)
}

async fn write(key: &ObjectKey, annotations: Value) -> Result<(), Problem> {
    let services = services()?;
    let patch = json!({"metadata": {"annotations": annotations}});
    let client = services.client(&asker());
    apply::merge(&client, key, &patch).await?;
    // The page that asked looks at the caches next.
    let after = apply::get(&client, key).await?;
    let version = version_number(after.resource_version().as_deref());
    let told = source(key.kind).reached(services.caches(), version);
    let _ = tokio::time::timeout(super::CATCH_UP, told).await;
    Ok(())
}
