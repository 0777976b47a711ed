//! Experiments: every item asked and scored once, through kills, cancellations and changes; and what their gates say.

use std::sync::Arc;

use arkdeck::evaluation::datasets::{DataSets, Item};
use arkdeck::evaluation::experiment::{Experiment, Experiments, State};
use arkdeck::resources::{Evaluation, EvaluationPhase, EvaluationStatus, Query};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, NAMESPACE, quick};
use crate::model_server::{Act, ModelServer};

pub const VERDICT: &str =
    r#"{"accuracy": {"reason": "It is true.", "score": 0.9}, "clarity": {"reason": "Plain.", "score": 0.7}}"#;

/// A model that knows one answer: to questions about low water, and fails at those about storms.
pub fn noon(request: &Value) -> Act {
    let question = request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    match question {
        text if text.contains("Storm") => Act::Status(400, &[], r#"{"error": {"message": "No storms."}}"#),
        text if text.contains("Low") => Act::Say("At noon."),
        _ => Act::Say("I do not know."),
    }
}

pub async fn data_set(deck: &Deck, name: &str, items: &[(&str, &str, &str)]) {
    let lines = items.iter().map(|(id, input, expected)| {
        json!({"id": id, "name": id, "input": input, "expectedOutput": expected}).to_string()
    });
    deck.create(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {"ark.mckinsey.com/data-set": "true"}},
        "data": {"items.jsonl": lines.collect::<Vec<_>>().join("\n")},
    }))
    .await;
}

const TIDES: [(&str, &str, &str); 3] = [
    ("low", "Low water?", "At noon."),
    ("lower", "Lowest water?", "At noon."),
    ("high", "High water?", "At six."),
];

pub fn experiment(config: Value) -> Value {
    let mut whole = json!({"dataSet": {"name": "tides"}, "targets": [{"type": "agent", "name": "pilot"}]});
    whole.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    json!({"type": "batch", "config": whole, "evaluator": {"name": "exact"}})
}

fn status(evaluation: &Evaluation) -> EvaluationStatus {
    evaluation.status.clone().unwrap()
}

fn evaluations(deck: &Deck) -> Api<Evaluation> {
    Api::namespaced(deck.client.clone(), NAMESPACE)
}

async fn annotate(deck: &Deck, name: &str, annotations: Value) {
    let patch = json!({"metadata": {"annotations": annotations}});
    evaluations(deck).patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
}

/// The evaluation, once it has told what became of experiment `number`.
pub async fn told(deck: &Deck, name: &str, number: i32) -> EvaluationStatus {
    let evaluation = deck
        .evaluation_until(name, move |status| {
            status.experiment == Some(number)
                && matches!(
                    status.phase,
                    Some(EvaluationPhase::Done | EvaluationPhase::Error | EvaluationPhase::Canceled)
                )
        })
        .await;
    status(&evaluation)
}

pub async fn kept(deck: &Deck, name: &str, number: u32) -> Experiment {
    Experiments::new(deck.store().clone()).get(NAMESPACE, name, number).await.unwrap().unwrap()
}

