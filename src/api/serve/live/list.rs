//! A list that is followed: which rows are in it, and what changed.

use std::collections::HashMap;

use crate::api::serve::objects::{Counts, matches};
use crate::api::serve::present::{Source, World, source};
use crate::resources::kind::Kind;
use crate::views::ObjectKey;
use crate::views::live::LiveMessage;
use crate::views::row::{ListRequest, Row, State};
use crate::views::wire::Later;

/// Queued queries whose place is kept current; further back it is read when the list is fetched.
const PLACES: usize = 50;

/// Rows that match, rows of the namespace, and how many of these are in each state.
type Totals = (usize, usize, Vec<(State, usize)>);

/// A followed list.
pub struct ListTopic {
    request: ListRequest,
    revision: u64,
    /// Rows of the namespace by UID: state, and whether the request matches. `None` before the first answer.
    members: Option<HashMap<String, (State, bool)>>,
    /// Figures in rows that change without the row's object: queries of an agent, places in the queue.
    figures: HashMap<String, i64>,
    /// Matched, total and counts as they were told last.
    totals: Option<Totals>,
}

impl ListTopic {
    /// A list that the page has at `revision`.
    pub fn new(request: ListRequest, revision: u64) -> Self {
        Self { request, revision, members: None, figures: HashMap::new(), totals: None }
    }

    /// What changed since the last time.
    pub fn news(&mut self, id: u32, world: &World) -> Option<LiveMessage> {
        let source = source(self.request.kind);
        let Some(changes) = source.since(world, self.revision) else {
            // The page fetches the list again and follows it anew; until then there is nothing to tell.
            self.revision = source.revision(world.caches);
            self.members = None;
            return Some(LiveMessage::Reset { id });
        };
        let first = self.members.is_none();
        let members = match &mut self.members {
            Some(members) => members,
            None => self.members.insert(read(&self.request, source, world)),
        };
        let mut changed: Vec<Row> =
            changes.upserts.into_iter().filter(|row| concerns(&self.request, row)).collect();
        let figures = figures(&self.request, world);
        if !first {
            let moved = figures.iter().filter(|(uid, figure)| self.figures.get(*uid) != Some(*figure));
            let moved: Vec<_> =
                moved.map(|(uid, _)| uid).filter(|uid| !changed.iter().any(|row| row.uid == **uid)).collect();
            if !moved.is_empty() {
                let (rows, _) = source.rows(world, self.request.namespace.as_deref());
                changed.extend(rows.into_iter().filter(|row| moved.contains(&&row.uid)));
            }
        }
        self.figures = figures;
        self.revision = changes.revision;
        let mut removes: Vec<String> = changes.removes;
        removes.retain(|uid| members.remove(uid).is_some() || first);
        let mut upserts = Vec::new();
        for row in changed {
            let matching = matches(&self.request, &row);
            let before = members.insert(row.uid.clone(), (row.status.state, matching));
            if matching {
                upserts.push(row);
            } else if before.is_some_and(|(_, matched)| matched) || first {
                removes.push(row.uid);
            }
        }
        let mut counts = Counts::default();
        for (state, _) in members.values() {
            counts.add(*state);
        }
        let matched = members.values().filter(|(_, matched)| *matched).count();
        let totals = (matched, members.len(), counts.list());
        let unchanged = self.totals.as_ref() == Some(&totals) || first;
        self.totals = Some(totals.clone());
        if upserts.is_empty() && removes.is_empty() && unchanged {
            return None;
        }
        let (matched, total, counts) = totals;
        Some(LiveMessage::Rows {
            id,
            revision: self.revision,
            upserts: Later::new(upserts),
            removes,
            matched,
            total,
            counts,
        })
    }
}

/// Whether a row is of the namespace that is listed.
fn concerns(request: &ListRequest, row: &Row) -> bool {
    !request.kind.namespaced()
        || request.namespace.as_ref().is_none_or(|namespace| *namespace == row.key.namespace)
}

/// All rows of the namespace: state, and whether the request matches.
fn read(request: &ListRequest, source: &dyn Source, world: &World) -> HashMap<String, (State, bool)> {
    let (rows, _) = source.rows(world, request.namespace.as_deref());
    rows.into_iter()
        .map(|row| {
            let matching = matches(request, &row);
            (row.uid, (row.status.state, matching))
        })
        .collect()
}

/// Figures of rows that move without their objects.
fn figures(request: &ListRequest, world: &World) -> HashMap<String, i64> {
    match request.kind {
        Kind::Agent => {
            let counts = world.query_counts();
            let agents = world.caches.agents.list(request.namespace.as_deref());
            agents
                .into_iter()
                .filter_map(|agent| {
                    let meta = &agent.metadata;
                    let key = ObjectKey::new(Kind::Agent, meta.namespace.clone()?, meta.name.clone()?);
                    Some((meta.uid.clone()?, counts.get(&key).copied().unwrap_or(0)))
                })
                .collect()
        }
        Kind::Evaluator => {
            let counts = world.evaluation_counts();
            let evaluators = world.caches.evaluators.list(request.namespace.as_deref());
            let figures = evaluators.into_iter().filter_map(|evaluator| {
                let meta = &evaluator.metadata;
                let key = ObjectKey::new(Kind::Evaluator, meta.namespace.clone()?, meta.name.clone()?);
                Some((meta.uid.clone()?, counts.get(&key).copied().unwrap_or(0)))
            });
            figures.collect()
        }
        Kind::Query => {
            let places = world.places().iter().filter(|(_, place)| **place <= PLACES);
            places.map(|(uid, place)| (uid.clone(), i64::try_from(*place).unwrap_or(i64::MAX))).collect()
        }
        _ => HashMap::new(),
    }
}
