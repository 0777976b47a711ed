//! Lists: one row for each object, columns for each kind, and what a list is asked for.

use serde::{Deserialize, Serialize};

use super::ObjectKey;
use super::facets::{Facets, Only};
use crate::resources::kind::Kind;

/// The seven states that the interface knows; each has a colour, an icon and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Waits for its turn; a resource not looked at yet.
    Queued,
    /// Moves now; a resource being checked.
    Running,
    /// A person, or somebody else, must act.
    Waiting,
    /// Finished well; ready.
    Done,
    /// Finished badly; not ready.
    Failed,
    /// Ended by a person or by its limit; off.
    Canceled,
    /// What is known is old.
    Stale,
}

impl State {
    /// Every state, in the order in which counts are shown.
    pub const ALL: [Self; 7] =
        [Self::Running, Self::Waiting, Self::Queued, Self::Failed, Self::Done, Self::Canceled, Self::Stale];

    /// Lower-case word used in addresses (`?status=failed`) and class names (`s-failed`).
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Stale => "stale",
        }
    }
}

/// A state with its word (`Queued, 2nd`, `Ready`) and, where it is not fine, the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which of the seven.
    pub state: State,
    /// The word beside the icon.
    pub word: String,
    /// Why, in one sentence.
    pub reason: Option<String>,
}

/// One object in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which object.
    pub key: ObjectKey,
    /// Its UID: the identity across a deletion and a new creation of the same name.
    pub uid: String,
    /// resourceVersion, so that an older delta never overwrites a newer row.
    pub version: u64,
    /// When it was created.
    pub created_ms: i64,
    /// Its state.
    pub status: Status,
    /// Second line of the first column: what it does; for a query the answer's first line, the reason or the question.
    pub summary: String,
    /// Cells of the columns after name and status, as [`columns`] orders them.
    pub cells: Vec<Cell>,
    /// For queries: start and end of the run; the browser ticks the clock while `end` is absent.
    pub started_ms: Option<i64>,
    /// See `started_ms`.
    pub ended_ms: Option<i64>,
    /// Being deleted (finalizers are at work).
    pub deleting: bool,
    /// What it is filtered by besides; stays on the server.
    #[serde(skip)]
    pub facets: Facets,
}

impl Row {
    /// When it was last of interest: its end, else its creation.
    pub fn last_ms(&self) -> i64 {
        self.ended_ms.unwrap_or(self.created_ms)
    }

    /// Whom a query asks; nothing for other kinds, and for queries that ask several.
    pub fn target(&self) -> Option<&ObjectKey> {
        let at = columns(self.key.kind).iter().position(|column| column.id == "target")?;
        match self.cells.get(at) {
            Some(Cell::Link { key, .. }) if self.key.kind == Kind::Query => Some(key),
            _ => None,
        }
    }
}

/// A value of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Unknown: shown as `–`, never as 0.
    None,
    /// Text.
    Text(String),
    /// A question over the row's summary, which is its answer, or why there is none.
    Question(String),
    /// A reference to another object; `missing` when it does not exist.
    Link {
        /// Which object.
        key: ObjectKey,
        /// It does not exist.
        missing: bool,
    },
    /// Short words, as the names of tools.
    Tags(Vec<String>),
    /// A count.
    Number(i64),
    /// A moment.
    Time(i64),
    /// A score.
    Score {
        /// In thousandths.
        thousandths: u16,
        /// It is enough; `None` while that is open.
        passed: Option<bool>,
    },
    /// So many of so many.
    Share {
        /// How many.
        part: i64,
        /// Of how many.
        whole: i64,
    },
    /// A difference of scores.
    Change {
        /// In thousandths.
        thousandths: i32,
        /// It is more than chance.
        clear: bool,
        /// Of what, against what.
        of: String,
    },
    /// Scores over time in thousandths, the newest last.
    Trend {
        /// The scores.
        scores: Vec<u16>,
        /// What the gate asks for.
        gate: Option<u16>,
    },
    /// A length of time.
    Duration(i64),
    /// Tokens in and out; two figures of one kind share a cell.
    Tokens {
        /// Prompt tokens.
        input: i64,
        /// Completion tokens.
        output: i64,
    },
    /// The elapsed time of a run, from `started_ms` and `ended_ms` of the row.
    Elapsed,
}

/// A column after name and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Key in addresses (`?sort=-model`).
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Right-aligned figures.
    pub number: bool,
    /// Hidden at 1280 px and below.
    pub second_rank: bool,
}

const fn column(id: &'static str, title: &'static str) -> Column {
    Column { id, title, number: false, second_rank: false }
}
const fn number(id: &'static str, title: &'static str) -> Column {
    Column { id, title, number: true, second_rank: false }
}
const fn second(id: &'static str, title: &'static str) -> Column {
    Column { id, title, number: false, second_rank: true }
}
const fn second_number(id: &'static str, title: &'static str) -> Column {
    Column { id, title, number: true, second_rank: true }
}

