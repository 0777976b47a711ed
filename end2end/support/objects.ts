// Manifests that the browser tests apply.
import type { Arkdeck, MockModel } from "./fixtures.ts";
import type { Turn } from "./model.ts";

/** A Model at the test's own model server. */
export function modelOf(server: MockModel, namespace: string, name = "default"): string {
  return `
apiVersion: v1
kind: Secret
metadata: { name: ${name}-token, namespace: ${namespace} }
stringData: { token: never-shown }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Model
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  type: openai
  model: { value: mock }
  config:
    openai:
      baseUrl: { value: "${server.url}" }
      apiKey: { valueFrom: { secretKeyRef: { name: ${name}-token, key: token } } }
`;
}

export function agentOf(namespace: string, name: string, prompt = "Guide ships into the harbour."): string {
  return `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: ${name}, namespace: ${namespace} }
spec: { prompt: "${prompt}", description: "Knows the tides" }
`;
}

export function queryOf(namespace: string, name: string, agent: string, input = "When is high water?"): string {
  return `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  input: "${input}"
  target: { type: agent, name: ${agent} }
`;
}

/** A team of `pilot`, an agent that is there, and `mate`, one after the other; ready. */
export async function bridge(arkdeck: Arkdeck, namespace: string): Promise<void> {
  await arkdeck.apply(agentOf(namespace, "mate", "Check what the pilot says."));
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: bridge, namespace: ${namespace} }
spec:
  strategy: sequential
  members: [{ name: pilot, type: agent }, { name: mate, type: agent }]
`);
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available", "teams.ark.mckinsey.com/bridge"]);
}

/**
 * A query to an agent whose model calls a tool twice, `loops` times, and then answers: a run of six entries of the journal for
 * each. The first answer of the model may be held.
 */
export async function longRun(arkdeck: Arkdeck, model: MockModel, loops: number, held = false): Promise<Turn> {
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: ArkConfig
metadata: { name: default }
spec: { maxAgentIterations: 1000 }
`);
  await arkdeck.apply(modelOf(model, "default"));
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: pilot, namespace: default }
spec: { prompt: "Guide.", tools: [{ type: built-in, name: noop }] }
`);
  await arkdeck.kubectl(["wait", "--timeout=20s", "--for=condition=Available", "agents.ark.mckinsey.com/pilot"]);
  const noop = { name: "noop", arguments: "{}" };
  const first = model.reply({ toolCalls: [noop, noop], held });
  for (let n = 1; n < loops; n += 1) model.reply({ toolCalls: [noop, noop] });
  model.reply({ text: "High water at noon." });
  await arkdeck.apply(queryOf("default", "tide", "pilot"));
  return first;
}

/** A model and an agent, both ready. */
export async function harbour(arkdeck: Arkdeck, server: MockModel, namespace: string, agent = "pilot"): Promise<void> {
  await arkdeck.apply(modelOf(server, namespace));
  await arkdeck.apply(agentOf(namespace, agent));
  const wait = ["wait", "-n", namespace, "--timeout=20s"];
  await arkdeck.kubectl([...wait, "--for=condition=ModelAvailable", "models.ark.mckinsey.com/default"]);
  await arkdeck.kubectl([...wait, "--for=condition=Available", `agents.ark.mckinsey.com/${agent}`]);
}
