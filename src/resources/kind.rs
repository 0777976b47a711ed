//! The kinds that people meet in the interface: the thirteen of Ark and the few of Kubernetes beside them.

use serde::{Deserialize, Serialize};

/// API group of every Ark kind.
pub const GROUP: &str = "ark.mckinsey.com";

/// A kind with a page of its own. Its plural is the path segment in addresses, as in `/ns/support/agents`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A prompt, a model and the tools it may use.
    Agent,
    /// Agents that answer together.
    Team,
    /// A language model behind an endpoint.
    Model,
    /// One question and its answer.
    Query,
    /// Something an agent can call.
    Tool,
    /// A Model Context Protocol server.
    McpServer,
    /// Where conversations are kept.
    Memory,
    /// Who judges.
    Evaluator,
    /// A judgement.
    Evaluation,
    /// A task at an A2A agent, or an approval that waits.
    A2ATask,
    /// Defaults for the cluster.
    ArkConfig,
    /// An Agent2Agent server.
    A2AServer,
    /// A service that runs agents elsewhere.
    ExecutionEngine,
}

impl Kind {
    /// Every kind, in the order of the navigation.
    pub const ALL: [Self; 13] = [
        Self::Query,
        Self::Evaluation,
        Self::Agent,
        Self::Team,
        Self::Model,
        Self::Tool,
        Self::McpServer,
        Self::A2AServer,
        Self::Memory,
        Self::Evaluator,
        Self::A2ATask,
        Self::ExecutionEngine,
        Self::ArkConfig,
    ];

    /// The `kind` of manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "Agent",
            Self::Team => "Team",
            Self::Model => "Model",
            Self::Query => "Query",
            Self::Tool => "Tool",
            Self::McpServer => "MCPServer",
            Self::Memory => "Memory",
            Self::Evaluator => "Evaluator",
            Self::Evaluation => "Evaluation",
            Self::A2ATask => "A2ATask",
            Self::ArkConfig => "ArkConfig",
            Self::A2AServer => "A2AServer",
            Self::ExecutionEngine => "ExecutionEngine",
        }
    }

    /// Resource name in API paths and in the addresses of pages.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Agent => "agents",
            Self::Team => "teams",
            Self::Model => "models",
            Self::Query => "queries",
            Self::Tool => "tools",
            Self::McpServer => "mcpservers",
            Self::Memory => "memories",
            Self::Evaluator => "evaluators",
            Self::Evaluation => "evaluations",
            Self::A2ATask => "a2atasks",
            Self::ArkConfig => "arkconfigs",
            Self::A2AServer => "a2aservers",
            Self::ExecutionEngine => "executionengines",
        }
    }

    /// Heading of its list.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Agent => "Agents",
            Self::Team => "Teams",
            Self::Model => "Models",
            Self::Query => "Queries",
            Self::Tool => "Tools",
            Self::McpServer => "MCP servers",
            Self::Memory => "Memories",
            Self::Evaluator => "Evaluators",
            Self::Evaluation => "Evaluations",
            Self::A2ATask => "A2A tasks",
            Self::ArkConfig => "Defaults",
            Self::A2AServer => "A2A servers",
            Self::ExecutionEngine => "Execution engines",
        }
    }

    /// One of it in running text, as in `New agent`.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Team => "team",
            Self::Model => "model",
            Self::Query => "query",
            Self::Tool => "tool",
            Self::McpServer => "MCP server",
            Self::Memory => "memory",
            Self::Evaluator => "evaluator",
            Self::Evaluation => "evaluation",
            Self::A2ATask => "A2A task",
            Self::ArkConfig => "defaults",
            Self::A2AServer => "A2A server",
            Self::ExecutionEngine => "execution engine",
        }
    }

    /// Several of it in running text, as in `No agents yet`; the title without its capital, unless that is a name's.
    pub const fn nouns(self) -> &'static str {
        match self {
            Self::Agent => "agents",
            Self::Team => "teams",
            Self::Model => "models",
            Self::Query => "queries",
            Self::Tool => "tools",
            Self::McpServer => "MCP servers",
            Self::Memory => "memories",
            Self::Evaluator => "evaluators",
            Self::Evaluation => "evaluations",
            Self::A2ATask => "A2A tasks",
            Self::ArkConfig => "defaults",
            Self::A2AServer => "A2A servers",
            Self::ExecutionEngine => "execution engines",
        }
    }

    /// What it is, for empty lists.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Agent => "An agent is a prompt, a model and the tools it may use.",
            Self::Team => "A team is agents that answer together, in an order that you choose.",
            Self::Model => "A model is a language model behind an endpoint, with the key to it.",
            Self::Query => "A query is one question to an agent, a team or a model, and its answer.",
            Self::Tool => {
                "A tool is something that an agent can call: an HTTP address, an MCP tool, another agent."
            }
            Self::McpServer => "An MCP server offers tools by the Model Context Protocol.",
            Self::Memory => "A memory is where conversations are kept.",
            Self::Evaluator => "An evaluator judges answers.",
            Self::Evaluation => "An evaluation is a judgement of one answer or of many.",
            Self::A2ATask => {
                "An A2A task is work handed to an agent elsewhere, or an approval that waits for a person."
            }
            Self::ArkConfig => "Defaults for queries and memories in the whole cluster.",
            Self::A2AServer => "An A2A server offers agents by the Agent2Agent protocol.",
            Self::ExecutionEngine => {
                "An execution engine is a service that runs agents outside this process."
            }
        }
    }

    /// API version without the group.
    pub const fn version(self) -> &'static str {
        match self {
            Self::A2AServer | Self::ExecutionEngine => "v1prealpha1",
            _ => "v1alpha1",
        }
    }

    /// `apiVersion` of manifests.
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::A2AServer | Self::ExecutionEngine => "ark.mckinsey.com/v1prealpha1",
            _ => "ark.mckinsey.com/v1alpha1",
        }
    }

    /// Whether its objects live in a namespace.
    pub const fn namespaced(self) -> bool {
        !matches!(self, Self::ArkConfig)
    }

    /// The kind with this plural.
    pub fn from_plural(plural: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.plural() == plural)
    }

    /// The kind with this `kind` in manifests.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
