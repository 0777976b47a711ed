//! What conversations remember, in our own database.
//!
//! A conversation is a name under a Memory; its messages are those of the queries that name it. What a target said is
//! written together with the journal entry of its end, so that neither is there without the other, and under the query's
//! UID, so that nothing is there twice. A run reads a window of what came before ([`window`]) and notes in its journal which
//! messages it was, so that a restart reads the same ones. Messages go with their query and with their Memory.

mod default;
mod sql;
#[cfg(test)]
mod tests;
mod window;

use std::collections::HashSet;

use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, ListParams};

pub use default::{DEFAULT, is_default};
pub(super) use window::{Turn, Window, tokens};

use super::providers::{Message, Role};
use crate::resources::Memory;
use crate::store::{Statement, Store, StoreError};

/// Messages of one conversation that are kept; the oldest go when more come.
pub const MAX_KEPT: i64 = 2000;
/// Bytes of one message, as JSON; a longer one is not remembered, and the run says so.
pub const MAX_MESSAGE: usize = 4 << 20;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The database refused.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The memories could not be listed.
    #[error("the memories cannot be listed: {0}")]
    Api(#[from] kube::Error),
    /// A stored message cannot be read.
    #[error("message {id} cannot be read: {detail}")]
    Unreadable {
        /// Its number.
        id: i64,
        /// What the decoder said.
        detail: String,
    },
}

/// A conversation: a name under the Memory with this UID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConversationKey {
    pub(super) memory: String,
    pub(super) conversation: String,
}

/// What is remembered of one query: its question, or what one of its targets said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Index of the target; `None` for the question.
    pub(super) target: Option<usize>,
    /// The messages in order; those that stand without calls of tools are marked.
    pub(super) messages: Vec<(bool, Message)>,
}

impl Said {
    /// The question. Prompts that a client put before it are no part of the conversation.
    pub(super) fn question(messages: &[Message]) -> Self {
        let told = messages.iter().filter(|message| !is_prompt(message));
        Self { target: None, messages: told.map(|message| (true, message.clone())).collect() }
    }

    /// What a target said: what led to its answer, and the answer last.
    pub(super) fn answer(target: usize, messages: &[Message], content: &str) -> Self {
        let mut said: Vec<(bool, Message)> = messages
            .iter()
            .filter(|message| !is_prompt(message))
            .map(|message| (false, message.clone()))
            .collect();
        let is_last = |message: &Message| {
            message.role == Role::Assistant
                && message.tool_calls.is_empty()
                && message.plain_text() == content
        };
        match said.last_mut() {
            Some((spoken, message)) if is_last(message) => *spoken = true,
            _ => said.push((true, Message::assistant(content, Vec::new(), None))),
        }
        Self { target: Some(target), messages: said }
    }
}

fn is_prompt(message: &Message) -> bool {
    matches!(message.role, Role::System | Role::Developer)
}

/// The conversations; cheap to clone.
#[derive(Clone)]
pub struct Memories {
    store: Store,
    client: Client,
}

impl Memories {
    /// The conversations kept in `store`; Memory objects are listed and made through `client`.
    pub fn new(store: Store, client: Client) -> Self {
        Self { store, client }
    }

    /// The turns of a conversation that came before `query`, oldest first, without their texts.
    pub(super) async fn turns(&self, key: &ConversationKey, query: &str) -> Result<Vec<Turn>, MemoryError> {
        sql::turns(&self.store, key, query).await
    }

    /// These messages in this order; those that were deleted meanwhile are left out.
    pub(super) async fn messages(&self, memory: &str, ids: &[i64]) -> Result<Vec<Message>, MemoryError> {
        sql::messages(&self.store, memory, ids).await
    }

    /// What remembers `said` of `query`: statements that change nothing when they run again. `Err` for a message that is too
    /// long.
    pub(super) fn remember(
        key: &ConversationKey,
        query: &str,
        said: &[&Said],
    ) -> Result<Vec<Statement>, String> {
        let mut statements = Vec::new();
        for one in said {
            for (place, (spoken, message)) in one.messages.iter().enumerate() {
                let json = serde_json::to_string(message).map_err(|error| error.to_string())?;
                if json.len() > MAX_MESSAGE {
                    return Err(format!(
                        "a message has {} bytes, and one may have {MAX_MESSAGE}",
                        json.len()
                    ));
                }
                statements.push(sql::insert(key, query, one.target, place, *spoken, tokens(message), json));
            }
        }
        if !statements.is_empty() {
            statements.push(sql::trim(key));
        }
        Ok(statements)
    }

    /// Writes at once what a query said before anybody remembered it.
    pub(super) async fn import(
        &self,
        key: &ConversationKey,
        query: &str,
        said: &[&Said],
    ) -> Result<(), MemoryError> {
        match Self::remember(key, query, said) {
            Ok(statements) if !statements.is_empty() => Ok(self.store.write(statements).await?),
            // What is too long to be remembered is not.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// How many messages a conversation has.
    pub async fn count(&self, memory: &str, conversation: &str) -> Result<usize, MemoryError> {
        sql::count(&self.store, memory, conversation).await
    }

    /// Forgets what was said in a query; for queries that are deleted.
    pub async fn forget_query(&self, query: &str) -> Result<(), MemoryError> {
        Ok(self.store.write(vec![sql::forget_query(query)]).await?)
    }

    /// Forgets everything under a Memory; for memories that are deleted.
    pub async fn forget_memory(&self, memory: &str) -> Result<(), MemoryError> {
        Ok(self.store.write(vec![sql::forget_memory(memory)]).await?)
    }

    /// UIDs of the queries that something is remembered of.
    pub(super) async fn queries(&self) -> Result<Vec<String>, MemoryError> {
        sql::queries(&self.store).await
    }

    /// Whether what is kept is of this cluster: whoever is shown another one by mistake must not take everything for deleted. A
    /// cluster is known by the UID of its namespace kube-system.
    pub async fn are_of_this_cluster(&self) -> Result<bool, MemoryError> {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let system = namespaces.get_metadata_opt("kube-system").await?;
        let uid = system.and_then(|system| system.metadata.uid).unwrap_or_default();
        self.store.write(vec![sql::of_cluster(&uid)]).await?;
        let known = sql::cluster(&self.store).await?;
        if known.as_deref() != Some(&uid) {
            tracing::warn!(
                "the database holds runs and conversations of another cluster; nothing of them is removed"
            );
        }
        Ok(known.as_deref() == Some(&uid))
    }

    /// Forgets what belongs to memories that are not there any more. The API is asked after the database, so that one that was
    /// made meanwhile keeps what it has.
    pub async fn forget_missing(&self) -> Result<(), MemoryError> {
        let known = sql::memories(&self.store).await?;
        if known.is_empty() || !self.are_of_this_cluster().await? {
            return Ok(());
        }
        let there = Api::<Memory>::all(self.client.clone()).list_metadata(&ListParams::default()).await?;
        let there: HashSet<String> =
            there.items.into_iter().filter_map(|memory| memory.metadata.uid).collect();
        let gone = known.into_iter().filter(|uid| !there.contains(uid));
        self.forget_all(gone.map(|uid| sql::forget_memory(&uid)).collect()).await
    }

    async fn forget_all(&self, statements: Vec<Statement>) -> Result<(), MemoryError> {
        if statements.is_empty() { Ok(()) } else { Ok(self.store.write(statements).await?) }
    }
}

/// Whether conversations under this Memory are kept here: it names no service of its own.
pub fn is_ours(memory: &Memory) -> bool {
    memory.spec.address.is_missing()
}
