//! Batches: so many evaluations at once as is asked for, until all have ended; then their sum. Which ones they are is written down
//! before the first is made, so that a restart makes the same, and each once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Resource, ResourceExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::plan::{asks_to_stop, ended, left};
use super::{Fault, READ_AGAIN, made_for, names, status};
use crate::controllers::ControllerDeps;
use crate::controllers::queue::Key;
use crate::engine::RunError;
use crate::engine::world::Account;
use crate::evaluation::written;
use crate::resources::annotations::{CANCEL, CHILD_INDEX_LABEL, FIELD_MANAGER, PARENT_EVALUATION_LABEL};
use crate::resources::condition::ConditionStatus;
use crate::resources::conditions::evaluation as reasons;
use crate::resources::evaluation::{EvaluationEvaluator, EvaluationSpec, EvaluationType};
use crate::resources::evaluation_config::{BatchItemType, EvaluationConfig, QueryRef};
use crate::resources::evaluation_status::{
    BatchProgress, ChildEvaluation, EvaluationPhase, EvaluationStatus,
};
use crate::resources::kind::Kind;
use crate::resources::{Evaluation, TokenUsage};

/// Evaluations of one batch.
const MAX_CHILDREN: usize = 1000;
/// Step under which the children are written down.
const CHILDREN: &str = "children";
/// Evaluations of other namespaces that are read at once.
const READS_AT_ONCE: usize = 16;

/// What a batch names of other namespaces, as far as it is there, or why it cannot be read.
type Others = HashMap<Key, Result<Arc<Evaluation>, String>>;

/// An evaluation of a batch, as it is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Child {
    namespace: String,
    name: String,
    /// What is made; `None` for one that is there already. `Err` says why it cannot be made.
    spec: Option<Result<EvaluationSpec, String>>,
}

/// Makes what may be made, and counts.
pub(super) async fn reconcile(deps: &ControllerDeps, batch: &Evaluation) -> Result<Option<Duration>, Fault> {
    let uid = batch.uid().unwrap_or_default();
    let step = format!("{}/{CHILDREN}", batch.metadata.generation.unwrap_or_default());
    let steps = deps.scorer.steps();
    let children: Vec<Child> = match steps.of(&uid).await?.answer(&step) {
        Some(children) => children,
        None => {
            let children = children(deps, batch);
            if children.is_empty() {
                return none(deps, batch).await;
            }
            if children.len() > MAX_CHILDREN {
                let text =
                    format!("It has {} evaluations, and a batch may have {MAX_CHILDREN}.", children.len());
                let failed = status::failed(batch, &RunError::new("BatchTooLarge", text));
                status::write(deps, batch, &failed).await?;
                return Ok(None);
            }
            steps.keep(&uid, &step, &children).await?;
            children
        }
    };
    let before: HashMap<String, ChildEvaluation> = batch
        .status
        .iter()
        .filter_map(|status| status.batch_progress.as_ref())
        // Of two of one name the first counts: the second is an error.
        .flat_map(|progress| progress.child_evaluations.iter().rev())
        .map(|child| (child.name.clone(), child.clone()))
        .collect();
    let others = others(deps, batch, &children).await;
    let mut all: Vec<ChildEvaluation> = Vec::with_capacity(children.len());
    let mut usage = TokenUsage::default();
    let created = batch.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let patience = left(created, batch.spec.timeout().to_std(), Timestamp::now());
    let mut again: Option<Duration> = None;
    for child in &children {
        let object = existing(deps, batch, &others, child);
        usage += object.as_ref().and_then(|one| one.status.as_ref()?.token_usage).unwrap_or_default();
        let known = before.get(&child.name);
        all.push(match (&child.spec, object) {
            (Some(Err(why)), _) => told(&child.name, EvaluationPhase::Error, why),
            (_, Some(object)) => state(&object),
            // It has ended and was removed since: what was known of it holds.
            (_, None) if known.is_some_and(|known| is_end(known.phase)) => known.cloned().unwrap_or_default(),
            // One that is named is waited for as long as the batch may take.
            (None, None) if patience.is_none() => {
                let why = unread(&others, child).unwrap_or("It did not come.");
                told(&child.name, EvaluationPhase::Error, why)
            }
            (None, None) => {
                let why = unread(&others, child);
                // Rights are not watched.
                let look = if why.is_some() { READ_AGAIN } else { Duration::MAX };
                again = patience.map(|left| left.min(look).min(again.unwrap_or(Duration::MAX)));
                told(&child.name, EvaluationPhase::Pending, why.unwrap_or("It is not there yet."))
            }
            (Some(Ok(_)), None) => told(&child.name, EvaluationPhase::Pending, ""),
        });
    }
    let stopped = !batch.spec.config.continue_on_failure
        && all.iter().any(|child| child.phase == Some(EvaluationPhase::Error));
    if !stopped {
        make(deps, batch, &children, &others, &mut all).await?;
    }
    let begun = |child: &Child| existing(deps, batch, &others, child).is_some();
    let open = children.iter().zip(&all).any(|(child, now)| !is_end(now.phase) && begun(child));
    let after = summed(batch, all, usage, stopped, open);
    status::write(deps, batch, &after).await?;
    Ok(again)
}

