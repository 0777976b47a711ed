//! Evaluations: scored when what they name is there, by the room `evaluation`; batches are the sum of theirs; and queries and
//! evaluators' selectors get the evaluations that they ask for.

mod batch;
mod experiment;
mod forget;
mod made;
mod names;
mod online;
mod plan;
mod status;
mod tally;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::ObjectMeta;
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::ControllerDeps;
use super::expire::expire;
use super::follow::{Told, follow};
use super::index::Index;
use super::queue::{Key, Queue, work};
use super::sources::{self, Holder, Source};
use crate::engine::RunError;
use crate::engine::journal::JournalError;
use crate::engine::world::{Account, Readable};
use crate::evaluation::{INVALID_RULE, ScoreError, Work, datasets, misread, steps_of};
use crate::kubernetes::KindCache;
use crate::kubernetes::cache::Cached;
use crate::resources::annotations::DATA_SET_LABEL;
use crate::resources::evaluation::EvaluationType;
use crate::resources::evaluation_config::ExperimentTargetType;
use crate::resources::evaluation_status::{EvaluationPhase, EvaluationStatus};
use crate::resources::kind::Kind;
use crate::resources::{Evaluation, Evaluator, Query};
use crate::store::StoreError;
use online::Online;
use plan::{Plan, Seen, asks_to_stop, ended, left, plan};

/// Evaluations that are scored at once; further ones wait. They mostly wait for judges.
const AT_ONCE: usize = 64;
/// Batches looked at at once: they only count.
const BATCHES_AT_ONCE: usize = 4;
/// Until what could not be read is read again.
const READ_AGAIN: Duration = Duration::from_secs(15);

/// An object that an evaluation names.
type Named = (Kind, Key);

/// What the parts of the controller share.
struct Shared {
    deps: ControllerDeps,
    /// To be scored.
    scores: Arc<Queue>,
    /// Batches.
    batches: Arc<Queue>,
    /// Who names what; those that have ended name nothing.
    names: Index<Named>,
    /// Who asks which data set, by namespace and name.
    data_sets: Index<Key>,
    /// Batches that may wait for queries that they select, by namespace.
    selecting: Index<String>,
    /// ConfigMaps may not be watched: data sets are looked for now and then.
    unwatched: AtomicBool,
    /// Experiments.
    experiments: Arc<Queue>,
    /// Generations whose rules were read, by UID, so that no evaluation that waits is read again and again.
    read: Mutex<HashMap<String, i64>>,
    /// Ends the scoring of one that is gone or stopped.
    running: Mutex<HashMap<String, CancellationToken>>,
    /// Experiments that run, by the UID of their Evaluation.
    running_experiments: Mutex<HashMap<String, experiment::Running>>,
    /// Evaluations with experiments that wait for what they name, by UID.
    waits: Mutex<HashMap<String, experiment::Waits>>,
    /// Trials that wait for their queries.
    ends: experiment::Ends,
}

