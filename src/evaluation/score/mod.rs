//! One evaluation, from what it names to a score.

mod answer;
pub mod codes;
mod examples;
mod parameters;
mod query;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::finding::{Finding, passed, score, written};
use super::settings::{Parameters, Settings};
use super::steps::{Kept, Steps};
use super::subject::Subject;
use super::{golden, rules};
use crate::engine::journal::{Cost, Usage};
use crate::engine::world::{Account, World};
use crate::engine::{Engine, RunError, codes as run_codes};
use crate::resources::evaluation::{EvaluationSpec, EvaluationType};
use crate::resources::token_usage::TokenUsage;
use crate::resources::{Evaluator, Query};
use crate::store::{Store, StoreError};

/// Calls of judges and services at once, of all evaluations; further ones wait.
const CALLS_AT_ONCE: usize = 64;

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The evaluation ends with this.
    #[error("{0}")]
    Failed(#[from] RunError),
    /// The database refused: it is tried again.
    #[error("the steps of the evaluation cannot be kept: {0}")]
    Store(#[from] StoreError),
}

/// What is to be scored.
pub struct Work {
    /// UID of the Evaluation.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Its generation: what was asked under another one answers something else.
    pub generation: i64,
    /// What the names of its steps begin with, where the Evaluation has many of its kind; else empty.
    pub place: String,
    /// Its specification.
    pub spec: EvaluationSpec,
    /// Who scores.
    pub evaluator: Arc<Evaluator>,
    /// The query, ended, where the type has one.
    pub query: Option<Arc<Query>>,
}

impl Work {
    /// What all its steps begin with.
    pub fn steps(&self) -> String {
        steps(self.generation, &self.place)
    }
}

/// What the steps of a generation begin with, at `place`.
pub fn steps(generation: i64, place: &str) -> String {
    format!("{generation}/{place}")
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scored {
    /// From 0 to 1.
    pub score: f64,
    /// It is enough.
    pub passed: bool,
    /// What it is made of.
    pub findings: Vec<Finding>,
    /// Tokens of judges.
    pub usage: TokenUsage,
    /// What they cost, by currency, in thousand-millionths.
    pub costs: BTreeMap<String, i64>,
    /// What else was said.
    pub metadata: BTreeMap<String, String>,
    /// The same in a sentence.
    pub message: String,
    /// Model of the judge, how often it was asked and the spread, in words; empty without a judge.
    pub judge: String,
}

impl Scored {
    fn spent(&mut self, usage: Usage, cost: Option<&Cost>) {
        self.usage += TokenUsage {
            prompt_tokens: usage.prompt,
            completion_tokens: usage.completion,
            total_tokens: usage.prompt.saturating_add(usage.completion),
            cached_tokens: usage.cached,
        };
        if let Some(cost) = cost {
            let sum = self.costs.entry(cost.currency.clone()).or_default();
            *sum = sum.saturating_add(cost.nanos);
        }
    }
}

/// Scores evaluations; cheap to clone.
#[derive(Clone)]
pub struct Scorer {
    engine: Engine,
    steps: Steps,
    calls: Arc<Semaphore>,
}

/// What the parts of one evaluation share.
struct Bench<'a> {
    scorer: &'a Scorer,
    work: &'a Work,
    kept: Kept,
    world: World,
    parameters: Parameters,
    settings: Settings,
}

impl Scorer {
    /// Scores with the models, journals and outbound calls of `engine`, and keeps answers in `steps`.
    pub fn new(engine: Engine, steps: Steps) -> Self {
        Self { engine, steps, calls: Arc::new(Semaphore::new(CALLS_AT_ONCE)) }
    }

    /// What is kept.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The database that experiments and data sets are kept in, too.
    pub fn store(&self) -> &Store {
        self.steps.store()
    }

    /// Scores `work` within the time that it may take. What was asked before is not asked again.
    pub async fn score(&self, work: &Work) -> Result<Scored, ScoreError> {
        let began = Instant::now();
        let scored = self.in_time(work).await;
        let passed = match &scored {
            Ok(scored) => Some(scored.passed),
            Err(ScoreError::Failed(_)) => None,
            // It is tried again.
            Err(ScoreError::Store(_)) => return scored,
        };
        self.engine.scorings().ended(work.spec.type_.as_str(), passed, began.elapsed());
        scored
    }

    async fn in_time(&self, work: &Work) -> Result<Scored, ScoreError> {
        let timeout = work.spec.timeout();
        // Boxed: it holds whole requests.
        let scored = Box::pin(self.score_all(work));
        if let Ok(outcome) = tokio::time::timeout(timeout.to_std(), scored).await {
            return outcome;
        }
        let evaluator = work.evaluator.metadata.name.as_deref().unwrap_or_default();
        let text = if work.evaluator.spec.address.is_missing() {
            format!("Scoring took longer than {timeout}. Raise spec.timeout.")
        } else {
            format!(
                "The service of Evaluator '{evaluator}' did not answer within {timeout}. Raise spec.timeout."
            )
        };
        Err(RunError::new(run_codes::TIMED_OUT, text).into())
    }

    async fn score_all(&self, work: &Work) -> Result<Scored, ScoreError> {
        let world = self.engine.seen_by(Account::default_of(&work.namespace))?;
        let parameters = parameters::resolve(self, work, &world).await?;
        let settings = Settings::of(&parameters)
            .map_err(|error| RunError::new(codes::INVALID_PARAMETER, format!("The {}.", error.veiled())))?;
        let kept = self.steps.under(&work.uid, &work.steps()).await?;
        let bench = Bench { scorer: self, work, kept, world, parameters, settings };
        if !work.evaluator.spec.address.is_missing() {
            return service::score(&bench).await;
        }
        match work.spec.type_ {
            EvaluationType::Direct => {
                let config = &work.spec.config;
                let expected = Some(config.expected_output.clone()).filter(|text| !text.is_empty());
                let (input, output) = (config.input.clone(), config.output.clone());
                let subject = Subject { input, output, expected, trace: None };
                bench.whole(&subject, "Direct evaluation completed successfully").await
            }
            EvaluationType::Query => {
                let subject = query::subject(&bench).await?;
                bench.whole(&subject, "Query evaluation completed successfully").await
            }
            EvaluationType::Baseline => {
                let scored = examples::score(&bench, golden::of(&bench.parameters)).await?;
                // Examples without a score were paid for, too.
                let paid = self.paid(&work.uid, &work.steps()).await?;
                Ok(Scored { usage: paid.usage, costs: paid.costs, ..scored })
            }
            EvaluationType::Event => bench.event().await,
            EvaluationType::Batch => {
                Err(RunError::new(codes::INVALID_SPEC, "A batch is scored by its evaluations.").into())
            }
        }
    }
}

impl Scorer {
    /// What judges were paid until now for the steps of `uid` that begin with `steps`, also where no score came of them.
    pub async fn paid(&self, uid: &str, steps: &str) -> Result<Scored, StoreError> {
        let kept = self.steps.under(uid, steps).await?;
        let mut paid = Scored::default();
        kept.all::<answer::Said>().for_each(|said| paid.spent(said.usage, said.cost.as_ref()));
        Ok(paid)
    }
}

impl Bench<'_> {
    /// Scores one answer by everything that the evaluator has.
    async fn whole(&self, subject: &Subject, message: &str) -> Result<Scored, ScoreError> {
        let mut scored = Scored::default();
        scored.findings = answer::findings(self, "", subject, &mut scored).await?;
        let least = self.settings.min_score;
        self.sum(&mut scored, least)?;
        let reasons: Vec<String> =
            scored.findings.iter().map(|finding| format!("{}: {}", finding.name, finding.reason)).collect();
        scored.metadata.insert("reasoning".into(), reasons.join("\n"));
        message.clone_into(&mut scored.message);
        Ok(scored)
    }

    /// Decides the rules over what happened in the query.
    async fn event(&self) -> Result<Scored, ScoreError> {
        let trace = query::trace(self, None).await?.ok_or_else(|| {
            RunError::new(
                codes::NO_JOURNAL,
                "The rules need the journal of the query's run, and there is none here. Ask the query anew.",
            )
        })?;
        let findings =
            rules::decide(self.scorer.engine.sandbox(), &self.work.spec.config.rules, &trace).await?;
        let mut scored = Scored { findings, ..Scored::default() };
        let least = self.settings.min_score;
        self.sum(&mut scored, least)?;
        let session =
            self.work.query.as_ref().map(|query| query.spec.session_id.as_str()).unwrap_or_default();
        scored.metadata = rules::metadata(&scored.findings, scored.score, least, &trace, session);
        scored.message = ruled(scored.findings.len(), scored.passed, scored.score);
        Ok(scored)
    }

    fn sum(&self, scored: &mut Scored, least: f64) -> Result<(), RunError> {
        scored.score = score(&scored.findings).ok_or_else(|| {
            RunError::new(
                codes::NOTHING_TO_SCORE_BY,
                format!(
                    "Evaluator '{}' has nothing that counts: every weight is 0.",
                    self.work.evaluator.metadata.name.as_deref().unwrap_or_default()
                ),
            )
        })?;
        scored.passed = passed(&scored.findings, scored.score, least);
        Ok(())
    }

    /// Does `act` once in the life of the evaluation: its answer is kept before it is used.
    async fn once<T: Serialize + DeserializeOwned>(
        &self,
        step: &str,
        act: impl Future<Output = Result<T, RunError>>,
    ) -> Result<T, ScoreError> {
        let step = format!("{}{step}", self.work.steps());
        if let Some(answer) = self.kept.answer(&step) {
            return Ok(answer);
        }
        let scorer = self.scorer;
        let _place = scorer.calls.acquire().await;
        scorer.steps.begin(&self.work.uid, &step).await?;
        let answer = act.await?;
        scorer.steps.keep(&self.work.uid, &step, &answer).await?;
        Ok(answer)
    }
}

/// What becomes of rules, in Ark's words.
fn ruled(rules: usize, passed: bool, score: f64) -> String {
    let word = if passed { "passed" } else { "failed" };
    format!("Event evaluation completed with {rules} rules - {word} (score: {})", written(score))
}
