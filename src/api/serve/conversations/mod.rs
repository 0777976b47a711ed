//! Conversations: queries with one conversation id, gathered from the cache.

mod message;

use std::collections::HashMap;
use std::sync::Arc;

use kube::ResourceExt;

use super::objects::check;
use super::present::{World, conversation, is_over, query_status, query_targets, question, summary};
use super::{Services, runs, services};
use crate::kubernetes::access::Verb;
use crate::kubernetes::apply::noun;
use crate::kubernetes::cache::version_number;
use crate::resources::Query;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::conversation::{
    ConversationRow, ConversationView, Conversations, MAX_LISTED, MAX_TURNS, TurnRef, WINDOW,
};
use crate::views::problem::{Problem, ProblemCode};
use crate::views::run::RunView;

pub use message::send;

/// Bytes of images that a page opens with; those of older turns are on the pages of their runs.
const MAX_IMAGES: usize = 4 << 20;
/// Who was asked: names in a row.
const MAX_TARGETS: usize = 3;
/// Letters of a line in the list.
const LINE: usize = 120;

/// See [`crate::api::conversations::get_conversations`].
pub async fn get(namespace: Option<String>, open: Option<String>) -> Result<ConversationView, Problem> {
    check(Verb::List, Kind::Query, namespace.as_deref())?;
    let services = services()?;
    let list = list(&World::new(services.caches()), namespace.as_deref(), open.as_deref());
    let first = list.open.len().saturating_sub(WINDOW);
    let turns = open_all(&services, &list.open[first..]).await?;
    Ok(ConversationView { list, turns })
}

/// See [`crate::api::conversations::get_earlier_turns`].
pub async fn earlier(
    namespace: String,
    conversation: String,
    before: String,
) -> Result<Vec<RunView>, Problem> {
    check(Verb::List, Kind::Query, Some(&namespace))?;
    let services = services()?;
    let all = turns(&World::new(services.caches()), &namespace, &conversation);
    let end = all.iter().position(|turn| turn.uid == before).unwrap_or(0);
    open_all(&services, &all[end.saturating_sub(WINDOW)..end]).await
}

async fn open_all(services: &Services, turns: &[TurnRef]) -> Result<Vec<RunView>, Problem> {
    let mut runs = Vec::with_capacity(turns.len());
    let mut room = MAX_IMAGES;
    for turn in turns.iter().rev() {
        match runs::open(services, &turn.key).await {
            Ok((mut run, _)) => {
                let bytes: usize = run.images.iter().map(String::len).sum();
                if bytes > room {
                    run.images.clear();
                } else {
                    room -= bytes;
                }
                runs.push(run);
            }
            // Deleted a moment ago.
            Err(problem) if problem.code == ProblemCode::NotFound => {}
            Err(problem) => return Err(problem),
        }
    }
    runs.reverse();
    runs.sort_by_key(|run| (run.created_ms, run.started_ms.unwrap_or(i64::MAX)));
    Ok(runs)
}

/// The conversations as they are now. A query that names none makes none, unless another goes on with it.
pub fn list(world: &World, namespace: Option<&str>, open: Option<&str>) -> Conversations {
    let mut groups: HashMap<(String, String), Vec<Arc<Query>>> = HashMap::new();
    let mut alone = Vec::new();
    for query in world.caches.queries.list(namespace) {
        let key = (query.namespace().unwrap_or_default(), conversation(&query).to_owned());
        if query.spec.conversation().is_some() {
            groups.entry(key).or_default().push(query);
        } else {
            alone.push((key, query));
        }
    }
    for (key, query) in alone {
        if let Some(group) = groups.get_mut(&key) {
            group.push(query);
        }
    }
    let total = groups.len();
    let mut rows: Vec<ConversationRow> = groups
        .into_iter()
        .filter_map(|((namespace, id), queries)| row(world, namespace, id, queries))
        .collect();
    rows.sort_by(|a, b| b.at_ms.cmp(&a.at_ms).then_with(|| a.id.cmp(&b.id)));
    rows.truncate(MAX_LISTED);
    let open = match (namespace, open) {
        (Some(namespace), Some(id)) => turns(world, namespace, id),
        _ => Vec::new(),
    };
    Conversations { rows, total, open }
}

/// The queries of one conversation, oldest first.
fn turns(world: &World, namespace: &str, id: &str) -> Vec<TurnRef> {
    let mut queries: Vec<Arc<Query>> = world
        .caches
        .queries
        .list(Some(namespace))
        .into_iter()
        .filter(|query| conversation(query) == id)
        .collect();
    sort(&mut queries);
    let first = queries.len().saturating_sub(MAX_TURNS);
    queries[first..]
        .iter()
        .map(|query| TurnRef { key: key(query), uid: query.uid().unwrap_or_default() })
        .collect()
}

fn key(query: &Query) -> ObjectKey {
    ObjectKey::new(Kind::Query, query.namespace().unwrap_or_default(), query.name_any())
}

/// By creation, which Kubernetes tells in seconds; within one what is over came before what is not, and what ended first has the
/// lower resourceVersion (they can be compared, KEP-5504).
fn sort(queries: &mut [Arc<Query>]) {
    queries.sort_by_key(|query| {
        (created_ms(query), !is_over(query), version_number(query.resource_version().as_deref()))
    });
}

fn created_ms(query: &Query) -> i64 {
    query.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_millisecond())
}

fn row(
    world: &World,
    namespace: String,
    id: String,
    mut queries: Vec<Arc<Query>>,
) -> Option<ConversationRow> {
    sort(&mut queries);
    let (first, newest) = (queries.first()?, queries.last()?);
    let mut targets: Vec<ObjectKey> = Vec::new();
    for key in queries.iter().rev().flat_map(|query| query_targets(query)) {
        if targets.len() < MAX_TARGETS && !targets.contains(&key) {
            targets.push(key);
        }
    }
    let place = newest.uid().and_then(|uid| world.places().get(&uid).copied());
    Some(ConversationRow {
        title: line(&question(first)),
        last: line(&summary(newest)),
        targets,
        turns: queries.len(),
        status: query_status(newest, place),
        at_ms: created_ms(newest),
        ends: (first.uid().unwrap_or_default(), newest.uid().unwrap_or_default()),
        namespace,
        id,
    })
}

fn line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(LINE).collect()
}

/// Words for a query of a conversation that cannot be made.
fn refused(key: &ObjectKey, problem: Problem) -> Problem {
    Problem {
        message: format!("The message to the {} was not sent. {}", noun(key), problem.message),
        ..problem
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn within_a_second_they_stand_as_they_ended() {
        let query = |name: &str, second: &str, version: &str, phase: &str| {
            let query = json!({
                "apiVersion": "ark.mckinsey.com/v1alpha1",
                "kind": "Query",
                "metadata": { "name": name, "creationTimestamp": second, "resourceVersion": version },
                "spec": { "input": "When?" },
                "status": { "phase": phase },
            });
            Arc::new(serde_json::from_value(query).unwrap())
        };
        let (noon, later) = ("2026-11-27T12:00:00Z", "2026-11-27T12:00:01Z");
        let mut queries = vec![
            query("fourth", later, "5", "done"),
            query("third", noon, "6", "running"),
            query("second", noon, "10", "done"),
            query("first", noon, "9", "done"),
        ];
        sort(&mut queries);
        let names: Vec<String> = queries.iter().map(|query| query.name_any()).collect();
        assert_eq!(names, ["first", "second", "third", "fourth"]);
    }
}
