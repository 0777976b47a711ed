//! An experiment at work: so many trials at once as is asked for, until all are kept; its status tells how far it is, now and then.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use kube::ResourceExt;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::asking::cancel;
use super::finish::{self, ASKED, GONE};
use super::prepare::{Prepared, evaluator, prepare};
use super::progress::{self, Progress};
use super::trial::{broken, trial};
use super::{Running, is, wanted};
use crate::controllers::evaluation::plan::asks_to_stop;
use crate::controllers::evaluation::{Fault, Shared, names, owned, status};
use crate::controllers::queue::Key;
use crate::engine::RunError;
use crate::evaluation::datasets::Item;
use crate::evaluation::experiment::{Experiment, Experiments, Place, REPLACED, State, Trial, own_baseline};
use crate::resources::annotations::{EXPERIMENT_LABEL, EXPERIMENT_NUMBER_LABEL};
use crate::resources::evaluation_status::EvaluationPhase;
use crate::resources::{Evaluation, Evaluator, Query};

/// Most trials of one experiment at once, whatever is asked for.
const MAX_AT_ONCE: usize = 256;
/// Time between two statuses that tell how far it is.
const TELL: Duration = Duration::from_millis(500);
/// Queries that are stopped at once.
const CANCELS: usize = 16;

/// An experiment that runs, with all that its trials need.
pub(super) struct Runner {
    pub(super) shared: Arc<Shared>,
    pub(super) evaluation: Arc<Evaluation>,
    pub(super) evaluator: Arc<Evaluator>,
    pub(super) experiment: Experiment,
    pub(super) experiments: Experiments,
    pub(super) stop: CancellationToken,
}

/// What ended: where it belongs, and the trial (`None` when it was stopped) or why there is none.
type Ended = (Place, Result<Option<Trial>, Fault>, bool);

/// Runs what the Evaluation of `key` wants, to its end. A fault is tried again: what is kept is not asked again.
pub(in crate::controllers::evaluation) async fn run(
    shared: Arc<Shared>,
    key: Key,
) -> Result<Option<Duration>, Fault> {
    let Some(evaluation) = shared.deps.evaluations.get(&key.0, &key.1) else { return Ok(None) };
    if !is(&evaluation) || evaluation.metadata.deletion_timestamp.is_some() {
        return Ok(None);
    }
    let experiments = Experiments::new(shared.deps.scorer.store().clone());
    let (uid, run) = (evaluation.uid().unwrap_or_default(), wanted(&evaluation));
    let kept = experiments.of_run(&uid, &run).await?;
    let begun = match kept {
        Some(experiment) if experiment.state != State::Running => return Ok(None),
        Some(experiment) => resume(&shared, &evaluation, &experiments, experiment).await?,
        None if asks_to_stop(&evaluation) => return Ok(None),
        None => begin(&shared, &evaluation, &experiments).await?,
    };
    let (experiment, items, evaluator) = match begun {
        Begun::Ready(all) => *all,
        Begun::Waits(left) => return Ok(Some(left)),
        Begun::Over => {
            shared.again(key);
            return Ok(None);
        }
    };
    let stop = CancellationToken::new();
    let running = Running { run: run.clone(), stop: stop.clone() };
    shared.running_experiments.lock().insert(uid.clone(), running);
    let _registered = scopeguard(&shared, uid.clone());
    let runner =
        Arc::new(Runner { shared: shared.clone(), evaluation, evaluator, experiment, experiments, stop });
    // What came before it could be told.
    if why_stopped(&runner).is_some() {
        runner.stop.cancel();
    }
    drive(&runner, items).await?;
    close(&runner).await?;
    shared.again(key);
    Ok(None)
}

/// How an experiment begins.
enum Begun {
    Ready(Box<(Experiment, Vec<Item>, Arc<Evaluator>)>),
    Waits(Duration),
    /// It could not begin, which is kept.
    Over,
}

/// Takes the experiment out of those that run, however its run ends.
fn scopeguard(shared: &Arc<Shared>, uid: String) -> impl Drop + use<> {
    struct Registered(Arc<Shared>, String);
    impl Drop for Registered {
        fn drop(&mut self) {
            self.0.running_experiments.lock().remove(&self.1);
        }
    }
    Registered(shared.clone(), uid)
}

