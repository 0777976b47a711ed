//! Evaluations.

use std::borrow::Cow;

use super::evaluation_form::{is_experiment, type_of};
use super::evaluation_view::view;
use super::query::targets as query_targets;
use super::status::{because, plain};
use super::text::{first_line, moment};
use super::{Present, World, fact, fact_budget, fact_text, namespace};
use crate::evaluation::compare::LEAST_PAIRS;
use crate::kubernetes::{Caches, KindCache};
use crate::resources::condition::find;
use crate::resources::conditions::types;
use crate::resources::evaluation_config::ExperimentTargetType;
use crate::resources::kind::Kind;
use crate::resources::{Condition, Evaluation, EvaluationPhase, EvaluationType};
use crate::views::ObjectKey;
use crate::views::detail::{Fact, FactValue, Specific};
use crate::views::facets::{Facets, TYPES, read_score};
use crate::views::row::{Cell, State, Status};

/// Who scores.
pub fn evaluator(evaluation: &Evaluation) -> Option<ObjectKey> {
    let evaluator = evaluation.spec.evaluator.as_ref()?;
    let own = namespace(&evaluation.metadata);
    let namespace = if evaluator.namespace.is_empty() { own } else { &evaluator.namespace };
    Some(ObjectKey::new(Kind::Evaluator, namespace, &evaluator.name))
}

pub(super) fn query(evaluation: &Evaluation) -> Option<ObjectKey> {
    let query = evaluation.spec.config.query_ref.as_ref()?;
    let own = namespace(&evaluation.metadata);
    let namespace = if query.namespace.is_empty() { own } else { &query.namespace };
    Some(ObjectKey::new(Kind::Query, namespace, &query.name))
}

/// Who is judged: the targets of an experiment, else those of the query.
fn targets(evaluation: &Evaluation, world: &World) -> Vec<ObjectKey> {
    let own = namespace(&evaluation.metadata);
    if is_experiment(evaluation) {
        let all = evaluation.spec.config.targets.iter();
        return all.map(|target| ObjectKey::new(target_kind(target.type_), own, &target.name)).collect();
    }
    let Some(key) = query(evaluation) else { return Vec::new() };
    let Some(query) = world.caches.queries.get(&key.namespace, &key.name) else { return Vec::new() };
    let mut targets = query_targets(&query);
    let wanted = evaluation.spec.config.query_ref.as_ref().map(|one| one.response_target.as_str());
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
        // `agent:triage`, `agent/triage` or the name alone.
        let name = wanted.rsplit([':', '/']).next().unwrap_or(wanted);
        targets.retain(|target| target.name == name);
    } else if evaluation.spec.type_ != EvaluationType::Event {
        targets.truncate(1);
    }
    targets
}

fn target_kind(type_: ExperimentTargetType) -> Kind {
    match type_ {
        ExperimentTargetType::Agent => Kind::Agent,
        ExperimentTargetType::Team => Kind::Team,
        ExperimentTargetType::Model => Kind::Model,
    }
}

/// Score in thousandths.
pub(super) fn score(text: &str) -> Option<u16> {
    if text.is_empty() { None } else { read_score(text) }
}

/// Whether it passed; `None` before it ended with a score.
pub(super) fn passed(evaluation: &Evaluation) -> Option<bool> {
    let status = evaluation.status.as_ref()?;
    (status.phase == Some(EvaluationPhase::Done)).then_some(status.passed)
}

pub(super) fn word(phase: Option<EvaluationPhase>, passed: bool, gate: bool, message: &str) -> Status {
    match phase {
        None | Some(EvaluationPhase::Pending) => plain(State::Queued, "Pending"),
        Some(EvaluationPhase::Running) => plain(State::Running, "Running"),
        Some(EvaluationPhase::Error) => because(State::Failed, "Error", message),
        Some(EvaluationPhase::Canceled) => because(State::Canceled, "Canceled", message),
        Some(EvaluationPhase::Done) if passed => {
            plain(State::Done, if gate { "Gate passed" } else { "Passed" })
        }
        Some(EvaluationPhase::Done) => {
            because(State::Failed, if gate { "Gate failed" } else { "Failed" }, message)
        }
    }
}

