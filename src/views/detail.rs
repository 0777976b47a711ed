//! One object's page.

use serde::{Deserialize, Serialize};

use super::evaluation::{EvaluationView, EvaluatorForm};
use super::forms::{AgentForm, ModelForm, TeamForm, ToolSpecForm};
use super::row::Row;
use super::{ObjectKey, run::TokenUsage};

/// Everything the page of one object shows outside its YAML tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// As in the list.
    pub row: Row,
    /// Labels, sorted.
    pub labels: Vec<(String, String)>,
    /// Annotations that people set, sorted; bookkeeping ones are left out.
    pub annotations: Vec<(String, String)>,
    /// Who manages it (`Helm`, `Flux`, `Argo CD`), where changes made here would be undone.
    pub managed_by: Option<String>,
    /// Facts of the overview: title and value.
    pub facts: Vec<Fact>,
    /// Conditions, newest change first.
    pub conditions: Vec<ConditionView>,
    /// Events on the object, newest first.
    pub events: Vec<EventView>,
    /// Objects that refer to it.
    pub used_by: Vec<ObjectKey>,
    /// What only this kind has.
    pub specific: Specific,
}

/// A title and its value on the overview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Title.
    pub title: String,
    /// Value.
    pub value: FactValue,
}

/// How a fact is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FactValue {
    /// A line of text.
    Text(String),
    /// Text with line breaks, as a prompt.
    Block(String),
    /// Text in the code face, as an address.
    Code(String),
    /// Another object; `missing` when it does not exist.
    Link {
        /// Which object.
        key: ObjectKey,
        /// It does not exist.
        missing: bool,
    },
    /// Several objects; each with whether it is missing.
    Links(Vec<(ObjectKey, bool)>),
    /// Short words.
    Tags(Vec<String>),
    /// A moment.
    Time(i64),
    /// A length of time that somebody chose, in milliseconds.
    Budget(i64),
}

/// What only one kind has.
#[allow(
    clippy::large_enum_variant,
    reason = "one for each page, and a box would show in every match of the pages"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Specific {
    /// Nothing more.
    None,
    /// An agent: its form, for the editor and the try-it panel.
    Agent(AgentForm),
    /// A model: its form.
    Model(ModelForm),
    /// A tool: its form, for the editor and the test bench.
    Tool(ToolSpecForm),
    /// A team: its form, for the editor and the graph.
    Team(TeamForm),
    /// An evaluator: its form.
    Evaluator(EvaluatorForm),
    /// An evaluation: its form, and what came of it.
    Evaluation(EvaluationView),
    /// A query: where its run stands; the run itself comes by `get_run`.
    Query {
        /// Sum over all model calls.
        usage: TokenUsage,
    },
}

/// A condition of the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionView {
    /// Type, as `ModelAvailable`.
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Reason in one word.
    pub reason: String,
    /// Sentence.
    pub message: String,
    /// Last transition.
    pub since_ms: Option<i64>,
}

/// A Kubernetes Event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// UID.
    pub uid: String,
    /// `true` for type Warning.
    pub warning: bool,
    /// Reason in one word.
    pub reason: String,
    /// Sentence.
    pub message: String,
    /// What it is about.
    pub regarding: String,
    /// Last seen.
    pub at_ms: Option<i64>,
    /// How often.
    pub count: i64,
}
