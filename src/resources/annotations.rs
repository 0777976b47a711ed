//! Annotations, labels, the finalizer and the field manager that Ark's objects carry. Clients of either release read them.

/// Field manager of everything that the program writes of itself: statuses, finalizers, events.
pub const FIELD_MANAGER: &str = "arkdeck";

/// Label of any object: what made it and sees to it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Field manager of everything that people change through the interface.
pub const UI_MANAGER: &str = "arkdeck-ui";

/// Finalizer of queries: a running one is stopped before its object goes.
pub const FINALIZER: &str = "ark.mckinsey.com/finalizer";

/// Label of Tools: the MCPServer that they were discovered at.
pub const MCP_SERVER_LABEL: &str = "mcp/server";

/// Label of Agents, and annotation in 0.1.31: the A2AServer that they were discovered at.
pub const A2A_SERVER_LABEL: &str = "a2a.server/name";

/// Annotation of Agents in 0.1.31: the A2A server's address.
pub const A2A_SERVER_ADDRESS_OLD: &str = "a2a.server/address";

/// Annotation of Agents in 0.1.31: the skills of the card.
pub const A2A_SERVER_SKILLS_OLD: &str = "a2a.server/skills";

/// Annotation of Agents: the A2AServer that they were discovered at. Such an agent needs no model.
pub const A2A_SERVER_NAME: &str = "ark.mckinsey.com/a2a-server-name";

/// Annotation of Agents: the A2A server's address.
pub const A2A_SERVER_ADDRESS: &str = "ark.mckinsey.com/a2a-server-address";

/// Annotation of Agents: the skills of the card.
pub const A2A_SERVER_SKILLS: &str = "ark.mckinsey.com/a2a-server-skills";

/// Annotation of Queries: the A2A context.
pub const A2A_CONTEXT_ID: &str = "ark.mckinsey.com/a2a-context-id";

/// What annotations about deprecated forms begin with.
pub const MIGRATION_WARNING_PREFIX: &str = "ark.mckinsey.com/migration-warning-";

/// Annotation of Queries: whether the answer is streamed (`true`).
pub const STREAMING_ENABLED: &str = "ark.mckinsey.com/streaming-enabled";

/// Annotation of Queries: where the answer is streamed.
pub const STREAMING_URL: &str = "ark.mckinsey.com/streaming-url";

/// Annotation of Queries: what they were started from.
pub const TRIGGERED_FROM: &str = "ark.mckinsey.com/triggered-from";

/// Annotation of Queries: the caller's span (W3C Trace Context), which the run's spans and calls are children of.
pub const TRACEPARENT: &str = "ark.mckinsey.com/traceparent";

/// Annotation of Models: what a million tokens cost, as JSON:
/// `{"currency": "EUR", "input": 1.5, "cachedInput": 0.15, "cacheWrite": 1.9, "output": 6}`.
pub const TOKEN_PRICES: &str = "ark.mckinsey.com/token-prices";

/// Annotation of any object: the icon that a dashboard shows.
pub const DASHBOARD_ICON: &str = "ark.mckinsey.com/dashboard-icon";

/// Label of Evaluations: their evaluator.
pub const EVALUATOR_LABEL: &str = "ark.mckinsey.com/evaluator";

/// Label of Evaluations: their query.
pub const QUERY_LABEL: &str = "ark.mckinsey.com/query";

/// Label of Evaluations: made by an evaluator's selector (`true`).
pub const AUTO_LABEL: &str = "ark.mckinsey.com/auto";

/// Annotation of Evaluations: the query's generation that was scored.
pub const QUERY_GENERATION: &str = "ark.mckinsey.com/query-generation";

/// Annotation of Evaluations: the query's phase when it was scored.
pub const QUERY_PHASE: &str = "ark.mckinsey.com/query-phase";

/// Label of Evaluations: the batch that they belong to.
pub const PARENT_EVALUATION_LABEL: &str = "parent-evaluation";

/// Label of Evaluations: their number in the batch.
pub const CHILD_INDEX_LABEL: &str = "child-index";

/// What annotations with an evaluator's metadata begin with.
pub const EVALUATION_METADATA_PREFIX: &str = "evaluation.metadata/";

/// Label of a ConfigMap that is a data set, with the value `true`.
pub const DATA_SET_LABEL: &str = "ark.mckinsey.com/data-set";
/// Annotation of an Evaluation: number of the experiment that is its baseline.
pub const BASELINE: &str = "ark.mckinsey.com/baseline";
/// Annotation of an Evaluation: another value than before runs its experiment again, as the next number.
pub const RUN_AGAIN: &str = "ark.mckinsey.com/run-again";
/// Annotation of an Evaluation: `true` stops it, as `spec.cancel` does a Query.
pub const CANCEL: &str = "ark.mckinsey.com/cancel";
/// Label of a Query that an experiment asks: the name of its Evaluation.
pub const EXPERIMENT_LABEL: &str = "ark.mckinsey.com/experiment";
/// Label of a Query that an experiment asks: the number of the experiment.
pub const EXPERIMENT_NUMBER_LABEL: &str = "ark.mckinsey.com/experiment-number";