async fn begin(
    shared: &Arc<Shared>,
    evaluation: &Evaluation,
    experiments: &Experiments,
) -> Result<Begun, Fault> {
    match prepare(shared, evaluation).await? {
        Prepared::Ready(ready) => {
            let begun = experiments.begin(ready.experiment, &ready.items, own_baseline(evaluation)).await?;
            Ok(Begun::Ready(Box::new((begun, ready.items, ready.evaluator))))
        }
        Prepared::Hold(message, left) => hold(shared, evaluation, &message, left).await,
        Prepared::Fail(experiment, error) => {
            let begun = experiments.begin(*experiment, &[], own_baseline(evaluation)).await?;
            fail(shared, evaluation, experiments, &begun, &error).await
        }
    }
}

/// Goes on with what a process before this one has begun.
async fn resume(
    shared: &Arc<Shared>,
    evaluation: &Evaluation,
    experiments: &Experiments,
    experiment: Experiment,
) -> Result<Begun, Fault> {
    match evaluator(shared, evaluation).await? {
        Ok(evaluator) => {
            let items = experiments.items(&experiment.item_set).await?;
            Ok(Begun::Ready(Box::new((experiment, items, evaluator))))
        }
        Err(Prepared::Hold(message, left)) if !asks_to_stop(evaluation) => {
            hold(shared, evaluation, &message, left).await
        }
        Err(Prepared::Fail(_, error)) if !asks_to_stop(evaluation) => {
            fail(shared, evaluation, experiments, &experiment, &error).await
        }
        Err(_) => {
            experiments.end(&experiment.id, State::Canceled, ASKED, None).await?;
            sweep(shared, evaluation, None).await?;
            Ok(Begun::Over)
        }
    }
}

async fn hold(
    shared: &Shared,
    evaluation: &Evaluation,
    message: &str,
    left: Duration,
) -> Result<Begun, Fault> {
    let status = status::open(evaluation, EvaluationPhase::Pending, message);
    status::write(&shared.deps, evaluation, &status).await?;
    Ok(Begun::Waits(left))
}

async fn fail(
    shared: &Shared,
    evaluation: &Evaluation,
    experiments: &Experiments,
    experiment: &Experiment,
    error: &RunError,
) -> Result<Begun, Fault> {
    let message = format!("{}: {}", error.code, error.message);
    experiments.end(&experiment.id, State::Failed, &message, None).await?;
    shared.deps.engine.events().warning(evaluation, &error.code, &error.message);
    Ok(Begun::Over)
}

/// Asks everything that is not kept yet.
async fn drive(runner: &Arc<Runner>, items: Vec<Item>) -> Result<(), Fault> {
    let experiment = &runner.experiment;
    let kept = runner.experiments.scores(&experiment.id, None).await?;
    let mut progress = Progress { total: experiment.total, ..Progress::default() };
    kept.iter().for_each(|trial| progress.add(trial));
    let done = runner.experiments.places(&experiment.id).await?;
    // What an experiment that this one replaces still asks.
    sweep(&runner.shared, &runner.evaluation, Some(experiment.number)).await?;
    let items: HashMap<String, Arc<Item>> =
        items.into_iter().map(|item| (item.id.clone(), Arc::new(item))).collect();
    let heads = runner.experiments.heads(&experiment.item_set).await?;
    let mut todo = all(experiment, heads.into_iter().map(|head| head.id).collect())
        .filter(|place| !done.contains(place));
    let at_once = experiment.snapshot.spec.config.concurrency().min(MAX_AT_ONCE);
    let mut running: JoinSet<Ended> = JoinSet::new();
    let mut fault = None;
    let mut tell_at = Instant::now();
    let mut told = None;
    loop {
        while running.len() < at_once
            && fault.is_none()
            && !runner.stop.is_cancelled()
            && let Some(place) = todo.next()
        {
            let Some(item) = items.get(&place.item).cloned() else { continue };
            let runner = runner.clone();
            running.spawn(async move {
                let work = AssertUnwindSafe(trial(&runner, &item, &place)).catch_unwind().await;
                let broke = work.is_err();
                (place, work.unwrap_or(Ok(None)), broke)
            });
        }
        progress.running = running.len();
        let news = told != Some(progress);
        tokio::select! {
            joined = running.join_next() => {
                let Some(joined) = joined else { break };
                // Nobody ends the task of a trial, and its panic was caught.
                let Ok((place, outcome, broke)) = joined else { continue };
                match outcome {
                    Ok(Some(trial)) => progress.add(&trial),
                    // No error leaves this loop before those that run have ended: their judges are paid already.
                    Ok(None) if broke => match broken(runner, &place).await {
                        Ok(trial) => progress.add(&trial),
                        Err(error) => fault = Some(error),
                    },
                    Ok(None) => {}
                    Err(error) => fault = Some(error),
                }
            }
            // Of one that is not wanted any more, the status tells something else already.
            () = tokio::time::sleep_until(tell_at), if news && !runner.stop.is_cancelled() => {
                let status = progress::status(&runner.evaluation, experiment, progress);
                match status::write(&runner.shared.deps, &runner.evaluation, &status).await {
                    Ok(()) => told = Some(progress),
                    Err(error) => {
                        tracing::debug!(%error, "how far an experiment is was not told; it is told next time");
                    }
                }
                tell_at = Instant::now() + TELL;
            }
        }
    }
    fault.map_or(Ok(()), Err)
}

