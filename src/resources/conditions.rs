//! Types and reasons of conditions. Clients of either release read these words: they are an interface.

/// Condition types.
pub mod types {
    /// Agent, Team, MCPServer, Tool, Memory, Evaluator, ExecutionEngine: can be used.
    pub const AVAILABLE: &str = "Available";
    /// Model: answers its probe.
    pub const MODEL_AVAILABLE: &str = "ModelAvailable";
    /// A2AServer, and MCPServer in 0.1.31's word: can be used.
    pub const READY: &str = "Ready";
    /// MCPServer, A2AServer: is being read.
    pub const DISCOVERING: &str = "Discovering";
    /// Query, A2ATask: has ended.
    pub const COMPLETED: &str = "Completed";
    /// Evaluator with a selector and a share or budget: scores live queries now.
    pub const SAMPLING: &str = "Sampling";
    /// Evaluation: has ended.
    pub const EVALUATION_COMPLETED: &str = "EvaluationCompleted";
    /// Query: a conversation was named and there is no memory to keep it.
    pub const MEMORY_UNAVAILABLE: &str = "MemoryUnavailable";
    /// Query: the history could not be read or written, and the run went on without.
    pub const MEMORY_DEGRADED: &str = "MemoryDegraded";
}

/// Reasons that several kinds share.
pub mod reasons {
    /// Nothing was found out yet.
    pub const INITIALIZING: &str = "Initializing";
    /// All is well.
    pub const AVAILABLE: &str = "Available";
    /// An address could not be looked up.
    pub const ADDRESS_RESOLUTION_FAILED: &str = "AddressResolutionFailed";
    /// An address was looked up.
    pub const ADDRESS_RESOLVED: &str = "AddressResolved";
    /// This version cannot use what the specification asks for.
    pub const NOT_YET_SUPPORTED: &str = "NotYetSupported";
    /// The specification cannot mean anything.
    pub const INVALID_SPEC: &str = "InvalidSpec";
}

/// Reasons of agents (`Available`).
pub mod agent {
    /// The A2A server that the agent lives on is not ready.
    pub const A2A_SERVER_NOT_READY: &str = "A2AServerNotReady";
    /// The model is missing or does not answer.
    pub const MODEL_NOT_FOUND: &str = "ModelNotFound";
    /// No model is named and there is none named `default`.
    pub const MODEL_NOT_CONFIGURED: &str = "ModelNotConfigured";
    /// The execution engine is missing.
    pub const EXECUTION_ENGINE_NOT_FOUND: &str = "ExecutionEngineNotFound";
    /// The execution engine does not answer.
    pub const EXECUTION_ENGINE_NOT_READY: &str = "ExecutionEngineNotReady";
    /// A tool is missing or of another type.
    pub const TOOL_NOT_FOUND: &str = "ToolNotFound";
    /// Its tools lead back to it.
    pub const MEMBER_CYCLE: &str = super::team::MEMBER_CYCLE;
}

/// Reasons of teams (`Available`).
pub mod team {
    /// There is no member.
    pub const NO_MEMBERS: &str = "NoMembers";
    /// A member is missing.
    pub const MEMBER_NOT_FOUND: &str = "MemberNotFound";
    /// A member could not be read.
    pub const MEMBER_CHECK_FAILED: &str = "MemberCheckFailed";
    /// A member cannot be used.
    pub const MEMBER_NOT_AVAILABLE: &str = "MemberNotAvailable";
    /// Teams and agents-as-tools lead back to where they began.
    pub const MEMBER_CYCLE: &str = "MemberCycle";
}

/// Reasons of models (`ModelAvailable`).
pub mod model {
    /// The probe failed.
    pub const PROBE_FAILED: &str = "ModelProbeFailed";
}

/// Reasons of queries (`Completed` unless said otherwise).
pub mod query {
    /// Seen, not begun.
    pub const NOT_STARTED: &str = "QueryNotStarted";
    /// Waits for its turn.
    pub const QUEUED: &str = "QueryQueued";
    /// Runs.
    pub const RUNNING: &str = "QueryRunning";
    /// Waits for a person's decision.
    pub const INPUT_REQUIRED: &str = "QueryInputRequired";
    /// Ended with an answer.
    pub const SUCCEEDED: &str = "QuerySucceeded";
    /// Ended with an error.
    pub const ERRORED: &str = "QueryErrored";
    /// Ended because somebody asked for it.
    pub const CANCELED: &str = "QueryCanceled";
    /// The timeout passed before the run began.
    pub const TIMED_OUT_IN_QUEUE: &str = "TimedOutInQueue";
    /// The timeout passed during the run.
    pub const TIMED_OUT_IN_EXECUTION: &str = "TimedOutInExecution";
    /// `MemoryUnavailable`: true, there is none.
    pub const NO_MEMORY_BACKEND: &str = "NoMemoryBackend";
    /// `MemoryUnavailable`: false, there is one.
    pub const MEMORY_REACHABLE: &str = "MemoryReachable";
    /// `MemoryDegraded`: true, the history could not be read.
    pub const GET_MESSAGES_FAILED: &str = "GetMessagesFailed";
    /// `MemoryDegraded`: true, what was said could not be written.
    pub const ADD_MESSAGES_FAILED: &str = "AddMessagesFailed";
    /// `MemoryDegraded`: false, the history was read.
    pub const MEMORY_HEALTHY: &str = "MemoryHealthy";
}

