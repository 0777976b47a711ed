//! Conversations: list, open, say something.

use leptos::prelude::*;

use crate::views::conversation::{ConversationView, MessageForm};
use crate::views::problem::Problem;
use crate::views::run::RunView;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// The conversations of a namespace or of all, and the newest turns of the one named `open`.
#[server(prefix = "/api", endpoint = "conversations/get", input = Json, output = Json)]
pub async fn get_conversations(
    namespace: Option<String>,
    open: Option<String>,
) -> Result<ConversationView, Problem> {
    serve::conversations::get(namespace, open).await
}

/// Turns of a conversation before the query with UID `before`, oldest first.
#[server(prefix = "/api", endpoint = "conversations/earlier", input = Json, output = Json)]
pub async fn get_earlier_turns(
    namespace: String,
    conversation: String,
    before: String,
) -> Result<Vec<RunView>, Problem> {
    serve::conversations::earlier(namespace, conversation, before).await
}

/// Says something: a new query of the conversation. Answers with its run and the conversation's id.
#[server(prefix = "/api", endpoint = "conversations/send", input = Json, output = Json)]
pub async fn send_message(form: MessageForm) -> Result<(String, RunView), Problem> {
    serve::conversations::send(form).await
}
