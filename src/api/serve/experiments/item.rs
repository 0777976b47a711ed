//! One item of an experiment, beside the same of another.

use super::super::objects::check;
use super::super::services;
use super::super::{annotations, answers};
use super::compare;
use super::{base, kept, no_experiment, place, unreadable};
use crate::evaluation::annotations::{Annotations, Of};
use crate::evaluation::compare::Answers;
use crate::evaluation::datasets::Item;
use crate::evaluation::experiment::{Experiment, Experiments, ItemHead, Trial};
use crate::kubernetes::Caches;
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::experiments::{
    ExperimentKey, ExperimentRequest, FindingView, ItemView, Side, TargetName, TrialView,
};
use crate::views::problem::{Problem, ProblemCode};

/// See [`crate::api::experiments::get_experiment_item`].
pub async fn item(
    key: ExperimentKey,
    target: TargetName,
    side: Option<Side>,
    item: String,
) -> Result<ItemView, Problem> {
    check(Verb::Get, Kind::Evaluation, Some(&key.namespace))?;
    let services = services()?;
    let experiments = Experiments::new(services.store().clone());
    let one = kept(&experiments, &key).await?.ok_or_else(|| no_experiment(&key))?;
    let shown_target = Some(target).filter(|target| !target.name.is_empty());
    let request =
        ExperimentRequest { target: shown_target.clone(), base: side, ..ExperimentRequest::default() };
    // The page names what it compares with; where it names nothing, the item stands alone there, too.
    let base = match request.base {
        Some(_) => base(&experiments, &one, &[], &request, None).await?,
        None => None,
    };
    let trials = trials(&experiments, &one, shown_target.as_ref(), &item).await?;
    let base_trials = match &base {
        Some(base) => self::trials(&experiments, &base.experiment, base.side.target.as_ref(), &item).await?,
        None => Vec::new(),
    };
    let here = asked(&experiments, &one, &item).await?;
    let there = match &base {
        Some(base) => asked(&experiments, &base.experiment, &item).await?,
        None => None,
    };
    // One that is not asked any more is shown as it was.
    let shown = here.as_ref().or(there.as_ref()).cloned().ok_or_else(|| {
        let text = format!("Experiment {} has no item '{item}'.", one.number);
        Problem::new(ProblemCode::NotFound, text).next("Choose one in the list of its items.")
    })?;
    let diff = match (base_trials.first(), trials.first()) {
        (Some(then), Some(now)) if !then.output.is_empty() && !now.output.is_empty() => {
            Some(answers::diff(&then.output, &now.output))
        }
        _ => None,
    };
    let view = |trials: &[Trial], of: &Experiment| {
        trials.iter().map(|trial| view(services.caches(), of, trial)).collect::<Vec<_>>()
    };
    let head = |item: &Option<Item>| item.iter().map(ItemHead::of).collect::<Vec<_>>();
    let (trial_views, base_views) = (
        view(&trials, &one),
        base.as_ref().map_or_else(Vec::new, |base| view(&base_trials, &base.experiment)),
    );
    let now = Answers::of(&one, head(&here), trials);
    let then = base.as_ref().map(|base| Answers::of(&base.experiment, head(&there), base_trials));
    let target =
        one.snapshot.targets.get(place(&one, shown_target.as_ref())).map(|asked| asked.target.clone());
    let of = Of { namespace: &one.namespace, evaluation: &one.name, number: one.number };
    let said = Annotations::new(services.store().clone());
    let said = said.of_answer(of, &target.unwrap_or_default(), &item).await;
    Ok(ItemView {
        row: compare::one(&now, then.as_ref()),
        input: shown.input,
        expected: shown.expected_output,
        trials: trial_views,
        base_trials: base_views,
        diff,
        annotations: said.map_err(|error| unreadable(&error))?.iter().map(annotations::view).collect(),
    })
}

async fn asked(experiments: &Experiments, of: &Experiment, item: &str) -> Result<Option<Item>, Problem> {
    experiments.item(&of.item_set, item).await.map_err(|error| unreadable(&error))
}

async fn trials(
    experiments: &Experiments,
    one: &Experiment,
    target: Option<&TargetName>,
    item: &str,
) -> Result<Vec<Trial>, Problem> {
    let found = experiments.trials(&one.id, item, place(one, target)).await;
    found.map_err(|error| unreadable(&error))
}

fn view(caches: &Caches, of: &Experiment, trial: &Trial) -> TrialView {
    let query = caches.queries.get(&of.namespace, &trial.query);
    let own = query.is_some_and(|query| {
        query.metadata.owner_references.iter().flatten().any(|owner| owner.uid == of.evaluation)
    });
    TrialView {
        repeat: trial.repeat,
        query: trial.query.clone(),
        query_exists: own,
        output: trial.output.clone(),
        score: trial.score,
        passed: trial.passed,
        error: trial.error.clone(),
        findings: trial
            .findings
            .iter()
            .map(|finding| FindingView {
                name: finding.name.clone(),
                score: finding.score,
                passed: finding.passed,
                weight: finding.weight,
                reason: finding.reason.clone(),
            })
            .collect(),
        latency_ms: trial.latency_ms,
        tokens: compare::tokens(trial.usage),
        costs: compare::costs(&trial.costs),
        judge: trial.judge.clone(),
    }
}