/// Why an evaluation is looked at again.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Api(#[from] kube::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Runs the controller.
pub(super) async fn run(deps: ControllerDeps, shutdown: CancellationToken) {
    let shared = Arc::new(Shared {
        deps: deps.clone(),
        scores: Arc::default(),
        batches: Arc::default(),
        experiments: Arc::default(),
        names: Index::default(),
        data_sets: Index::default(),
        selecting: Index::default(),
        unwatched: AtomicBool::new(false),
        read: Mutex::default(),
        running: Mutex::default(),
        running_experiments: Mutex::default(),
        waits: Mutex::default(),
        ends: experiment::Ends::default(),
    });
    let online = Arc::new(Online::new(&deps));
    let follower = async {
        // What is kept of evaluations and queries that went unseen goes, before anything is scored.
        deps.queries.ready().await;
        deps.evaluations.ready().await;
        forget_missing(&deps).await;
        experiment::forget_missing(&shared).await;
        follow(&deps.evaluations, &shutdown, |told| shared.told(told)).await;
    };
    let evaluators = shared.wake_on(&deps.evaluators, Kind::Evaluator, &shutdown);
    let queries = shared.wake_on(&deps.queries, Kind::Query, &shutdown);
    let agents = shared.wake_on(&deps.agents, Kind::Agent, &shutdown);
    let teams = shared.wake_on(&deps.teams, Kind::Team, &shutdown);
    let models = shared.wake_on(&deps.models, Kind::Model, &shutdown);
    let (maps_told, maps_listed) = oneshot::channel();
    let maps = async {
        let labels = format!("{DATA_SET_LABEL}=true");
        let changed = |of: Option<Source>| shared.wake_data_set(of.map(|one| (one.namespace, one.name)));
        let holder = Holder::ConfigMap;
        sources::watch::<ConfigMap>(&deps.client, holder, Some(&labels), maps_told, &shutdown, changed).await;
        shared.unwatched.store(true, Ordering::Relaxed);
    };
    let maps_there = async {
        // It only ever ends by being dropped. Who waited before they were watched, or will not be, is looked at once.
        let _ = maps_listed.await;
        shared.wake_data_set(None);
    };
    let kept_here = async {
        let changed = |of| shared.wake_data_set(of);
        shutdown.run_until_cancelled(datasets::follow(deps.scorer.store(), changed)).await;
    };
    let experiments =
        work(&shared.experiments, experiment::AT_ONCE, &shutdown, |key| experiment::run(shared.clone(), key));
    let scores = work(&shared.scores, AT_ONCE, &shutdown, |key| {
        let shared = shared.clone();
        async move { shared.reconcile(&key).await }
    });
    let batches = work(&shared.batches, BATCHES_AT_ONCE, &shutdown, |key| {
        let shared = shared.clone();
        async move { shared.reconcile(&key).await }
    });
    tokio::join!(
        follower,
        evaluators,
        queries,
        agents,
        teams,
        models,
        maps,
        maps_there,
        kept_here,
        experiments,
        scores,
        batches,
        made::run(&deps, &online, &shutdown),
        online.run(&shutdown),
        tally::run(&deps, &shutdown),
        forget::run(&deps, &shutdown)
    );
}

async fn forget_missing(deps: &ControllerDeps) {
    let evaluations = deps.evaluations.list(None).into_iter().filter_map(|one| one.uid());
    let queries = deps.queries.list(None).into_iter().filter_map(|one| one.uid());
    let existing: HashSet<String> = evaluations.chain(queries).collect();
    if let Err(error) = deps.scorer.steps().keep_only(&existing).await {
        tracing::warn!(%error, "what deleted evaluations have paid for is still kept");
    }
}

impl Shared {
    fn told(&self, told: Told<Evaluation>) {
        match told {
            Told::All(all) => {
                self.names.clear();
                self.data_sets.clear();
                self.selecting.clear();
                self.keep_only(&all);
                all.iter().for_each(|evaluation| self.look(evaluation));
            }
            Told::Changed { new, .. } => self.look(&new),
            Told::Gone(entry) => {
                self.read.lock().remove(entry.uid());
                if let Some(running) = self.running.lock().remove(entry.uid()) {
                    running.cancel();
                }
                experiment::gone(self, entry.uid());
                if let Some(evaluation) = entry.sound() {
                    let key = key(evaluation);
                    self.names.set(&key, Vec::new());
                    self.data_sets.set(&key, Vec::new());
                    self.selecting.set(&key, Vec::new());
                    self.scores.forget(&key);
                    self.batches.forget(&key);
                    self.experiments.forget(&key);
                    self.wake(Kind::Evaluation, &key);
                }
                let (steps, uid) = (self.deps.scorer.steps().clone(), entry.uid().to_owned());
                tokio::spawn(async move {
                    if let Err(error) = steps.forget(&uid).await {
                        tracing::warn!(%error, "what a deleted evaluation has paid for is still kept");
                    }
                });
            }
        }
    }

    /// Lets go of those that went without being told.
    fn keep_only(&self, all: &[Arc<Evaluation>]) {
        let existing: HashSet<&str> = all.iter().filter_map(|one| one.metadata.uid.as_deref()).collect();
        self.read.lock().retain(|uid, _| existing.contains(uid.as_str()));
        self.running.lock().retain(|uid, running| {
            let stays = existing.contains(uid.as_str());
            if !stays {
                running.cancel();
            }
            stays
        });
        experiment::keep_only(self, &existing);
    }

