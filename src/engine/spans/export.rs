//! Spans on their way out: a bounded queue, batches, a few tries. A run never waits for any of it.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use reqwest::{Client, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::otlp::{self, Span};
use super::settings::Endpoint;

/// Spans that wait to be sent; further ones are dropped and counted.
const QUEUE: usize = 8_192;
/// Spans of one request.
const BATCH: usize = 512;
/// How long the first span of a batch waits for others.
const GATHER: Duration = Duration::from_millis(500);
/// Tries of one batch; then it is dropped and counted.
const TRIES: u32 = 4;
/// Pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_millis(500);
/// How long the end of the process waits for what is still in the queue.
const LAST: Duration = Duration::from_secs(2);

/// What became of spans, for `/metrics`.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Counts {
    /// Taken by the receiver.
    pub(in crate::engine) exported: Counter,
    /// Lost: the queue was full, or the receiver did not take them.
    pub(in crate::engine) dropped: Counter,
}

enum Job {
    Span(Box<Span>),
    /// Send what is there, and tell.
    Flush(oneshot::Sender<()>),
}

/// The way out; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Exporter {
    queue: mpsc::Sender<Job>,
    counts: Counts,
}

impl Exporter {
    /// Starts the task that sends to `endpoint`; it ends with the last clone.
    pub(super) fn start(client: Client, endpoint: Endpoint, counts: Counts) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(work(Sender { client, endpoint, counts: counts.clone() }, jobs));
        Self { queue, counts }
    }

    pub(super) fn send(&self, span: Span) {
        if self.queue.try_send(Job::Span(Box::new(span))).is_err() {
            self.counts.dropped.inc();
        }
    }

    /// Waits until what was given before is sent, but not for long.
    pub(super) async fn flush(&self) {
        let (done, told) = oneshot::channel();
        let flushed = async {
            if self.queue.send(Job::Flush(done)).await.is_ok() {
                let _ = told.await;
            }
        };
        let _ = tokio::time::timeout(LAST, flushed).await;
    }
}

struct Sender {
    client: Client,
    endpoint: Endpoint,
    counts: Counts,
}

async fn work(sender: Sender, mut jobs: mpsc::Receiver<Job>) {
    let mut batch: Vec<Span> = Vec::with_capacity(BATCH);
    while let Some(first) = jobs.recv().await {
        let over = Instant::now() + GATHER;
        let mut next = Some(first);
        let mut told = None;
        while let Some(job) = next.take() {
            match job {
                Job::Span(span) => batch.push(*span),
                Job::Flush(done) => told = Some(done),
            }
            if told.is_none() && batch.len() < BATCH {
                next = tokio::time::timeout_at(over, jobs.recv()).await.ok().flatten();
            }
        }
        if !batch.is_empty() {
            sender.send(&batch).await;
            batch.clear();
        }
        if let Some(told) = told {
            let _ = told.send(());
        }
    }
}

impl Sender {
    async fn send(&self, spans: &[Span]) {
        let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let body = otlp::request(&self.endpoint.resource, spans);
        let mut why = String::new();
        for tried in 0..TRIES {
            if tried > 0 {
                tokio::time::sleep(PAUSE * (1 << (tried - 1))).await;
            }
            let mut request = self.client.post(self.endpoint.url.clone()).timeout(self.endpoint.timeout);
            for (name, value) in &self.endpoint.headers {
                request = request.header(name, value);
            }
            match request.json(&body).send().await {
                Ok(answer) if answer.status().is_success() => {
                    self.counts.exported.inc_by(count);
                    return;
                }
                Ok(answer) => {
                    why = format!("it answered {}", answer.status());
                    if !passes(answer.status()) {
                        break;
                    }
                }
                // Without the address, which may hold a key.
                Err(error) => why = error.without_url().to_string(),
            }
        }
        self.counts.dropped.inc_by(count);
        tracing::warn!(spans = count, %why, "the receiver of traces did not take spans");
    }
}

/// Statuses that OTLP says to try again after.
fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}
