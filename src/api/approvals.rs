//! Approvals: what waits for a person, and the person's answer.

use leptos::prelude::*;

use crate::views::approval::{ApprovalForm, InboxView};
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// What waits for a person, over all namespaces that the person may see, and what was answered lately.
#[server(prefix = "/api", endpoint = "approvals/list", input = Json, output = Json)]
pub async fn list_approvals() -> Result<InboxView, Problem> {
    serve::approvals::list().await
}

/// Answers a call as the person. `Conflict` when somebody was faster, or nobody waits for it any more.
#[server(prefix = "/api", endpoint = "approvals/decide", input = Json, output = Json)]
pub async fn decide_approval(form: ApprovalForm) -> Result<(), Problem> {
    serve::approvals::decide(form).await
}

/// Why the person may not answer calls in a namespace; `None` when they may.
#[server(prefix = "/api", endpoint = "approvals/refusal", input = Json, output = Json)]
pub async fn approval_refusal(namespace: String) -> Result<Option<String>, Problem> {
    serve::approvals::refusal(namespace).await
}
