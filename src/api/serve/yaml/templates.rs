//! Starting texts for new objects: complete, valid, with what else there is in comments.

use crate::resources::kind::Kind;

/// The starting text for `kind` in `namespace`.
pub fn template(kind: Kind, namespace: &str) -> String {
    let head = format!("apiVersion: {}\nkind: {}\nmetadata:\n", kind.api_version(), kind.name());
    let place = if kind.namespaced() { format!("  namespace: {namespace}\n") } else { String::new() };
    format!("{head}  name: {}\n{place}{}", name(kind), body(kind))
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => "my-agent",
        Kind::Team => "my-team",
        Kind::Model => "my-model",
        Kind::Query => "my-query",
        Kind::Tool => "my-tool",
        Kind::McpServer => "my-mcp-server",
        Kind::Memory => "my-memory",
        Kind::Evaluator => "my-evaluator",
        Kind::Evaluation => "my-evaluation",
        Kind::A2ATask => "my-task",
        Kind::ArkConfig => "default",
        Kind::A2AServer => "my-a2a-server",
        Kind::ExecutionEngine => "my-engine",
    }
}

const fn body(kind: Kind) -> &'static str {
    match kind {
        Kind::Agent => AGENT,
        Kind::Team => TEAM,
        Kind::Model => MODEL,
        Kind::Query => QUERY,
        Kind::Tool => TOOL,
        Kind::McpServer => MCP_SERVER,
        Kind::Memory => MEMORY,
        Kind::Evaluator => EVALUATOR,
        Kind::Evaluation => EVALUATION,
        Kind::A2ATask => A2A_TASK,
        Kind::ArkConfig => ARK_CONFIG,
        Kind::A2AServer => A2A_SERVER,
        Kind::ExecutionEngine => EXECUTION_ENGINE,
    }
}

const AGENT: &str = "\
spec:
  # What it is for, for people and for agents that may call it.
  description: Answers questions about orders
  # The system prompt. With parameters it is a Go template: {{.name}}.
  prompt: |
    You answer questions about orders, briefly.
  # Without modelRef the model named default is used.
  modelRef:
    name: default
  # tools:
  # - type: mcp            # mcp, http, agent, team or built-in
  #   name: search-orders
  # parameters:
  # - name: shop
  #   value: Lagoon
  # outputSchema:          # the answer must be JSON of this shape
  #   type: object
";

const TEAM: &str = "\
spec:
  description: A writer, then an editor
  # sequential, round-robin, selector or graph
  strategy: sequential
  members:
  - name: writer
    type: agent
  - name: editor
    type: agent
  # maxTurns: 10
  # selector:              # for strategy selector
  #   agent: moderator
  # graph:                 # for strategy graph
  #   edges:
  #   - from: writer
  #     to: editor
";

const MODEL: &str = "\
spec:
  # openai (also everything compatible with it), azure, bedrock or anthropic
  provider: openai
  model:
    value: gpt-4.1-mini
  config:
    openai:
      baseUrl:
        value: https://api.openai.com/v1
      apiKey:
        valueFrom:
          secretKeyRef:
            name: my-model-key
            key: api-key
      # properties:
      #   temperature:
      #     value: \"0.2\"
  # How often it is probed.
  pollInterval: 1m
";

const QUERY: &str = "\
spec:
  input: What can you do?
  # agent, team, model or tool
  target:
    type: agent
    name: my-agent
  # parameters:            # with them the input is a Go template: {{.name}}
  # - name: order
  #   value: \"1042\"
  # sessionId: my-session
  timeout: 5m
  # How long it is kept after it ended.
  ttl: 720h
";

const TOOL: &str = "\
spec:
  # http, mcp, agent, team or builtin
  type: http
  description: Looks up the weather of a city
  inputSchema:
    type: object
    properties:
      city:
        type: string
    required:
    - city
  http:
    url: https://example.com/weather/{city}
    method: GET
    timeout: 30s
    # headers:
    # - name: Authorization
    #   value:
    #     valueFrom:
    #       secretKeyRef:
    #         name: weather
    #         key: token
";

const MCP_SERVER: &str = "\
spec:
  description: Tools of the order system
  address:
    value: http://orders.default.svc.cluster.local:8080/mcp
  # http (streamable) or sse (older)
  transport: http
  timeout: 30s
  # headers:
  # - name: Authorization
  #   value:
  #     valueFrom:
  #       secretKeyRef:
  #         name: orders
  #         key: token
";

const MEMORY: &str = "\
# Conversations are kept in Arkdeck's own database. Those of queries that name no memory are kept in the one named default.
spec: {}
";

const EVALUATOR: &str = "\
spec:
  description: Judges answers
  # The address of a service that speaks Ark's evaluator API.
  address:
    value: http://evaluator.default.svc.cluster.local:8000
  # selector:              # judges every query with these labels
  #   resourceType: Query
  #   matchLabels:
  #     judged: \"true\"
  # parameters:
  # - name: model.name
  #   value: default
";

const EVALUATION: &str = "\
spec:
  # direct, query, event, baseline or batch
  type: direct
  config:
    input: What is the capital of France?
    output: Paris
  evaluator:
    name: my-evaluator
  # ttl: 720h
  # timeout: 5m
";

const A2A_TASK: &str = "\
spec:
  # The query that the task came from.
  queryRef:
    name: my-query
  agentRef:
    name: my-agent
  # The server that works on it; without one a person decides.
  # a2aServerRef:
  #   name: my-a2a-server
  taskId: task-1
  # input: What to do
  # timeout: 12h
";

const ARK_CONFIG: &str = "\
spec:
  # How long queries are kept after they ended.
  queryTTL: 720h
  # How long queries may take.
  queryTimeout: 30m
  # How often an agent may ask its model within one answer.
  maxAgentIterations: 25
  # Hosts and networks that may be called where --reach keeps away from private ones.
  # outbound:
  #   allow: [\"*.svc.cluster.local\", 10.96.0.0/12]
  # What a million tokens of your own models cost.
  # prices:
  #   - {model: gull-*, currency: EUR, input: 1.5, output: 6}
";

const A2A_SERVER: &str = "\
spec:
  description: An agent elsewhere
  # Where it serves its agent card.
  address:
    value: http://agent.default.svc.cluster.local:9000
  timeout: 5m
  # headers:
  # - name: Authorization
  #   value:
  #     valueFrom:
  #       secretKeyRef:
  #         name: agent
  #         key: token
";

const EXECUTION_ENGINE: &str = "\
spec:
  description: Runs agents elsewhere
  # The address of a service that speaks Ark's execution engine API.
  address:
    value: http://engine.default.svc.cluster.local:8000
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_an_object_of_its_kind() {
        for kind in Kind::ALL {
            let text = template(kind, "lagoon");
            let object: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(object["kind"], kind.name());
            assert!(object["spec"].is_object(), "{text}");
            assert_eq!(object["metadata"].get("namespace").is_some(), kind.namespaced());
        }
    }
}