    fn look(&self, evaluation: &Evaluation) {
        let key = key(evaluation);
        let uid = evaluation.metadata.uid.as_deref().unwrap_or_default();
        if asks_to_stop(evaluation)
            && let Some(running) = self.running.lock().remove(uid)
        {
            running.cancel();
        }
        let is_experiment = experiment::is(evaluation);
        // Also one that makes none any more: what it made may still run.
        experiment::look(self, evaluation);
        // One that makes experiments may run again.
        let open = is_experiment || !ended(evaluation);
        self.names.set(&key, if open { named(evaluation) } else { Vec::new() });
        let data_set = evaluation.spec.config.data_set.as_ref().filter(|_| is_experiment);
        let data_set = data_set.map(|data_set| (key.0.clone(), data_set.name.clone()));
        self.data_sets.set(&key, data_set.into_iter().collect());
        let selects = open && !is_experiment && evaluation.spec.config.query_selector.is_some();
        self.selecting.set(&key, if selects { vec![key.0.clone()] } else { Vec::new() });
        self.queue(evaluation).add(key.clone());
        if let Some(parent) = parent(evaluation) {
            self.batches.add((key.0.clone(), parent));
        }
        self.wake(Kind::Evaluation, &key);
    }

    fn queue(&self, evaluation: &Evaluation) -> &Arc<Queue> {
        if evaluation.spec.type_ == EvaluationType::Batch { &self.batches } else { &self.scores }
    }

    /// It is looked at, by those who look at what it is now.
    fn again(&self, key: Key) {
        if let Some(evaluation) = self.deps.evaluations.get(&key.0, &key.1) {
            self.queue(&evaluation).add(key);
        }
    }

    /// Whoever names this object is looked at.
    fn wake(&self, kind: Kind, of: &Key) {
        self.names.of(&(kind, of.clone())).into_iter().for_each(|key| self.again(key));
    }

    /// Who asks this data set is looked at; all who ask any, for `None`.
    fn wake_data_set(&self, of: Option<Key>) {
        let asks = of.map_or_else(|| self.data_sets.all(), |of| self.data_sets.of(&of));
        asks.into_iter().for_each(|key| self.again(key));
    }

    /// Batches that select a query which is new, or has other labels than before, may wait for it.
    fn wake_selecting(&self, query: &ObjectMeta) {
        let none = BTreeMap::new();
        let labels = query.labels.as_ref().unwrap_or(&none);
        for key in self.selecting.of(&query.namespace.clone().unwrap_or_default()) {
            let batch = self.deps.evaluations.get(&key.0, &key.1);
            let selector = batch.as_ref().and_then(|batch| batch.spec.config.query_selector.as_ref());
            if selector.is_some_and(|selector| selector.labels().matches(labels)) {
                self.again(key);
            }
        }
    }

    async fn wake_on<K: Cached>(&self, cache: &KindCache<K>, kind: Kind, shutdown: &CancellationToken) {
        let wake = |object: &K| {
            let meta = object.meta();
            let key = (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default());
            if kind == Kind::Query {
                self.ends.told(&key);
            }
            self.wake(kind, &key);
        };
        let came = |old: Option<&K>, new: &K| {
            if kind == Kind::Query && old.is_none_or(|old| old.meta().labels != new.meta().labels) {
                self.wake_selecting(new.meta());
            }
        };
        follow(cache, shutdown, |told| match told {
            Told::All(objects) => {
                objects.iter().for_each(|object| {
                    wake(object);
                    came(None, object);
                });
                // Those that went meanwhile are not among them.
                self.ends.told_all();
            }
            Told::Changed { old, new } => {
                wake(&new);
                came(old.as_deref(), &new);
            }
            Told::Gone(entry) => {
                if let Some(object) = entry.sound() {
                    wake(object);
                }
            }
        })
        .await;
    }

