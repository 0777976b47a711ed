// Manifests that the browser tests apply.
import type { Arkdeck, MockModel } from "./fixtures.ts";

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

/** A model and an agent, both ready. */
export async function harbour(arkdeck: Arkdeck, server: MockModel, namespace: string, agent = "pilot"): Promise<void> {
  await arkdeck.apply(modelOf(server, namespace));
  await arkdeck.apply(agentOf(namespace, agent));
  const wait = ["wait", "-n", namespace, "--timeout=20s"];
  await arkdeck.kubectl([...wait, "--for=condition=ModelAvailable", "models.ark.mckinsey.com/default"]);
  await arkdeck.kubectl([...wait, "--for=condition=Available", `agents.ark.mckinsey.com/${agent}`]);
}
