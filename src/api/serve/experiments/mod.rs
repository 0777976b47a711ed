//! Experiments as pages see them: from the store, as they are kept also when their Evaluation is gone.
//!
//! A page that shows an experiment at work follows its Evaluation by `/live`: the status, which is written at most twice a second while
//! trials end, says how many have. Whenever it changes, the page asks again.

mod acts;
mod changed;
mod compare;
mod item;
mod progress;

use std::time::Duration;

use super::objects::check;
use super::services;
use crate::evaluation::compare::Answers;
use crate::evaluation::experiment::{Experiment, Experiments, State, baseline, own_baseline};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::store::StoreError;
use crate::views::experiments::{
    ExperimentKey, ExperimentRef, ExperimentRequest, ExperimentState, ExperimentView, GateCondition,
    GateView, Side, TargetName,
};
use crate::views::problem::{Problem, ProblemCode};

pub use acts::{cancel, rerun, set_baseline};
pub use item::item;

/// How long the answer to a write waits for the watch to tell of it.
const CATCH_UP: Duration = Duration::from_secs(1);

/// See [`crate::api::experiments::get_experiment`].
pub async fn get(request: ExperimentRequest) -> Result<ExperimentView, Problem> {
    check(Verb::Get, Kind::Evaluation, Some(&request.key.namespace))?;
    let services = services()?;
    let experiments = Experiments::new(services.store().clone());
    let one = kept(&experiments, &request.key).await?.ok_or_else(|| no_experiment(&request.key))?;
    let all = experiments.list(&one.namespace, &one.name).await.map_err(|error| unreadable(&error))?;
    let evaluation = services.caches().evaluations.get(&one.namespace, &one.name);
    let evaluation = evaluation.as_deref();
    let number = evaluation.map_or(0, own_baseline);
    let at = place(&one, request.target.as_ref());
    let named = evaluation.and_then(baseline);
    let base = if request.alone { None } else { base(&experiments, &one, &all, &request, named).await? };
    let (heads, trials) =
        tokio::try_join!(experiments.heads(&one.item_set), experiments.scores(&one.id, None))
            .map_err(|error| unreadable(&error))?;
    let mut view = ExperimentView {
        key: ExperimentKey { number: one.number, ..request.key.clone() },
        exists: evaluation.is_some(),
        state: state(one.state),
        message: progress::message(&one, evaluation),
        evaluator: one.snapshot.evaluator.clone(),
        data_set: one.data_set.clone(),
        data_set_version: one.data_set_version,
        targets: one.snapshot.targets.iter().map(|asked| name(&asked.target)).collect(),
        target: one.snapshot.targets.get(at).map(|asked| name(&asked.target)).unwrap_or_default(),
        repeats: one.snapshot.repeats,
        started_ms: one.started_ms,
        ended_ms: one.ended_ms,
        progress: progress::progress(&one, &trials, evaluation),
        experiments: all.iter().map(reference).collect(),
        baseline: number,
        gate: gate(&one),
        least_mean: one.snapshot.spec.config.gate.as_ref().and_then(|gate| gate.min_score.parse().ok()),
        ..ExperimentView::default()
    };
    let mut then = None;
    if let Some(base) = &base {
        let place = place(&base.experiment, base.side.target.as_ref());
        let there = base.experiment.snapshot.targets.get(place);
        view.changed = changed::changed(&base.experiment, there, &one, one.snapshot.targets.get(at));
        view.base = Some(Side { target: there.map(|asked| name(&asked.target)), ..base.side.clone() });
        let scores = experiments.scores(&base.experiment.id, Some(place));
        let heads = experiments.heads(&base.experiment.item_set);
        let (scores, heads) = tokio::try_join!(scores, heads).map_err(|error| unreadable(&error))?;
        then = Some(Answers::of(&base.experiment, heads, scores));
    }
    let shown = one.snapshot.targets.get(at).map(|asked| asked.target.clone());
    let own = trials.into_iter().filter(|trial| Some(&trial.target) == shown.as_ref()).collect();
    let now = Answers::of(&one, heads, own);
    // Intervals of thousands of items take milliseconds of computing.
    let filled = tokio::task::spawn_blocking(move || compare::fill(view, &now, then.as_ref(), &request));
    filled.await.map_err(|error| Problem::new(ProblemCode::Internal, format!("Comparing failed: {error}.")))
}

/// The earlier side of a comparison.
struct Base {
    experiment: Experiment,
    side: Side,
}

