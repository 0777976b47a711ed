//! Home: what runs, what needs a person, what is broken, first steps; and the counts in the navigation.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::row::Row;

/// Rows of each panel at the most; the panel links to the whole list.
pub const PANEL_ROWS: usize = 8;

/// Home of a namespace, or of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeView {
    /// Queries that run or wait in the queue.
    pub running: usize,
    /// Of them, how many wait in the queue.
    pub queued: usize,
    /// Queries and tasks that wait for a person.
    pub waiting: usize,
    /// Queries that failed in the last hour.
    pub failed_last_hour: usize,
    /// Queries finished in the last hour.
    pub finished_last_hour: usize,
    /// Queries created in the last 24 hours.
    pub queries_24h: usize,
    /// Tokens of the queries of the last 24 hours.
    pub tokens_24h: i64,
    /// In flight, newest first.
    pub in_flight: Vec<Row>,
    /// Waiting for a person, oldest first.
    pub needs_you: Vec<Row>,
    /// Failed queries of the last hour, newest first.
    pub failures: Vec<Row>,
    /// Resources that are not ready.
    pub broken: Vec<Row>,
    /// Last finished queries, newest first.
    pub recent: Vec<Row>,
    /// First steps, until all are done.
    pub steps: Vec<Step>,
    /// Agents that can be asked right now, for the box on home.
    pub agents: Vec<ObjectKey>,
    /// A scripted demo model is among the models.
    pub demo: bool,
}

/// A first step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    pub title: String,
    /// What that is, in a sentence.
    pub text: String,
    /// Where, as an address.
    pub href: String,
    /// It is done.
    pub done: bool,
}

/// Counts in the navigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NavCounts {
    /// Queries running or queued.
    pub running: usize,
    /// Calls that wait for a person, over all namespaces that the person may see: what the inbox shows.
    pub approvals: usize,
    /// Resources that are not ready.
    pub broken: usize,
}

/// A hit of the command palette.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Which object.
    pub key: ObjectKey,
    /// What it does.
    pub summary: String,
}
