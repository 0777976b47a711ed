//! `Team`: agents and teams that work on a query together.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::{self, Rule, rules};
use super::{agent::DEFAULT_MODEL, condition::Condition, kind::Kind, string_enum::string_enum};

string_enum! {
    /// Who speaks when.
    pub enum TeamStrategy {
        /// The members in order, once or, with 'loops', again and again.
        Sequential = "sequential",
        /// The members in order, again and again until 'maxTurns'.
        RoundRobin = "round-robin",
        /// An agent or a model picks the next speaker.
        Selector = "selector",
        /// Edges say who speaks after whom.
        Graph = "graph",
    }
}

string_enum! {
    /// The kind of a member.
    pub enum MemberType {
        /// An agent.
        Agent = "agent",
        /// A team.
        Team = "team",
    }
}

impl MemberType {
    /// The kind of the objects that it names.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Agent => Kind::Agent,
            Self::Team => Kind::Team,
        }
    }
}

/// What is wanted of a team. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(transform = rules(RULES)))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Team",
        plural = "teams",
        namespaced,
        status = "TeamStatus",
        derive = "PartialEq",
        doc = "A team: agents and teams that work on a query together.",
        printcolumn(name = "Strategy", type_ = "string", json_path = ".spec.strategy"),
        printcolumn(
            name = "Available",
            type_ = "string",
            json_path = ".status.conditions[?(@.type==\"Available\")].status"
        ),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase")]
pub struct TeamSpec {
    /// The members, in order.
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_MEMBERS)))]
    pub members: Vec<TeamMember>,
    /// Who speaks when: 'sequential' (in order), 'round-robin' (in order, again and again), 'selector' (an agent or a model
    /// picks) or 'graph' (edges say who follows whom).
    pub strategy: TeamStrategy,
    /// What the team is for, in words for people and for agents that may call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Repeats the sequence of a sequential team until 'maxTurns'.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = false)))]
    pub loops: bool,
    /// Most turns that the team takes. Reaching it is a normal end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_turns: Option<i64>,
    /// Who picks the next speaker of a selector team, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<TeamSelector>,
    /// Who may speak after whom: the order of a graph team, a constraint for a selector team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<TeamGraph>,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    /// The member's name, in the team's namespace.
    #[cfg_attr(feature = "ssr", schemars(length(max = 253)))]
    pub name: String,
    /// Whether the member is an agent or a team.
    #[serde(rename = "type")]
    pub type_: MemberType,
}

/// Who picks the next speaker, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TeamSelector {
    /// The model that picks. Deprecated: use 'agent', which wins when both are given. Default: the model named 'default'.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The agent that picks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub agent: String,
    /// The prompt of the picker. Default: one that lists the members and what was said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub selector_prompt: String,
    /// Gives the picker a tool that ends the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_terminate_tool: Option<bool>,
    /// When the picker should end the conversation, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub terminate_prompt: String,
}

/// Who may speak after whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["edges"])))]
#[serde(rename_all = "camelCase", default)]
pub struct TeamGraph {
    /// The permitted successions.
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_EDGES)))]
    pub edges: Vec<TeamEdge>,
}

/// One permitted succession.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["from", "to"])))]
#[serde(rename_all = "camelCase", default)]
pub struct TeamEdge {
    /// The member that spoke.
    #[cfg_attr(feature = "ssr", schemars(length(max = 253)))]
    pub from: String,
    /// The member that may speak next.
    #[cfg_attr(feature = "ssr", schemars(length(max = 253)))]
    pub to: String,
}

/// What the controller found out about a team.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TeamStatus {
    /// What was last found out. 'Available' says whether the team can run, and if not, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(transform = schema::conditions))]
    pub conditions: Vec<Condition>,
}

/// Who picks the next speaker of a selector team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picker<'a> {
    /// An agent of the team's namespace.
    Agent(&'a str),
    /// A model of the team's namespace.
    Model(&'a str),
}

impl TeamSpec {
    /// Who picks the next speaker: the agent (0.1.72) if named, else the model (0.1.31), else the model `default`.
    pub fn picker(&self) -> Picker<'_> {
        match &self.selector {
            Some(selector) if !selector.agent.is_empty() => Picker::Agent(&selector.agent),
            Some(selector) if !selector.model.is_empty() => Picker::Model(&selector.model),
            _ => Picker::Model(DEFAULT_MODEL),
        }
    }

    /// The permitted successions; empty when there is no constraint.
    pub fn edges(&self) -> &[TeamEdge] {
        self.graph.as_ref().map_or(&[], |graph| &graph.edges)
    }

    /// The cap on turns, if it is a sensible one.
    pub fn turn_limit(&self) -> Option<u64> {
        self.max_turns.and_then(|turns| u64::try_from(turns).ok()).filter(|turns| *turns > 0)
    }
}

/// Most members. Together with [`MAX_EDGES`] it bounds the estimated cost of comparing edges with members.
#[cfg(feature = "ssr")]
const MAX_MEMBERS: usize = 100;

/// Most edges.
#[cfg(feature = "ssr")]
const MAX_EDGES: usize = 400;

/// Ark's rules that a manifest of either release passes. Not here: selectors without `agent` (0.1.31 picks by model) or
/// `maxTurns`, and several edges from one member (0.1.72 allows them).
#[cfg(feature = "ssr")]
const RULES: &[Rule] = &[
    Rule::new(
        "!has(self.loops) || !self.loops || self.strategy != 'selector'",
        "loops can only be used with the 'sequential' strategy",
    )
    .at(".loops"),
    Rule::new(
        "!has(self.loops) || !self.loops || self.strategy != 'sequential' || \
         (has(self.maxTurns) && self.maxTurns > 0)",
        "maxTurns is required when loops is enabled",
    )
    .at(".maxTurns"),
    Rule::new("self.strategy != 'graph' || has(self.graph)", "graph strategy requires graph configuration")
        .at(".graph"),
    Rule::new(
        "!has(self.graph) || !(self.strategy in ['graph', 'selector']) || self.graph.edges.size() > 0",
        "graph requires at least one edge",
    )
    .at(".graph.edges"),
    Rule::new(
        "!has(self.graph) || !(self.strategy in ['graph', 'selector']) || \
         self.graph.edges.all(e, self.members.exists(m, m.name == e.from))",
        "graph edge: 'from' member not found in team members",
    )
    .at(".graph.edges"),
    Rule::new(
        "!has(self.graph) || !(self.strategy in ['graph', 'selector']) || \
         self.graph.edges.all(e, self.members.exists(m, m.name == e.to))",
        "graph edge: 'to' member not found in team members",
    )
    .at(".graph.edges"),
];

/// Rules that need the object's name.
#[cfg(feature = "ssr")]
pub(super) const ROOT_RULES: &[Rule] = &[Rule::new(
    "self.spec.members.all(m, m.type != 'team' || m.name != self.metadata.name)",
    "a team cannot have itself as a member",
)
.at(".spec.members")];
