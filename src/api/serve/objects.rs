//! Lists, pages, search, namespaces, events, deletion.

use std::cmp::Ordering;

use super::present::{Parts, World, source};
use super::{asker, services};
use crate::kubernetes::access::{Verb, may};
use crate::kubernetes::{Caches, apply};
use crate::resources::annotations::MANAGED_BY;
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::detail::{Detail, EventView};
use crate::views::home::Hit;
use crate::views::problem::{Problem, ProblemCode};
use crate::views::row::{Cell, Filter, ListPage, ListRequest, Row, State, WINDOW, columns};

/// Hits of a search at the most.
const HITS: usize = 20;
/// Events of a page at the most.
const EVENTS: usize = 200;
/// Users of an object that its page names.
const USERS: usize = 50;
/// Objects deleted by one request at the most.
const DELETIONS: usize = 500;

/// How many rows are in each state.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts([usize; State::ALL.len()]);

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, state: State) {
        if let Some(at) = State::ALL.iter().position(|known| *known == state) {
            self.0[at] += 1;
        }
    }

    /// States with how many; those with none are left out.
    pub fn list(&self) -> Vec<(State, usize)> {
        State::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0).collect()
    }
}

/// Whether the list that is asked for holds the row.
pub fn matches(request: &ListRequest, row: &Row) -> bool {
    if !request.states.is_empty() && !request.states.contains(&row.status.state) {
        return false;
    }
    if !request.only.admits(&row.facets) {
        return false;
    }
    if let Some(name) = &request.refers_to
        && !row.cells.iter().any(|cell| refers_to(cell, name))
    {
        return false;
    }
    let words = request.search.to_lowercase();
    words.split_whitespace().all(|word| says(row, word))
}

fn refers_to(cell: &Cell, name: &str) -> bool {
    match cell {
        Cell::Link { key, .. } => key.name == name,
        Cell::Tags(names) => names.iter().any(|tag| tag == name),
        _ => false,
    }
}

/// Whether name, second line, status, a label or a cell holds `word`, which is in lower case.
fn says(row: &Row, word: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    has(&row.key.name)
        || has(&row.summary)
        || has(&row.status.word)
        || row.status.reason.as_deref().is_some_and(has)
        || row.cells.iter().any(|cell| match cell {
            Cell::Text(text) | Cell::Question(text) => has(text),
            Cell::Link { key, .. } => has(&key.name),
            Cell::Tags(tags) => tags.iter().any(|tag| has(tag)),
            _ => false,
        })
        || row.facets.labels.iter().any(|(key, value)| has(&format!("{key}={value}")))
}

/// See [`crate::api::objects::list_objects`].
pub async fn list(request: ListRequest) -> Result<ListPage, Problem> {
    let services = services()?;
    check(Verb::List, request.kind, request.namespace.as_deref())?;
    if !source(request.kind).is_ready(services.caches()) {
        return Err(not_filled(request.kind));
    }
    Ok(page(&World::new(services.caches()), &request))
}

fn not_filled(kind: Kind) -> Problem {
    Problem::new(
        ProblemCode::Unavailable,
        format!("{} are still being read from the Kubernetes API.", kind.title()),
    )
    .next("Try again in a moment.")
}

/// The window that is asked for.
pub fn page(world: &World, request: &ListRequest) -> ListPage {
    let (rows, revision) = source(request.kind).rows(world, request.namespace.as_deref());
    let total = rows.len();
    let mut counts = Counts::default();
    for row in &rows {
        counts.add(row.status.state);
    }
    let without = without(request, &rows);
    let mut rows: Vec<Row> = rows.into_iter().filter(|row| matches(request, row)).collect();
    let matched = rows.len();
    rows.sort_by(|a, b| order(request, a, b));
    let rows = rows.into_iter().skip(request.offset).take(WINDOW).collect();
    ListPage { rows, matched, total, counts: counts.list(), without, revision }
}

/// The ways out of a list in which nothing matches: each filter with what would match without it.
fn without(request: &ListRequest, rows: &[Row]) -> Vec<(Filter, usize)> {
    if rows.iter().any(|row| matches(request, row)) {
        return Vec::new();
    }
    let count = |filter: Filter| {
        let mut less = request.clone();
        less.remove(filter);
        rows.iter().filter(|row| matches(&less, row)).count()
    };
    request.filters().into_iter().map(|filter| (filter, count(filter))).collect()
}

/// The order that is asked for; without one, queries newest first with those in flight on top, others by name.
fn order(request: &ListRequest, a: &Row, b: &Row) -> Ordering {
    let by_name = || (&a.key.name, &a.key.namespace).cmp(&(&b.key.name, &b.key.namespace));
    let sorted = match request.sort.as_deref() {
        None if matches!(request.kind, Kind::Query | Kind::Evaluation) => {
            let in_flight =
                |row: &Row| matches!(row.status.state, State::Running | State::Waiting | State::Queued);
            let newest = |row: &Row| match row.key.kind {
                Kind::Evaluation => row.last_ms(),
                _ => row.created_ms,
            };
            return in_flight(b).cmp(&in_flight(a)).then(newest(b).cmp(&newest(a))).then_with(by_name);
        }
        None | Some("name") => by_name(),
        Some("status") => rank(a.status.state).cmp(&rank(b.status.state)),
        // The youngest has the smallest age.
        Some("age") => b.created_ms.cmp(&a.created_ms),
        Some(id) => match columns(request.kind).iter().position(|column| column.id == id) {
            Some(at) => compare(a, b, a.cells.get(at), b.cells.get(at)),
            None => by_name(),
        },
    };
    let sorted = if request.descending { sorted.reverse() } else { sorted };
    sorted.then_with(by_name)
}

