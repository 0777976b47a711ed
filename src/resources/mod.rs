//! The Ark custom resources: one file per kind. Types, schema, validation rules and printer columns, shared by server and browser.
//!
//! `XxxSpec` and `XxxStatus` are plain serde types for both. On the server, `Xxx` is the whole object, for `kube::Api`.
//! The schema is that of release 0.1.72 plus what 0.1.31 had and it dropped, so that manifests of both apply unchanged.
//! Methods of a specification (`ModelSpec::provider`, `QuerySpec::targets`) hide which form was used.
//!
//! An empty text, an empty list and `false` mean "not given", as in Go.
#![allow(
    clippy::duplicated_attributes,
    reason = "each printcolumn(…) repeats the keys of the others, which clippy takes for attributes of the type"
)]

pub mod a2a_server;
pub mod a2a_task;
pub mod a2a_task_status;
pub mod agent;
pub mod agent_tool;
pub mod annotations;
pub mod approval;
pub mod ark_config;
pub mod comparison;
pub mod condition;
pub mod conditions;
pub mod duration;
pub mod evaluation;
pub mod evaluation_config;
pub mod evaluation_status;
pub mod evaluator;
pub mod execution_engine;
pub mod header;
pub mod kind;
pub mod mcp_authorization;
pub mod mcp_server;
pub mod memory;
pub mod metric;
pub mod model;
pub mod model_config;
pub mod overrides;
pub mod parameter;
pub mod query;
pub mod query_status;
pub mod reference;
pub mod sampling;
pub mod selector;
mod string_enum;
pub mod team;
pub mod token_usage;
pub mod tool;
pub mod tool_http;
pub mod value_source;

#[cfg(feature = "ssr")]
mod crds;
#[cfg(feature = "ssr")]
mod schema;

pub use a2a_server::{A2AServerSpec, A2AServerStatus};
pub use a2a_task::A2ATaskSpec;
pub use a2a_task_status::{A2ATaskPhase, A2ATaskStatus};
pub use agent::{AgentSpec, AgentStatus};
pub use agent_tool::{AgentTool, AgentToolType};
pub use approval::ToolApprovalConfig;
pub use ark_config::{ArkConfigSpec, ArkConfigStatus, ModelPrices, OutboundConfig};
pub use condition::{Condition, ConditionStatus};
pub use duration::{DurationError, GoDuration};
pub use evaluation::{EvaluationSpec, EvaluationType};
pub use evaluation_config::EvaluationConfig;
pub use evaluation_status::{EvaluationPhase, EvaluationStatus};
pub use evaluator::{EvaluatorSpec, EvaluatorStatus};
pub use execution_engine::{ExecutionEngineSpec, ExecutionEngineStatus};
pub use header::{Header, HeaderValue};
pub use kind::Kind;
pub use mcp_server::{MCPServerSpec, MCPServerStatus};
pub use memory::{MemorySpec, MemoryStatus, ServicePhase};
pub use metric::{Metric, MetricType};
pub use model::{ModelProvider, ModelSpec, ModelStatus};
pub use model_config::{AzureCredential, ModelConfig};
pub use overrides::Override;
pub use parameter::Parameter;
pub use query::{QueryInput, QuerySpec, QueryTarget, TargetType};
pub use query_status::{QueryPhase, QueryResponse, QueryStatus};
pub use reference::ObjectReference;
pub use selector::LabelSelector;
pub use team::{Picker, TeamSpec, TeamStatus, TeamStrategy};
pub use token_usage::TokenUsage;
pub use tool::{ToolSpec, ToolStatus, ToolType};
pub use value_source::{Source, ValueSource};

#[cfg(feature = "ssr")]
pub use {
    a2a_server::A2AServer,
    a2a_task::A2ATask,
    agent::Agent,
    ark_config::ArkConfig,
    crds::{crds, crds_files, crds_yaml, write_crds},
    evaluation::Evaluation,
    evaluator::Evaluator,
    execution_engine::ExecutionEngine,
    mcp_server::MCPServer,
    memory::Memory,
    model::Model,
    query::Query,
    team::Team,
    tool::Tool,
};
