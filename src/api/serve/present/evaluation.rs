//! Evaluations.

use super::status::{because, plain};
use super::text::{first_line, moment};
use super::{Present, World, fact, fact_budget, fact_text, namespace};
use crate::kubernetes::{Caches, KindCache};
use crate::resources::condition::find;
use crate::resources::conditions::types;
use crate::resources::kind::Kind;
use crate::resources::{Condition, Evaluation, EvaluationPhase};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue};
use crate::views::row::{Cell, State, Status};

fn evaluator(evaluation: &Evaluation) -> Option<ObjectKey> {
    let evaluator = evaluation.spec.evaluator.as_ref()?;
    let own = namespace(&evaluation.metadata);
    let namespace = if evaluator.namespace.is_empty() { own } else { &evaluator.namespace };
    Some(ObjectKey::new(Kind::Evaluator, namespace, &evaluator.name))
}

fn query(evaluation: &Evaluation) -> Option<ObjectKey> {
    let query = evaluation.spec.config.query_ref.as_ref()?;
    let own = namespace(&evaluation.metadata);
    let namespace = if query.namespace.is_empty() { own } else { &query.namespace };
    Some(ObjectKey::new(Kind::Query, namespace, &query.name))
}

impl Present for Evaluation {
    const KIND: Kind = Kind::Evaluation;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.evaluations
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Stale, "Unknown") };
        match status.phase {
            None | Some(EvaluationPhase::Pending) => plain(State::Queued, "Pending"),
            Some(EvaluationPhase::Running) => plain(State::Running, "Running"),
            Some(EvaluationPhase::Error) => because(State::Failed, "Failed", &status.message),
            Some(EvaluationPhase::Canceled) => because(State::Canceled, "Canceled", &status.message),
            Some(EvaluationPhase::Done) if status.passed => plain(State::Done, "Passed"),
            Some(EvaluationPhase::Done) => because(State::Failed, "Gate failed", &status.message),
        }
    }

    fn summary(&self) -> String {
        let message = self.status.as_ref().map(|status| status.message.as_str()).unwrap_or_default();
        first_line(if message.is_empty() { &self.spec.config.input } else { message })
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let score = self.status.as_ref().map(|status| status.score.as_str()).unwrap_or_default();
        vec![
            Cell::Text(self.spec.type_.to_string()),
            evaluator(self).map_or(Cell::None, |key| world.link(key)),
            if score.is_empty() { Cell::None } else { Cell::Text(score.into()) },
        ]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        fact_text(&mut facts, "Type", self.spec.type_.as_str());
        for (title, key) in [("Evaluator", evaluator(self)), ("Query", query(self))] {
            if let Some(key) = key {
                facts.push(fact(title, FactValue::Link { missing: world.missing(&key), key }));
            }
        }
        if !self.spec.config.input.is_empty() {
            facts.push(fact("Question", FactValue::Block(self.spec.config.input.clone())));
        }
        if !self.spec.config.output.is_empty() {
            facts.push(fact("Answer", FactValue::Block(self.spec.config.output.clone())));
        }
        facts.push(fact_budget("Timeout", self.spec.timeout()));
        facts
    }

    fn references(&self) -> Vec<ObjectKey> {
        evaluator(self).into_iter().chain(query(self)).collect()
    }

    fn times(&self) -> (Option<i64>, Option<i64>) {
        let ended = find(self.conditions(), types::EVALUATION_COMPLETED)
            .filter(|condition| condition.is_true())
            .and_then(|condition| moment(&condition.last_transition_time));
        let took =
            self.status.as_ref().and_then(|status| status.duration).map(|took| took.as_nanos() / 1_000_000);
        match (ended, took) {
            (Some(ended), Some(took)) => (Some(ended - took), Some(ended)),
            _ => (None, None),
        }
    }
}
