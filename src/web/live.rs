//! `/live?tab=…`: one server-sent event stream for each tab.

use std::convert::Infallible;

use axum::extract::{Query, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;

use crate::api::serve::Services;
use crate::views::live::LiveMessage;

use super::door::problem_response;

/// What the route works with.
#[derive(Clone)]
pub struct State {
    /// Handles of the use cases.
    pub services: Services,
    /// Ends the streams when the process drains.
    pub shutdown: CancellationToken,
}

/// The query part of the address.
#[derive(serde::Deserialize)]
pub struct Params {
    /// Id that the tab gave itself.
    #[serde(default)]
    tab: String,
}

/// Opens a stream. A heartbeat every 15 seconds keeps proxies and port-forwards from cutting an idle one.
pub async fn stream(
    Extract(state): Extract<State>,
    Query(Params { tab }): Query<Params>,
    session: Session,
) -> Response {
    let session = session.id().map(|id| id.to_string()).unwrap_or_default();
    let tab = match state.services.tabs().open(&session, &tab) {
        Ok(tab) => tab,
        Err(problem) => return problem_response(StatusCode::BAD_REQUEST, &problem),
    };
    let messages = crate::api::serve::live::messages(state.services, tab, state.shutdown);
    let events = futures::StreamExt::map(messages, |message| Ok::<_, Infallible>(event(&message)));
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Sse::new(events).keep_alive(heartbeat())).into_response()
}

/// An event of its own every 15 seconds: pages give up a stream that says nothing for 45 seconds, and a comment never
/// reaches their side. Data that is empty would be thrown away by the browser.
fn heartbeat() -> KeepAlive {
    KeepAlive::new().event(Event::default().event("ping").data("."))
}

/// Views always serialize; an event without data would be the only harm.
fn event(message: &LiveMessage) -> Event {
    Event::default().data(serde_json::to_string(message).unwrap_or_default())
}