/// What an experiment is compared with: what was asked for, else the baseline, else the one before. What was asked for and is not
/// there is told; a baseline that is not there is as if there was none.
async fn base(
    experiments: &Experiments,
    one: &Experiment,
    all: &[Experiment],
    request: &ExperimentRequest,
    named: Option<(String, u32)>,
) -> Result<Option<Base>, Problem> {
    let shown = request.target.clone();
    if let Some(side) = &request.base {
        let evaluation = if side.evaluation.is_empty() { &one.name } else { &side.evaluation };
        let key = ExperimentKey {
            namespace: one.namespace.clone(),
            evaluation: evaluation.clone(),
            number: side.number,
        };
        let experiment = kept(experiments, &key).await?.ok_or_else(|| no_experiment(&key))?;
        let side = Side {
            evaluation: side.evaluation.clone(),
            number: experiment.number,
            target: side.target.clone().or(shown),
        };
        return Ok(Some(Base { experiment, side }));
    }
    let done = |other: &&Experiment| other.state == State::Done && other.number != one.number;
    let named = match named {
        Some((name, number)) if name != one.name && number > 0 => {
            let found = experiments.get(&one.namespace, &name, number).await;
            found.map_err(|error| unreadable(&error))?.filter(|other| other.state == State::Done)
        }
        Some((_, number)) => all.iter().filter(done).find(|other| other.number == number).cloned(),
        None => None,
    };
    let before = || all.iter().filter(done).find(|other| other.number < one.number).cloned();
    Ok(named.or_else(before).map(|found| {
        let evaluation = if found.name == one.name { String::new() } else { found.name.clone() };
        let side = Side { evaluation, number: found.number, target: shown };
        Base { experiment: found, side }
    }))
}

async fn kept(experiments: &Experiments, key: &ExperimentKey) -> Result<Option<Experiment>, Problem> {
    let found = experiments.get(&key.namespace, &key.evaluation, key.number).await;
    found.map_err(|error| unreadable(&error))
}

/// The place of a target among those of an experiment: the one of this name, else the first.
fn place(experiment: &Experiment, target: Option<&TargetName>) -> usize {
    let all = experiment.snapshot.targets.iter();
    target
        .and_then(|wanted| {
            all.clone().position(|one| {
                (one.target.kind.as_str(), one.target.name.as_str()) == (&wanted.kind, &wanted.name)
            })
        })
        .unwrap_or_default()
}

fn name(target: &crate::evaluation::experiment::Target) -> TargetName {
    TargetName { kind: target.kind.clone(), name: target.name.clone() }
}

fn state(state: State) -> ExperimentState {
    match state {
        State::Running => ExperimentState::Running,
        State::Done => ExperimentState::Done,
        State::Canceled => ExperimentState::Canceled,
        State::Failed => ExperimentState::Failed,
    }
}

fn reference(one: &Experiment) -> ExperimentRef {
    let outcome = one.outcome.as_ref();
    let gated = outcome.filter(|outcome| !outcome.gates.is_empty());
    ExperimentRef {
        number: one.number,
        state: state(one.state),
        started_ms: one.started_ms,
        data_set_version: one.data_set_version,
        mean: outcome.map(|outcome| outcome.mean),
        gate_passed: gated.map(|outcome| outcome.passed),
    }
}

/// The gate of all targets; with several, each condition says whose it is.
fn gate(one: &Experiment) -> Option<GateView> {
    let outcome = one.outcome.as_ref().filter(|outcome| !outcome.gates.is_empty())?;
    let several = outcome.gates.len() > 1;
    let of = outcome.gates.iter().flat_map(|gate| {
        let whose =
            if several { format!("{}/{}: ", gate.target.kind, gate.target.name) } else { String::new() };
        gate.conditions.iter().map(move |condition| GateCondition {
            passed: condition.passed,
            text: format!("{whose}{}", condition.text),
        })
    });
    Some(GateView { passed: outcome.passed, conditions: of.collect() })
}

fn no_experiment(key: &ExperimentKey) -> Problem {
    let text = match key.number {
        0 => format!("Evaluation {}/{} has made no experiment yet.", key.namespace, key.evaluation),
        number => format!("Evaluation {}/{} has no experiment {number}.", key.namespace, key.evaluation),
    };
    Problem::new(ProblemCode::NotFound, text)
        .next("The newest hundred are kept, and the baseline. Choose another in the list of the Evaluation.")
}

fn unreadable(error: &StoreError) -> Problem {
    Problem::new(ProblemCode::Unavailable, format!("The experiments could not be read: {error}."))
        .next("Try again in a moment.")
}