/// Every trial: all items once, of every target, before any is asked again.
fn all(experiment: &Experiment, items: Vec<String>) -> impl Iterator<Item = Place> + use<> {
    let (targets, repeats) = (experiment.snapshot.targets.len(), experiment.snapshot.repeats);
    let items = Arc::new(items);
    (0..repeats).flat_map(move |repeat| {
        let items = items.clone();
        (0..items.len()).flat_map(move |at| {
            let item = items[at].clone();
            (0..targets).map(move |target| Place { item: item.clone(), target, repeat })
        })
    })
}

/// Why an experiment should not go on; `None` when it should.
fn why_stopped(runner: &Runner) -> Option<&'static str> {
    let (namespace, name) = (&runner.experiment.namespace, &runner.experiment.name);
    let now = runner.shared.deps.evaluations.get(namespace, name);
    match now.filter(|now| now.metadata.uid.as_ref() == Some(&runner.experiment.evaluation)) {
        None => Some(GONE),
        Some(now) if now.metadata.deletion_timestamp.is_some() => Some(GONE),
        Some(now) if wanted(&now) != runner.experiment.run => Some(REPLACED),
        Some(now) if asks_to_stop(&now) => Some(ASKED),
        Some(_) => None,
    }
}

/// Ends an experiment that has nothing more to do.
async fn close(runner: &Runner) -> Result<(), Fault> {
    let (experiments, experiment) = (&runner.experiments, &runner.experiment);
    if runner.stop.is_cancelled() {
        let why = why_stopped(runner).unwrap_or(ASKED);
        experiments.end(&experiment.id, State::Canceled, why, None).await?;
        sweep(&runner.shared, &runner.evaluation, None).await?;
    } else {
        let now = runner.shared.deps.evaluations.get(&experiment.namespace, &experiment.name);
        let now = now.unwrap_or_else(|| runner.evaluation.clone());
        finish::finish(experiments, &now, experiment).await?;
    }
    Ok(())
}

/// Stops the queries that experiments of this Evaluation ask, but for those of experiment `but`.
async fn sweep(shared: &Shared, evaluation: &Evaluation, but: Option<u32>) -> Result<(), Fault> {
    let (namespace, name) = (evaluation.namespace().unwrap_or_default(), evaluation.name_any());
    let label = names::label(&name);
    let but = but.map(|number| number.to_string());
    let open = |query: &Query| {
        let labels = query.labels();
        labels.get(EXPERIMENT_LABEL) == Some(&label)
            && owned(&query.metadata, evaluation.metadata.uid.as_ref())
            && (but.is_none() || labels.get(EXPERIMENT_NUMBER_LABEL) != but.as_ref())
            && !query.spec.cancel
            && !query.status.as_ref().and_then(|status| status.phase).is_some_and(|phase| phase.is_terminal())
    };
    let open: Vec<String> = shared
        .deps
        .queries
        .list(Some(&namespace))
        .iter()
        .filter(|query| open(query))
        .map(|query| query.name_any())
        .collect();
    stream::iter(open)
        .map(|query| {
            let namespace = namespace.as_str();
            async move { cancel(shared, namespace, &query).await }
        })
        .buffer_unordered(CANCELS)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}