/// Reasons of MCP servers (`Available`, `Ready`, `Discovering`).
pub mod mcp_server {
    /// Discovery begins.
    pub const STARTING: &str = "Starting";
    /// No connection.
    pub const CLIENT_CREATION_FAILED: &str = "ClientCreationFailed";
    /// Connected, and the tools could not be listed.
    pub const TOOL_LISTING_FAILED: &str = "ToolListingFailed";
    /// `Discovering` in that case.
    pub const CONNECTED_AND_LISTING_FAILED: &str = "ServerConnectedAndToolListingFailed";
    /// A Tool could not be written.
    pub const TOOL_CREATION_FAILED: &str = "ToolCreationFailed";
    /// The tools were listed.
    pub const TOOLS_DISCOVERED: &str = "ToolsDiscovered";
    /// The tools were listed with a token.
    pub const AUTHORIZED: &str = "Authorized";
    /// `Discovering` is over.
    pub const DISCOVERY_COMPLETE: &str = "DiscoveryComplete";
    /// The server asks for a token.
    pub const AUTHORIZATION_REQUIRED: &str = "AuthorizationRequired";
    /// The server asks for a token and does not say where to get one.
    pub const AUTHORIZATION_DISCOVERY_FAILED: &str = "AuthorizationDiscoveryFailed";
}

/// Reasons of A2A servers (`Ready`, `Discovering`).
pub mod a2a_server {
    /// Discovery begins.
    pub const STARTING_DISCOVERY: &str = "StartingDiscovery";
    /// The card is being read.
    pub const DISCOVERING_AGENTS: &str = "DiscoveringAgents";
    /// The card could not be read.
    pub const DISCOVERY_FAILED: &str = "DiscoveryFailed";
    /// The Agent could not be written.
    pub const AGENT_CREATION_FAILED: &str = "AgentCreationFailed";
    /// The agent is there.
    pub const AGENT_DISCOVERED: &str = "AgentDiscovered";
    /// `Discovering` is over.
    pub const DISCOVERY_COMPLETE: &str = "DiscoveryComplete";
}

/// Reasons of A2A tasks (`Completed`).
pub mod a2a_task {
    /// Seen, not begun.
    pub const NOT_STARTED: &str = "TaskNotStarted";
    /// Waits.
    pub const PENDING: &str = "TaskPending";
    /// Is being worked on.
    pub const RUNNING: &str = "TaskRunning";
    /// Ended well.
    pub const SUCCEEDED: &str = "TaskSucceeded";
    /// Ended with an error.
    pub const FAILED: &str = "TaskFailed";
    /// Ended because somebody asked for it.
    pub const CANCELLED: &str = "TaskCancelled";
    /// Took too long.
    pub const TIMEOUT: &str = "TaskTimeout";
    /// A person approved the call.
    pub const APPROVAL_GRANTED: &str = "ApprovalGranted";
    /// A person rejected the call.
    pub const APPROVAL_REJECTED: &str = "ApprovalRejected";
    /// Nobody decided in time, and the call is refused.
    pub const APPROVAL_TIMEOUT_REJECTED: &str = "ApprovalTimeoutRejected";
    /// Nobody decided in time, and the call is made.
    pub const APPROVAL_TIMEOUT_PROCEEDED: &str = "ApprovalTimeoutProceeded";
    /// The decision is neither an approval nor a rejection.
    pub const INVALID_APPROVAL_DECISION: &str = "InvalidApprovalDecision";
}

/// Reasons of evaluators (`Sampling`).
pub mod sampling {
    /// There is budget.
    pub const WITHIN_BUDGET: &str = "WithinBudget";
    /// The budget of the hour or the day is used up.
    pub const BUDGET_REACHED: &str = "BudgetReached";
    /// There is a budget of cost, and what a judge cost is not known: the Model has no prices.
    pub const COST_UNKNOWN: &str = "CostUnknown";
}

/// Reasons of evaluations (`EvaluationCompleted`).
pub mod evaluation {
    /// Runs.
    pub const RUNNING: &str = "EvaluationRunning";
    /// Ended with a score.
    pub const SUCCEEDED: &str = "EvaluationSucceeded";
    /// Ended with an error.
    pub const ERRORED: &str = "EvaluationErrored";
    /// Ended because somebody asked for it.
    pub const CANCELED: &str = "EvaluationCanceled";
    /// Ended, in the word of a later release.
    pub const COMPLETED: &str = "EvaluationCompleted";
}