fn rank(state: State) -> usize {
    State::ALL.iter().position(|known| *known == state).unwrap_or(State::ALL.len())
}

/// Unknown cells come first in ascending order, as if smaller than all.
fn compare(row_a: &Row, row_b: &Row, a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
    let number = |row: &Row, cell: &Cell| match cell {
        Cell::Number(n) | Cell::Time(n) | Cell::Duration(n) => Some(*n),
        Cell::Score { thousandths, .. } => Some(i64::from(*thousandths)),
        Cell::Share { part, whole } => Some(part * 1_000_000 / (*whole).max(1)),
        Cell::Change { thousandths, .. } => Some(i64::from(*thousandths)),
        Cell::Trend { scores, .. } => scores.last().map(|score| i64::from(*score)),
        Cell::Tokens { input, output } => Some(input.saturating_add(*output)),
        Cell::Elapsed => match (row.started_ms, row.ended_ms) {
            (Some(start), Some(end)) => Some(end - start),
            (Some(start), None) => Some(i64::MAX / 2 - start),
            _ => None,
        },
        _ => None,
    };
    let text = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Question(text) => Some(text.to_lowercase()),
        Cell::Link { key, .. } => Some(key.name.clone()),
        Cell::Tags(tags) => Some(tags.join(" ")),
        _ => None,
    };
    match (a, b) {
        (Some(a), Some(b)) => number(row_a, a).cmp(&number(row_b, b)).then_with(|| text(a).cmp(&text(b))),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// See [`crate::api::objects::get_object`].
pub async fn get(key: ObjectKey) -> Result<Detail, Problem> {
    let services = services()?;
    check(Verb::Get, key.kind, Some(&key.namespace))?;
    let caches = services.caches();
    if let Some(detail) = detail(&World::new(caches), &key) {
        return Ok(detail);
    }
    if !source(key.kind).is_ready(caches) {
        return Err(not_filled(key.kind));
    }
    Err(Problem::new(ProblemCode::NotFound, format!("There is no {}.", apply::noun(&key))))
}

/// One object's page; `None` when it does not exist.
pub fn detail(world: &World, key: &ObjectKey) -> Option<Detail> {
    let Parts { row, labels, annotations, facts, conditions, specific } =
        source(key.kind).parts(world, &key.namespace, &key.name)?;
    let mut used_by = Vec::new();
    for kind in Kind::ALL {
        let left = USERS.saturating_sub(used_by.len());
        used_by.extend(source(kind).users(world.caches, key, left));
    }
    let events = events_where(world.caches, |event| {
        let about = &event.involved_object;
        about.uid.as_deref().is_some_and(|uid| !uid.is_empty() && uid == row.uid)
            || (about.kind.as_deref() == Some(key.kind.name())
                && about.name.as_deref() == Some(&key.name)
                && about.namespace.as_deref().unwrap_or_default() == key.namespace
                && about.uid.as_deref().is_none_or(str::is_empty))
    });
    Some(Detail {
        managed_by: manager(&labels, &annotations),
        annotations: annotations.into_iter().filter(|(name, _)| !is_bookkeeping(name)).collect(),
        row,
        labels,
        facts,
        conditions,
        events,
        used_by,
        specific,
    })
}

fn is_bookkeeping(annotation: &str) -> bool {
    ["kubectl.kubernetes.io/", "meta.helm.sh/", "argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/"]
        .iter()
        .any(|prefix| annotation.starts_with(prefix))
}

/// Who would undo changes made here.
fn manager(labels: &[(String, String)], annotations: &[(String, String)]) -> Option<String> {
    let starts = |prefix: &str| labels.iter().chain(annotations).any(|(name, _)| name.starts_with(prefix));
    let helm = labels.iter().any(|(name, value)| name == MANAGED_BY && value == "Helm");
    if starts("kustomize.toolkit.fluxcd.io/") || starts("helm.toolkit.fluxcd.io/") {
        Some("Flux".into())
    } else if starts("argocd.argoproj.io/") {
        Some("Argo CD".into())
    } else if helm || starts("meta.helm.sh/") {
        Some("Helm".into())
    } else {
        None
    }
}

/// See [`crate::api::objects::delete_objects`].
pub async fn delete(keys: Vec<ObjectKey>) -> Result<Vec<(ObjectKey, Problem)>, Problem> {
    let services = services()?;
    if keys.len() > DELETIONS {
        let why = format!("{} objects are too many for one request; the limit is {DELETIONS}.", keys.len());
        return Err(Problem::new(ProblemCode::Invalid, why));
    }
    let client = services.client(&asker());
    let mut failed = Vec::new();
    for key in keys {
        let result = match check(Verb::Delete, key.kind, Some(&key.namespace)) {
            Ok(()) => apply::delete(&client, &key).await,
            Err(problem) => Err(problem),
        };
        match result {
            // Gone already: what was wanted.
            Err(problem) if problem.code != ProblemCode::NotFound => failed.push((key, problem)),
            _ => {}
        }
    }
    Ok(failed)
}

/// See [`crate::api::objects::list_namespaces`].
pub async fn namespaces() -> Result<Vec<String>, Problem> {
    let services = services()?;
    let namespaces = services.caches().namespaces.list(None);
    Ok(namespaces.into_iter().filter_map(|namespace| namespace.metadata.name.clone()).collect())
}

/// See [`crate::api::objects::list_events`].
pub async fn events(namespace: Option<String>) -> Result<Vec<EventView>, Problem> {
    let services = services()?;
    Ok(events_of(services.caches(), namespace.as_deref()))
}

/// Events of a namespace or of all, newest first, at most [`EVENTS`].
pub fn events_of(caches: &Caches, namespace: Option<&str>) -> Vec<EventView> {
    events_where(caches, |event| namespace.is_none() || event.metadata.namespace.as_deref() == namespace)
}

fn events_where(
    caches: &Caches,
    wanted: impl Fn(&k8s_openapi::api::core::v1::Event) -> bool,
) -> Vec<EventView> {
    let mut events: Vec<EventView> = caches
        .events
        .list(None)
        .iter()
        .filter(|event| wanted(event))
        .map(|event| event_view(event))
        .collect();
    events.sort_by(|a, b| b.at_ms.cmp(&a.at_ms).then_with(|| a.uid.cmp(&b.uid)));
    events.truncate(EVENTS);
    events
}

fn event_view(event: &k8s_openapi::api::core::v1::Event) -> EventView {
    let series = event.series.as_ref();
    let at = series
        .and_then(|series| series.last_observed_time.as_ref())
        .map(|time| time.0)
        .or_else(|| event.last_timestamp.as_ref().map(|time| time.0))
        .or_else(|| event.event_time.as_ref().map(|time| time.0))
        .or_else(|| event.metadata.creation_timestamp.as_ref().map(|time| time.0));
    let about = &event.involved_object;
    EventView {
        uid: event.metadata.uid.clone().unwrap_or_default(),
        warning: event.type_.as_deref() == Some("Warning"),
        reason: event.reason.clone().unwrap_or_default(),
        message: event.message.clone().unwrap_or_default(),
        regarding: format!(
            "{}/{}",
            about.kind.as_deref().unwrap_or_default(),
            about.name.as_deref().unwrap_or_default()
        ),
        at_ms: at.map(|time| time.as_millisecond()),
        count: series.and_then(|series| series.count).or(event.count).map_or(1, i64::from),
    }
}

/// See [`crate::api::objects::search_objects`].
pub async fn search(namespace: Option<String>, text: String) -> Result<Vec<Hit>, Problem> {
    let services = services()?;
    let world = World::new(services.caches());
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut hits: Vec<(usize, Row)> = Vec::new();
    for kind in Kind::ALL {
        if check(Verb::List, kind, namespace.as_deref()).is_err() {
            continue;
        }
        let (rows, _) = source(kind).rows(&world, namespace.as_deref());
        hits.extend(rows.into_iter().filter_map(|row| Some((score(&row, &words)?, row))));
    }
    hits.sort_by(|(a, x), (b, y)| {
        a.cmp(b).then(y.created_ms.cmp(&x.created_ms)).then_with(|| x.key.cmp(&y.key))
    });
    hits.truncate(HITS);
    Ok(hits.into_iter().map(|(_, row)| Hit { key: row.key, summary: row.summary }).collect())
}

/// Smaller is better: the name itself, its beginning, a part of it, anything else in the row.
fn score(row: &Row, words: &[String]) -> Option<usize> {
    let name = row.key.name.to_lowercase();
    words
        .iter()
        .map(|word| {
            if name == *word {
                Some(0)
            } else if name.starts_with(word.as_str()) {
                Some(1)
            } else if name.contains(word.as_str()) {
                Some(2)
            } else {
                says(row, word).then_some(3)
            }
        })
        .sum()
}

/// Whether the asker may; a sentence if not.
pub fn check(verb: Verb, kind: Kind, namespace: Option<&str>) -> Result<(), Problem> {
    if may(&asker(), verb, kind, namespace) {
        return Ok(());
    }
    let place =
        namespace.filter(|name| !name.is_empty()).map(|name| format!(" in {name}")).unwrap_or_default();
    let doing = match verb {
        Verb::List => "list",
        Verb::Get => "view",
        Verb::Apply => "change",
        Verb::Delete => "delete",
    };
    let what = kind.nouns();
    Err(Problem::new(ProblemCode::Forbidden, format!("You may not {doing} {what}{place}.")).next(format!(
        "Ask an owner for {doing} on {}.{}.",
        kind.plural(),
        crate::resources::kind::GROUP
    )))
}