/// Why it ended as it did. Of one answer Ark says "completed successfully" also when it did not pass: then the first thing that
/// failed is told.
fn because_of(evaluation: &Evaluation) -> Cow<'_, str> {
    let Some(status) = &evaluation.status else { return Cow::default() };
    let one_answer = matches!(evaluation.spec.type_, EvaluationType::Direct | EvaluationType::Query);
    let failed = status.results.iter().find(|result| !result.passed && !result.reason.is_empty());
    match failed {
        Some(failed) if one_answer && passed(evaluation) == Some(false) => {
            format!("{}: {}", failed.name, failed.reason).into()
        }
        _ => status.message.as_str().into(),
    }
}

/// How many of how many passed.
fn share(evaluation: &Evaluation) -> Option<(i64, i64)> {
    let status = evaluation.status.as_ref()?;
    if is_experiment(evaluation) {
        return Some((i64::from(status.items_passed?), i64::from(status.items?)));
    }
    let whole = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    if let Some(progress) = &status.batch_progress {
        let children = &progress.child_evaluations;
        let passed = children.iter().filter(|child| child.passed).count();
        return (!children.is_empty()).then(|| (whole(passed), i64::from(progress.total)));
    }
    let passed = status.results.iter().filter(|result| result.passed).count();
    (status.results.len() > 1).then(|| (whole(passed), whole(status.results.len())))
}

/// How an experiment did against its baseline; of several targets the one that fell most.
fn change(evaluation: &Evaluation) -> Option<Cell> {
    let number = |text: &str| text.parse::<f64>().ok();
    let status = evaluation.status.as_ref().filter(|_| is_experiment(evaluation))?;
    let compared = status.comparisons.iter();
    let compared = compared.filter_map(|one| Some((number(&one.delta)?, one)));
    let (delta, one) = compared.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let beside_zero =
        number(&one.low).is_some_and(|low| low > 0.0) || number(&one.high).is_some_and(|high| high < 0.0);
    #[expect(clippy::cast_possible_truncation, reason = "from -1,000 to 1,000")]
    let thousandths = (delta.clamp(-1.0, 1.0) * 1_000.0).round() as i32;
    Some(Cell::Change {
        thousandths,
        clear: beside_zero && usize::try_from(one.paired).is_ok_and(|pairs| pairs >= LEAST_PAIRS),
        of: format!("{} against {}", one.target, one.baseline),
    })
}

/// The last scores of an experiment, where there are several.
fn trend(evaluation: &Evaluation) -> Option<Cell> {
    let status = evaluation.status.as_ref().filter(|_| is_experiment(evaluation))?;
    let scores: Vec<u16> = status.trend.iter().filter_map(|one| score(one)).collect();
    let gate = evaluation.spec.config.gate.as_ref().and_then(|gate| score(&gate.min_score));
    (scores.len() > 1).then_some(Cell::Trend { scores, gate })
}

impl Present for Evaluation {
    const KIND: Kind = Kind::Evaluation;

    fn cache(caches: &Caches) -> &KindCache<Self> {
        &caches.evaluations
    }

    fn status(&self, _: &World) -> Status {
        let Some(status) = &self.status else { return plain(State::Queued, "Pending") };
        let gate = is_experiment(self) && self.spec.config.gate.is_some();
        let mut told = word(status.phase, status.passed, gate, &because_of(self));
        if let (State::Running, Some(progress)) = (told.state, &status.batch_progress) {
            told.word = format!("Running, {} of {}", progress.completed + progress.failed, progress.total);
        }
        told
    }

    fn summary(&self) -> String {
        let config = &self.spec.config;
        let total =
            self.status.as_ref().and_then(|status| status.batch_progress.as_ref()).map(|all| all.total);
        let many = |noun: &str| match total {
            Some(1) => format!(", 1 {noun}"),
            Some(total) if total > 1 => format!(", {total} {noun}s"),
            _ => String::new(),
        };
        let query = || config.query_ref.as_ref().map(|query| query.name.as_str()).unwrap_or_default();
        match self.spec.type_ {
            EvaluationType::Direct => first_line(&format!("Direct, {}", first_line(&config.input))),
            EvaluationType::Query => format!("Query {}", query()),
            EvaluationType::Event => format!("Rules over query {}", query()),
            EvaluationType::Baseline => "Baseline".to_owned(),
            EvaluationType::Batch => match &config.data_set {
                Some(set) => {
                    let number = self.status.as_ref().and_then(|status| status.experiment);
                    let number = number.map(|number| format!(" {number}")).unwrap_or_default();
                    format!("Experiment{number}, data set {}{}", set.name, many("answer"))
                }
                None => format!("Batch{}", many("evaluation")),
            },
        }
    }

