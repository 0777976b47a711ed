//! `POST /api/evaluate`: a suite as YAML, and the report of `arkdeck evaluate` as the answer. It does what the command does, by the same
//! code, with the rights of whoever asks.
//!
//! 200 says that the gate passed and 422 that it failed, both with the report; anything else says, as a problem, why there is none.
//! Who asks for `application/x-ndjson` or `text/event-stream` is told how far it is, and the report last; then the status is 200.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

use super::door::problem_response;
use crate::api::serve::{Services, asker};
use crate::evaluate::{Format, NotRun, Order, Progress, Report, Suite, run};
use crate::kubernetes::problem::explain;
use crate::views::problem::{Problem, ProblemCode};

/// Suites at once; who asks for one more is told to come again.
const AT_ONCE: usize = 8;
/// Seconds that a suite may take when nobody said.
const TIMEOUT: u64 = 600;
/// Seconds that may be asked for.
const MAX_TIMEOUT: u64 = 3600;
/// Steps on their way to somebody who reads slowly; of more, the latest are left out.
const MAX_BEHIND: usize = 64;
/// Characters of a namespace (DNS label).
const MAX_NAMESPACE: usize = 63;

/// The query part of the address, with the names of the command's settings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Params {
    #[serde(default = "usual_namespace")]
    namespace: String,
    fail_under: Option<f64>,
    baseline: Option<String>,
    timeout: Option<u64>,
    #[serde(default)]
    format: Format,
}

fn usual_namespace() -> String {
    "default".to_owned()
}

/// The route.
pub(super) fn routes(services: Services) -> Router {
    Router::new().route("/api/evaluate", post(evaluate)).with_state(services)
}

/// What is told on the way, and at the end.
enum Told {
    Progress(Progress),
    Ended(Box<Result<Report, NotRun>>),
}

async fn evaluate(
    State(services): State<Services>,
    params: Result<Query<Params>, QueryRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (suite, order, format) = match asked(&services, params, &body).await {
        Ok(asked) => asked,
        Err(problem) => return problem_response(StatusCode::BAD_REQUEST, &problem),
    };
    static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));
    let Ok(place) = PLACES.clone().try_acquire_owned() else {
        let problem =
            Problem::new(ProblemCode::Unavailable, format!("{AT_ONCE} suites are being evaluated already."))
                .next("Try again when one of them has ended.");
        return problem_response(StatusCode::SERVICE_UNAVAILABLE, &problem);
    };
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let told = told(services, suite, order, place);
    if accepts.contains("text/event-stream") {
        let events = told.map(move |told| {
            let (name, value) = shown(told, format);
            Ok::<_, Infallible>(Event::default().event(name).data(value.to_string()))
        });
        return ([(header::CACHE_CONTROL, "no-store")], Sse::new(events).keep_alive(KeepAlive::default()))
            .into_response();
    }
    if accepts.contains("application/x-ndjson") {
        let lines = told.map(move |told| {
            let (name, value) = shown(told, format);
            Ok::<_, Infallible>(format!("{}\n", json!({ name: value })))
        });
        let head = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
        return (head, Body::from_stream(lines)).into_response();
    }
    let mut told = std::pin::pin!(told);
    while let Some(one) = told.next().await {
        if let Told::Ended(outcome) = one {
            return whole(*outcome, format);
        }
    }
    let problem = Problem::new(ProblemCode::Internal, "The suite was lost by a fault of Arkdeck.");
    problem_response(StatusCode::INTERNAL_SERVER_ERROR, &problem)
}

