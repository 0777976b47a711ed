//! The SQL of conversations, all of it.

use std::collections::HashMap;

use super::{ConversationKey, MAX_KEPT, MemoryError, Turn};
use crate::engine::providers::Message;
use crate::store::{Statement, Store, StoreError};

/// Target of a question.
const QUESTION: i64 = -1;

pub(super) fn insert(
    key: &ConversationKey,
    query: &str,
    target: Option<usize>,
    place: usize,
    spoken: bool,
    tokens: usize,
    json: String,
) -> Statement {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Statement::new(
        "INSERT INTO messages (memory, conversation, query, target, place, spoken, tokens, bytes, message) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (query, target, place) DO NOTHING",
    )
    .bind(key.memory.as_str())
    .bind(key.conversation.as_str())
    .bind(query)
    .bind(target.map_or(QUESTION, number))
    .bind(number(place))
    .bind(i64::from(spoken))
    .bind(number(tokens))
    .bind(number(json.len()))
    .bind(json)
}

/// Lets go of the oldest messages of a conversation that has more than [`MAX_KEPT`].
pub(super) fn trim(key: &ConversationKey) -> Statement {
    Statement::new(
        "DELETE FROM messages WHERE memory = $1 AND conversation = $2 AND id <= (SELECT id FROM messages \
         WHERE memory = $1 AND conversation = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
    )
    .bind(key.memory.as_str())
    .bind(key.conversation.as_str())
    .bind(MAX_KEPT)
}

pub(super) fn forget_query(query: &str) -> Statement {
    Statement::new("DELETE FROM messages WHERE query = $1").bind(query)
}

pub(super) fn forget_memory(memory: &str) -> Statement {
    Statement::new("DELETE FROM messages WHERE memory = $1").bind(memory)
}

pub(super) fn provided(namespace: &str) -> Statement {
    Statement::new("INSERT INTO memories_provided (namespace) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(namespace)
}

/// Notes the cluster that all this is of, once.
pub(super) fn of_cluster(uid: &str) -> Statement {
    Statement::new("INSERT INTO meta (key, value) VALUES ('cluster', $1) ON CONFLICT (key) DO NOTHING")
        .bind(uid)
}

pub(super) async fn cluster(store: &Store) -> Result<Option<String>, MemoryError> {
    let row = store.row(Statement::new("SELECT value FROM meta WHERE key = 'cluster'")).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

pub(super) async fn was_provided(store: &Store, namespace: &str) -> Result<bool, MemoryError> {
    let find = Statement::new("SELECT namespace FROM memories_provided WHERE namespace = $1").bind(namespace);
    Ok(store.row(find).await?.is_some())
}

pub(super) async fn turns(
    store: &Store,
    key: &ConversationKey,
    query: &str,
) -> Result<Vec<Turn>, MemoryError> {
    let find = Statement::new(
        "SELECT id, query, spoken, tokens, bytes FROM messages WHERE memory = $1 AND conversation = $2 \
         AND query <> $3 ORDER BY id LIMIT $4",
    )
    .bind(key.memory.as_str())
    .bind(key.conversation.as_str())
    .bind(query)
    .bind(MAX_KEPT);
    let rows = store.rows(find).await?;
    let mut turns: Vec<Turn> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let query: String = row.get(1)?;
        // A turn is where it began: answers of several targets may come while others speak.
        let place = *places.entry(query).or_insert_with(|| {
            turns.push(Turn::default());
            turns.len() - 1
        });
        let number = |n: i64| usize::try_from(n).unwrap_or(0);
        let (spoken, tokens, bytes): (i64, i64, i64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        turns[place].add(row.get(0)?, spoken == 1, number(tokens), number(bytes));
    }
    Ok(turns)
}

pub(super) async fn messages(store: &Store, memory: &str, ids: &[i64]) -> Result<Vec<Message>, MemoryError> {
    let wanted = serde_json::to_string(ids).unwrap_or_default();
    let find = Statement::each(
        "SELECT id, message FROM messages WHERE memory = $1 AND id IN (SELECT value FROM json_each($2))",
        "SELECT id, message FROM messages WHERE memory = $1 AND id IN \
         (SELECT value::bigint FROM json_array_elements_text($2::json) AS value)",
    )
    .bind(memory)
    .bind(wanted);
    let rows = store.rows(find).await?;
    let mut found = HashMap::new();
    for row in &rows {
        let (id, json): (i64, &str) = (row.get(0)?, row.get(1)?);
        let message = serde_json::from_str::<Message>(json)
            .map_err(|error| MemoryError::Unreadable { id, detail: error.to_string() })?;
        found.insert(id, message);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub(super) async fn count(store: &Store, memory: &str, conversation: &str) -> Result<usize, MemoryError> {
    let find = Statement::new("SELECT count(*) FROM messages WHERE memory = $1 AND conversation = $2")
        .bind(memory)
        .bind(conversation);
    let count: i64 = store.row(find).await?.map(|row| row.get(0)).transpose()?.unwrap_or_default();
    Ok(usize::try_from(count).unwrap_or(0))
}

pub(super) async fn queries(store: &Store) -> Result<Vec<String>, MemoryError> {
    texts(store, "SELECT DISTINCT query FROM messages").await
}

pub(super) async fn memories(store: &Store) -> Result<Vec<String>, MemoryError> {
    texts(store, "SELECT DISTINCT memory FROM messages").await
}

async fn texts(store: &Store, sql: &'static str) -> Result<Vec<String>, MemoryError> {
    let rows = store.rows(Statement::new(sql)).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, StoreError>>()?)
}
