//! One run: from the query and its journal to an outcome. Every step is appended to the journal before the next begins,
//! and what is found there is not done again.

mod agent;
mod approval;
mod call;
mod delegate;
mod input;
mod outcome;
mod output;
mod past;
mod place;
mod recall;
mod step;
mod targets;
mod team;
mod tool;
mod untrusted;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use kube::Client;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::error::{RunError, codes};
use super::journal::{Event, Journal, ObjectRef, RunJournal};
use super::memory::Memories;
use super::models::HeaderOverrides;
use super::prices::Tariff;
use super::providers::{ChatRequest, Message, Outbound};
use super::sandbox::Sandbox;
use super::seat::Seat;
use super::settings::Settings;
use super::spans::{TraceContext, Tracing};
use super::world::{Parameters, World};
use crate::resources::kind::Kind;
use crate::resources::model::Model;
use crate::resources::query::{Query, QueryTarget, TargetType};

pub(super) use outcome::{Answer, RunOutcome, TargetOutcome};
use past::Past;
use place::Place;
use recall::Recall;
pub(super) use recall::{Report, conversation};
pub(super) use step::{backoff, given_up};
use untrusted::Marks;

/// When a run must stop.
pub(super) struct Stop {
    /// Somebody wants it to end.
    pub(super) canceled: CancellationToken,
    /// The query's timeout, waiting in the queue included.
    pub(super) deadline: Instant,
    /// The timeout in words, as `30m0s`.
    pub(super) timeout: String,
    /// How often an agent may ask its model for one answer.
    pub(super) iterations: usize,
}

/// What a run needs to wait for people.
pub(super) struct Waits {
    /// Its place among those that run at once.
    pub(super) seat: Arc<Seat>,
    /// Where it hears of answers.
    pub(super) desk: Desk,
    /// The API, with the rights of the process.
    pub(super) client: Client,
}

/// What the targets of one run share.
pub(super) struct Run {
    query: Arc<Query>,
    namespace: String,
    journal: RunJournal,
    past: Past,
    world: World,
    outbound: Outbound,
    sandbox: Sandbox,
    settings: Arc<Settings>,
    memories: Memories,
    journals: Journal,
    tariff: Tariff,
    /// Its place in a trace, told to models and tools.
    trace: Option<TraceContext>,
    parameters: Parameters,
    marks: Marks,
    recall: Recall,
    seat: Arc<Seat>,
    desk: Desk,
    client: Client,
    stop: Stop,
}

/// What runs work with.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) outbound: Outbound,
    pub(super) sandbox: Sandbox,
    pub(super) settings: Arc<Settings>,
    pub(super) memories: Memories,
    /// The journals of other runs.
    pub(super) journals: Journal,
    /// Prices of the cluster.
    pub(super) tariff: Tariff,
    /// Traces.
    pub(super) tracing: Tracing,
}

impl Run {
    /// A run over an open journal, which may hold the beginning of it. It reads what `world` shows.
    pub(super) fn new(
        query: Arc<Query>,
        journal: RunJournal,
        world: World,
        means: Means,
        waits: Waits,
        stop: Stop,
    ) -> Self {
        let Means { outbound, sandbox, settings, memories, journals, tariff, tracing } = means;
        let Waits { seat, desk, client } = waits;
        let namespace = query.metadata.namespace.clone().unwrap_or_default();
        let past = Past::of(journal.found());
        let trace = tracing.context(&journal.record().id, &query);
        Self {
            query,
            namespace,
            journal,
            past,
            world,
            outbound,
            sandbox,
            settings,
            memories,
            journals,
            tariff,
            trace,
            parameters: Parameters::new(),
            marks: Marks::new(),
            recall: Recall::default(),
            seat,
            desk,
            client,
            stop,
        }
    }

    /// The journal.
    pub(super) fn journal(&self) -> &RunJournal {
        &self.journal
    }

    /// What the status says about the memory.
    pub(super) fn memory_report(&self) -> Report {
        if self.past.finished.is_some() { recall::report(self) } else { self.recall.report() }
    }

    /// The outcome, if the journal has it already.
    pub(super) fn finished(&self) -> Option<RunOutcome> {
        let (phase, reason, message) = self.past.finished.clone()?;
        let targets = self.past.targets.iter().enumerate().filter_map(|(index, key)| {
            let result = self.past.outcomes.get(&index)?.clone();
            Some(TargetOutcome {
                target: target_of(key),
                result: result.map(|content| Answer::new(content, Vec::new())),
                usage: self.journal.usage(index),
            })
        });
        let phase = crate::resources::query_status::QueryPhase::from_text(&phase).unwrap_or_default();
        Some(RunOutcome { phase, reason, message, targets: targets.collect() })
    }

    /// Runs to the end.
    pub(super) async fn execute(&mut self) -> RunOutcome {
        if self.stop.canceled.is_cancelled() && self.past.targets.is_empty() {
            return RunOutcome::failed(&canceled());
        }
        let prepared = tokio::select! {
            biased;
            () = self.stop.canceled.clone().cancelled_owned() => Err(canceled()),
            () = tokio::time::sleep_until(self.stop.deadline) => Err(timed_out(&self.stop)),
            prepared = self.prepare() => prepared,
        };
        match prepared {
            Ok((targets, question)) => {
                let this = &*self;
                let alone = targets.len() == 1;
                let work = targets
                    .into_iter()
                    .enumerate()
                    .map(|(i, target)| this.target(i, target, &question, alone));
                RunOutcome::of(join_all(work).await)
            }
            Err(error) => RunOutcome::failed(&error),
        }
    }

