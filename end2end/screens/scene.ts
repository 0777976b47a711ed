// What the pictures show: the demo set, one object of each further kind, a run that is being written, one that was
// canceled, and a namespace in which nothing was made yet.
import { test as base } from "../support/fixtures.ts";
import { MockModel } from "../support/model.ts";
import type { Arkdeck } from "../support/arkdeck.ts";

export const NEWCOMER = "newcomer";

const ANSWER = `The order was promised for 3 March and came on 12 March, **nine days late**.

| Fact | Value |
| --- | --- |
| Order | A-10448 |
| Shade | broken on arrival |

A full refund is due, because both rules of the shop apply:

1. Late by more than a week.
2. Damaged on the way.

The customer keeps the lamp and gets a return label for the shade only.`;

/** How much of the answer is there when the picture is taken. */
const WORDS = 40;

const others = (name: string, kind: string, version: string, spec: string) => `---
apiVersion: ark.mckinsey.com/${version}
kind: ${kind}
metadata: { name: ${name}${kind === "ArkConfig" ? "" : ", namespace: default"} }
spec: ${spec}
`;

const FURTHER = [
  others("answer-quality", "Evaluator", "v1alpha1", `{ description: Judges tone and facts, address: { value: "http://127.0.0.1:9/judge" } }`),
  others("reply-to-84213", "Evaluation", "v1alpha1", `{ type: direct, config: { input: Where is my lamp, output: On its way }, evaluator: { name: answer-quality } }`),
  others("order-desk", "MCPServer", "v1alpha1", `{ description: Orders and shipments, address: { value: "http://127.0.0.1:9/mcp" }, transport: http }`),
  others("carrier", "A2AServer", "v1prealpha1", `{ description: The carrier's own agent, address: { value: "http://127.0.0.1:9" } }`),
  others("tickets", "Memory", "v1alpha1", `{ address: { value: "http://127.0.0.1:9/memory" } }`),
  others("refund-84213", "A2ATask", "v1alpha1", `{ queryRef: { name: triage-84213 }, agentRef: { name: triage }, taskId: refund-84213, input: Refund 84 EUR }`),
  others("batch-runner", "ExecutionEngine", "v1prealpha1", `{ description: Runs agents elsewhere, address: { value: "http://127.0.0.1:9" } }`),
  others("claims-desk", "Team", "v1alpha1", `{ description: "Whoever knows most speaks next", strategy: selector, maxTurns: 12, members: [{ name: triage, type: agent }, { name: invoice-reader, type: agent }, { name: policy-checker, type: agent }, { name: refund-officer, type: agent }, { name: reply-writer, type: agent }, { name: refund-desk, type: team }], graph: { edges: [{ from: triage, to: invoice-reader }, { from: triage, to: policy-checker }, { from: invoice-reader, to: policy-checker }, { from: policy-checker, to: refund-officer }, { from: refund-officer, to: reply-writer }, { from: refund-officer, to: policy-checker }, { from: triage, to: reply-writer }] } }`),
  others("default", "ArkConfig", "v1alpha1", `{ queryTTL: 720h, maxAgentIterations: 25 }`),
].join("");

const slow = (url: string) => others(
  "carrier-model", "Model", "v1alpha1",
  `{ provider: openai, model: { value: mock }, config: { openai: { baseUrl: { value: "${url}" }, apiKey: { value: none } } } }`,
) + others("refund-officer", "Agent", "v1alpha1", `{ description: Decides on a refund and says why, prompt: You decide on refunds., modelRef: { name: carrier-model } }`);

const ask = (name: string) => others(
  name, "Query", "v1alpha1",
  `{ input: "Decide on the refund for order A-10448, and say which rules apply.", target: { type: agent, name: refund-officer }, conversationId: refunds }`,
);

async function prepare(arkdeck: Arkdeck, model: MockModel): Promise<void> {
  await arkdeck.kubectl(["create", "namespace", NEWCOMER]);
  await arkdeck.apply(FURTHER + slow(model.url));
  const query = (name: string) => `queries.ark.mckinsey.com/${name}`;
  const done = (name: string, ...phases: string[]) =>
    Promise.any(phases.map((phase) => arkdeck.kubectl(["wait", "--timeout=60s", `--for=jsonpath={.status.phase}=${phase}`, query(name)])));
  await arkdeck.kubectl(["wait", "--timeout=20s", "--for=condition=Available", "agents.ark.mckinsey.com/refund-officer"]);
  const canceled = model.reply({ text: ANSWER, held: true });
  await arkdeck.apply(ask("refund-canceled"));
  await canceled.asked;
  canceled.send(WORDS);
  await arkdeck.kubectl(["patch", query("refund-canceled"), "--type=merge", "-p", '{"spec":{"cancel":true}}']);
  await done("refund-canceled", "canceled");
  for (const [name, input] of [["talk-1", "What is an agent?"], ["talk-2", "And what is a team?"]]) {
    await arkdeck.apply(talk(name, input));
    await done(name, "done");
  }
  // The demo experiment goes on behind the start; what pages show is its second time.
  const decisions = ["-n", "refunds", "evaluations.ark.mckinsey.com/refund-decisions"];
  for (const state of ["{.status.experiment}=2", "{.status.phase}=done"]) {
    await arkdeck.kubectl(["wait", "--timeout=60s", `--for=jsonpath=${state}`, ...decisions]);
  }
  for (const name of ["what-is-an-agent", "order-a-10448", "triage-84213", "two-voices", "refund-84213", "why-the-alert"]) await done(name, "done", "error");
}

/** A conversation of two messages. */
const talk = (name: string, input: string) => others(
  name, "Query", "v1alpha1", `{ input: "${input}", target: { type: agent, name: guide }, conversationId: first-steps }`,
);

/** A run in the middle of its answer. Made anew for each test: a model that is silent for minutes is given up. */
async function write({ arkdeck, model }: Scene): Promise<void> {
  await arkdeck.kubectl(["delete", "--ignore-not-found", "queries.ark.mckinsey.com/refund-a-10448"]);
  const running = model.reply({ text: ANSWER, held: true });
  await arkdeck.apply(ask("refund-a-10448"));
  await running.asked;
  running.send(WORDS);
}

export interface Scene {
  arkdeck: Arkdeck;
  model: MockModel;
}

/** Tests of a worker's program in which the scene is set. */
export const test = base.extend<{ written: Arkdeck }, { scene: Scene }>({
  written: async ({ scene }, use) => {
    await write(scene);
    await use(scene.arkdeck);
  },
  scene: [
    async ({ arkdeck, scored: _made }, use) => {
      const model = await MockModel.start();
      await prepare(arkdeck, model);
      await use({ arkdeck, model });
      await model.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
});
