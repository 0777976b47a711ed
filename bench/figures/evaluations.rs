//! Experiments: what scoring adds to the answers and verdicts that are waited for, and how long a comparison takes.

use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::api::{Api, PostParams, WatchEvent, WatchParams};
use serde_json::{Value, json};

use super::{ark, object, openai, phase};
use crate::Bench;
use crate::model::Models;
use crate::process::Arkdeck;
use crate::report::{Figure, number};
use crate::samples::Samples;

/// Items that a judge scores.
const JUDGED: usize = 500;
/// Of them at once.
const AT_ONCE: usize = 50;
/// Time of a verdict.
const VERDICT_MS: u64 = 100;
/// Items that are measured without a judge.
const MEASURED: usize = 1_000;
/// Items of two experiments that are compared.
const COMPARED: usize = 5_000;
/// Comparisons.
const ROUNDS: usize = 20;
/// Nothing takes this long unless it is lost.
const PATIENCE: Duration = Duration::from_secs(300);

/// Judged and measured experiments, and the comparison of two large ones.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let models = Models::start().await?;
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    prepare(&client, &models).await?;

    let judged = run(&client, "judged", JUDGED, AT_ONCE, "judge").await?;
    // Every verdict is waited for, so many at once; the answers come at once.
    let ideal = Duration::from_millis(VERDICT_MS * JUDGED.div_ceil(AT_ONCE) as u64);
    let measured = run(&client, "measured", MEASURED, AT_ONCE, "measures").await?;

    let large = run(&client, "large", COMPARED, AT_ONCE, "measures").await?;
    let again = json!({"metadata": {"annotations": {"ark.mckinsey.com/run-again": "bench"}}});
    ark(&client, "Evaluation", "evaluations")
        .patch("large", &kube::api::PatchParams::default(), &kube::api::Patch::Merge(&again))
        .await?;
    until_done(&client, "large", 2).await?;
    let (compared, cpu) = compare(&arkdeck).await?;
    Ok(vec![
        Figure::at_most(
            "Judging beyond the time of the verdicts",
            judged.saturating_sub(ideal).as_secs_f64(),
            1.5,
            "s",
            format!(
                "{JUDGED} items, each a query and a verdict of {VERDICT_MS} ms, {AT_ONCE} at once, from POST to done, less {} s",
                number(ideal.as_secs_f64())
            ),
        ),
        Figure::at_most(
            "Measuring 1,000 items by three measures",
            measured.as_secs_f64(),
            2.0,
            "s",
            format!("each a query that is answered at once, {AT_ONCE} at once, from POST to done"),
        ),
        Figure::plain(
            "… 5,000 items",
            format!("{} s", number(large.as_secs_f64())),
            "the same, with the data set of the comparison",
        ),
        Figure::at_most(
            "Comparing two experiments of 5,000 items, p50",
            compared.percentile(50.0),
            100.0,
            "ms",
            format!("as the page asks, {ROUNDS} times one after the other, with intervals by bootstrap"),
        ),
        Figure::at_most("… processor time of one", cpu, 100.0, "ms", "user and system time of the process"),
    ])
}

async fn prepare(client: &Client, models: &Models) -> anyhow::Result<()> {
    let post = PostParams::default();
    let all = [("bench", models.now()), ("judge", models.judge(VERDICT_MS))];
    for (name, url) in all {
        ark(client, "Model", "models").create(&post, &object("Model", name, openai(&url))?).await?;
    }
    let judge = json!({"parameters": [{"name": "model.name", "value": "judge"}, {"name": "scope", "value": "accuracy"}]});
    let measures = json!({"metrics": [
        {"type": "contains", "expected": "answer"}, {"type": "levenshtein", "threshold": 0.5}, {"type": "refusal"}]});
    for (name, spec) in [("judge", judge), ("measures", measures)] {
        ark(client, "Evaluator", "evaluators").create(&post, &object("Evaluator", name, spec)?).await?;
    }
    Ok(())
}

/// Makes a data set and an evaluation that asks it, and waits for the end: the time from POST to done.
async fn run(
    client: &Client,
    name: &str,
    items: usize,
    at_once: usize,
    evaluator: &str,
) -> anyhow::Result<Duration> {
    let lines: Vec<String> = (0..items)
        .map(|at| json!({"id": format!("i-{at:04}"), "input": format!("Question {at}?"), "expectedOutput": "A short answer."}).to_string())
        .collect();
    let map: ConfigMap = serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {"ark.mckinsey.com/data-set": "true"}},
        "data": {"items.jsonl": lines.join("\n")},
    }))?;
    Api::default_namespaced(client.clone()).create(&PostParams::default(), &map).await?;
    let spec = json!({"type": "batch", "evaluator": {"name": evaluator}, "config": {
        "dataSet": {"name": name}, "targets": [{"type": "model", "name": "bench"}], "concurrency": at_once}});
    let evaluation = object("Evaluation", name, spec)?;
    let start = Instant::now();
    ark(client, "Evaluation", "evaluations").create(&PostParams::default(), &evaluation).await?;
    until_done(client, name, 1).await?;
    Ok(start.elapsed())
}

async fn until_done(client: &Client, name: &str, experiment: u64) -> anyhow::Result<()> {
    let evaluations = ark(client, "Evaluation", "evaluations");
    let done = async {
        let mut watch = pin!(evaluations.watch(&WatchParams::default().timeout(290), "0").await?);
        loop {
            let event = watch.try_next().await?.context("the watch ended")?;
            let (WatchEvent::Added(seen) | WatchEvent::Modified(seen)) = event else { continue };
            if seen.metadata.name.as_deref() != Some(name)
                || seen.data["status"]["experiment"].as_u64() != Some(experiment)
            {
                continue;
            }
            match phase(&seen) {
                "done" => return Ok(()),
                "error" | "canceled" => anyhow::bail!("evaluation {name} failed: {}", seen.data["status"]),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, done).await.with_context(|| format!("evaluation {name} did not end"))?
}

/// Asks for the comparison as the page does: times, and the processor time of one in milliseconds.
async fn compare(arkdeck: &Arkdeck) -> anyhow::Result<(Samples, f64)> {
    let request = json!({"request": {
        "key": {"namespace": "default", "evaluation": "large", "number": 2},
        "target": null, "base": null, "alone": false, "order": "Moved", "filter": "All", "tag": "", "offset": 0}});
    let http = reqwest::Client::new();
    let mut samples = Samples::default();
    let before = arkdeck.cpu()?;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let answer = http.post(format!("{}/api/experiments/get", arkdeck.url)).json(&request).send().await?;
        let view: Value = answer.error_for_status()?.json().await?;
        samples.push(start.elapsed());
        anyhow::ensure!(view["rows_total"] == COMPARED, "not all items came: {}", view["rows_total"]);
        anyhow::ensure!(view["delta"]["paired"] == COMPARED, "not all items were compared");
    }
    let cpu = (arkdeck.cpu()? - before).as_secs_f64() * 1000.0 / ROUNDS as f64;
    Ok((samples, cpu))
}
