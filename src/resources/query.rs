//! `Query`: a question to an agent, team, model or tool, and its answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::schema::{Rule, item_rules, rules};
use super::{
    ark_config::ArkConfigSpec, duration::GoDuration, kind::Kind, overrides::Override, parameter::Parameter,
    reference::ObjectReference, selector::LabelSelector, string_enum::string_enum,
};
#[cfg(feature = "ssr")]
use super::{overrides, parameter, query_status::QueryStatus, schema};

string_enum! {
    /// The shape of a query's input.
    pub enum QueryType {
        /// A text.
        User = "user",
        /// A list of OpenAI messages.
        Messages = "messages",
    }
}

string_enum! {
    /// The kind of a query's target.
    #[derive(Default)]
    pub enum TargetType {
        /// An agent.
        #[default]
        Agent = "agent",
        /// A team.
        Team = "team",
        /// A model, asked directly.
        Model = "model",
        /// A tool, called directly.
        Tool = "tool",
    }
}

impl TargetType {
    /// The kind of the objects that it names.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Agent => Kind::Agent,
            Self::Team => Kind::Team,
            Self::Model => Kind::Model,
            Self::Tool => Kind::Tool,
        }
    }
}

/// What is wanted of a query. The attributes say what the API server is told: names, columns, rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(kube::CustomResource, schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["input"]), transform = rules(RULES)))]
#[cfg_attr(
    feature = "ssr",
    kube(
        group = "ark.mckinsey.com",
        version = "v1alpha1",
        kind = "Query",
        plural = "queries",
        namespaced,
        status = "QueryStatus",
        derive = "PartialEq",
        doc = "A question to an agent, team, model or tool, and its answer.",
        printcolumn(name = "Type", type_ = "string", json_path = ".spec.type"),
        printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
        printcolumn(name = "Duration", type_ = "string", json_path = ".status.duration"),
        printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
    )
)]
#[serde(rename_all = "camelCase", default)]
pub struct QuerySpec {
    /// The shape of 'input': 'user' is a text, 'messages' a list of OpenAI messages.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "user")))]
    pub type_: Option<QueryType>,
    /// The question: a text, or a list of OpenAI messages whose last one is the question. With 'parameters' a text is a
    /// template in Go's text/template syntax.
    #[cfg_attr(feature = "ssr", schemars(schema_with = "schema::any_value"))]
    pub input: Value,
    /// Variables of the input, also for agents and headers that refer to them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "ssr",
        schemars(length(max = parameter::MAX), transform = item_rules(parameter::RULES))
    )]
    pub parameters: Vec<Parameter>,
    /// Who is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<QueryTarget>,
    /// Everyone who is asked, in parallel, each with an answer in 'status.responses'. For a single one use 'target'.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = MAX_TARGETS)))]
    pub targets: Vec<QueryTarget>,
    /// Asks every agent, team, model and tool with these labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
    /// Where the conversation is kept. Default: the Memory named 'default' in the query's namespace, which is made when a
    /// conversation first needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ObjectReference>,
    /// Who scores the answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluators: Vec<ObjectReference>,
    /// Scores the answers with every evaluator that has these labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluator_selector: Option<LabelSelector>,
    /// The service account that the query reads with: targets, tools, secrets. Default: the namespace's 'default'.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub service_account: String,
    /// Groups queries of one session. Without 'conversationId' it also names the conversation, as in release 0.1.31.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub session_id: String,
    /// Begins or continues a conversation: its messages are remembered under this ID, and those of earlier queries are
    /// told to the target. The UID of an earlier query continues that one.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub conversation_id: String,
    /// How long the query is kept after it ended, as a duration such as 720h. Default: 'queryTTL' of the ArkConfig named
    /// 'default', else 720h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<GoDuration>,
    /// How long the query may take, waiting included, as a duration such as 30m. Default: 'queryTimeout' of the ArkConfig
    /// named 'default', else 30m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<GoDuration>,
    /// Asks for the query to be stopped. It changes nothing once the query ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cancel: bool,
    /// Headers that are added to the query's calls of models and MCP servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(length(max = overrides::MAX)))]
    pub overrides: Vec<Override>,
}

/// Who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct QueryTarget {
    /// The kind of the target: agent, team, model or tool.
    #[serde(rename = "type")]
    pub type_: TargetType,
    /// The target's name, in the query's namespace.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1, max = 253)))]
    pub name: String,
}

