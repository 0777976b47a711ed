//! Traces of runs, for receivers of OpenTelemetry (OTLP over HTTP, in JSON): only where the environment names one.
//!
//! Spans are a fold over the journal, as everything that is said about a run: they are made when entries are on disk, and
//! a run that a restart continues goes on in its trace, with the ids that it would have had. What was on its way out when a
//! process was killed is lost; no run waits for a receiver.

mod context;
mod export;
mod fold;
mod otlp;
mod settings;

pub(super) use context::{TRACEPARENT, TraceContext, attempt_key};
pub(super) use export::Counts;

use self::export::Exporter;
use self::fold::Fold;
use super::journal::{Entry, RunRecord, Watching};
use super::providers::Environment;
use crate::resources::annotations;
use crate::resources::query::Query;

/// Makes traces; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Tracing(Option<Ways>);

#[derive(Debug, Clone)]
struct Ways {
    exporter: Exporter,
    texts: bool,
}

impl Tracing {
    /// Sends to whom `environment` names. What it says and cannot be followed is logged, and nothing is sent.
    pub(super) fn start(environment: &Environment, counts: Counts) -> Self {
        let endpoint = match settings::endpoint(environment) {
            Ok(Some(endpoint)) => endpoint,
            Ok(None) => return Self(None),
            Err(why) => {
                tracing::warn!(%why, "no traces are sent");
                return Self(None);
            }
        };
        // Named by whoever runs the process, so without the guard of what tenants name.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                tracing::warn!(%error, "no traces are sent");
                return Self(None);
            }
        };
        tracing::info!(host = endpoint.url.host_str(), texts = endpoint.texts, "traces are sent");
        let texts = endpoint.texts;
        Self(Some(Ways { exporter: Exporter::start(client, endpoint, counts), texts }))
    }

    /// The place of a query's run in a trace, if it has one.
    pub(super) fn context(&self, uid: &str, query: &Query) -> Option<TraceContext> {
        let annotations = query.metadata.annotations.as_ref();
        let caller = annotations.and_then(|all| all.get(annotations::TRACEPARENT)).map(String::as_str);
        TraceContext::of(uid, caller, self.0.is_some())
    }

    /// Who sees to the spans of a run.
    pub(super) fn watch(
        &self,
        record: &RunRecord,
        query: &Query,
        found: &[Entry],
    ) -> Option<Box<dyn Watching>> {
        let ways = self.0.as_ref()?;
        let context = self.context(&record.id, query).filter(TraceContext::is_exported)?;
        let fold = Fold::begin(context, record, query, ways.texts, found);
        Some(Box::new(Spans { fold, exporter: ways.exporter.clone() }))
    }

    /// Waits a moment for what is on its way.
    pub(super) async fn flush(&self) {
        if let Some(ways) = &self.0 {
            ways.exporter.flush().await;
        }
    }
}

struct Spans {
    fold: Fold,
    exporter: Exporter,
}

impl Watching for Spans {
    fn see(&mut self, entry: &Entry) {
        for span in self.fold.take(entry) {
            self.exporter.send(span);
        }
    }
}
