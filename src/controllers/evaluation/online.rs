//! Live queries within a share and a budget: what is decided, what it costs, and what of both stands in the evaluator's status.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::Fault;
use super::plan::{ended, ended_at};
use crate::controllers::ControllerDeps;
use crate::controllers::follow::{Told, follow};
use crate::controllers::queue::{Key, Queue, work};
use crate::engine::patch_status;
use crate::evaluation::online::{Ledger, Today, Verdict, decide, hour, next_hour, pause};
use crate::resources::annotations::AUTO_LABEL;
use crate::resources::sampling::{Sampling, SamplingStatus};
use crate::resources::{Evaluation, Evaluator, TokenUsage};
use crate::store::StoreError;

/// Statuses and costs at once.
const AT_ONCE: usize = 2;
/// Between two writes of one evaluator's status: a burst of queries is told in a few.
const PAUSE: Duration = Duration::from_millis(250);
/// Step under which an evaluation's cost is counted.
const SPENT: &str = "online/spent";
/// Costs of an evaluation that ended longer ago are in no figure of today.
const DAY_HOURS: i64 = 24;

/// What the parts share.
pub(super) struct Online {
    deps: ControllerDeps,
    ledger: Ledger,
    /// One query after the other is decided.
    turn: Mutex<()>,
    /// Evaluators whose status is to be written.
    tell: Arc<Queue>,
}

impl Online {
    pub(super) fn new(deps: &ControllerDeps) -> Self {
        let ledger = Ledger::beside(deps.scorer.steps());
        Self { deps: deps.clone(), ledger, turn: Mutex::default(), tell: Arc::default() }
    }

    /// The turn to decide and count.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What becomes of a query, by its UID, with an evaluator, by its UID.
    pub(super) async fn decide(
        &self,
        evaluator: &str,
        sampling: &Sampling,
        query: &str,
    ) -> Result<Verdict, StoreError> {
        Ok(decide(sampling, query, &self.ledger.today(evaluator, Timestamp::now()).await?))
    }

    /// Keeps what became of a query, under its UID and step, and tells it in the status of the evaluator of this namespace and name.
    pub(super) async fn decided(
        &self,
        evaluator: &str,
        named: (&str, &str),
        (query, step): (&str, &str),
        verdict: Verdict,
    ) -> Result<(), StoreError> {
        self.ledger.decided(evaluator, query, step, verdict, Timestamp::now()).await?;
        self.tell.add((named.0.to_owned(), named.1.to_owned()));
        Ok(())
    }

    /// Counts costs and writes statuses.
    pub(super) async fn run(self: &Arc<Self>, shutdown: &CancellationToken) {
        let costs: Arc<Queue> = Arc::default();
        let evaluations = async {
            self.deps.evaluators.ready().await;
            let look = |evaluation: &Evaluation| {
                if self.concerns(evaluation) {
                    costs.add(super::key(evaluation));
                }
            };
            follow(&self.deps.evaluations, shutdown, |told| match told {
                Told::All(all) => all.iter().for_each(|evaluation| look(evaluation)),
                Told::Changed { old, new } => {
                    if !old.is_some_and(|old| ended(&old)) {
                        look(&new);
                    }
                }
                Told::Gone(_) => {}
            })
            .await;
        };
        let evaluators = async {
            self.deps.evaluators.ready().await;
            let existing: HashSet<String> =
                self.deps.evaluators.list(None).into_iter().filter_map(|one| one.uid()).collect();
            if let Err(error) = self.ledger.keep_only(&existing).await {
                tracing::warn!(%error, "what deleted evaluators have spent is still kept");
            }
            follow(&self.deps.evaluators, shutdown, |told| match told {
                Told::All(all) => all.iter().for_each(|evaluator| self.tell.add(key(evaluator))),
                Told::Changed { old, new } => {
                    if old.is_none_or(|old| old.metadata.generation != new.metadata.generation) {
                        self.tell.add(key(&new));
                    }
                }
                Told::Gone(entry) => {
                    if let Some(evaluator) = entry.sound() {
                        self.tell.forget(&key(evaluator));
                    }
                    let (ledger, uid) = (self.ledger.clone(), entry.uid().to_owned());
                    tokio::spawn(async move {
                        if let Err(error) = ledger.forget(&uid).await {
                            tracing::warn!(%error, "what a deleted evaluator has spent is still kept");
                        }
                    });
                }
            })
            .await;
        };
        let spender = work(&costs, AT_ONCE, shutdown, |key| {
            let online = self.clone();
            async move { online.spent(&key).await.map(|()| None::<Duration>) }
        });
        let teller = work(&self.tell, AT_ONCE, shutdown, |key| {
            let online = self.clone();
            async move { online.say(&key).await }
        });
        tokio::join!(evaluations, evaluators, spender, teller);
    }

    /// Whether an evaluation has just cost something that is counted.
    fn concerns(&self, evaluation: &Evaluation) -> bool {
        let today = ended_at(evaluation).is_none_or(|at| hour(at) > hour(Timestamp::now()) - DAY_HOURS);
        evaluation.labels().contains_key(AUTO_LABEL)
            && ended(evaluation)
            && today
            && self.evaluator(evaluation).is_some_and(|evaluator| evaluator.spec.sampling.is_some())
    }

