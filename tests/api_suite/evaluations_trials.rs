//! The trials of experiments: items as they are written, their own least scores, and what happens when a query goes or a judge hangs.

use std::sync::Arc;

use arkdeck::evaluation::datasets::{DataSets, Item};
use arkdeck::evaluation::experiment::{Experiments, Trial};
use arkdeck::resources::EvaluationPhase;
use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::experiments::{VERDICT, data_set, deck, experiment, kept, noon, told};
use crate::harness::{Deck, NAMESPACE};
use crate::model_server::{Act, ModelServer};

/// What a template would make something of, and data does not.
const BRACES: &str =
    "Fill in {{ .harbour }}, {{\"{{\"}} and {{ .Missing | upper }}:\n{% raw %} ${x} $(y) {{ if }} }} {{";

/// Three items with one answer.
const LOWS: [(&str, &str, &str); 3] =
    [("a", "Low water?", "At noon."), ("b", "Lower water?", "At noon."), ("c", "Lowest water?", "At noon.")];

async fn trials(deck: &Deck, name: &str) -> Vec<Trial> {
    let kept = kept(deck, name, 1).await;
    Experiments::new(deck.store().clone()).scores(&kept.id, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_asked_as_it_is_written_whatever_braces_it_has() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    for model in ["gull", "tern"] {
        server.script(model, [Act::Say("{{ .harbour }} stays.")]);
    }
    server.script("judge", [Act::Say(VERDICT)]);
    let deck = deck(dir.path(), &server).await;
    deck.model(&server, "tern").await;
    deck.model(&server, "judge").await;
    let parameters =
        json!([{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy,clarity"}]);
    deck.evaluator("judged", json!({"metrics": [{"type": "exact"}], "parameters": parameters})).await;
    let members = json!([{"type": "agent", "name": "pilot"}]);
    deck.team("desk", json!({"strategy": "sequential", "members": members})).await;
    data_set(&deck, "braces", &[("one", BRACES, "{{ .harbour }} stays.")]).await;
    let targets = json!([{"type": "agent", "name": "pilot"}, {"type": "team", "name": "desk"}, {"type": "model", "name": "tern"}]);
    let mut spec = experiment(json!({"dataSet": {"name": "braces"}, "targets": targets}));
    spec["evaluator"] = json!({"name": "judged"});
    deck.evaluation("verbatim", spec).await;
    let status = told(&deck, "verbatim", 1).await;
    assert_eq!(status.message, "Experiment 1: 3 of 3 items passed, mean score 0.867.");
    for (model, calls) in [("gull", 2), ("tern", 1)] {
        let asked = server.requests(model);
        assert_eq!(asked.len(), calls);
        for request in asked {
            assert_eq!(request["messages"].as_array().unwrap().last().unwrap()["content"], BRACES, "{model}");
        }
    }
    let judged = server.requests("judge");
    assert_eq!(judged.len(), 3);
    for request in judged {
        let material: Value =
            serde_json::from_str(request["messages"][1]["content"].as_str().unwrap()).unwrap();
        let answer = "{{ .harbour }} stays.";
        assert_eq!(material, json!({"question": BRACES, "answer": answer, "expected": answer}));
    }
    // What pages and comparisons show.
    let kept = kept(&deck, "verbatim", 1).await;
    let experiments = Experiments::new(deck.store().clone());
    let items = experiments.items(&kept.item_set).await.unwrap();
    assert_eq!(
        (items[0].input.as_str(), items[0].expected_output.as_str()),
        (BRACES, "{{ .harbour }} stays.")
    );
    for trial in experiments.trials(&kept.id, "one", 2).await.unwrap() {
        assert_eq!(trial.output, "{{ .harbour }} stays.");
        assert_eq!(deck.queries().get(&trial.query).await.unwrap().spec.input, BRACES);
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_has_its_own_least_score_in_an_experiment_as_in_a_baseline() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::By(noon)]);
    let deck = deck(dir.path(), &server).await;
    let parameters = json!([{"name": "min-score", "value": "0.8"}]);
    deck.evaluator("near", json!({"metrics": [{"type": "levenshtein"}], "parameters": parameters})).await;
    // One edit of eight is 0.875, four of fourteen are 0.714.
    let golden = [
        json!({"name": "usual", "input": "Low water?", "expectedOutput": "At noon!", "output": "At noon."}),
        json!({"name": "hard", "input": "Lowest water?", "expectedOutput": "At noon!", "output": "At noon.",
            "expectedMinScore": 0.9}),
        json!({"name": "easy", "input": "High water?", "expectedOutput": "I do not see.",
            "output": "I do not know.", "expectedMinScore": "0.7"}),
    ];
    let lines: Vec<String> = golden.iter().map(Value::to_string).collect();
    deck.create(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "golden", "labels": {"ark.mckinsey.com/data-set": "true"}},
        "data": {"items.jsonl": lines.join("\n")},
    }))
    .await;
    let from = json!({"configMapKeyRef": {"name": "golden", "key": "items.jsonl"}});
    let evaluator = json!({"name": "near", "parameters": [{"name": "dataset", "valueFrom": from}]});
    deck.evaluation("baseline", json!({"type": "baseline", "config": {}, "evaluator": evaluator})).await;
    let mut spec = experiment(json!({"dataSet": {"name": "golden"}}));
    spec["evaluator"] = json!({"name": "near"});
    deck.evaluation("asked", spec).await;

    let baseline = deck.evaluated("baseline").await.status.unwrap();
    assert_eq!(baseline.message, "Baseline evaluation completed successfully: 2/3 examples passed");
    let asked = told(&deck, "asked", 1).await;
    assert_eq!(asked.message, "Experiment 1: 2 of 3 items passed, mean score 0.821.");
    assert_eq!((baseline.score.as_str(), baseline.passed), (asked.score.as_str(), asked.passed));
    let mut passed: Vec<(String, bool)> =
        trials(&deck, "asked").await.into_iter().map(|trial| (trial.item, trial.passed)).collect();
    let mut known: Vec<(String, bool)> =
        baseline.results.into_iter().map(|example| (example.name, example.passed)).collect();
    passed.sort();
    known.sort();
    assert_eq!(passed, known);
    let hard = trials(&deck, "asked").await.into_iter().find(|trial| trial.item == "hard").unwrap();
    assert_eq!(hard.note, "expectedMinScore: 0.875 is below 0.9, the least score of this item");

    // One that was kept before such scores were looked at.
    let mut wrong = Item { id: "wrong".into(), input: "Low water?".into(), ..Item::default() };
    wrong.metadata.insert("expectedMinScore".into(), json!(80));
    let good = Item {
        id: "good".into(),
        input: "Low water?".into(),
        expected_output: "At noon.".into(),
        ..Item::default()
    };
    DataSets::new(deck.store().clone()).put(NAMESPACE, "kept", 0, "", &[wrong, good]).await.unwrap();
    let before = server.calls("gull");
    deck.evaluation("kept", experiment(json!({"dataSet": {"name": "kept"}}))).await;
    assert_eq!(told(&deck, "kept", 1).await.message, "Experiment 1: 1 of 2 items passed, mean score 0.500.");
    let wrong = trials(&deck, "kept").await.into_iter().find(|trial| trial.item == "wrong").unwrap();
    let said =
        "InvalidItem: It was not asked: its expectedMinScore is 80, and scores are numbers from 0 to 1.";
    assert_eq!((wrong.error.as_str(), wrong.score, server.calls("gull") - before), (said, None, 1));
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_somebody_deletes_is_told_and_the_others_go_on() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::Hold("At", gate, " noon."), Act::By(noon)]);
    let deck = deck(dir.path(), &server).await;
    data_set(&deck, "lows", &LOWS).await;
    deck.evaluation("gone", experiment(json!({"dataSet": {"name": "lows"}, "concurrency": 1}))).await;
    server.called("gull", 1).await;
    let asked = deck.queries().list(&ListParams::default()).await.unwrap().items;
    let [asked] = asked.as_slice() else { panic!("{} queries", asked.len()) };
    deck.queries().delete(&asked.name_any(), &DeleteParams::default()).await.unwrap();

    let status = told(&deck, "gone", 1).await;
    assert_eq!(status.phase, Some(EvaluationPhase::Done));
    assert_eq!(status.message, "Experiment 1: 2 of 3 items passed, mean score 0.667.");
    let progress = status.batch_progress.unwrap();
    assert_eq!((progress.completed, progress.failed), (2, 1));
    let failed: Vec<Trial> =
        trials(&deck, "gone").await.into_iter().filter(|trial| !trial.error.is_empty()).collect();
    let [failed] = failed.as_slice() else { panic!("{failed:?}") };
    let said = format!("QueryGone: Query '{}' was deleted before its answer was scored.", asked.name_any());
    assert_eq!((failed.error.as_str(), failed.score, failed.passed), (said.as_str(), None, false));
    assert_eq!(server.calls("gull"), 3, "nobody asks it again");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_hangs_ends_its_trial_and_the_others_go_on() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    server.script("gull", [Act::By(noon)]);
    server.script("judge", [Act::Hold("{", gate, ""), Act::Say(VERDICT)]);
    let deck = deck(dir.path(), &server).await;
    deck.model(&server, "judge").await;
    let parameters =
        json!([{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy,clarity"}]);
    deck.evaluator("judge", json!({"parameters": parameters})).await;
    // What is not there yet is waited for within the same time.
    deck.available("Evaluator", "judge", "Available").await;
    data_set(&deck, "lows", &LOWS).await;
    let mut spec = experiment(json!({"dataSet": {"name": "lows"}, "concurrency": 1}));
    (spec["evaluator"], spec["timeout"]) = (json!({"name": "judge"}), json!("8s"));
    deck.evaluation("slow", spec).await;
    let status = told(&deck, "slow", 1).await;
    assert_eq!(status.message, "Experiment 1: 2 of 3 items passed, mean score 0.533.");
    let failed: Vec<Trial> =
        trials(&deck, "slow").await.into_iter().filter(|trial| trial.score.is_none()).collect();
    let [failed] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!(failed.error, "TimedOut: Scoring took longer than 8s. Raise spec.timeout.");
    assert_eq!((server.calls("gull"), server.calls("judge")), (3, 3));
    deck.stop().await;
}
