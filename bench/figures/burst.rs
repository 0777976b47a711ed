//! Ark's own stress test: 51 namespaces, 5,100 agents, and 5,100 queries at once; and how places are shared while many wait.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, DynamicObject, ListParams, PostParams, WatchEvent, WatchParams};
use serde_json::json;

use super::{ark_all, ark_in, object, openai, phase};
use crate::Bench;
use crate::cluster::Cluster;
use crate::model::Models;
use crate::process::{Api as Which, Arkdeck};
use crate::report::{Figure, number};

const NAMESPACES: usize = 51;
const EACH: usize = 100;
/// Requests under way at once, as of a client that sends all it has.
const CLIENTS: usize = 32;
/// A model that takes its time, so that there is a queue to be fair in.
const SLOW_MS: u64 = 50;
/// Nothing takes this long unless it is lost.
const PATIENCE: Duration = Duration::from_secs(600);
/// What Ark does on this class of machine, beside a kube-apiserver.
const ARK_PER_SECOND: f64 = 39.0;

/// The burst on the embedded API, its memory, and the sharing of places.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let models = Models::start().await?;
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    prepare(&client, &models.now(), &[EACH; NAMESPACES]).await?;
    let before = arkdeck.resident_mib()?;
    let burst = burst(&client, &[EACH; NAMESPACES]).await?;
    let peak = arkdeck.peak_mib()?;
    arkdeck.kill().await?;

    // The namespaces differ in what they want, and the largest asks first.
    let wanted: Vec<usize> = (0..NAMESPACES).map(|number| 20 + (NAMESPACES - number) * 4).collect();
    let arkdeck = Arkdeck::start(bench, false).await?;
    let client = arkdeck.client().await?;
    prepare(&client, &models.after(SLOW_MS), &wanted).await?;
    let shared = self::burst(&client, &wanted).await?;
    let rate = burst.rate();
    Ok(vec![
        Figure::at_least(
            "Burst of 5,100 queries, embedded",
            rate,
            800.0,
            "/s",
            format!(
                "{NAMESPACES} namespaces with {EACH} agents each, all available; first POST to the last watch event with phase done, {CLIENTS} requests at once; {:.0} times Ark's {ARK_PER_SECOND}/s",
                rate / ARK_PER_SECOND
            ),
        ),
        Figure::plain("… lost or failed", burst.failed.to_string(), "queries not done at the end"),
        Figure::at_most(
            "… peak memory",
            peak,
            128.0,
            "MiB",
            format!(
                "VmHWM at the end; {} MiB with the agents, before the queries. Ark: 527 MiB, beside 1,357 MiB of kube-apiserver",
                number(before)
            ),
        ),
        Figure::at_least(
            "… fairness between namespaces while queued",
            shared.fairness(&wanted),
            0.95,
            "",
            format!(
                "Jain's index of the queries done per namespace, from the last POST until the first namespace has no more waiting; {} queries, 24 to 224 in a namespace, the largest first, model of {SLOW_MS} ms",
                wanted.iter().sum::<usize>()
            ),
        ),
    ])
}

/// The burst on a kube-apiserver.
pub async fn on_cluster(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let cluster = Cluster::start(bench).await?;
    let models = Models::start().await?;
    let api = Which::Cluster(cluster.kubeconfig.clone());
    let arkdeck = Arkdeck::with(bench, api, &["--runs-as", "process"]).await?;
    let client = arkdeck.client().await?;
    prepare(&client, &models.now(), &[EACH; NAMESPACES]).await?;
    let burst = burst(&client, &[EACH; NAMESPACES]).await?;
    let peak = arkdeck.peak_mib()?;
    arkdeck.kill().await?;
    cluster.end().await?;
    Ok(vec![
        Figure::at_least(
            "Burst of 5,100 queries, kube-apiserver",
            burst.rate(),
            120.0,
            "/s",
            "the same on kube-apiserver and etcd, on the same two cores",
        ),
        Figure::plain("… lost or failed", burst.failed.to_string(), "queries not done at the end"),
        Figure::plain("… peak memory", format!("{} MiB", number(peak)), "VmHWM of arkdeck alone"),
    ])
}

fn namespace(number: usize) -> String {
    format!("burst-{number:02}")
}

/// A model and `agents[i]` agents in each namespace; all are available when this returns, as it is the queries that are measured.
async fn prepare(client: &Client, url: &str, agents: &[usize]) -> anyhow::Result<()> {
    let post = PostParams::default();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    for number in 0..agents.len() {
        let made = serde_json::from_value(json!({ "metadata": { "name": namespace(number) } }))?;
        match namespaces.create(&post, &made).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(error) => return Err(error.into()),
        }
        let model = openai(url);
        ark_in(client, "Model", "models", &namespace(number))
            .create(&post, &object("Model", "bench", model)?)
            .await?;
    }
    let all = agents.iter().enumerate().flat_map(|(at, count)| (0..*count).map(move |agent| (at, agent)));
    stream::iter(all)
        .map(|(at, agent)| {
            let agents = ark_in(client, "Agent", "agents", &namespace(at));
            async move {
                let spec = json!({ "prompt": "You answer.", "modelRef": { "name": "bench" } });
                agents.create(&PostParams::default(), &object("Agent", &format!("a{agent}"), spec)?).await?;
                anyhow::Ok(())
            }
        })
        .buffer_unordered(CLIENTS)
        .try_collect::<Vec<()>>()
        .await?;
    let available = available(client, agents.iter().sum());
    tokio::time::timeout(PATIENCE, available).await.context("the agents do not become available")?
}