/// Stops those that a batch has made: all of their own.
pub(super) async fn stop(deps: &ControllerDeps, batch: &Evaluation) -> Result<(), Fault> {
    let namespace = batch.namespace().unwrap_or_default();
    let api: Api<Evaluation> = Api::namespaced(deps.client.clone(), &namespace);
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    for child in deps.evaluations.list(Some(&namespace)) {
        if ended(&child) || asks_to_stop(&child) || !made_for(&child, batch.metadata.uid.as_ref()) {
            continue;
        }
        let patch = json!({"metadata": {"uid": child.metadata.uid, "annotations": {CANCEL: "true"}}});
        match api.patch(&child.name_any(), &params, &Patch::Merge(&patch)).await {
            Ok(_) => {}
            // One that went, or another of its name.
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The evaluations of other namespaces that a batch names, read with the rights of its own: what their statuses say is not for everybody.
async fn others(deps: &ControllerDeps, batch: &Evaluation, children: &[Child]) -> Others {
    let own = batch.namespace().unwrap_or_default();
    let world = Arc::new(deps.engine.seen_by(Account::default_of(own.clone())));
    let mut named: Vec<Key> = Vec::new();
    for child in children.iter().filter(|child| child.namespace != own) {
        named.push((child.namespace.clone(), child.name.clone()));
    }
    let read = named.into_iter().map(|key| {
        let world = world.clone();
        async move {
            let found = match world.as_ref() {
                Ok(world) => world.find::<Evaluation>(&key.0, &key.1).await,
                Err(error) => Err(error.clone()),
            };
            let found = found.map_err(|error| error.message).transpose()?;
            Some((key, found.map(Arc::new)))
        }
    });
    stream::iter(read).buffer_unordered(READS_AT_ONCE).filter_map(std::future::ready).collect().await
}

/// Why one of another namespace cannot be read.
fn unread<'a>(others: &'a Others, child: &Child) -> Option<&'a str> {
    let found = others.get(&(child.namespace.clone(), child.name.clone()))?;
    found.as_ref().err().map(String::as_str)
}

/// The evaluation of a child: one that is made must be the batch's own, and not another's of its name.
fn existing(
    deps: &ControllerDeps,
    batch: &Evaluation,
    others: &Others,
    child: &Child,
) -> Option<Arc<Evaluation>> {
    if batch.metadata.namespace.as_ref() != Some(&child.namespace) {
        return others.get(&(child.namespace.clone(), child.name.clone()))?.as_ref().ok().cloned();
    }
    deps.evaluations
        .get(&child.namespace, &child.name)
        .filter(|one| child.spec.is_none() || made_for(one, batch.metadata.uid.as_ref()))
}

/// A batch that selects no query waits for one, and then says so.
async fn none(deps: &ControllerDeps, batch: &Evaluation) -> Result<Option<Duration>, Fault> {
    let created = batch.metadata.creation_timestamp.as_ref().map(|time| time.0);
    let text = "spec.config.querySelector selects no query of this namespace.";
    let patience = left(created, batch.spec.timeout().to_std(), Timestamp::now());
    let status = match patience {
        Some(_) => status::open(batch, EvaluationPhase::Pending, text),
        None => status::failed(batch, &RunError::new("NoQueries", text)),
    };
    status::write(deps, batch, &status).await?;
    // A query that comes wakes it.
    Ok(patience)
}

/// The evaluations of `batch` as they are now.
fn children(deps: &ControllerDeps, batch: &Evaluation) -> Vec<Child> {
    let own = batch.namespace().unwrap_or_default();
    let config = &batch.spec.config;
    let named = config.evaluations.iter().map(|one| Child {
        namespace: one.namespace_or(&own).to_owned(),
        name: one.name.clone(),
        spec: None,
    });
    let numbered = |at: usize| format!("{}-child-{at}", batch.name_any());
    let items = config.items.iter().enumerate().map(|(at, item)| Child {
        namespace: own.clone(),
        name: names::name(&if item.name.is_empty() { numbered(at) } else { item.name.clone() }),
        spec: Some(read(&item.config).map(|config| EvaluationSpec {
            type_: type_of(item.type_),
            config,
            evaluator: Some(item.evaluator.clone()),
            ttl: item.ttl.or(batch.spec.ttl),
            timeout: item.timeout.or(batch.spec.timeout),
        })),
    });
    let mut queries: Vec<String> = match (&config.template, &config.query_selector) {
        (Some(_), Some(selector)) => {
            let labels = selector.labels();
            let matches =
                deps.queries.list(Some(&own)).into_iter().filter(|query| labels.matches(query.labels()));
            matches.map(|query| query.name_any()).collect()
        }
        _ => Vec::new(),
    };
    queries.sort();
    let made = config.template.iter().flat_map(|template| {
        let prefix =
            if template.name_prefix.is_empty() { batch.name_any() } else { template.name_prefix.clone() };
        let own = own.clone();
        queries.iter().map(move |query| Child {
            namespace: own.clone(),
            name: names::name(&format!("{prefix}-{query}")),
            spec: Some(read(&template.config).map(|mut config| {
                let target = config.query_ref.map(|query| query.response_target).unwrap_or_default();
                config.query_ref =
                    Some(QueryRef { name: query.clone(), response_target: target, ..QueryRef::default() });
                let mut evaluator: EvaluationEvaluator = template.evaluator.clone();
                evaluator.parameters.extend(template.parameters.iter().cloned());
                EvaluationSpec {
                    type_: type_of(template.type_),
                    config,
                    evaluator: Some(evaluator),
                    ttl: batch.spec.ttl,
                    timeout: batch.spec.timeout,
                }
            })),
        })
    });
    let mut all: Vec<Child> = named.chain(items).chain(made).collect();
    once(&mut all);
    all
}

/// Of two of one name, the second is none.
fn once(children: &mut [Child]) {
    let mut names = HashSet::new();
    for child in children {
        if !names.insert((child.namespace.clone(), child.name.clone())) {
            child.spec = Some(Err("Its name is given twice.".to_owned()));
        }
    }
}

fn read(config: &Value) -> Result<EvaluationConfig, String> {
    serde_json::from_value(config.clone()).map_err(|error| format!("Its config cannot be read: {error}."))
}

fn type_of(type_: BatchItemType) -> EvaluationType {
    match type_ {
        BatchItemType::Direct => EvaluationType::Direct,
        BatchItemType::Query => EvaluationType::Query,
        BatchItemType::Baseline => EvaluationType::Baseline,
        BatchItemType::Event => EvaluationType::Event,
    }
}

/// Makes evaluations while places are free. One that is there already is the same one, unless somebody else made it.
async fn make(
    deps: &ControllerDeps,
    batch: &Evaluation,
    children: &[Child],
    others: &Others,
    all: &mut [ChildEvaluation],
) -> Result<(), kube::Error> {
    let there = |child: &Child| existing(deps, batch, others, child).is_some();
    let open =
        children.iter().zip(all.iter()).filter(|(child, now)| there(child) && !is_end(now.phase)).count();
    let free = batch.spec.config.concurrency().saturating_sub(open);
    let wanted = children
        .iter()
        .enumerate()
        .filter(|(at, child)| matches!(child.spec, Some(Ok(_))) && !there(child) && !is_end(all[*at].phase));
    let wanted: Vec<(usize, &Child)> = wanted.take(free).collect();
    let mut last = None;
    for (at, child) in wanted {
        let Some(Ok(spec)) = &child.spec else { continue };
        let api: Api<Evaluation> = Api::namespaced(deps.client.clone(), &child.namespace);
        let mut object = Evaluation::new(&child.name, spec.clone());
        object.metadata = ObjectMeta {
            labels: Some(BTreeMap::from([
                (PARENT_EVALUATION_LABEL.to_owned(), names::label(&batch.name_any())),
                (CHILD_INDEX_LABEL.to_owned(), at.to_string()),
            ])),
            owner_references: batch.controller_owner_ref(&()).map(|owner: OwnerReference| vec![owner]),
            ..object.metadata
        };
        let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
        match api.create(&params, &object).await {
            Ok(created) => {
                all[at].phase = Some(EvaluationPhase::Pending);
                last = Some(created);
            }
            // The cache has not seen ours yet, or it is another's.
            Err(kube::Error::Api(answer)) if answer.code == 409 => {
                let found = api.get_opt(&child.name).await?;
                // One that goes, or whose batch of this name went before, makes room.
                if found.as_ref().is_none_or(|one| goes(batch, one)) {
                    return Err(kube::Error::Api(answer));
                }
                if !found.is_some_and(|one| made_for(&one, batch.metadata.uid.as_ref())) {
                    all[at] =
                        told(&child.name, EvaluationPhase::Error, "Its name is taken by another evaluation.");
                }
            }
            Err(kube::Error::Api(answer)) if matches!(answer.code, 400 | 422) => {
                all[at] =
                    told(&child.name, EvaluationPhase::Error, &format!("It was refused: {}", answer.message));
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(last) = last {
        status::known(deps, &last).await;
    }
    Ok(())
}

/// Whether an evaluation that is not the batch's own will be gone soon.
fn goes(batch: &Evaluation, one: &Evaluation) -> bool {
    let name = batch.name_any();
    let earlier = || {
        one.owner_references().iter().any(|owner| owner.kind == Kind::Evaluation.name() && owner.name == name)
    };
    !made_for(one, batch.metadata.uid.as_ref()) && (one.metadata.deletion_timestamp.is_some() || earlier())
}

fn told(name: &str, phase: EvaluationPhase, message: &str) -> ChildEvaluation {
    ChildEvaluation {
        name: name.into(),
        phase: Some(phase),
        message: message.into(),
        ..ChildEvaluation::default()
    }
}

fn state(object: &Evaluation) -> ChildEvaluation {
    let status = object.status.clone().unwrap_or_default();
    ChildEvaluation {
        name: object.name_any(),
        phase: Some(status.phase.unwrap_or(EvaluationPhase::Pending)),
        score: status.score,
        passed: ended(object) && status.passed,
        message: if ended(object) { status.message } else { String::new() },
    }
}

fn is_end(phase: Option<EvaluationPhase>) -> bool {
    phase.is_some_and(EvaluationPhase::is_terminal)
}

/// The batch's status by its children. The score is the mean of all: one without a score counts, with none.
fn summed(
    batch: &Evaluation,
    all: Vec<ChildEvaluation>,
    usage: TokenUsage,
    stopped: bool,
    open: bool,
) -> EvaluationStatus {
    let count = |wanted: &dyn Fn(&ChildEvaluation) -> bool| {
        i32::try_from(all.iter().filter(|child| wanted(child)).count()).unwrap_or(i32::MAX)
    };
    let phase_is = |child: &ChildEvaluation, phase| child.phase == Some(phase);
    let progress = BatchProgress {
        total: count(&|_| true),
        completed: count(&|child| phase_is(child, EvaluationPhase::Done)),
        failed: count(&|child| is_end(child.phase) && !phase_is(child, EvaluationPhase::Done)),
        running: count(&|child| phase_is(child, EvaluationPhase::Running)),
        child_evaluations: Vec::new(),
    };
    let passed = count(&|child| child.passed);
    let begun = count(&|child| is_end(child.phase));
    // One that is stopped waits for those that were made, and makes no more.
    let over = begun == progress.total || stopped && !open;
    let message = format!("{begun}/{} evaluations have ended, {passed} passed", progress.total);
    let mut status = status::open(batch, EvaluationPhase::Running, &message);
    if over {
        let sum: f64 = all.iter().filter_map(|child| child.score.parse::<f64>().ok()).sum();
        status.score = written(sum / f64::from(progress.total.max(1)));
        status.passed = passed == progress.total;
        status.phase = Some(EvaluationPhase::Done);
        status.message = format!("Batch evaluation completed: {passed}/{} children passed", progress.total);
        if stopped && begun < progress.total {
            status.message.push_str(
                "; it stopped at the first that ended with an error (spec.config.continueOnFailure)",
            );
        }
        let message = status.message.clone();
        status::set(batch, &mut status, ConditionStatus::True, reasons::SUCCEEDED, &message);
    }
    status.token_usage = (usage != TokenUsage::default()).then_some(usage);
    status.batch_progress = Some(BatchProgress { child_evaluations: all, ..progress });
    status
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn batch() -> Evaluation {
        Evaluation::new("nightly", serde_json::from_value(json!({"type": "batch", "config": {}})).unwrap())
    }

    fn child(phase: EvaluationPhase, score: &str, passed: bool) -> ChildEvaluation {
        ChildEvaluation { score: score.into(), passed, ..told("c", phase, "") }
    }

    #[test]
    fn a_batch_is_the_sum_of_its_evaluations_and_one_without_a_score_is_no_pass() {
        let done = EvaluationPhase::Done;
        let open = summed(
            &batch(),
            vec![child(done, "1.000", true), child(EvaluationPhase::Running, "", false)],
            TokenUsage::default(),
            false,
            true,
        );
        let progress = open.batch_progress.as_ref().unwrap();
        assert_eq!((progress.total, progress.completed, progress.running), (2, 1, 1));
        assert_eq!((open.phase, open.score.as_str()), (Some(EvaluationPhase::Running), ""));
        let all = vec![child(done, "1.000", true), child(EvaluationPhase::Error, "", false)];
        let over = summed(&batch(), all.clone(), TokenUsage::default(), false, false);
        assert_eq!((over.score.as_str(), over.passed), ("0.500", false));
        assert_eq!(over.message, "Batch evaluation completed: 1/2 children passed");
        let mut more = all;
        more.push(child(EvaluationPhase::Pending, "", false));
        let waits = summed(&batch(), more.clone(), TokenUsage::default(), true, true);
        assert_eq!(waits.phase, Some(EvaluationPhase::Running), "one that was made is open");
        let stopped = summed(&batch(), more, TokenUsage::default(), true, false);
        assert!(stopped.message.contains("it stopped"), "{}", stopped.message);
        let passed = summed(&batch(), vec![child(done, "0.900", true)], TokenUsage::default(), false, false);
        assert!(passed.passed && passed.score == "0.900");
    }
}
