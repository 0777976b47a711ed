//! A thousand answers that stream at once, each watched by a page of its own.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use kube::api::PostParams;
use serde_json::json;
use tokio::sync::mpsc;

use super::{ark, object, openai};
use crate::Bench;
use crate::model::{Models, now_us};
use crate::process::{Api as Which, Arkdeck};
use crate::report::{Figure, number};
use crate::samples::Samples;

const STREAMS: usize = 1000;
/// 50 tokens a second.
const GAP_MS: u64 = 20;
const SECONDS: usize = 10;
const TOKENS: usize = SECONDS * 1000 / GAP_MS as usize;
/// What a person may notice.
const LATE: Duration = Duration::from_millis(100);
/// Nothing takes this long unless it is lost.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lateness of every token, from when the model was to send it to when the page has it.
pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let models = Models::start().await?;
    let room = STREAMS.to_string();
    let arkdeck = Arkdeck::with(bench, Which::Embedded, &["--max-running", &room]).await?;
    let client = arkdeck.client().await?;
    let post = PostParams::default();
    let url = models.tokens(GAP_MS, TOKENS);
    ark(&client, "Model", "models").create(&post, &object("Model", "bench", openai(&url))?).await?;
    let agent = json!({ "prompt": "You answer.", "modelRef": { "name": "bench" } });
    ark(&client, "Agent", "agents").create(&post, &object("Agent", "bench", agent)?).await?;

    let http = reqwest::Client::new();
    let (report, mut reports) = mpsc::unbounded_channel();
    let queries = ark(&client, "Query", "queries");
    let start = Instant::now();
    let pages = stream::iter(0..STREAMS)
        .map(|number| {
            let (queries, http, report, base) = (&queries, &http, &report, &arkdeck.url);
            async move {
                let name = format!("q{number}");
                let spec = json!({ "input": "Count.", "target": { "type": "agent", "name": "bench" } });
                queries.create(&PostParams::default(), &object("Query", &name, spec)?).await?;
                follow(http, base, &name, report.clone()).await
            }
        })
        .buffer_unordered(32)
        .try_collect::<Vec<_>>()
        .await?;
    let opened = start.elapsed();
    drop(report);
    // All stream by now; the load of a while in the middle.
    let (cpu, at) = (arkdeck.cpu()?, Instant::now());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let cores = (arkdeck.cpu()? - cpu).as_secs_f64() / at.elapsed().as_secs_f64();
    let resident = arkdeck.resident_mib()?;

    let mut late = Samples::default();
    let all = async {
        while let Some(lateness) = reports.recv().await {
            late.push(lateness);
        }
        try_join_all(pages).await
    };
    let ends = tokio::time::timeout(PATIENCE, all).await.context("not all streams ended")??;
    let lost: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    if let Some(first) = lost.first() {
        anyhow::bail!("{} of {STREAMS} pages missed the end, as one: {first:#}", lost.len());
    }
    let beyond = late.iter().filter(|lateness| *lateness > LATE).count();
    Ok(vec![
        Figure::at_most(
            "1,000 watched streams of 50 tokens/s, latest token",
            late.percentile(100.0),
            100.0,
            "ms",
            format!(
                "{} tokens, from when the model was due to send one to the page's stream; model, program and {STREAMS} pages on the same cores; {beyond} beyond {} ms; opened in {:.1} s",
                late.len(),
                LATE.as_millis(),
                opened.as_secs_f64()
            ),
        ),
        Figure::plain(
            "… p50 and p99",
            format!("{} and {} ms", number(late.percentile(50.0)), number(late.percentile(99.0))),
            "the same; text is put together for up to 40 ms",
        ),
        Figure::plain("… processor", format!("{cores:.2} cores"), "of arkdeck, over 2 s in the middle"),
        Figure::plain("… resident memory", format!("{} MiB", number(resident)), "of arkdeck, in the middle"),
    ])
}

/// Opens the stream of a page that shows the run, and reads it until the run has ended.
async fn follow(
    http: &reqwest::Client,
    base: &str,
    name: &str,
    report: mpsc::UnboundedSender<Duration>,
) -> anyhow::Result<tokio::task::JoinHandle<anyhow::Result<()>>> {
    let response = http.get(format!("{base}/live?tab={name}")).send().await?.error_for_status()?;
    let session = response.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
    let session = session.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    let key = json!({ "kind": "query", "namespace": "default", "name": name });
    let topic = json!({ "Run": { "key": key, "after": 0 } });
    let body = json!({ "tab": name, "subscriptions": [{ "id": 1, "topic": topic }] });
    http.post(format!("{base}/api/live/follow"))
        .header("cookie", session)
        .json(&body)
        .send()
        .await?
        .error_for_status()?;
    Ok(tokio::spawn(async move {
        let mut body = response.bytes_stream();
        let (mut text, mut tokens) = (String::new(), 0);
        while let Some(bytes) = body.next().await {
            text.push_str(std::str::from_utf8(&bytes?)?);
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                let now = now_us();
                anyhow::ensure!(!event.contains("\"Gone\""), "the page is told that its run is gone");
                // A late page is given what was said before it came, which is not late.
                if event.contains("\"Text\"") {
                    for due in times(&event) {
                        tokens += 1;
                        let _ = report.send(Duration::from_micros(now.saturating_sub(due)));
                    }
                }
                if event.contains("\"finished\"") || event.contains("\"Finished\"") {
                    anyhow::ensure!(tokens > TOKENS / 2, "only {tokens} tokens came");
                    return Ok(());
                }
            }
        }
        anyhow::bail!("the stream ended before the run")
    }))
}

/// The tokens of an event: numbers of sixteen digits before a space.
fn times(event: &str) -> impl Iterator<Item = u64> {
    event
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|digits| digits.len() == 16)
        .filter_map(|digits| digits.parse().ok())
}