/// What is asked for, checked before anything is done.
async fn asked(
    services: &Services,
    params: Result<Query<Params>, QueryRejection>,
    body: &[u8],
) -> Result<(Suite, Order, Format), Problem> {
    let wrong = |text: String| Problem::new(ProblemCode::Invalid, text);
    let Query(params) = params.map_err(|error| {
        wrong(format!("The address cannot be read: {}.", error.body_text())).next(
            "It takes namespace, fail-under, baseline, timeout, and format (json, junit, markdown, text).",
        )
    })?;
    let name = &params.namespace;
    let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > MAX_NAMESPACE || !name.chars().all(label) {
        return Err(wrong("The namespace is not the name of one.".to_owned()));
    }
    if params.fail_under.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
        return Err(wrong("fail-under is a score from 0 to 1, as 0.8.".to_owned()));
    }
    let timeout = params.timeout.unwrap_or(TIMEOUT);
    if !(1..=MAX_TIMEOUT).contains(&timeout) {
        return Err(wrong(format!("timeout is in seconds, from 1 to {MAX_TIMEOUT}.")));
    }
    let text = std::str::from_utf8(body).map_err(|_| wrong("The suite is not UTF-8.".to_owned()))?;
    let suite = Suite::parse(&[("the body", text)], services.engine().sandbox()).await.map_err(|error| {
        wrong(format!("The suite cannot be run: {error}.")).next("Send YAML as for kubectl apply.")
    })?;
    let order = Order {
        namespace: params.namespace,
        fail_under: params.fail_under,
        baseline: params.baseline,
        timeout: Duration::from_secs(timeout),
    };
    Ok((suite, order, params.format))
}

/// Runs it, and tells. When nobody listens any more it is no longer waited for; what was applied goes on.
fn told(
    services: Services,
    suite: Suite,
    order: Order,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Told> {
    let (send, told) = mpsc::channel(MAX_BEHIND);
    let work = async move {
        let _place = place;
        let client = services.client(&asker());
        let progress = send.clone();
        let tell = move |one| {
            // A step that is left out is overtaken by the next one.
            let _ = progress.try_send(Told::Progress(one));
        };
        let outcome = run(&client, suite, &order, &tell).await;
        let _ = send.send(Told::Ended(Box::new(outcome))).await;
    };
    let work = AbortOnDropHandle::new(tokio::spawn(work));
    ReceiverStream::new(told).map(move |one| {
        let _ = &work;
        one
    })
}

/// A step of a stream: its name, and what it says.
fn shown(told: Told, format: Format) -> (&'static str, Value) {
    match told {
        Told::Progress(progress) => ("progress", json!(progress)),
        Told::Ended(outcome) => match *outcome {
            Ok(report) if format == Format::Json => ("report", json!(report)),
            Ok(report) => ("report", report.written(format).into()),
            Err(error) => ("problem", json!(problem(&error).1)),
        },
    }
}

/// The answer to who waits for the whole.
fn whole(outcome: Result<Report, NotRun>, format: Format) -> Response {
    let report = match outcome {
        Ok(report) => report,
        Err(error) => {
            let (status, problem) = problem(&error);
            return problem_response(status, &problem);
        }
    };
    let status = if report.passed() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let form = match format {
        Format::Json => "application/json",
        Format::Junit => "application/xml",
        Format::Markdown => "text/markdown; charset=utf-8",
        Format::Text => "text/plain; charset=utf-8",
    };
    let head = [(header::CONTENT_TYPE, form), (header::CACHE_CONTROL, "no-store")];
    (status, head, report.written(format)).into_response()
}

/// Why there is no report.
fn problem(error: &NotRun) -> (StatusCode, Problem) {
    let said = |code| Problem::new(code, format!("The suite could not be run: {error}."));
    match error {
        NotRun::Suite(_) => (StatusCode::BAD_REQUEST, said(ProblemCode::Invalid)),
        NotRun::TimedOut(_) => (StatusCode::GATEWAY_TIMEOUT, said(ProblemCode::Unavailable)),
        NotRun::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, said(ProblemCode::Internal)),
        NotRun::Api { what, source } => {
            let problem = explain(what, source);
            let status = match problem.code {
                // 422 is a gate that failed.
                ProblemCode::Invalid => StatusCode::BAD_REQUEST,
                ProblemCode::NotFound => StatusCode::NOT_FOUND,
                ProblemCode::AlreadyExists | ProblemCode::Conflict => StatusCode::CONFLICT,
                ProblemCode::Forbidden => StatusCode::FORBIDDEN,
                ProblemCode::Unavailable | ProblemCode::Network => StatusCode::SERVICE_UNAVAILABLE,
                ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, problem)
        }
    }
}
