//! What a query adds to the model call that it makes.

use std::pin::pin;
use std::time::Instant;

use anyhow::Context;
use kube::api::{PostParams, WatchParams};
use serde_json::json;

use super::{ark, object, openai, until_done};
use crate::Bench;
use crate::model::Models;
use crate::process::Arkdeck;
use crate::report::Figure;
use crate::samples::Samples;

const WARM_UP: usize = 20;
const ROUNDS: usize = 500;

/// Created by API, watched to done; less the median of the same call made directly.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let url = Models::start().await?.now();
    let bare = bare_calls(&url).await?;
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    let post = PostParams::default();
    ark(&client, "Model", "models").create(&post, &object("Model", "bench", openai(&url))?).await?;
    let agent = json!({ "prompt": "You answer.", "modelRef": { "name": "bench" } });
    ark(&client, "Agent", "agents").create(&post, &object("Agent", "bench", agent)?).await?;

    let queries = ark(&client, "Query", "queries");
    let mut watch = pin!(queries.watch(&WatchParams::default().timeout(290), "0").await?);
    let mut samples = Samples::default();
    for number in 0..WARM_UP + ROUNDS {
        let name = format!("bench-{number}");
        let spec = json!({ "input": "A short question.", "target": { "type": "agent", "name": "bench" } });
        let query = object("Query", &name, spec)?;
        let start = Instant::now();
        queries.create(&post, &query).await?;
        until_done(&mut watch, &name).await?;
        if number >= WARM_UP {
            samples.push(start.elapsed());
        }
    }
    let added = samples.above(bare.median());
    let how = format!(
        "{} queries one after the other, POST to the watch event with phase done, less {:.2} ms of the bare streaming call",
        samples.len(),
        bare.percentile(50.0)
    );
    Ok(vec![
        Figure::at_most("Added latency of a query, p50", added.percentile(50.0), 3.0, "ms", &how),
        Figure::at_most("Added latency of a query, p99", added.percentile(99.0), 8.0, "ms", "the same"),
    ])
}

/// The same call, made directly.
pub async fn bare_calls(url: &str) -> anyhow::Result<Samples> {
    let client = reqwest::Client::new();
    let mut samples = Samples::default();
    for number in 0..WARM_UP + ROUNDS {
        let start = Instant::now();
        let answer = client.post(format!("{url}/chat/completions")).json(&body()).send().await?;
        answer.error_for_status()?.bytes().await?;
        if number >= WARM_UP {
            samples.push(start.elapsed());
        }
    }
    Ok(samples)
}

/// The time to the first token of the same call.
pub async fn bare_first_tokens(url: &str) -> anyhow::Result<Samples> {
    let client = reqwest::Client::new();
    let mut samples = Samples::default();
    for number in 0..WARM_UP + ROUNDS {
        let start = Instant::now();
        let mut answer =
            client.post(format!("{url}/chat/completions")).json(&body()).send().await?.error_for_status()?;
        answer.chunk().await?.context("no token came")?;
        let first = start.elapsed();
        while answer.chunk().await?.is_some() {}
        if number >= WARM_UP {
            samples.push(first);
        }
    }
    Ok(samples)
}

fn body() -> serde_json::Value {
    json!({
        "model": "bench",
        "stream": true,
        "messages": [{ "role": "system", "content": "You answer." }, { "role": "user", "content": "A short question." }],
    })
}