/// The question of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum QueryInput<'a> {
    /// A text; with parameters, a template.
    Text(&'a str),
    /// OpenAI messages, the last of which is the question.
    Messages(&'a [Value]),
    /// Neither: a value that no release of Ark took.
    Unusable,
}

impl QuerySpec {
    /// Time that a query may take when nobody said.
    pub const DEFAULT_TIMEOUT: GoDuration = GoDuration::from_mins(30);

    /// Time that an ended query is kept when nobody said.
    pub const DEFAULT_TTL: GoDuration = GoDuration::from_hours(720);

    /// The named targets, in the new form (`target`) or the old (`targets`). What `selector` matches comes on top.
    pub fn targets(&self) -> Vec<QueryTarget> {
        match &self.target {
            Some(target) if self.targets.is_empty() => vec![target.clone()],
            _ => self.targets.clone(),
        }
    }

    /// The question. What counts is the value's shape: `type` is often left at its default.
    pub fn input(&self) -> QueryInput<'_> {
        match &self.input {
            Value::String(text) => QueryInput::Text(text),
            Value::Array(messages) => QueryInput::Messages(messages),
            _ => QueryInput::Unusable,
        }
    }

    /// The conversation that the query names: by `conversationId`, else, as in 0.1.31, by `sessionId`.
    pub fn conversation(&self) -> Option<&str> {
        [&self.conversation_id, &self.session_id].into_iter().map(String::as_str).find(|id| !id.is_empty())
    }

    /// Time that the query may take, waiting included.
    pub fn timeout(&self, config: Option<&ArkConfigSpec>) -> GoDuration {
        let configured = config.and_then(|config| config.query_timeout);
        first_positive([self.timeout, configured]).unwrap_or(Self::DEFAULT_TIMEOUT)
    }

    /// Time that the query is kept after it ended.
    pub fn ttl(&self, config: Option<&ArkConfigSpec>) -> GoDuration {
        let configured = config.and_then(|config| config.query_ttl).filter(|ttl| ttl.is_positive());
        self.ttl.or(configured).unwrap_or(Self::DEFAULT_TTL)
    }
}

fn first_positive(candidates: [Option<GoDuration>; 2]) -> Option<GoDuration> {
    candidates.into_iter().flatten().find(|duration| duration.is_positive())
}

impl QueryTarget {
    /// A target by kind and name.
    pub fn new(type_: TargetType, name: impl Into<String>) -> Self {
        Self { type_, name: name.into() }
    }
}

/// Most targets of one query.
#[cfg(feature = "ssr")]
const MAX_TARGETS: usize = 100;

/// Ark's rules, for both forms of the target.
#[cfg(feature = "ssr")]
const RULES: &[Rule] = &[
    Rule::new(
        "has(self.target) || (has(self.targets) && self.targets.size() > 0) || has(self.selector)",
        "target or selector must be specified",
    ),
    Rule::new(
        "!has(self.target) || !has(self.targets) || self.targets.size() == 0 || (self.targets.size() == 1 && \
         self.targets[0].type == self.target.type && self.targets[0].name == self.target.name)",
        "target and targets name different targets: give one target as target, several as targets",
    )
    .at(".targets"),
    Rule::new(
        "!(has(self.evaluators) && self.evaluators.size() > 0 && has(self.evaluatorSelector))",
        "cannot specify both evaluators and evaluatorSelector",
    )
    .at(".evaluators"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_target_read_the_same() {
        let new = QuerySpec { target: Some(QueryTarget::new(TargetType::Team, "t")), ..Default::default() };
        let old = QuerySpec { targets: vec![QueryTarget::new(TargetType::Team, "t")], ..Default::default() };
        assert_eq!(new.targets(), old.targets());
        assert!(QuerySpec::default().targets().is_empty());
    }

    #[test]
    fn limits_come_from_the_query_then_the_configuration_then_the_default() {
        let config = ArkConfigSpec { query_ttl: Some(GoDuration::from_hours(1)), ..Default::default() };
        let mut query = QuerySpec::default();
        assert_eq!(query.ttl(None), QuerySpec::DEFAULT_TTL);
        assert_eq!(query.ttl(Some(&config)), GoDuration::from_hours(1));
        query.ttl = Some(GoDuration::ZERO);
        assert_eq!(query.ttl(Some(&config)), GoDuration::ZERO);
        assert_eq!(query.timeout(Some(&config)), QuerySpec::DEFAULT_TIMEOUT);
    }
}