    async fn reconcile(&self, key: &Key) -> Result<Option<Duration>, Fault> {
        let deps = &self.deps;
        let Some(evaluation) = deps.evaluations.get(&key.0, &key.1) else { return Ok(None) };
        if experiment::is(&evaluation) {
            return experiment::reconcile(self, &evaluation).await;
        }
        if let Some(error) = self.misread(&evaluation).await {
            return self.end(&evaluation, &error).await;
        }
        let seen = match self.seen(&evaluation).await {
            Ok(seen) => seen,
            Err(error) => return self.unread(&evaluation, &error).await,
        };
        match plan(&evaluation, &seen, Timestamp::now()) {
            Plan::Nothing => Ok(None),
            Plan::Keep(left) => Ok(Some(left)),
            Plan::Expire => {
                expire(&deps.client, &*evaluation).await?;
                Ok(None)
            }
            Plan::Hold(message, left) => {
                let status = status::open(&evaluation, EvaluationPhase::Pending, &message);
                status::write(deps, &evaluation, &status).await?;
                Ok(left)
            }
            Plan::Fail(error) => self.end(&evaluation, &error).await,
            Plan::Score(work) => self.score(&evaluation, &work).await,
            Plan::Batch => batch::reconcile(deps, &evaluation).await,
            Plan::Cancel => {
                batch::stop(deps, &evaluation).await?;
                let mut canceled = status::canceled(&evaluation);
                if evaluation.spec.type_ != EvaluationType::Batch {
                    let uid = evaluation.uid().unwrap_or_default();
                    let steps = steps_of(evaluation.metadata.generation.unwrap_or_default(), "");
                    status::paid(&mut canceled, &deps.scorer.paid(&uid, &steps).await?);
                }
                status::write(deps, &evaluation, &canceled).await?;
                Ok(None)
            }
        }
    }

    /// A rule that cannot be read, which no cluster's API refuses: it ends the evaluation before that waits for anything.
    async fn misread(&self, evaluation: &Evaluation) -> Option<RunError> {
        let (uid, generation) =
            (evaluation.uid().unwrap_or_default(), evaluation.metadata.generation.unwrap_or_default());
        let over = ended(evaluation) || evaluation.metadata.deletion_timestamp.is_some();
        if over || self.read.lock().get(&uid) == Some(&generation) {
            return None;
        }
        let spec = json!({"config": &evaluation.spec.config});
        match misread::misread(self.deps.engine.sandbox(), &spec).await {
            Ok(wrong) => {
                if let Some(first) = wrong.into_iter().next() {
                    return Some(RunError::new(INVALID_RULE, first.told()));
                }
                self.read.lock().insert(uid, generation);
                None
            }
            // They are read again when they are decided.
            Err(error) => {
                tracing::warn!(%error, "the rules of an evaluation could not be read before it began");
                None
            }
        }
    }

    /// What it names cannot be read: it waits as long as it may take, and then ends with that.
    async fn unread(&self, evaluation: &Evaluation, error: &RunError) -> Result<Option<Duration>, Fault> {
        if evaluation.metadata.deletion_timestamp.is_some() {
            return Ok(None);
        }
        let created = evaluation.metadata.creation_timestamp.as_ref().map(|time| time.0);
        let Some(left) = left(created, evaluation.spec.timeout().to_std(), Timestamp::now()) else {
            return self.end(evaluation, error).await;
        };
        let text = format!("Waits: {}", error.message);
        let status = status::open(evaluation, EvaluationPhase::Pending, &text);
        status::write(&self.deps, evaluation, &status).await?;
        Ok(Some(left.min(READ_AGAIN)))
    }

    /// What the evaluation names. What is of another namespace is read with the rights of the evaluation's own.
    async fn seen(&self, evaluation: &Evaluation) -> Result<Seen, RunError> {
        let deps = &self.deps;
        let own = evaluation.namespace().unwrap_or_default();
        let mut seen = Seen { evaluator: None, query: None };
        if ended(evaluation) && !experiment::is(evaluation) {
            return Ok(seen);
        }
        for (kind, (namespace, name)) in named(evaluation) {
            match kind {
                Kind::Evaluator if namespace == own => {
                    seen.evaluator = deps.evaluators.get(&namespace, &name);
                }
                Kind::Evaluator => {
                    seen.evaluator = self.foreign::<Evaluator>(&own, &namespace, &name).await?;
                }
                Kind::Query if namespace == own => seen.query = deps.queries.get(&namespace, &name),
                Kind::Query => seen.query = self.foreign::<Query>(&own, &namespace, &name).await?,
                _ => {}
            }
        }
        Ok(seen)
    }

