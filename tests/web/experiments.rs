//! Experiments as pages ask for them: compared, looked into, run again, stopped, made the baseline.

use arkdeck::evaluation::datasets::Item;
use arkdeck::evaluation::experiment::{
    AskedTarget, Experiment, Experiments, Place, Snapshot, State, Target, Trial, outcome,
};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::Server;

fn request(number: u32, more: Value) -> Value {
    let mut request = json!({
        "key": {"namespace": "default", "evaluation": "nightly", "number": number},
        "target": null, "base": null, "alone": false, "order": "Moved", "filter": "All", "tag": "", "offset": 0});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "request": request })
}

/// An experiment of three items, with a score each.
pub async fn kept(server: &Server, run: &str, version: u32, scores: [f64; 3]) -> Experiment {
    kept_of(server, "nightly", run, version, scores).await
}

async fn kept_of(server: &Server, name: &str, run: &str, version: u32, scores: [f64; 3]) -> Experiment {
    let experiments = Experiments::new(server.store.clone());
    let target = Target { kind: "agent".into(), name: "pilot".into() };
    let asked = AskedTarget { target: target.clone(), uid: "a".into(), generation: i64::from(version) };
    let wanted = Experiment {
        namespace: "default".into(),
        name: name.into(),
        evaluation: format!("gone-{name}"),
        run: run.into(),
        data_set: "tides".into(),
        data_set_version: version,
        total: 3,
        snapshot: Snapshot {
            targets: vec![asked],
            repeats: 1,
            evaluator: "judge".into(),
            ..Snapshot::default()
        },
        ..Experiment::default()
    };
    let items: Vec<Item> = ["a", "b", "c"]
        .map(|id| Item {
            id: id.into(),
            input: format!("What of {id}?"),
            tags: vec![id.into()],
            ..Item::default()
        })
        .into();
    let begun = experiments.begin(wanted, &items, 0).await.unwrap();
    let mut trials = Vec::new();
    for (item, score) in items.iter().zip(scores) {
        let trial = Trial {
            target: target.clone(),
            item: item.id.clone(),
            score: Some(score),
            passed: score > 0.5,
            output: format!("It scores {score}."),
            latency_ms: Some(20),
            ..Trial::default()
        }
        .bounded();
        let place = Place { item: item.id.clone(), target: 0, repeat: 0 };
        experiments.keep(&begun, &place, &trial, "none/").await.unwrap();
        trials.push(trial);
    }
    let outcome = outcome(&[target], 3, 1, &trials);
    experiments.end(&begun.id, State::Done, "Done.", Some(&outcome)).await.unwrap();
    begun
}

#[tokio::test]
async fn an_experiment_is_compared_with_the_one_before_also_when_its_evaluation_is_gone() {
    let server = Server::start().await;
    kept(&server, "1", 3, [1.0, 0.9, 0.2]).await;
    kept(&server, "2", 4, [1.0, 0.2, 0.4]).await;
    let view = server.call("experiments/get", request(0, json!({}))).await.json();
    assert_eq!(
        (&view["key"]["number"], &view["exists"], &view["state"]),
        (&json!(2), &json!(false), &json!("Done"))
    );
    assert_eq!(view["base"]["number"], 1);
    assert_eq!(
        view["changed"],
        json!([
            "Data set tides has version 4 now, and had 3.",
            "The agent pilot was changed (generation 3 to 4)."
        ])
    );
    let rows: Vec<&str> =
        view["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(rows, ["b", "c", "a"], "worse, better, the rest");
    assert_eq!(view["counts"], json!({"all": 3, "failed": 2, "changed": 2, "worse": 1, "better": 1}));
    assert_eq!(view["experiments"].as_array().unwrap().len(), 2);
    assert!(view["delta"]["paired"] == 3 && view["base_summary"]["items"] == 3);
    let worse = server.call("experiments/get", request(2, json!({"filter": "Worse"}))).await.json();
    assert_eq!(
        (&worse["rows_total"], &worse["rows"][0]["note"]),
        (&json!(1), &json!("Its score is not enough."))
    );
    let alone = server.call("experiments/get", request(2, json!({"alone": true}))).await.json();
    assert!(alone["base"].is_null() && alone["delta"].is_null());

    let item = json!({"key": {"namespace": "default", "evaluation": "nightly", "number": 2},
        "target": {"kind": "agent", "name": "pilot"}, "base": null, "item": "b"});
    let lone = server.call("experiments/item", item.clone()).await.json();
    assert!(
        lone["row"]["base"].is_null() && lone["diff"].is_null(),
        "what stands alone is compared with nothing"
    );
    let mut item = item;
    item["base"] = json!({"evaluation": "", "number": 1, "target": null});
    let item = server.call("experiments/item", item).await.json();
    assert_eq!(
        (&item["input"], &item["row"]["score"], &item["row"]["base"]),
        (&json!("What of b?"), &json!(0.2), &json!(0.9))
    );
    assert_eq!(item["base_trials"][0]["output"], "It scores 0.9.");
    assert_eq!((&item["diff"]["same"], &item["trials"][0]["query_exists"]), (&json!(false), &json!(false)));

    for (arguments, sentence) in [
        (request(9, json!({})), "Evaluation default/nightly has no experiment 9."),
        (
            request(2, json!({"base": {"evaluation": "", "number": 7, "target": null}})),
            "has no experiment 7.",
        ),
    ] {
        let answer = server.call("experiments/get", arguments).await;
        assert_ne!(answer.status, StatusCode::OK);
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
    let again = json!({"namespace": "default", "evaluation": "nightly"});
    let answer = server.call("experiments/rerun", again).await;
    assert!(answer.body.contains("There is no evaluation default/nightly."), "{}", answer.body);
}

#[tokio::test]
async fn the_page_compares_with_the_baseline_that_the_gate_compares_with() {
    let server = Server::start().await;
    kept_of(&server, "before", "1", 3, [0.5, 0.5, 0.5]).await;
    for run in ["1", "2", "3"] {
        kept(&server, run, 3, [1.0, 0.9, 0.2]).await;
    }
    let evaluations: kube::Api<arkdeck::resources::Evaluation> =
        kube::Api::default_namespaced(server.client.clone());
    let spec = json!({"type": "batch", "evaluator": {"name": "judge"}, "config": {
        "dataSet": {"name": "tides"}, "targets": [{"type": "agent", "name": "pilot"}]}});
    let object = serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": "nightly"}, "spec": spec,
    }))
    .unwrap();
    evaluations.create(&kube::api::PostParams::default(), &object).await.unwrap();
    for (named, evaluation, number, own) in [
        ("nightly@1", "", 1, 1),
        ("1", "", 1, 1),
        ("before@1", "before", 1, 0),
        // What is not there is as if none was named.
        ("before@7", "", 2, 0),
    ] {
        let patch = json!({"metadata": {"annotations": {"ark.mckinsey.com/baseline": named}}});
        let patch = kube::api::Patch::Merge(&patch);
        let after = evaluations.patch("nightly", &kube::api::PatchParams::default(), &patch).await.unwrap();
        let version = after.metadata.resource_version.unwrap().parse().unwrap();
        server.caches.evaluations.reached(version).await;
        let view = server.call("experiments/get", request(3, json!({}))).await.json();
        let base = &view["base"];
        assert_eq!(
            (&base["evaluation"], &base["number"], &view["baseline"]),
            (&json!(evaluation), &json!(number), &json!(own)),
            "{named}"
        );
    }
}