/// Columns of a kind's list, after name and status; the last before the end of each row is its age.
pub const fn columns(kind: Kind) -> &'static [Column] {
    const AGE: Column = number("age", "Age");
    match kind {
        Kind::Query => {
            const C: [Column; 6] = [
                column("input", "Input, answer"),
                column("target", "Target"),
                second("model", "Model"),
                number("tokens", "Tokens in, out"),
                number("elapsed", "Elapsed"),
                number("age", "Started"),
            ];
            &C
        }
        Kind::Agent => {
            const C: [Column; 4] =
                [column("model", "Model"), second("tools", "Tools"), number("queries", "Queries"), AGE];
            &C
        }
        Kind::Model => {
            const C: [Column; 4] = [
                column("provider", "Provider"),
                column("model", "Model name"),
                second("address", "Address"),
                AGE,
            ];
            &C
        }
        Kind::Team => {
            const C: [Column; 3] = [column("strategy", "Strategy"), second("members", "Members"), AGE];
            &C
        }
        Kind::Tool => {
            const C: [Column; 3] = [column("type", "Type"), second("target", "Calls"), AGE];
            &C
        }
        Kind::McpServer => {
            const C: [Column; 4] = [
                column("transport", "Transport"),
                second("address", "Address"),
                number("tools", "Tools"),
                AGE,
            ];
            &C
        }
        Kind::A2AServer | Kind::Memory | Kind::ExecutionEngine => {
            const C: [Column; 2] = [column("address", "Address"), AGE];
            &C
        }
        Kind::Evaluation => {
            const C: [Column; 7] = [
                column("target", "Target"),
                second("evaluator", "Evaluator"),
                number("score", "Score"),
                number("change", "Against baseline"),
                second_number("passed", "Passed"),
                column("trend", "Trend"),
                number("last", "Last"),
            ];
            &C
        }
        Kind::Evaluator => {
            const C: [Column; 4] = [
                column("scores", "Scores by"),
                second("selects", "Scores by itself"),
                number("evaluations", "Evaluations"),
                AGE,
            ];
            &C
        }
        Kind::A2ATask => {
            const C: [Column; 3] = [column("query", "Query"), column("agent", "Agent"), AGE];
            &C
        }
        Kind::ArkConfig => {
            const C: [Column; 2] = [column("ttl", "Queries kept"), AGE];
            &C
        }
    }
}

/// Rows a page of a list holds at the most; the browser asks for the next window as the reader scrolls.
pub const WINDOW: usize = 200;

/// What a list is asked for; also the content of its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListRequest {
    /// Kind of the rows.
    pub kind: Kind,
    /// Namespace, or `None` for all that the asker may see.
    pub namespace: Option<String>,
    /// Text sought in name, summary, cells and labels.
    #[serde(default)]
    pub search: String,
    /// Only these states; empty for all.
    #[serde(default)]
    pub states: Vec<State>,
    /// Only rows that refer to this object name in any link cell (`?model=gpt` on agents, `?target=` on queries).
    #[serde(default)]
    pub refers_to: Option<String>,
    /// For evaluations: which of them.
    #[serde(default)]
    pub only: Only,
    /// Column id, `name`, `status` or `age`.
    #[serde(default)]
    pub sort: Option<String>,
    /// Largest first.
    #[serde(default)]
    pub descending: bool,
    /// First row of the window.
    #[serde(default)]
    pub offset: usize,
}

/// One of the filters of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// The text that is sought.
    Search,
    /// One of the states.
    State(State),
    /// The object that rows refer to.
    Reference,
    /// What is scored.
    Type,
    /// The evaluator.
    Evaluator,
    /// The query that is scored.
    Query,
    /// A label.
    Label,
    /// Whether it passed.
    Passed,
    /// A range of scores.
    Score,
}

impl ListRequest {
    /// The filters that are on.
    pub fn filters(&self) -> Vec<Filter> {
        let search = (!self.search.trim().is_empty()).then_some(Filter::Search);
        let states = self.states.iter().map(|state| Filter::State(*state));
        let reference = self.refers_to.as_ref().map(|_| Filter::Reference);
        let only = &self.only;
        let facets = [
            (!only.type_.is_empty(), Filter::Type),
            (!only.evaluator.is_empty(), Filter::Evaluator),
            (!only.query.is_empty(), Filter::Query),
            (!only.label.trim().is_empty(), Filter::Label),
            (only.passed.is_some(), Filter::Passed),
            (only.ranged(), Filter::Score),
        ];
        let facets = facets.into_iter().filter(|(on, _)| *on).map(|(_, filter)| filter);
        search.into_iter().chain(states).chain(reference).chain(facets).collect()
    }

    /// Takes a filter off.
    pub fn remove(&mut self, filter: Filter) {
        match filter {
            Filter::Search => self.search.clear(),
            Filter::State(state) => self.states.retain(|other| *other != state),
            Filter::Reference => self.refers_to = None,
            Filter::Type => self.only.type_.clear(),
            Filter::Evaluator => self.only.evaluator.clear(),
            Filter::Query => self.only.query.clear(),
            Filter::Label => self.only.label.clear(),
            Filter::Passed => self.only.passed = None,
            Filter::Score => (self.only.from, self.only.to) = (None, None),
        }
    }
}

/// One window of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListPage {
    /// The rows of the window, in order.
    pub rows: Vec<Row>,
    /// Rows that match the request.
    pub matched: usize,
    /// Rows in the namespace.
    pub total: usize,
    /// How many of `total` are in each state; states with none are left out.
    pub counts: Vec<(State, usize)>,
    /// When nothing matches: how many rows would without one of the filters.
    pub without: Vec<(Filter, usize)>,
    /// Revision of the cache that this was cut from; live deltas continue from it.
    pub revision: u64,
}
