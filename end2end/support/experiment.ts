// An experiment of a few items: a data set, an evaluator that measures without a judge, and the Evaluation that asks.
import type { Arkdeck, MockModel } from "./fixtures.ts";
import { harbour } from "./objects.ts";

export const ITEMS = [
  { id: "noon", input: "When is high water?", expected: "noon" },
  { id: "boots", input: "What do I wear?", expected: "boots" },
  { id: "wind", input: "Is it windy?", expected: "calm" },
];

/** The Evaluation; with another `again` it runs once more. */
export function evaluationOf(namespace: string, again = "1"): string {
  return `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata:
  name: tides
  namespace: ${namespace}
  annotations: { ark.mckinsey.com/run-again: "${again}" }
spec:
  type: batch
  evaluator: { name: words }
  config:
    dataSet: { name: tides }
    targets: [{ type: agent, name: pilot }]
    concurrency: 1
    continueOnFailure: true
    gate: { minScore: "0.9" }
`;
}

/** Applies what an experiment needs, without asking anything yet. */
export async function prepare(arkdeck: Arkdeck, model: MockModel, namespace: string): Promise<void> {
  await harbour(arkdeck, model, namespace);
  const items = ITEMS.map(({ id, input, expected }) => `      - { id: ${id}, input: "${input}", expectedOutput: "${expected}", tags: [tide] }`).join("\n");
  await arkdeck.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: tides, namespace: ${namespace}, labels: { ark.mckinsey.com/data-set: "true" } }
data:
  items.yaml: |
${items.replaceAll("      -", "    -")}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluator
metadata: { name: words, namespace: ${namespace} }
spec:
  description: The right word is in the answer
  metrics: [{ type: contains, name: says-it }]
`);
}

/** Runs the experiment with these answers, and waits for its end. */
export async function run(arkdeck: Arkdeck, model: MockModel, namespace: string, again: string, answers: string[]): Promise<void> {
  for (const text of answers) model.reply({ text });
  await arkdeck.apply(evaluationOf(namespace, again));
  const number = Number(again);
  // The phase says `done` of the time before, until the next begins: the page is what knows the number.
  const deadline = Date.now() + 40_000;
  for (;;) {
    const answer = await fetch(`${arkdeck.url}/api/experiments/get`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        request: {
          key: { namespace, evaluation: "tides", number }, target: null, base: null, alone: false,
          order: "Moved", filter: "All", tag: "", offset: 0,
        },
      }),
    });
    const text = await answer.text();
    if (answer.ok && JSON.parse(text).state !== "Running") return;
    if (Date.now() > deadline) throw new Error(`experiment ${again} did not end: ${text}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