    /// Parameters, question and targets; the first entries.
    async fn prepare(&mut self) -> Result<(Vec<QueryTarget>, Vec<Message>), RunError> {
        self.journal.stage(None, Event::Started { attempt: self.past.starts + 1 });
        let spec = &self.query.spec;
        self.parameters = input::parameters(
            &self.world,
            &self.namespace,
            &spec.parameters,
            &Parameters::new(),
            "the query",
        )
        .await?;
        let question = input::messages(spec, &self.parameters)?;
        self.recall = recall::recall(self, &question).await;
        if !self.past.targets.is_empty() {
            return Ok((self.past.targets.iter().map(target_of).collect(), question));
        }
        let targets = targets::resolve(self).await?;
        for (index, target) in targets.iter().enumerate() {
            let key = ObjectRef {
                kind: target.type_.kind(),
                namespace: self.namespace.clone(),
                name: target.name.clone(),
            };
            self.journal.stage(Some(index), Event::TargetStarted { key });
        }
        Ok((targets, question))
    }

    /// One target to its end; a panic in it ends it alone. The end of one that is `alone` is written with the run's.
    async fn target(
        &self,
        index: usize,
        target: QueryTarget,
        question: &[Message],
        alone: bool,
    ) -> TargetOutcome {
        if let Some(before) = self.past.outcomes.get(&index) {
            let result = before.clone().map(|content| Answer::new(content, Vec::new()));
            return TargetOutcome { target, result, usage: self.journal.usage(index) };
        }
        let work = async {
            let _working = self.seat.work();
            self.answer(index, &target, question).await
        };
        let work = AssertUnwindSafe(work).catch_unwind();
        let mut result = tokio::select! {
            biased;
            () = self.stop.canceled.cancelled() => Err(canceled()),
            () = tokio::time::sleep_until(self.stop.deadline) => Err(timed_out(&self.stop)),
            done = work => done.unwrap_or_else(|_| Err(panicked())),
        };
        if let Ok(answer) = &result {
            self.recall.remember(self, index, &target, &answer.messages, &answer.content);
        }
        let event = match &result {
            Ok(answer) => Event::TargetDone { content: answer.content.clone() },
            Err(error) => Event::TargetFailed { code: error.code.clone(), message: error.message.clone() },
        };
        if alone {
            self.journal.stage(Some(index), event);
        } else if let Err(error) = self.journal.append(Some(index), event).await {
            result = result.and(Err(error.into()));
        }
        TargetOutcome { target, result, usage: self.journal.usage(index) }
    }

    async fn answer(
        &self,
        index: usize,
        target: &QueryTarget,
        question: &[Message],
    ) -> Result<Answer, RunError> {
        let place = Place::of_target(index, target.type_.kind(), &target.name);
        let whole: Vec<Message>;
        let conversation = if self.recall.history.is_empty() {
            question
        } else {
            whole = [self.recall.history.as_slice(), question].concat();
            whole.as_slice()
        };
        match target.type_ {
            TargetType::Agent => agent::answer(self, &place, &target.name, conversation).await,
            TargetType::Model => self.model(&place, &target.name, conversation).await,
            TargetType::Tool => tool::answer(self, &place, &target.name, question).await,
            TargetType::Team => team::answer(self, &place, &target.name, conversation).await,
        }
    }

    /// A model asked directly: no prompt, no tools, no schema.
    async fn model(&self, place: &Place, name: &str, question: &[Message]) -> Result<Answer, RunError> {
        let model: Model = self.world.get(&self.namespace, name).await?;
        let caller = step::Caller {
            target: place.target,
            model: &model,
            model_ref: ObjectRef {
                kind: Kind::Model,
                namespace: self.namespace.clone(),
                name: name.to_owned(),
            },
            agent: None,
            overrides: HeaderOverrides {
                agent: None,
                query: Some((&self.namespace, &self.query.spec.overrides)),
            },
        };
        let request = ChatRequest { messages: question.to_vec(), ..ChatRequest::default() };
        let answer = step::ask(self, &caller, &place.model(0), &request).await?;
        let messages = vec![Message::assistant(answer.content.clone(), answer.tool_calls, None)];
        Ok(Answer::new(answer.content, messages))
    }
}

fn canceled() -> RunError {
    RunError::new(codes::CANCELED, "The query was canceled.")
}

fn timed_out(stop: &Stop) -> RunError {
    RunError::new(
        codes::TIMED_OUT,
        format!(
            "The query's timeout of {} passed before the answer was complete. Raise spec.timeout.",
            stop.timeout
        ),
    )
}

/// Why a run failed that a panic ended.
pub(super) fn panicked() -> RunError {
    RunError::new(
        codes::INTERNAL,
        "The run failed by a fault of this program; other runs go on. The log has the details: please report it.",
    )
}

fn target_of(key: &ObjectRef) -> QueryTarget {
    let type_ = match key.kind {
        Kind::Team => TargetType::Team,
        Kind::Model => TargetType::Model,
        Kind::Tool => TargetType::Tool,
        _ => TargetType::Agent,
    };
    QueryTarget::new(type_, key.name.as_str())
}
