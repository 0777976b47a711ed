//! Home: what runs, what needs a person, what is broken, first steps; and the counts of the navigation.

use std::collections::HashSet;

use super::objects::check;
use super::present::{World, is_over, is_scripted, source};
use super::{approvals, services};
use crate::kubernetes::access::Verb;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::home::{HomeView, NavCounts, PANEL_ROWS, Step};
use crate::views::problem::Problem;
use crate::views::row::{Row, State};

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;
/// A day in milliseconds.
const DAY: i64 = 24 * HOUR;
/// Agents offered on home.
const AGENTS: usize = 50;
/// Kinds that can be broken: not the ones that are runs.
const RESOURCES: [Kind; 9] = [
    Kind::Agent,
    Kind::Team,
    Kind::Model,
    Kind::Tool,
    Kind::McpServer,
    Kind::A2AServer,
    Kind::Memory,
    Kind::Evaluator,
    Kind::ExecutionEngine,
];

/// See [`crate::api::objects::get_home`].
pub async fn get(namespace: Option<String>) -> Result<HomeView, Problem> {
    let services = services()?;
    check(Verb::List, Kind::Query, namespace.as_deref())?;
    Ok(view(&World::new(services.caches()), namespace.as_deref()))
}

/// Home as it is now.
pub fn view(world: &World, namespace: Option<&str>) -> HomeView {
    let now = jiff::Timestamp::now().as_millisecond();
    let (mut queries, _) = source(Kind::Query).rows(world, namespace);
    queries.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.key.cmp(&b.key)));
    let (tasks, _) = source(Kind::A2ATask).rows(world, namespace);
    let ended_lately = |row: &Row| row.ended_ms.is_some_and(|ended| now - ended <= HOUR);
    let in_flight: Vec<&Row> =
        queries.iter().filter(|row| matches!(row.status.state, State::Running | State::Queued)).collect();
    let failures: Vec<&Row> =
        queries.iter().filter(|row| row.status.state == State::Failed && ended_lately(row)).collect();
    // A query that waits for an answer to a call is told by the call.
    let asked: HashSet<ObjectKey> = approvals::asked(world, namespace);
    let mut waiting: Vec<&Row> = queries
        .iter()
        .filter(|row| !asked.contains(&row.key))
        .chain(&tasks)
        .filter(|row| row.status.state == State::Waiting)
        .collect();
    waiting.sort_by_key(|row| row.created_ms);
    let mut finished: Vec<&Row> = queries.iter().filter(|row| row.ended_ms.is_some()).collect();
    finished.sort_by_key(|row| std::cmp::Reverse(row.ended_ms));
    let broken: Vec<Row> = RESOURCES
        .into_iter()
        .flat_map(|kind| source(kind).rows(world, namespace).0)
        .filter(|row| row.status.state == State::Failed)
        .take(PANEL_ROWS)
        .collect();
    let today = queries.iter().filter(|row| now - row.created_ms <= DAY);
    HomeView {
        running: in_flight.len(),
        queued: in_flight.iter().filter(|row| row.status.state == State::Queued).count(),
        waiting: waiting.len(),
        failed_last_hour: failures.len(),
        finished_last_hour: queries.iter().filter(|row| ended_lately(row)).count(),
        queries_24h: today.clone().count(),
        tokens_24h: today.map(tokens).sum(),
        in_flight: panel(in_flight),
        needs_you: panel(waiting),
        failures: panel(failures),
        broken,
        recent: panel(finished),
        steps: steps(world, namespace, !queries.is_empty()),
        agents: agents(world, namespace),
        demo: demo(world, namespace),
    }
}

fn panel(rows: Vec<&Row>) -> Vec<Row> {
    rows.into_iter().take(PANEL_ROWS).cloned().collect()
}

fn tokens(row: &Row) -> i64 {
    row.cells
        .iter()
        .map(|cell| match cell {
            crate::views::row::Cell::Tokens { input, output } => input + output,
            _ => 0,
        })
        .sum()
}

/// Agents that can be asked right now, by name.
fn agents(world: &World, namespace: Option<&str>) -> Vec<ObjectKey> {
    let (rows, _) = source(Kind::Agent).rows(world, namespace);
    rows.into_iter().filter(|row| row.status.state == State::Done).map(|row| row.key).take(AGENTS).collect()
}

fn demo(world: &World, namespace: Option<&str>) -> bool {
    world.caches.models.list(namespace).iter().any(|model| {
        let namespace = model.metadata.namespace.clone().unwrap_or_default();
        let name = model.metadata.name.clone().unwrap_or_default();
        is_scripted(world.caches, &ObjectKey::new(Kind::Model, namespace, name))
    })
}

/// First steps; empty once all are done.
fn steps(world: &World, namespace: Option<&str>, asked: bool) -> Vec<Step> {
    let place = namespace.unwrap_or("default");
    let has = |kind: Kind| !source(kind).rows(world, namespace).0.is_empty();
    let ready =
        |kind: Kind| source(kind).rows(world, namespace).0.iter().any(|row| row.status.state == State::Done);
    let step = |kind: Kind, title: &str, text: &str, done: bool| Step {
        title: title.into(),
        text: text.into(),
        href: format!("/ns/{place}/{}/new", kind.plural()),
        done,
    };
    let steps = vec![
        step(
            Kind::Model,
            "Connect a model",
            "The address of an OpenAI-compatible endpoint, and its key if it has one.",
            ready(Kind::Model),
        ),
        step(
            Kind::Agent,
            "Write an agent",
            "A prompt, the model that answers it, and the tools it may use.",
            has(Kind::Agent),
        ),
        step(
            Kind::Query,
            "Ask a question",
            "The answer appears word by word, and every step is kept.",
            asked,
        ),
    ];
    if steps.iter().all(|step| step.done) { Vec::new() } else { steps }
}

/// Counts of the navigation.
pub fn nav(world: &World, namespace: Option<&str>) -> NavCounts {
    let queries = world.caches.queries.list(namespace);
    NavCounts {
        running: queries.iter().filter(|query| !is_over(query)).count(),
        approvals: approvals::waiting(world),
        broken: RESOURCES
            .into_iter()
            .flat_map(|kind| source(kind).rows(world, namespace).0)
            .filter(|row| row.status.state == State::Failed)
            .count(),
    }
}
