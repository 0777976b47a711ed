// Evaluations of every type that have ended, a data set with items, and two experiments of which the second is worse: what is
// shown is the same each time, as measures score and scripted answers are scored.
import type { Page } from "@playwright/test";
import type { Arkdeck, MockModel } from "./fixtures.ts";
import { prepare, run } from "./experiment.ts";
import { queryOf } from "./objects.ts";
import type { Route } from "./routes.ts";

/** The namespace of the worker's program in which all of them are. */
export const SCORED = "scored";
/** The evaluations that are no experiment, by type. */
export const TYPES = ["direct", "query", "event", "baseline", "batch"];
/** What the query is answered. */
export const ANSWER = "High water is at noon.";

const evaluation = (namespace: string, name: string, spec: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: ${name}, namespace: ${namespace}, labels: { suite: types } }
spec:
${spec}`;

/** One evaluation of each type; the batch has two members. */
export const everyType = (namespace: string) => [
  evaluation(namespace, "direct", `
  type: direct
  config: { input: "When is high water?", output: "At six.", expectedOutput: noon }
  evaluator: { name: words, parameters: [{ name: tide, value: spring }] }
`),
  evaluation(namespace, "query", `
  type: query
  config: { queryRef: { name: asked }, expectedOutput: noon }
  evaluator: { name: words }
`),
  evaluation(namespace, "event", `
  type: event
  config:
    queryRef: { name: asked }
    rules:
      - { name: says-noon, expression: "output.contains('noon')", weight: 3 }
      - { name: looks-it-up, expression: "tools.was_called('noop')", description: The table of tides is read }
  evaluator: { name: words }
`),
  evaluation(namespace, "baseline", `
  type: baseline
  config: {}
  evaluator:
    name: words
    parameters: [{ name: dataset, valueFrom: { configMapKeyRef: { name: golden, key: tides.csv } } }]
`),
  evaluation(namespace, "batch", `
  type: batch
  config:
    continueOnFailure: true
    items:
      - { name: at-noon, type: direct, config: { input: "When?", output: "At noon.", expectedOutput: noon }, evaluator: { name: words } }
      - { name: at-six, type: direct, config: { input: "When?", output: "At six.", expectedOutput: noon }, evaluator: { name: words } }
`),
];

/** Makes all of them, and waits for their end. The experiment is `tides`, its second time is worse by one item. */
export async function score(arkdeck: Arkdeck, model: MockModel, namespace: string): Promise<void> {
  await prepare(arkdeck, model, namespace);
  model.reply({ text: ANSWER });
  await arkdeck.apply(queryOf(namespace, "asked", "pilot"));
  const wait = ["wait", "-n", namespace, "--timeout=30s"];
  await arkdeck.kubectl([...wait, "--for=jsonpath={.status.phase}=done", "queries.ark.mckinsey.com/asked"]);
  await arkdeck.apply([`
apiVersion: v1
kind: ConfigMap
metadata: { name: golden, namespace: ${namespace} }
data:
  tides.csv: |
    input,expectedOutput,output
    When is high water?,noon,At noon.
    When is low water?,six,At seven.
`, ...everyType(namespace)].join("---"));
  for (const name of TYPES) {
    await arkdeck.kubectl([...wait, "--for=condition=EvaluationCompleted", `evaluations.ark.mckinsey.com/${name}`]);
  }
  await run(arkdeck, model, namespace, "1", ["At noon.", "Wear boots.", "It is calm."]);
  await run(arkdeck, model, namespace, "2", ["At noon.", "Wear sandals.", "It is calm."]);
}

const at = (path: string) => `/ns/${SCORED}/${path}`;

/** The answer is judged (again), so that the judge's word of it is told. */
async function judge(page: Page): Promise<void> {
  for (const key of ["5", "p", "Enter"]) await page.keyboard.press(key);
  await page.getByText("You and the judge agree.").waitFor();
}

/** The pages of all of them. They are walked for accessibility, widths, zoom, fingers and pictures. */
export const SCORED_PAGES: Route[] = [
  { name: "evaluations-scored", path: at("evaluations") },
  ...TYPES.map((type) => ({ name: `evaluation-${type}`, path: at(`evaluations/${type}`) })),
  { name: "evaluation-experiments", path: at("evaluations/tides") },
  { name: "evaluation-experiment-2", path: at("evaluations/tides/2?item=boots") },
  { name: "evaluator-measures", path: at("evaluators/words") },
  { name: "data-set-of-items", path: at("datasets/tides?item=boots") },
  { name: "annotate-waiting", path: at("annotate?evaluation=tides&n=2") },
  { name: "annotate-judged", path: at("annotate?evaluation=tides&n=1&target=agent/pilot&item=noon"), open: judge },
];