    /// The evaluator that made an evaluation: it is of the same namespace.
    fn evaluator(&self, evaluation: &Evaluation) -> Option<Arc<Evaluator>> {
        let named = evaluation.spec.evaluator.as_ref()?;
        self.deps.evaluators.get(&evaluation.namespace()?, &named.name)
    }

    async fn spent(&self, key: &Key) -> Result<(), Fault> {
        let Some(evaluation) = self.deps.evaluations.get(&key.0, &key.1) else { return Ok(()) };
        let Some(evaluator) = self.evaluator(&evaluation) else { return Ok(()) };
        let (Some(uid), Some(by)) = (evaluation.uid(), evaluator.uid()) else { return Ok(()) };
        if self.deps.scorer.steps().of(&uid).await?.answer::<bool>(SPENT).is_some() {
            return Ok(());
        }
        let status = evaluation.status.clone().unwrap_or_default();
        let costs = amounts(&status.cost);
        let paid = status.token_usage.is_some_and(|usage| usage != TokenUsage::default());
        let limit = evaluator.spec.sampling.as_ref().and_then(Sampling::cost_limit);
        let known = limit.map_or(!costs.is_empty(), |(_, currency)| costs.contains_key(&currency));
        let at = ended_at(&evaluation).unwrap_or_else(Timestamp::now);
        self.ledger.spent(&by, &uid, SPENT, &costs, paid && !known, at).await?;
        self.tell.add(self::key(&evaluator));
        Ok(())
    }

    /// Writes what is counted; again when the next hour begins, which may bring a new budget or a new day.
    async fn say(&self, key: &Key) -> Result<Option<Duration>, Fault> {
        let Some(evaluator) = self.deps.evaluators.get(&key.0, &key.1) else { return Ok(None) };
        let sampling = evaluator.spec.sampling.clone().filter(|_| evaluator.spec.selector.is_some());
        let before = evaluator.status.as_ref().and_then(|status| status.sampling.clone());
        let now = Timestamp::now();
        let after = match (&sampling, evaluator.uid()) {
            (Some(sampling), Some(uid)) => Some(told(sampling, &self.ledger.today(&uid, now).await?, now)),
            _ => None,
        };
        if after != before {
            let patch = json!({"metadata": {"uid": evaluator.metadata.uid}, "status": {"sampling": after}});
            match patch_status::<Evaluator>(&self.deps.client, &key.0, &key.1, &patch).await {
                Err(kube::Error::Api(answer)) if answer.code == 404 => return Ok(None),
                Err(kube::Error::Api(answer)) if answer.code == 409 && answer.message.contains("UID") => {
                    return Ok(None);
                }
                outcome => outcome?,
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(sampling.map(|_| next_hour(now)))
    }
}

/// The figures as the status has them.
fn told(sampling: &Sampling, today: &Today, now: Timestamp) -> SamplingStatus {
    SamplingStatus {
        day: now.strftime("%Y-%m-%d").to_string(),
        sampled: today.sampled,
        skipped_by_sampling: today.by_share,
        skipped_by_budget: today.by_budget,
        spent: super::status::costs(today.costs.iter().map(|(currency, nanos)| (currency.as_str(), *nanos))),
        unpriced: today.unpriced,
        paused: pause(sampling, today).unwrap_or_default(),
    }
}

/// What a status of an evaluation says of its cost, by currency, in thousand-millionths.
fn amounts(cost: &str) -> BTreeMap<String, i64> {
    let one = |text: &str| {
        let limit = Sampling { max_cost_per_day: text.trim().to_owned(), ..Sampling::default() };
        limit.cost_limit().map(|(nanos, currency)| (currency, nanos))
    };
    cost.split('+').filter_map(one).collect()
}

fn key(evaluator: &Evaluator) -> Key {
    (evaluator.namespace().unwrap_or_default(), evaluator.name_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_read_as_they_are_written() {
        let costs = BTreeMap::from([("EUR".to_owned(), 12_345_000), ("USD".to_owned(), 2_000_000_000)]);
        let today = Today { costs: costs.clone(), ..Today::default() };
        let told = told(&Sampling::default(), &today, Timestamp::UNIX_EPOCH);
        assert_eq!(told.spent, "0.012345 EUR + 2.000000 USD");
        assert_eq!(amounts("0.012345 EUR + 2.000000 USD"), costs);
        assert!(amounts("").is_empty());
    }

    #[test]
    fn the_status_says_what_was_left_out_and_why() {
        let sampling: Sampling = serde_json::from_value(json!({"percent": 50, "maxPerHour": 2})).unwrap();
        let today = Today { sampled: 5, by_share: 7, by_budget: 1, this_hour: 2, ..Today::default() };
        let told = told(&sampling, &today, "2026-11-27T03:00:00Z".parse().unwrap());
        assert_eq!((told.day.as_str(), told.sampled, told.skipped_by_sampling), ("2026-11-27", 5, 7));
        assert_eq!(told.skipped_by_budget, 1);
        assert!(told.paused.contains("next hour"), "{}", told.paused);
    }
}