/// A deck with the agent `pilot` on `gull`, the evaluator `exact` and the data set `tides`.
pub async fn deck(dir: &std::path::Path, server: &ModelServer) -> Deck {
    let deck = Deck::start(dir, quick()).await;
    deck.model(server, "gull").await;
    deck.agent("pilot", "gull", json!({})).await;
    deck.evaluator("exact", json!({"metrics": [{"type": "exact"}]})).await;
    data_set(&deck, "tides", &TIDES).await;
    deck
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_is_asked_of_every_target_and_scored_with_what_is_expected() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    server.script("tern", [Act::Say("At six.")]);
    server.script("heron", [Act::Say("I only write.")]);
    // The evaluation comes first, as with `kubectl apply -f folder/`.
    let deck = Deck::start(dir.path(), quick()).await;
    let targets = json!([
        {"type": "agent", "name": "pilot"},
        {"type": "model", "name": "tern"},
        {"type": "team", "name": "desk"},
    ]);
    deck.evaluation("nightly", experiment(json!({"targets": targets, "repeats": 2, "concurrency": 4}))).await;
    deck.evaluation_until("nightly", |status| status.phase == Some(EvaluationPhase::Pending)).await;
    deck.model(&server, "gull").await;
    deck.model(&server, "tern").await;
    data_set(&deck, "tides", &TIDES).await;
    deck.evaluator("exact", json!({"metrics": [{"type": "exact"}]})).await;
    deck.agent("pilot", "gull", json!({})).await;
    // The last one speaks for the team.
    deck.model(&server, "heron").await;
    deck.agent("scribe", "heron", json!({})).await;
    let members = json!([{"type": "agent", "name": "scribe"}, {"type": "agent", "name": "pilot"}]);
    deck.team("desk", json!({"strategy": "sequential", "members": members})).await;

    let status = told(&deck, "nightly", 1).await;
    assert_eq!((status.score.as_str(), status.passed), ("0.556", false), "{}", status.message);
    assert_eq!(status.message, "Experiment 1: 5 of 9 items passed, mean score 0.556.");
    let progress = status.batch_progress.unwrap();
    assert_eq!((progress.total, progress.completed, progress.failed, progress.running), (18, 18, 0, 0));
    assert!(progress.child_evaluations.is_empty());
    let results: Vec<(&str, &str)> =
        status.results.iter().map(|one| (one.name.as_str(), one.score.as_str())).collect();
    assert_eq!(results, [("agent/pilot", "0.667"), ("model/tern", "0.333"), ("team/desk", "0.667")]);
    assert_eq!((server.calls("gull"), server.calls("tern"), server.calls("heron")), (12, 6, 6));

    let experiments = Experiments::new(deck.store().clone());
    let kept = kept(&deck, "nightly", 0).await;
    assert_eq!((kept.number, kept.state, kept.total), (1, State::Done, 18));
    assert_eq!((kept.data_set.as_str(), kept.data_set_version), ("tides", 1));
    assert!(kept.snapshot.targets[0].generation > 0 && kept.snapshot.evaluator_generation > 0);
    let trials = experiments.trials(&kept.id, "high", 0).await.unwrap();
    assert_eq!((trials.len(), trials[0].output.as_str(), trials[0].score), (2, "I do not know.", Some(0.0)));
    assert!(trials[0].latency_ms.is_some() && trials[0].usage.prompt > 0 && !trials[0].note.is_empty());
    // What was asked is an ordinary run, of the evaluation.
    let query = deck.queries().get(&trials[0].query).await.unwrap();
    assert_eq!(query.labels()["ark.mckinsey.com/experiment"], "nightly");
    assert_eq!(query.labels()["ark.mckinsey.com/experiment-number"], "1");
    assert_eq!(query.owner_references()[0].name, "nightly");
    assert_eq!(query.spec.input, "High water?");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_that_is_killed_goes_on_and_pays_no_query_and_no_judge_twice() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::By(noon)]);
    // Two verdicts come; the third is cut by the end of the process.
    server
        .script("judge", [Act::Say(VERDICT), Act::Say(VERDICT), Act::Hold("{", gate, ""), Act::Say(VERDICT)]);
    let deck = self::deck(dir.path(), &server).await;
    deck.model(&server, "judge").await;
    deck.evaluator(
        "judge",
        json!({"parameters": [
            {"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy,clarity"}]}),
    )
    .await;
    let mut spec = experiment(json!({"concurrency": 1, "repeats": 2}));
    spec["evaluator"] = json!({"name": "judge"});
    deck.evaluation("nightly", spec).await;
    server.called("judge", 3).await;
    let open = deck
        .evaluation_until("nightly", |status| {
            status.batch_progress.as_ref().is_some_and(|progress| progress.completed == 2)
        })
        .await;
    assert_eq!(status(&open).phase, Some(EvaluationPhase::Running));
    assert_eq!(status(&open).message, "2 of 6 answers have ended, 2 passed");
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let status = told(&deck, "nightly", 1).await;
    assert_eq!((status.score.as_str(), status.passed), ("0.800", true), "{}", status.message);
    assert_eq!(server.calls("gull"), 6, "every question once");
    assert_eq!(server.calls("judge"), 7, "six verdicts, and the one that was cut once more");
    assert!(status.token_usage.unwrap().total_tokens > 0);
    let kept = kept(&deck, "nightly", 0).await;
    assert_eq!((kept.number, kept.state), (1, State::Done));
    let trials = Experiments::new(deck.store().clone()).scores(&kept.id, None).await.unwrap();
    assert_eq!(trials.iter().filter(|trial| trial.judge == "judge").count(), 6);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_fails_is_told_and_the_others_go_on() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = self::deck(dir.path(), &server).await;
    data_set(&deck, "weather", &[("storm", "Storm?", "Yes."), ("low", "Low water?", "At noon.")]).await;
    deck.evaluation("w", experiment(json!({"dataSet": {"name": "weather"}, "concurrency": 1}))).await;
    let status = told(&deck, "w", 1).await;
    assert_eq!((status.phase, status.score.as_str()), (Some(EvaluationPhase::Done), "0.500"));
    let progress = status.batch_progress.unwrap();
    assert_eq!((progress.completed, progress.failed), (1, 1));
    let kept = kept(&deck, "w", 1).await;
    let trials = Experiments::new(deck.store().clone()).trials(&kept.id, "storm", 0).await.unwrap();
    assert_eq!((trials[0].score, trials[0].passed), (None, false));
    assert!(trials[0].error.starts_with("QueryFailed: "), "{}", trials[0].error);
    assert!(trials[0].error.contains("No storms."), "{}", trials[0].error);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_is_the_next_number_also_when_its_evaluation_is_made_again() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = self::deck(dir.path(), &server).await;
    deck.evaluation("nightly", experiment(json!({}))).await;
    told(&deck, "nightly", 1).await;
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/run-again": "a"})).await;
    told(&deck, "nightly", 2).await;
    let patch = json!({"spec": {"config": {"repeats": 2}}});
    evaluations(&deck).patch("nightly", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    let status = told(&deck, "nightly", 3).await;
    assert_eq!(status.batch_progress.unwrap().total, 6);
    // A label is no wish to run again, and neither is a restart.
    let patch = json!({"metadata": {"labels": {"team": "tides"}}});
    evaluations(&deck).patch("nightly", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    deck.stop().await;
    let deck = Deck::start(dir.path(), quick()).await;
    evaluations(&deck).delete("nightly", &DeleteParams::default()).await.unwrap();
    let gone =
        kube::runtime::wait::await_condition(evaluations(&deck), "nightly", |one: Option<&Evaluation>| {
            one.is_none()
        });
    tokio::time::timeout(crate::harness::PATIENCE, gone).await.unwrap().unwrap();
    assert_eq!(kept(&deck, "nightly", 2).await.state, State::Done, "what was measured stays");
    deck.evaluation("nightly", experiment(json!({}))).await;
    told(&deck, "nightly", 4).await;
    assert_eq!(server.calls("gull"), 3 + 3 + 6 + 3);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stopped_asks_nothing_more() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Say("At noon."), Act::Hold("At", gate.clone(), " six.")]);
    server.script("judge", [Act::Hold("{", gate, "")]);
    let deck = self::deck(dir.path(), &server).await;
    deck.model(&server, "judge").await;
    deck.evaluator("slow", json!({"parameters": [{"name": "model.name", "value": "judge"}]})).await;
    deck.evaluation("nightly", experiment(json!({"concurrency": 1}))).await;
    let direct = json!({"config": {"input": "a", "output": "b"}, "evaluator": {"name": "slow"}});
    deck.evaluation("direct", direct.clone()).await;
    let items = json!([{"type": "direct", "config": direct["config"], "evaluator": direct["evaluator"], "name": "child"}]);
    deck.evaluation("batch", json!({"type": "batch", "config": {"items": items}})).await;
    server.called("gull", 2).await;
    server.called("judge", 2).await;
    for name in ["nightly", "direct", "batch"] {
        annotate(&deck, name, json!({"ark.mckinsey.com/cancel": "true"})).await;
    }
    for name in ["nightly", "direct", "batch", "child"] {
        let one = deck.evaluation_until(name, |status| status.phase == Some(EvaluationPhase::Canceled)).await;
        let status = status(&one);
        assert_eq!(status.conditions[0].reason, "EvaluationCanceled", "{name}");
        assert_eq!(status.conditions[0].status.as_str(), "True", "{name}");
        assert_eq!(status.message, "Somebody stopped it.", "{name}");
    }
    let kept = kept(&deck, "nightly", 0).await;
    assert_eq!((kept.number, kept.state), (1, State::Canceled));
    let scores = Experiments::new(deck.store().clone()).scores(&kept.id, None).await.unwrap();
    assert_eq!(scores.len(), 1, "what had ended stays");
    let queries: Api<Query> = deck.queries();
    for query in queries.list(&ListParams::default()).await.unwrap() {
        let query = deck.ended(&query.name_any()).await;
        let phase = query.status.as_ref().unwrap().phase.unwrap();
        let done = scores[0].query == query.name_any();
        assert_eq!(phase.as_str(), if done { "done" } else { "canceled" });
    }
    assert_eq!(server.calls("gull"), 2);
    // It runs again, when it is asked to and not stopped any more.
    server.script("gull", [Act::By(noon)]);
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/cancel": null, "ark.mckinsey.com/run-again": "b"}))
        .await;
    let status = told(&deck, "nightly", 2).await;
    assert_eq!(status.phase, Some(EvaluationPhase::Done));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_ends_the_experiment_that_runs_and_begins_the_next() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("At", gate, ""), Act::By(noon)]);
    let deck = self::deck(dir.path(), &server).await;
    deck.evaluation("nightly", experiment(json!({"concurrency": 1}))).await;
    server.called("gull", 1).await;
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/run-again": "now"})).await;
    assert_eq!(told(&deck, "nightly", 2).await.phase, Some(EvaluationPhase::Done));
    let first = kept(&deck, "nightly", 1).await;
    assert_eq!(first.state, State::Canceled);
    assert!(first.message.contains("run again"), "{}", first.message);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_compares_with_the_baseline_that_is_named_else_with_the_one_before() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = self::deck(dir.path(), &server).await;
    let gate = json!({"minScore": "0.6", "maxWorse": 0});
    deck.evaluation("nightly", experiment(json!({"gate": gate}))).await;
    let first = told(&deck, "nightly", 1).await;
    assert!(first.passed, "{}", first.message);
    assert!(first.results[0].reason.contains("There is no earlier experiment"), "{:?}", first.results);

    server.script("gull", [Act::Say("I do not know.")]);
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/run-again": "2"})).await;
    let second = told(&deck, "nightly", 2).await;
    assert!(!second.passed);
    assert_eq!(
        second.message,
        "Experiment 2: 0 of 3 items passed, mean score 0.000. Mean score 0 is below 0.6. 2 items became worse than in \
         experiment 1, more than 0."
    );
    let outcome = kept(&deck, "nightly", 2).await.outcome.unwrap();
    assert!(!outcome.passed && !outcome.gates[0].passed && outcome.gates[0].conditions.len() == 2);

    server.script("gull", [Act::By(noon)]);
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/run-again": "3", "ark.mckinsey.com/baseline": "1"}))
        .await;
    let third = told(&deck, "nightly", 3).await;
    assert!(third.passed, "{}", third.message);
    annotate(&deck, "nightly", json!({"ark.mckinsey.com/run-again": "4", "ark.mckinsey.com/baseline": "77"}))
        .await;
    let fourth = told(&deck, "nightly", 4).await;
    assert!(!fourth.passed && fourth.message.contains("There is no experiment 77"), "{}", fourth.message);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_for_its_data_set_begins_when_that_comes() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = self::deck(dir.path(), &server).await;
    for name in ["declared", "uploaded"] {
        deck.evaluation(name, experiment(json!({"dataSet": {"name": name}}))).await;
        let waits = |status: &EvaluationStatus| status.message.starts_with("Waits: There is no data set");
        deck.evaluation_until(name, waits).await;
    }
    data_set(&deck, "declared", &TIDES).await;
    let item = Item { id: "low".into(), input: "Low water?".into(), ..Item::default() };
    DataSets::new(deck.store().clone()).put(NAMESPACE, "uploaded", 0, "", &[item]).await.unwrap();
    for name in ["declared", "uploaded"] {
        assert_eq!(told(&deck, name, 1).await.phase, Some(EvaluationPhase::Done), "{name}");
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_changed_into_a_batch_of_items_asks_nothing_more() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Hold("At", Arc::new(Semaphore::new(0)), "")]);
    let deck = self::deck(dir.path(), &server).await;
    deck.evaluation("e", experiment(json!({"concurrency": 1}))).await;
    server.called("gull", 1).await;
    let item =
        json!({"type": "direct", "config": {"input": "a", "output": "b"}, "evaluator": {"name": "exact"}});
    let spec = json!({"spec": {"config": {"dataSet": null, "targets": null, "items": [item]}}});
    evaluations(&deck).patch("e", &PatchParams::default(), &Patch::Merge(&spec)).await.unwrap();
    let done = deck.evaluation_until("e", |status| status.phase == Some(EvaluationPhase::Done)).await;
    assert!(status(&done).message.starts_with("Batch evaluation completed"), "{}", status(&done).message);
    let mut kept = kept(&deck, "e", 1).await;
    while kept.state == State::Running {
        tokio::task::yield_now().await;
        kept = self::kept(&deck, "e", 1).await;
    }
    assert_eq!((kept.state, server.calls("gull")), (State::Canceled, 1));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_says_why() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    let deck = self::deck(dir.path(), &server).await;
    data_set(&deck, "broken", &[("a", "", "b")]).await;
    let nobody = json!([{"type": "team", "name": "nobody"}]);
    let pilot = json!({"type": "agent", "name": "pilot"});
    for (name, config, expected) in [
        ("no-target", json!({"targets": nobody}), "TargetNotFound: there is no team 'nobody'"),
        (
            "no-data",
            json!({"dataSet": {"name": "nowhere"}}),
            "DataSetNotFound: There is no data set 'nowhere'",
        ),
        (
            "broken",
            json!({"dataSet": {"name": "broken"}}),
            "InvalidDataSet: Data set 'broken' cannot be read",
        ),
        ("nobody", json!({"targets": []}), "InvalidSpec: It names nobody to ask"),
        ("twice", json!({"targets": [pilot, pilot]}), "InvalidSpec: It names agent 'pilot' twice"),
    ] {
        let mut spec = experiment(config);
        spec["timeout"] = json!("1s");
        deck.evaluation(name, spec).await;
        let status = told(&deck, name, 1).await;
        assert_eq!(status.phase, Some(EvaluationPhase::Error), "{name}");
        assert!(status.message.starts_with(expected), "{name}: {}", status.message);
        assert_eq!(kept(&deck, name, 1).await.state, State::Failed);
    }
    let mut spec = experiment(json!({}));
    (spec["evaluator"], spec["timeout"]) = (json!({"name": "nobody"}), json!("1s"));
    deck.evaluation("no-evaluator", spec).await;
    let status = told(&deck, "no-evaluator", 1).await;
    assert!(
        status.message.starts_with("EvaluatorNotReady: there is no Evaluator 'nobody'"),
        "{}",
        status.message
    );
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_another_evaluation_may_be_the_baseline_and_the_status_tells_what_moved() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    server.script("tern", [Act::Say("At six.")]);
    let deck = self::deck(dir.path(), &server).await;
    deck.model(&server, "tern").await;
    deck.evaluation("before", experiment(json!({}))).await;
    assert!(told(&deck, "before", 1).await.comparisons.is_empty(), "there is nothing to compare with");
    let after = |name: &str, baseline: &str| {
        let config = json!({"targets": [{"type": "model", "name": "tern"}], "gate": {"maxWorse": 2}});
        json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "spec": experiment(config),
            "metadata": {"name": name, "annotations": {"ark.mckinsey.com/baseline": baseline}}})
    };
    deck.create(after("after", "before@1")).await;
    let status = told(&deck, "after", 1).await;
    assert!(status.passed, "two of two: {}", status.message);
    let [one] = status.comparisons.as_slice() else { panic!("{:?}", status.comparisons) };
    assert_eq!((one.target.as_str(), one.baseline.as_str()), ("model/tern", "before@1"));
    assert_eq!((one.paired, one.worse, one.better, one.delta.as_str()), (3, 2, 1, "-0.333"));
    let moved: Vec<(&str, &str, &str, bool)> = one
        .moved
        .iter()
        .map(|item| (item.item.as_str(), item.before.as_str(), item.now.as_str(), item.better))
        .collect();
    assert_eq!(moved.len(), 3);
    assert_eq!(moved[2], ("high", "0.000", "1.000", true), "what became worse comes first");
    assert!(one.moved[0].reason.starts_with("exact: "), "{:?}", one.moved[0]);

    deck.create(after("lost", "before@7")).await;
    let status = told(&deck, "lost", 1).await;
    assert!(
        !status.passed && status.message.contains("no experiment 7 of Evaluation 'before'"),
        "{}",
        status.message
    );
    deck.stop().await;
}