    fn cells(&self, world: &World) -> Vec<Cell> {
        let targets = targets(self, world);
        let target = match targets.as_slice() {
            [] => Cell::None,
            [one] => world.link(one.clone()),
            many => Cell::Tags(many.iter().map(|target| target.name.clone()).collect()),
        };
        let figures = self.status.as_ref().and_then(|status| score(&status.score));
        vec![
            target,
            evaluator(self).map_or(Cell::None, |key| world.link(key)),
            figures.map_or(Cell::None, |thousandths| Cell::Score { thousandths, passed: passed(self) }),
            change(self).unwrap_or(Cell::None),
            share(self).map_or(Cell::None, |(part, whole)| Cell::Share { part, whole }),
            trend(self).unwrap_or(Cell::None),
        ]
    }

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map(|status| status.conditions.as_slice()).unwrap_or_default()
    }

    fn facts(&self, world: &World) -> Vec<Fact> {
        let mut facts = Vec::new();
        let type_ = type_of(self);
        let title = TYPES.iter().find(|(known, _)| *known == type_).map_or(type_, |(_, title)| *title);
        fact_text(&mut facts, "Type", title);
        for (title, key) in [("Evaluator", evaluator(self)), ("Query", query(self))] {
            if let Some(key) = key {
                facts.push(fact(title, FactValue::Link { missing: world.missing(&key), key }));
            }
        }
        let targets: Vec<_> =
            targets(self, world).into_iter().map(|key| (key.clone(), world.missing(&key))).collect();
        if !targets.is_empty() {
            facts
                .push(fact(if targets.len() == 1 { "Target" } else { "Targets" }, FactValue::Links(targets)));
        }
        if let Some(set) = &self.spec.config.data_set {
            let version = set.version.map(|version| format!(", version {version}")).unwrap_or_default();
            fact_text(&mut facts, "Data set", &format!("{}{version}", set.name));
        }
        facts.push(fact_budget("May take", self.spec.timeout()));
        facts.push(fact_budget("Kept for", self.spec.ttl()));
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

    fn facets(&self) -> Facets {
        let status = self.status.as_ref();
        Facets {
            type_: type_of(self),
            evaluator: self.spec.evaluator.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            query: self.spec.config.query_ref.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            score: status.and_then(|status| score(&status.score)),
            passed: passed(self),
            ..Facets::default()
        }
    }

    fn specific(&self, world: &World) -> Specific {
        Specific::Evaluation(view(self, world))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_row_of_an_experiment_tells_how_it_did() {
        let compared = |target: &str, delta: &str, high: &str| {
            let (baseline, low) = ("refunds@13", "-0.100");
            json!({"target": target, "baseline": baseline, "paired": 48,
                "delta": delta, "low": low, "high": high})
        };
        let evaluation: Evaluation = serde_json::from_value(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": "refunds"},
            "spec": {"type": "batch", "config": {"dataSet": {"name": "cases"}, "gate": {"minScore": "0.85"}}},
            "status": {
                "phase": "done", "items": 48, "itemsPassed": 44, "trend": ["0.880", "0.840"],
                "comparisons": [
                    compared("agent/a", "+0.010", "+0.100"), compared("agent/b", "-0.040", "-0.020"),
                ],
            },
        }))
        .unwrap();
        assert_eq!(share(&evaluation), Some((44, 48)));
        let of = "agent/b against refunds@13".to_owned();
        assert_eq!(change(&evaluation), Some(Cell::Change { thousandths: -40, clear: true, of }));
        assert_eq!(trend(&evaluation), Some(Cell::Trend { scores: vec![880, 840], gate: Some(850) }));
    }

    #[test]
    fn an_answer_that_did_not_pass_says_what_failed_and_not_that_it_was_successful() {
        let told = |passed: bool, phase: &str| {
            let evaluation: Evaluation = serde_json::from_value(json!({
                "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": "tides"},
                "spec": {"type": "direct"},
                "status": {
                    "phase": phase, "passed": passed, "message": "Direct evaluation completed successfully",
                    "results": [
                        {"name": "short", "passed": true, "reason": "the answer has 7 letters"},
                        {"name": "says-it", "passed": passed, "reason": "the answer does not contain “noon”"},
                    ],
                },
            }))
            .unwrap();
            because_of(&evaluation).into_owned()
        };
        assert_eq!(told(false, "done"), "says-it: the answer does not contain “noon”");
        assert_eq!(told(true, "done"), "Direct evaluation completed successfully");
        assert_eq!(told(false, "error"), "Direct evaluation completed successfully");
    }
}
