//! The run itself: the engine in this process, without the writes of statuses and without a watch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use arkdeck::embedded::{self, Embedded};
use arkdeck::engine::journal::{Event, Update};
use arkdeck::engine::{Budget, Engine, EngineDeps, Settings};
use arkdeck::resources::query::Query;
use arkdeck::store::Store;
use kube::ResourceExt;
use kube::api::{Api, PostParams};
use serde_json::json;

use super::{ark, object, openai};
use crate::Bench;
use crate::model::Models;
use crate::report::Figure;
use crate::samples::Samples;

const WARM_UP: usize = 20;
const ROUNDS: usize = 500;
/// Between the first token and the rest, so that the first is on its way alone.
const PAUSE_MS: u64 = 10;

/// From `submit` to the first token and to the journaled end, less the same of the bare call.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let models = Models::start().await?;
    let folder = tempfile::Builder::new().prefix("arkdeck-bench-").tempdir()?;
    let store = Store::open(folder.path()).await?;
    let crds = arkdeck::resources::crds().iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    let embedded = Embedded::start(
        store.clone(),
        embedded::Settings { crds, version: "bench".into(), ..embedded::Settings::default() },
    )
    .await?;
    let client = kube::Client::new(embedded.router(), "default");
    let settings = Settings { program: bench.binary.clone(), ..Settings::default() };
    let deps = EngineDeps { store, client: client.clone(), readers: Arc::new(|_| Ok(None)), settings };
    let engine = Engine::start(deps).await?;
    let post = PostParams::default();
    for (name, url) in [("now", models.now()), ("pause", models.pause(PAUSE_MS))] {
        ark(&client, "Model", "models").create(&post, &object("Model", name, openai(&url))?).await?;
        let agent = json!({ "prompt": "You answer.", "modelRef": { "name": name } });
        ark(&client, "Agent", "agents").create(&post, &object("Agent", name, agent)?).await?;
    }
    let bare = super::query::bare_calls(&models.now()).await?;
    let whole = runs(&engine, &client, "now").await?.1.above(bare.median());
    let bare_first = super::query::bare_first_tokens(&models.pause(PAUSE_MS)).await?;
    let first = runs(&engine, &client, "pause").await?.0.above(bare_first.median());
    let how = |less: f64| {
        format!(
            "{ROUNDS} runs one after the other, the engine in the measuring process; less {less:.2} ms of the bare call"
        )
    };
    Ok(vec![
        Figure::at_most(
            "Added time of the run itself, p50",
            whole.percentile(50.0),
            1.0,
            "ms",
            format!("submit to the journaled end; {}", how(bare.percentile(50.0))),
        ),
        Figure::at_most(
            "Added time to the first token, p50",
            first.percentile(50.0),
            2.0,
            "ms",
            format!("submit to the first text that followers get; {}", how(bare_first.percentile(50.0))),
        ),
        Figure::at_most("Added time to the first token, p99", first.percentile(99.0), 2.0, "ms", "the same"),
    ])
}

/// Times from submit to the first text, and to the entry that ends the run.
async fn runs(engine: &Engine, client: &kube::Client, agent: &str) -> anyhow::Result<(Samples, Samples)> {
    let queries: Api<Query> = Api::default_namespaced(client.clone());
    let budget = Budget { timeout: Duration::from_secs(60), iterations: 25 };
    let (mut first, mut whole) = (Samples::default(), Samples::default());
    for number in 0..WARM_UP + ROUNDS {
        let spec = json!({ "input": "A short question.", "target": { "type": "agent", "name": agent } });
        let query = object("Query", &format!("{agent}-{number}"), spec)?.try_parse::<Query>()?;
        let query = queries.create(&PostParams::default(), &query).await?;
        let mut followed = engine.journal().subscribe(&query.uid().context("no UID")?);
        let start = Instant::now();
        engine.submit(Arc::new(query), budget);
        let mut text = None;
        loop {
            match followed.updates.recv().await? {
                Update::Text { .. } => text = text.or_else(|| Some(start.elapsed())),
                Update::Entry(entry) => {
                    if let Event::Finished { phase, message, .. } = &entry.event {
                        anyhow::ensure!(phase == "done", "{message}");
                        break;
                    }
                }
            }
        }
        if number >= WARM_UP {
            whole.push(start.elapsed());
            first.push(text.context("no text was published")?);
        }
    }
    Ok((first, whole))
}
