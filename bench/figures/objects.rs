//! Lists of ten thousand objects, and durable creates.

use std::time::Instant;

use futures::{StreamExt, TryStreamExt, stream};
use kube::api::PostParams;
use serde_json::json;

use super::{ark, object};
use crate::Bench;
use crate::process::Arkdeck;
use crate::report::{Figure, number};
use crate::samples::Samples;

const OBJECTS: usize = 10_000;
const ALONE: usize = 500;
const LISTS: usize = 30;
const TOGETHER: usize = 16;
/// kube-apiserver on this class of machine, for comparison.
const KUBE_CREATE_MS: f64 = 3.4;
const KUBE_CREATES_PER_SECOND: f64 = 700.0;

/// Creates at one and at sixteen clients until ten thousand agents are there, then lists them whole.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    let agents = ark(&client, "Agent", "agents");
    let post = PostParams::default();
    let make = |number: usize| {
        let spec = json!({ "prompt": "You answer questions about orders and refunds, briefly.", "description": "An agent" });
        object("Agent", &format!("agent-{number:05}"), spec)
    };

    let mut alone = Samples::default();
    for number in 0..ALONE {
        let agent = make(number)?;
        let start = Instant::now();
        agents.create(&post, &agent).await?;
        alone.push(start.elapsed());
    }
    let start = Instant::now();
    stream::iter(ALONE..OBJECTS)
        .map(|number| {
            let (agents, post, agent) = (&agents, &post, make(number));
            async move { anyhow::Ok(agents.create(post, &agent?).await.map(drop)?) }
        })
        .buffer_unordered(TOGETHER)
        .try_collect::<Vec<()>>()
        .await?;
    let rate = (OBJECTS - ALONE) as f64 / start.elapsed().as_secs_f64();

    let mut lists = Samples::default();
    let mut bytes = 0;
    for _ in 0..LISTS {
        let request = http::Request::get("/apis/ark.mckinsey.com/v1alpha1/namespaces/default/agents")
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())?;
        let start = Instant::now();
        let text = client.request_text(request).await?;
        lists.push(start.elapsed());
        bytes = text.len();
    }
    let size =
        format!("{} MB of JSON to the last byte, {LISTS} times, one client", number(bytes as f64 / 1e6));
    let against = |better: bool, measured: String, asked: String, name: &str, how: String| Figure {
        name: name.into(),
        measured,
        target: asked,
        met: Some(better),
        how,
    };
    let single = alone.percentile(50.0);
    Ok(vec![
        Figure::at_most("LIST of 10,000 agents, p50", lists.percentile(50.0), 30.0, "ms", size),
        Figure::plain(
            "LIST of 10,000 agents, p99",
            format!("{} ms", number(lists.percentile(99.0))),
            "the same",
        ),
        against(
            single <= KUBE_CREATE_MS,
            format!("{} ms", number(single)),
            format!("kube-apiserver: {KUBE_CREATE_MS} ms"),
            "Durable create, one client, p50",
            format!("{ALONE} agents, on disk before the answer"),
        ),
        against(
            rate >= KUBE_CREATES_PER_SECOND,
            format!("{}/s", number(rate)),
            format!("kube-apiserver: {KUBE_CREATES_PER_SECOND}/s"),
            "Durable create, sixteen clients",
            format!("{} agents", OBJECTS - ALONE),
        ),
    ])
}
