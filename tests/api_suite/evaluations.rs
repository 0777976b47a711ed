//! Evaluations of every type, in process and by a service, and that nothing is paid twice.

use std::sync::Arc;

use arkdeck::resources::{Evaluation, EvaluationPhase, EvaluationStatus, Model};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::harness::{Deck, NAMESPACE, quick};
use crate::model_server::{Act, ModelServer};
use crate::tool_server::ToolServer;

const VERDICT: &str =
    r#"{"accuracy": {"reason": "It is true.", "score": 0.9}, "clarity": {"reason": "Plain.", "score": 0.7}}"#;

fn judge() -> Value {
    json!({"parameters": [
        {"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy,clarity"}]})
}

fn status(evaluation: &Evaluation) -> EvaluationStatus {
    evaluation.status.clone().unwrap()
}

fn reason(status: &EvaluationStatus) -> &str {
    &status.conditions.iter().find(|one| one.type_ == "EvaluationCompleted").unwrap().reason
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_scores_a_direct_evaluation_that_came_before_its_evaluator() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("judge", [Act::Say(VERDICT)]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.evaluation(
        "e",
        json!({"config": {"input": "2 + 2?", "output": "4"}, "evaluator": {"name": "judge"}}),
    )
    .await;
    deck.evaluation_until("e", |status| status.phase == Some(EvaluationPhase::Pending)).await;
    deck.model(&server, "judge").await;
    deck.evaluator("judge", judge()).await;
    let evaluation = deck.evaluated("e").await;
    let status = status(&evaluation);
    assert_eq!((status.score.as_str(), status.passed), ("0.800", true), "{}", status.message);
    assert_eq!(reason(&status), "EvaluationSucceeded");
    assert_eq!(status.message, "Direct evaluation completed successfully");
    assert!(status.token_usage.unwrap().total_tokens > 0);
    let results: Vec<(&str, &str)> =
        status.results.iter().map(|one| (one.name.as_str(), one.reason.as_str())).collect();
    assert_eq!(results, [("accuracy", "It is true."), ("clarity", "Plain.")]);
    assert!(evaluation.annotations()["evaluation.metadata/reasoning"].contains("It is true."));
    let asked = &server.requests("judge")[0];
    assert_eq!(asked["temperature"], 0.0, "low variance");
    assert_eq!(asked["response_format"]["type"], "json_schema");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_answers_garbage_is_asked_once_more_and_then_it_is_an_error() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("mends", [Act::Say("Great!"), Act::Say(VERDICT)]);
    server.script("never", [Act::Say(r#"{"accuracy": {"reason": "", "score": 85}, "clarity": 1}"#)]);
    let deck = Deck::start(dir.path(), quick()).await;
    for model in ["mends", "never"] {
        deck.model(&server, model).await;
        let parameters =
            json!([{"name": "model.name", "value": model}, {"name": "scope", "value": "accuracy,clarity"}]);
        deck.evaluator(model, json!({"parameters": parameters})).await;
        let spec = json!({"config": {"input": "a", "output": "b"}, "evaluator": {"name": model}});
        deck.evaluation(model, spec).await;
    }
    let mended = status(&deck.evaluated("mends").await);
    assert_eq!((mended.score.as_str(), server.calls("mends")), ("0.800", 2));
    let failed = status(&deck.evaluated("never").await);
    assert_eq!((failed.phase, reason(&failed)), (Some(EvaluationPhase::Error), "EvaluationErrored"));
    assert!(
        failed.message.starts_with("JudgeUnreadable: ")
            && failed.message.contains("is 85, and scores are from 0 to 1"),
        "{}",
        failed.message
    );
    assert_eq!(server.calls("never"), 2);
    let paid = failed.token_usage.unwrap();
    assert!(paid.total_tokens > 0, "budgets go by what was paid: {paid:?}");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_measured_by_its_answer_and_its_run_and_rules_see_what_happened() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Tools(&[("noop", r#"{"message": "a"}"#)]), Act::Say("Low at noon: 0.4 m")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    let prices = r#"{"currency": "EUR", "input": 2, "output": 8}"#;
    let priced = json!({"metadata": {"annotations": {"ark.mckinsey.com/token-prices": prices}}});
    let models: Api<Model> = Api::namespaced(deck.client.clone(), NAMESPACE);
    models.patch("gull", &PatchParams::default(), &Patch::Merge(&priced)).await.unwrap();
    deck.agent("pilot", "gull", json!({"tools": [{"type": "built-in", "name": "noop"}]})).await;
    let metrics = json!([
        {"type": "contains", "expected": "noon", "required": true},
        {"type": "regex", "pattern": r"\d\.\d m"},
        {"type": "number", "tolerance": 0.05},
        {"type": "levenshtein", "threshold": 0.5},
        {"type": "rouge-l"},
        {"type": "bleu", "threshold": 0.1},
        {"type": "latency", "maxDuration": "30s"},
        {"type": "tokens", "max": 1000},
        {"type": "cost", "max": 0.01},
        {"type": "tools", "tools": [{"name": "noop", "arguments": {"message": "a"}}]},
        {"type": "refusal"},
        {"type": "json-schema", "schema": {"type": "object"}, "weight": 2},
    ]);
    deck.evaluator("measures", json!({"metrics": metrics})).await;
    // Both before the query has ended.
    deck.evaluation(
        "measured",
        json!({"type": "query", "config": {"queryRef": {"name": "q"}, "expectedOutput": "Low at noon: 0.42 m"},
            "evaluator": {"name": "measures"}}),
    )
    .await;
    let rules = json!([
        {"name": "called", "expression": "tools.was_called('noop') and not tools.had_error('noop')", "weight": 3},
        {"name": "said", "expression": "output.contains('noon') && llm.size() == 2"},
        {"name": "refunded", "expression": "tools.exists(t, t.name == 'refund')"},
    ]);
    let event = |rules: Value| json!({"type": "event", "config": {"queryRef": {"name": "q"}, "rules": rules}, "evaluator": {"name": "measures"}});
    deck.evaluation("ruled", event(rules)).await;
    deck.query("q", json!({"input": "When?", "target": {"type": "agent", "name": "pilot"}})).await;

    let measured = status(&deck.evaluated("measured").await);
    let failing: Vec<&str> =
        measured.results.iter().filter(|one| !one.passed).map(|one| one.name.as_str()).collect();
    assert_eq!(failing, ["json-schema"], "{:?}", measured.results);
    assert!(measured.passed && measured.score.starts_with("0.7"), "{}", measured.score);
    assert_eq!(measured.token_usage, None, "nothing was paid");

    let ruled = deck.evaluated("ruled").await;
    assert_eq!(status(&ruled).score, "0.800");
    assert_eq!(status(&ruled).message, "Event evaluation completed with 3 rules - passed (score: 0.800)");
    assert_eq!(ruled.annotations()["evaluation.metadata/rule_2_refunded_passed"], "false");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_cannot_be_read_are_refused_or_end_their_evaluation_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    let good = json!({"name": "fine", "expression": "tools.was_called('noop') and not query.was_eaten()"});
    let typo = json!({"name": "typo", "expression": "true &&\n  (1 <"});
    // Neither query nor evaluator will ever come: nobody waits for them.
    let config = json!({"queryRef": {"name": "q"}, "rules": [good, good, typo]});
    let who = json!({"name": "nobody"});
    let item = json!({"type": "event", "evaluator": who, "config": config});
    let all: Api<Evaluation> = Api::namespaced(deck.client.clone(), NAMESPACE);
    for (name, spec, field) in [
        ("own", json!({"type": "event", "config": config, "evaluator": who}), "spec.config.rules[2]"),
        (
            "item",
            json!({"type": "batch", "config": {"items": [item]}}),
            "spec.config.items[0].config.rules[2]",
        ),
        (
            "template",
            json!({"type": "batch", "config": {"template": item, "querySelector": {"matchLabels": {"a": "b"}}}}),
            "spec.config.template.config.rules[2]",
        ),
    ] {
        let object: Evaluation = serde_json::from_value(json!({"apiVersion": "ark.mckinsey.com/v1alpha1",
            "kind": "Evaluation", "metadata": {"name": name}, "spec": spec}))
        .unwrap();
        let made = all.create(&PostParams::default(), &object).await;
        if !deck.is_embedded() {
            made.unwrap();
            let status = status(&deck.evaluated(name).await);
            let said = "InvalidRule: Rule 'typo' cannot be read: line 2, column ";
            assert!(status.message.starts_with(said), "{}", status.message);
            assert!(
                name == "own" || status.message.ends_with(&format!("It is {field}.")),
                "{}",
                status.message
            );
            continue;
        }
        let Err(kube::Error::Api(refusal)) = made else { panic!("it was let in: {made:?}") };
        assert_eq!((refusal.code, refusal.reason.as_str()), (422, "Invalid"));
        let causes = refusal.details.unwrap().causes;
        assert_eq!(causes.len(), 1, "{causes:?}");
        assert_eq!(
            (causes[0].field.clone(), causes[0].reason.as_str()),
            (format!("{field}.expression"), "FieldValueInvalid")
        );
        let said = r#"Invalid value: "true &&\n  (1 <": Rule 'typo' cannot be read: line 2, column "#;
        assert!(causes[0].message.starts_with(said), "{}", causes[0].message);
    }
    if deck.is_embedded() {
        // A change is looked at as well, by patch and by apply; what is not about rules is not.
        let rules = |rule: &Value| json!({"spec": {"config": {"rules": [rule]}}});
        deck.evaluation(
            "later",
            json!({"type": "event", "config": {"queryRef": {"name": "q"}, "rules": [good]},
            "evaluator": who}),
        )
        .await;
        let params = PatchParams::apply("test").force();
        let merge = all.patch("later", &PatchParams::default(), &Patch::Merge(rules(&typo))).await;
        let mut applied = json!({"apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation"});
        applied.as_object_mut().unwrap().extend(rules(&typo).as_object().unwrap().clone());
        let apply = all.patch("later", &params, &Patch::Apply(applied)).await;
        for outcome in [merge, apply] {
            let Err(kube::Error::Api(refusal)) = outcome else { panic!("it was let in: {outcome:?}") };
            assert!(
                refusal.code == 422 && refusal.message.contains("spec.config.rules[0].expression"),
                "{refusal:?}"
            );
        }
        let label = json!({"metadata": {"labels": {"tide": "low"}}});
        all.patch("later", &PatchParams::default(), &Patch::Merge(label)).await.unwrap();
    }
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_set_is_scored_example_by_example_and_a_wrong_one_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let deck = Deck::start(dir.path(), quick()).await;
    let good = "input,expectedOutput,output\nLow?,At noon.,At noon.\nHigh?,At six.,At seven.\n";
    let bad = "input,expectedOutput\na,b\nc\n";
    deck.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "golden"}, "data": {"good": good, "bad": bad}}))
        .await;
    deck.evaluator("exact", json!({"metrics": [{"type": "exact"}]})).await;
    for key in ["good", "bad"] {
        let dataset =
            json!([{"name": "dataset", "valueFrom": {"configMapKeyRef": {"name": "golden", "key": key}}}]);
        let spec =
            json!({"type": "baseline", "config": {}, "evaluator": {"name": "exact", "parameters": dataset}});
        deck.evaluation(key, spec).await;
    }
    let good = status(&deck.evaluated("good").await);
    assert_eq!((good.score.as_str(), good.passed), ("0.500", false));
    assert_eq!(good.message, "Baseline evaluation completed successfully: 1/2 examples passed");
    assert!(good.results[1].reason.contains("At seven."), "{:?}", good.results);
    let bad = status(&deck.evaluated("bad").await);
    assert!(bad.message.contains("line 3: it has 1 fields"), "{}", bad.message);
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_asked_in_the_words_of_ark_and_lies_are_told() {
    let (dir, service) = (tempfile::tempdir().unwrap(), ToolServer::start().await);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"k": "s3cret"}}))
        .await;
    for (name, path) in [("good", "score/0.85"), ("liar", "score/85"), ("down", "status/503")] {
        deck.evaluator(
            name,
            json!({"address": {"value": format!("{}/{path}", service.url)},
            "parameters": [{"name": "scope", "value": "accuracy"},
                {"name": "key", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}]}),
        )
        .await;
        let own = json!([{"name": "scope", "value": "clarity"}]);
        let spec =
            json!({"config": {"input": "a", "output": "b"}, "evaluator": {"name": name, "parameters": own}});
        deck.evaluation(name, spec).await;
    }
    let good = deck.evaluated("good").await;
    assert_eq!((status(&good).score.as_str(), status(&good).passed), ("0.850", true));
    assert_eq!(status(&good).token_usage.unwrap().total_tokens, 12);
    assert_eq!(good.annotations()["evaluation.metadata/reasoning"], "so");
    assert_eq!(good.annotations()["evaluation.metadata/odd_name"], "7");
    let asked = service.asked().into_iter().find(|one| one.uri.path() == "/score/0.85").unwrap();
    assert_eq!(
        asked.json(),
        json!({"type": "direct", "config": {"input": "a", "output": "b"}, "evaluatorName": "good",
            "parameters": {"scope": "clarity", "key": "s3cret", "model.namespace": NAMESPACE}})
    );
    let liar = status(&deck.evaluated("liar").await);
    assert!(liar.message.contains("its score is 85, and scores are from 0 to 1"), "{}", liar.message);
    let down = status(&deck.evaluated("down").await);
    assert!(down.message.contains("HTTP status 503"), "{}", down.message);
    assert_eq!(service.asked().len(), 3, "each was asked once");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_gets_the_evaluations_that_it_and_its_evaluators_ask_for() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low at noon.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.evaluator("named", json!({"metrics": [{"type": "contains", "expected": "noon"}]})).await;
    deck.evaluator(
        "watcher",
        json!({"metrics": [{"type": "contains", "expected": "six"}],
            "selector": {"resourceType": "Query", "matchLabels": {"watch": "yes"}}}),
    )
    .await;
    deck.available("Evaluator", "named", "Available").await;
    deck.available("Evaluator", "watcher", "Available").await;
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": "q", "labels": {"watch": "yes"}},
        "spec": {"input": "When?", "target": {"type": "model", "name": "gull"}, "evaluators": [{"name": "named"}]},
    }))
    .await;
    let query = deck.until("q", |status| status.evaluations.len() == 2).await;
    let scores: Vec<(String, String, bool)> = query
        .status
        .unwrap()
        .evaluations
        .into_iter()
        .map(|one| (one.evaluator_name, one.score, one.passed))
        .collect();
    assert_eq!(scores, [("named".into(), "1.000".into(), true), ("watcher".into(), "0.000".into(), false)]);
    let auto = deck.evaluated("watcher-q-eval").await;
    assert_eq!(auto.labels()["ark.mckinsey.com/auto"], "true");
    // What somebody removes is not made again, also not by the next process.
    let api: Api<Evaluation> = Api::namespaced(deck.client.clone(), NAMESPACE);
    api.delete("named-q-eval", &DeleteParams::default()).await.unwrap();
    deck.stop().await;
    let deck = Deck::start(dir.path(), quick()).await;
    deck.evaluation(
        "last",
        json!({"config": {"input": "a", "output": "noon"}, "evaluator": {"name": "named"}}),
    )
    .await;
    deck.evaluated("last").await;
    let api: Api<Evaluation> = Api::namespaced(deck.client.clone(), NAMESPACE);
    assert!(api.get_opt("named-q-eval").await.unwrap().is_none());
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_killed_goes_on_and_pays_no_judge_twice() {
    let (dir, server, gate) =
        (tempfile::tempdir().unwrap(), ModelServer::start().await, Arc::new(Semaphore::new(0)));
    // Two verdicts come; the third is cut by the end of the process.
    server
        .script("judge", [Act::Say(VERDICT), Act::Say(VERDICT), Act::Hold("{", gate, ""), Act::Say(VERDICT)]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "judge").await;
    deck.evaluator("judge", judge()).await;
    let item = |n: usize| json!({"type": "direct", "config": {"input": format!("{n}?"), "output": "x"}, "evaluator": {"name": "judge"}});
    let items: Vec<Value> = (0..5).map(item).collect();
    deck.evaluation("batch", json!({"type": "batch", "config": {"items": items, "concurrency": 1}})).await;
    server.called("judge", 3).await;
    let open = deck
        .evaluation_until("batch", |status| {
            status.batch_progress.as_ref().is_some_and(|progress| progress.completed == 2)
        })
        .await;
    let progress = status(&open).batch_progress.unwrap();
    assert_eq!((progress.total, status(&open).phase), (5, Some(EvaluationPhase::Running)));
    deck.stop().await;

    let deck = Deck::start(dir.path(), quick()).await;
    let batch = status(&deck.evaluated("batch").await);
    assert_eq!((batch.score.as_str(), batch.passed), ("0.800", true), "{}", batch.message);
    assert_eq!(batch.message, "Batch evaluation completed: 5/5 children passed");
    assert_eq!(server.calls("judge"), 6, "five verdicts, and the one that was cut once more");
    let child = deck.evaluated("batch-child-4").await;
    assert_eq!(child.labels()["parent-evaluation"], "batch");
    assert_eq!(child.owner_references()[0].name, "batch");
    deck.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_makes_an_evaluation_for_each_selected_query_and_stops_at_an_error_when_asked() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low at noon.")]);
    let deck = Deck::start(dir.path(), quick()).await;
    deck.model(&server, "gull").await;
    deck.evaluator("noon", json!({"metrics": [{"type": "contains", "expected": "noon"}]})).await;
    for name in ["a", "b", "other"] {
        let suite = if name == "other" { "none" } else { "tides" };
        deck.create(json!({
            "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Query", "metadata": {"name": name, "labels": {"suite": suite}},
            "spec": {"input": "When?", "target": {"type": "model", "name": "gull"}},
        }))
        .await;
        deck.ended(name).await;
    }
    let template = json!({"type": "query", "namePrefix": "t", "config": {}, "evaluator": {"name": "noon"}});
    let late = json!({"type": "query", "namePrefix": "l", "config": {}, "evaluator": {"name": "noon"}});
    deck.evaluation("late", json!({"type": "batch", "config": {"template": late, "querySelector": {"matchLabels": {"suite": "late"}}}}))
        .await;
    deck.evaluation_until("late", |status| status.phase == Some(EvaluationPhase::Pending)).await;
    deck.evaluation("tides", json!({"type": "batch", "config": {"template": template, "querySelector": {"matchLabels": {"suite": "tides"}}}}))
        .await;
    let tides = status(&deck.evaluated("tides").await);
    let names: Vec<String> =
        tides.batch_progress.unwrap().child_evaluations.into_iter().map(|one| one.name).collect();
    assert_eq!((names, tides.score.as_str()), (vec!["t-a".to_owned(), "t-b".to_owned()], "1.000"));
    // One that waits for a query is woken by one that gets its labels.
    let labels = json!({"metadata": {"labels": {"suite": "late"}}});
    deck.queries().patch("other", &PatchParams::default(), &Patch::Merge(&labels)).await.unwrap();
    let late = status(&deck.evaluated("late").await);
    assert_eq!(late.batch_progress.unwrap().child_evaluations[0].name, "l-other");

    let direct = |config: Value| json!({"type": "direct", "config": config, "evaluator": {"name": "noon"}});
    let items = json!([direct(json!({"input": "a"})), direct(json!({"input": "a", "output": "noon"}))]);
    for (name, goes_on, score) in [("stops", false, "0.000"), ("goes-on", true, "0.500")] {
        let config = json!({"items": items, "concurrency": 1, "continueOnFailure": goes_on});
        deck.evaluation(name, json!({"type": "batch", "config": config})).await;
        let batch = status(&deck.evaluated(name).await);
        assert_eq!((batch.score.as_str(), batch.passed), (score, false), "{name}: {}", batch.message);
        assert_eq!(batch.message.contains("it stopped"), !goes_on, "{}", batch.message);
    }
    deck.stop().await;
}