/// Waits until `count` agents are available.
async fn available(client: &Client, count: usize) -> anyhow::Result<()> {
    let agents = ark_all(client, "Agent", "agents");
    loop {
        let list = agents.list(&ListParams::default()).await?;
        let version = list.metadata.resource_version.context("the list has no resourceVersion")?;
        let mut left = count.saturating_sub(list.items.iter().filter(|agent| is_available(agent)).count());
        let params = WatchParams::default().timeout(290).disable_bookmarks();
        let mut watch = pin!(agents.watch(&params, &version).await?);
        while left > 0
            && let Some(WatchEvent::Modified(agent)) = watch.try_next().await?
        {
            left -= usize::from(is_available(&agent));
        }
        if left == 0 {
            return Ok(());
        }
    }
}

fn is_available(agent: &DynamicObject) -> bool {
    let mut conditions = agent.data["status"]["conditions"].as_array().into_iter().flatten();
    conditions.any(|condition| condition["type"] == "Available" && condition["status"] == "True")
}

/// What happened to a burst.
struct Burst {
    took: Duration,
    count: usize,
    failed: usize,
    /// When each query was done, since the first POST, and its namespace.
    done: Vec<(Duration, usize)>,
    /// When the last POST was answered.
    posted: Duration,
}

impl Burst {
    fn rate(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    /// Jain's index over the namespaces, while all of them have somebody waiting.
    fn fairness(&self, wanted: &[usize]) -> f64 {
        let mut done = vec![0_usize; wanted.len()];
        let mut counted = vec![0_f64; wanted.len()];
        for (at, namespace) in &self.done {
            done[*namespace] += 1;
            if *at < self.posted {
                continue;
            }
            counted[*namespace] += 1.0;
            if done[*namespace] == wanted[*namespace] {
                break;
            }
        }
        let (sum, squares) = counted.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
        if squares == 0.0 { 0.0 } else { sum * sum / (counted.len() as f64 * squares) }
    }
}

/// Posts `wanted[i]` queries to each namespace, one namespace after the other, and watches until all have ended.
async fn burst(client: &Client, wanted: &[usize]) -> anyhow::Result<Burst> {
    let every = ark_all(client, "Query", "queries");
    let version = every.list(&ListParams::default().limit(1)).await?.metadata.resource_version;
    let total: usize = wanted.iter().sum();
    let version = version.context("the list has no resourceVersion")?;
    let watching = every.clone();
    let start = Instant::now();
    let watcher = tokio::spawn(async move {
        let mut version = version;
        let mut ended: HashSet<String> = HashSet::with_capacity(total);
        let (mut done, mut failed) = (Vec::with_capacity(total), 0);
        while ended.len() < total {
            let params = WatchParams::default().timeout(290).disable_bookmarks();
            let mut watch = pin!(watching.watch(&params, &version).await?);
            while let Some(event) = watch.try_next().await? {
                let (WatchEvent::Added(seen) | WatchEvent::Modified(seen)) = event else { continue };
                version = seen.metadata.resource_version.clone().unwrap_or(version);
                let phase = phase(&seen);
                if !matches!(phase, "done" | "error" | "canceled") {
                    continue;
                }
                if !ended.insert(seen.metadata.uid.clone().unwrap_or_default()) {
                    continue;
                }
                let at = seen.metadata.namespace.as_deref().and_then(|name| name.strip_prefix("burst-"));
                done.push((start.elapsed(), at.and_then(|at| at.parse().ok()).unwrap_or(0)));
                failed += usize::from(phase != "done");
                if ended.len() == total {
                    break;
                }
            }
        }
        anyhow::Ok((start.elapsed(), done, failed))
    });
    let post = async {
        let all = wanted.iter().enumerate().flat_map(|(at, count)| (0..*count).map(move |query| (at, query)));
        stream::iter(all)
            .map(|(at, query)| {
                let queries = ark_in(client, "Query", "queries", &namespace(at));
                async move {
                    let spec = json!({ "input": "A short question.", "target": { "type": "agent", "name": format!("a{query}") } });
                    queries.create(&PostParams::default(), &object("Query", &format!("q{query}"), spec)?).await?;
                    anyhow::Ok(())
                }
            })
            .buffer_unordered(CLIENTS)
            .try_collect::<Vec<()>>()
            .await?;
        anyhow::Ok(start.elapsed())
    };
    let posted = post.await?;
    let (took, done, failed) = match tokio::time::timeout(PATIENCE, watcher).await {
        Ok(joined) => joined??,
        Err(_) => {
            let mut phases: HashMap<String, usize> = HashMap::new();
            for seen in every.list(&ListParams::default()).await? {
                *phases.entry(phase(&seen).to_owned()).or_default() += 1;
            }
            anyhow::bail!("not all queries ended in {} s: {phases:?}", PATIENCE.as_secs());
        }
    };
    Ok(Burst { took, count: total, failed, done, posted })
}