#[tokio::test]
async fn people_run_again_stop_and_choose_the_baseline() {
    let server = Server::start().await;
    let spec = json!({"type": "batch", "evaluator": {"name": "judge"}, "config": {
        "dataSet": {"name": "tides"}, "targets": [{"type": "agent", "name": "pilot"}]}});
    let evaluations: kube::Api<arkdeck::resources::Evaluation> =
        kube::Api::default_namespaced(server.client.clone());
    let object = serde_json::from_value(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Evaluation", "metadata": {"name": "nightly"}, "spec": spec,
    }))
    .unwrap();
    evaluations.create(&kube::api::PostParams::default(), &object).await.unwrap();
    let seen = |version: String| {
        let caches = server.caches.clone();
        async move { caches.evaluations.reached(version.parse().unwrap()).await }
    };
    seen(evaluations.get("nightly").await.unwrap().metadata.resource_version.unwrap()).await;
    kept(&server, "1", 3, [1.0, 0.9, 0.2]).await;
    let annotation = |name: &'static str| {
        let evaluations = evaluations.clone();
        async move {
            let found = evaluations.get("nightly").await.unwrap().metadata.annotations.unwrap_or_default();
            found.get(&format!("ark.mckinsey.com/{name}")).cloned()
        }
    };
    let key =
        |number: u32| json!({"key": {"namespace": "default", "evaluation": "nightly", "number": number}});
    let name = json!({"namespace": "default", "evaluation": "nightly"});
    assert_eq!(server.call("experiments/baseline", key(1)).await.status, StatusCode::OK);
    assert_eq!(annotation("baseline").await.as_deref(), Some("1"));
    let answer = server.call("experiments/baseline", key(5)).await;
    assert!(answer.body.contains("has no experiment 5"), "{}", answer.body);
    assert_eq!(server.call("experiments/baseline", key(0)).await.status, StatusCode::OK);
    assert_eq!(annotation("baseline").await, None);

    let answer = server.call("experiments/rerun", name.clone()).await;
    assert!(answer.body.contains("runs already"), "{}", answer.body);
    assert_eq!(server.call("experiments/cancel", name.clone()).await.status, StatusCode::OK);
    assert_eq!(annotation("cancel").await.as_deref(), Some("true"));
    let ended = json!({"status": {"phase": "canceled"}});
    let patch = kube::api::Patch::Merge(&ended);
    let after =
        evaluations.patch_status("nightly", &kube::api::PatchParams::default(), &patch).await.unwrap();
    seen(after.metadata.resource_version.unwrap()).await;
    let answer = server.call("experiments/cancel", name.clone()).await;
    assert!(answer.body.contains("has ended already"), "{}", answer.body);
    assert_eq!(server.call("experiments/rerun", name).await.json(), 2);
    assert!(annotation("run-again").await.is_some());
    assert_eq!(annotation("cancel").await, None, "it would end at once");
}