    /// An object of another namespace, as far as what is in `own` may read it.
    async fn foreign<K: Readable>(
        &self,
        own: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<K>>, RunError> {
        let world = self.deps.engine.seen_by(Account::default_of(own))?;
        Ok(world.find::<K>(namespace, name).await?.map(Arc::new))
    }

    async fn score(&self, evaluation: &Evaluation, work: &Work) -> Result<Option<Duration>, Fault> {
        let deps = &self.deps;
        let running = status::open(evaluation, EvaluationPhase::Running, "Starting evaluation");
        status::write(deps, evaluation, &running).await?;
        let gone = CancellationToken::new();
        self.running.lock().insert(work.uid.clone(), gone.clone());
        // Somebody may have stopped it before it could be told here.
        let now = deps.evaluations.get(&work.namespace, &evaluation.name_any());
        if now.is_none_or(|now| asks_to_stop(&now)) {
            self.running.lock().remove(&work.uid);
            return Ok(None);
        }
        let began = Instant::now();
        let scored = tokio::select! {
            () = gone.cancelled() => return Ok(None),
            scored = deps.scorer.score(work) => scored,
        };
        self.running.lock().remove(&work.uid);
        let scored = match scored {
            Ok(scored) => scored,
            Err(ScoreError::Failed(error)) => return self.unscored(evaluation, work, &error).await,
            Err(ScoreError::Store(error)) => return Err(error.into()),
        };
        status::annotate(deps, evaluation, &scored).await?;
        let done = status::done(evaluation, &scored, began.elapsed());
        status::write(deps, evaluation, &done).await?;
        Ok(None)
    }

    async fn end(&self, evaluation: &Evaluation, error: &RunError) -> Result<Option<Duration>, Fault> {
        self.ended_by(evaluation, error, &status::failed(evaluation, error)).await
    }

    /// It ended without a score. What its judges were paid stands in its status all the same: budgets go by that.
    async fn unscored(
        &self,
        evaluation: &Evaluation,
        work: &Work,
        error: &RunError,
    ) -> Result<Option<Duration>, Fault> {
        let mut failed = status::failed(evaluation, error);
        status::paid(&mut failed, &self.deps.scorer.paid(&work.uid, &work.steps()).await?);
        self.ended_by(evaluation, error, &failed).await
    }

    async fn ended_by(
        &self,
        evaluation: &Evaluation,
        error: &RunError,
        failed: &EvaluationStatus,
    ) -> Result<Option<Duration>, Fault> {
        status::write(&self.deps, evaluation, failed).await?;
        self.deps.engine.events().warning(evaluation, &error.code, &error.message);
        Ok(None)
    }
}

/// What an evaluation names.
fn named(evaluation: &Evaluation) -> Vec<Named> {
    let own = evaluation.namespace().unwrap_or_default();
    let at = |namespace: &str| if namespace.is_empty() { own.clone() } else { namespace.to_owned() };
    let (spec, config) = (&evaluation.spec, &evaluation.spec.config);
    if spec.type_ == EvaluationType::Batch && !experiment::is(evaluation) {
        let others = config.evaluations.iter();
        return others.map(|one| (Kind::Evaluation, (at(&one.namespace), one.name.clone()))).collect();
    }
    let targets = config.targets.iter().map(|target| {
        let kind = match target.type_ {
            ExperimentTargetType::Agent => Kind::Agent,
            ExperimentTargetType::Team => Kind::Team,
            ExperimentTargetType::Model => Kind::Model,
        };
        (kind, (own.clone(), target.name.clone()))
    });
    let evaluator =
        spec.evaluator.iter().map(|one| (Kind::Evaluator, (at(&one.namespace), one.name.clone())));
    let query = config.query_ref.iter().map(|one| (Kind::Query, (at(&one.namespace), one.name.clone())));
    evaluator.chain(query).chain(targets).collect()
}

/// The batch that made an evaluation.
fn parent(evaluation: &Evaluation) -> Option<String> {
    let owner =
        evaluation.metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true))?;
    (owner.kind == Kind::Evaluation.name()).then(|| owner.name.clone())
}

/// Whether an evaluation was made for the object with this UID.
fn made_for(evaluation: &Evaluation, uid: Option<&String>) -> bool {
    owned(&evaluation.metadata, uid)
}

/// Whether the object with this UID is an owner.
fn owned(meta: &ObjectMeta, uid: Option<&String>) -> bool {
    uid.is_some() && meta.owner_references.iter().flatten().any(|owner| Some(&owner.uid) == uid)
}

fn key(evaluation: &Evaluation) -> Key {
    (evaluation.namespace().unwrap_or_default(), evaluation.name_any())
}
