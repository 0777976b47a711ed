// The pictures of scores: each has a table behind it that says the same to who does not see it.
import { expect, expectAccessible, hydrated, test, type Arkdeck } from "../support/fixtures.ts";
import { prepare, run } from "../support/experiment.ts";
import { harbour, queryOf } from "../support/objects.ts";
import type { Locator, Page } from "@playwright/test";

/** The rows of a table, each as the texts of its cells. */
async function rowsOf(table: Locator): Promise<string[][]> {
  await expect(table).toHaveCount(1);
  return table.getByRole("row").evaluateAll((rows) =>
    rows.map((row) => [...(row as HTMLTableRowElement).cells].map((cell) => (cell.textContent ?? "").trim())),
  );
}

/** Where the middle of an element is, from the top. */
async function middleOf(element: Locator): Promise<number> {
  const box = (await element.boundingBox())!;
  return box.y + box.height / 2;
}

const table = (page: Page, name: string) => page.getByRole("table", { name, exact: true });

/** Waits until an Evaluation has ended. */
const ended = (arkdeck: Arkdeck, namespace: string, name: string) =>
  arkdeck.kubectl(["wait", "-n", namespace, "--timeout=30s", "--for=condition=EvaluationCompleted", `evaluations.ark.mckinsey.com/${name}`]);

const EVALUATOR = (namespace: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluator
metadata: { name: same, namespace: ${namespace} }
spec:
  description: The answer is the expected one
  metrics: [{ type: exact }]
`;

test.describe("of an experiment", () => {
  // The next one is asked for before its controller has begun it.
  test.use({ expectedErrors: [/404 .*experiments\/get/] });

  test("histogram, time, cost, tags and trend have a table behind them", async ({ page, arkdeck, model, namespace }) => {
    test.setTimeout(120_000);
    await prepare(arkdeck, model, namespace);
    await arkdeck.kubectl([
      "annotate", "-n", namespace, "models.ark.mckinsey.com/default",
      'ark.mckinsey.com/token-prices={"currency": "EUR", "input": 1000, "output": 1000}',
    ]);
    await run(arkdeck, model, namespace, "1", ["At noon.", "Wear boots.", "It is calm."]);
    await run(arkdeck, model, namespace, "2", ["At noon.", "Wear sandals.", "It is calm."]);
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    await hydrated(page);
    // How many items there are stands beside their heading.
    const head = page.locator("section[aria-labelledby=h-items] > header");
    const [title, count] = [head.getByRole("heading", { name: "Items" }), head.locator("> span").first()];
    await expect(count).toHaveText("3");
    expect(Math.abs((await middleOf(title)) - (await middleOf(count)))).toBeLessThan(8);
    // How many score what, here and in the baseline.
    const histogram = await rowsOf(table(page, "Items by score"));
    expect(histogram).toHaveLength(11);
    expect(histogram[0]).toEqual(["Score", "Items here", "In the baseline"]);
    expect(histogram[1]).toEqual(["0.0 to 0.1", "1", "0"]);
    expect(histogram[10]).toEqual(["0.9 to 1.0", "2", "3"]);
    // What an answer took.
    await page.getByRole("button", { name: "And time", exact: true }).click();
    await expect(page).toHaveURL(/chart=latency/);
    await expect(table(page, "Items by score")).toHaveCount(0);
    const times = await rowsOf(table(page, "Score and time by item"));
    expect(times[0]).toEqual(["Item", "Score", "Time", "Result"]);
    const told = times.slice(1).map(([item, score, , result]) => [item, score, result]).sort();
    expect(told).toEqual([["boots", "0.00", "failed"], ["noon", "1.00", "passed"], ["wind", "1.00", "passed"]]);
    for (const [, , time] of times.slice(1)) expect(time).toMatch(/^\d+(\.\d)? (ms|s)$/);
    // And what it cost.
    await page.getByRole("button", { name: "And cost", exact: true }).click();
    await expect(page).toHaveURL(/chart=cost/);
    await expect(page.getByRole("img", { name: /^Score and cost of 3 items, up to €/ })).toBeVisible();
    const costs = await rowsOf(table(page, "Score and cost by item"));
    expect(costs[0]).toEqual(["Item", "Score", "Cost", "Result"]);
    expect(costs).toHaveLength(4);
    for (const [, , cost] of costs.slice(1)) expect(cost).toMatch(/^€0\.\d{4}$/);
    await expectAccessible(page);
    // The items by tag, beside the baseline.
    await page.getByRole("button", { name: "By tag", exact: true }).click();
    await expect(page).toHaveURL(/chart=tag/);
    await expect(page.getByRole("img", { name: "Scores by tag: 1 group, the lowest is tide with 0.67." })).toBeVisible();
    expect(await rowsOf(table(page, "Scores by tag"))).toEqual([
      ["Tag", "Mean score", "Passed", "Items", "In the baseline"], ["tide", "0.67", "2", "3", "1.00"],
    ]);
    await expectAccessible(page);
    // The same from the address alone.
    await page.reload();
    await hydrated(page);
    await expect(table(page, "Scores by tag")).toHaveCount(1);
    // The trend of the evaluation, the newest first.
    await page.goto(`/ns/${namespace}/evaluations/tides`);
    await hydrated(page);
    await expect(page.getByRole("img", { name: "2 scores, from 1.00 to 0.67", exact: true })).toBeVisible();
    expect(await rowsOf(table(page, "Scores over time"))).toEqual([["Experiment", "Score"], ["2", "0.67"], ["1", "1.00"]]);
    await expectAccessible(page);
  });

  test("the demo experiment has prices, and so a picture of its costs", async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto("/ns/refunds/evaluations/refund-decisions/1?chart=cost");
    await hydrated(page);
    await expect(page.getByRole("img", { name: /^Score and cost of 24 items, up to €0\.\d{4}\./ })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("region", { name: "Result" })).toContainText("Cost, with judges");
  });
});

test("a baseline tells its examples by category and by difficulty", async ({ page, arkdeck, namespace }) => {
  const golden = [
    "input,expectedOutput,output,category,difficulty",
    "Low?,At noon.,At noon.,tides,easy",
    "High?,At six.,At seven.,tides,hard",
    "Rain?,None.,None.,weather,easy",
  ];
  await arkdeck.apply(`${EVALUATOR(namespace)}---
apiVersion: v1
kind: ConfigMap
metadata: { name: golden, namespace: ${namespace} }
data:
  golden-examples.csv: |
${golden.map((line) => `    ${line}`).join("\n")}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: golden, namespace: ${namespace} }
spec:
  type: baseline
  config: {}
  evaluator:
    name: same
    parameters:
      - { name: golden-examples, valueFrom: { configMapKeyRef: { name: golden, key: golden-examples.csv } } }
`);
  await ended(arkdeck, namespace, "golden");
  await page.goto(`/ns/${namespace}/evaluations/golden`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "By category", exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: "Scores by category: 2 groups, the lowest is tides with 0.50.", exact: true })).toBeVisible();
  expect(await rowsOf(table(page, "Scores by category"))).toEqual([
    ["Category", "Mean score", "Passed", "Items"], ["tides", "0.50", "1", "2"], ["weather", "1.00", "1", "1"],
  ]);
  expect(await rowsOf(table(page, "Scores by difficulty"))).toEqual([
    ["Difficulty", "Mean score", "Passed", "Items"], ["easy", "1.00", "2", "2"], ["hard", "0.00", "0", "1"],
  ]);
  await expectAccessible(page);
});

test("the rules of an evaluation over events are bars by weight", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  model.reply({ text: "At noon." });
  await arkdeck.apply(queryOf(namespace, "asked", "pilot"));
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=jsonpath={.status.phase}=done", "queries.ark.mckinsey.com/asked"]);
  await arkdeck.apply(`${EVALUATOR(namespace)}---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: rules, namespace: ${namespace} }
spec:
  type: event
  evaluator: { name: same }
  config:
    queryRef: { name: asked }
    rules:
      - { name: no-tools, expression: "not tools.was_called()", weight: 3 }
      - { name: looked-up, expression: "tools.was_called('chart')" }
`);
  await ended(arkdeck, namespace, "rules");
  await page.goto(`/ns/${namespace}/evaluations/rules`);
  await hydrated(page);
  await expect(page.getByRole("img", { name: "2 rules: 3 of a weight of 4 held.", exact: true })).toBeVisible();
  expect(await rowsOf(table(page, "Weights of rules"))).toEqual([
    ["Rule", "Weight", "Result"], ["no-tools", "3", "held"], ["looked-up", "1", "did not hold"],
  ]);
  await expectAccessible(page);
});

/** A direct Evaluation by the evaluator above: what was answered is compared with `At noon.`. */
const tideOf = (output: string) =>
  `{ type: direct, evaluator: { name: same }, config: { input: "When is high water?", output: "${output}", expectedOutput: "At noon." } }`;

const evaluation = (namespace: string, name: string, spec: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;

test("the scores of an evaluator come by themselves, with a table behind the line", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(`${EVALUATOR(namespace)}---${evaluation(namespace, "first", tideOf("At noon."))}`);
  await ended(arkdeck, namespace, "first");
  await page.goto(`/ns/${namespace}/evaluators/same`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  await expect(page.getByText("Mean 1.00 of the newest 1 evaluation.")).toBeVisible();
  await expect(table(page, "Scores over time")).toHaveCount(0);
  await arkdeck.apply(evaluation(namespace, "second", tideOf("At six.")));
  await expect(page.getByText("Mean 0.50 of the newest 2 evaluations.")).toBeVisible();
  const [head, ...rows] = await rowsOf(table(page, "Scores over time"));
  expect(head).toEqual(["Evaluation", "Score"]);
  expect(rows.sort()).toEqual([["first", "1.00"], ["second", "0.00"]]);
  await expectAccessible(page);
});

test("a small batch has a timeline", async ({ page, arkdeck, namespace }) => {
  const items = [tideOf("At noon."), tideOf("At six.")].map((item) => `\n      - ${item}`).join("");
  await arkdeck.apply(`${EVALUATOR(namespace)}---${evaluation(namespace, "pair", `\n  type: batch\n  config:\n    concurrency: 1\n    items:${items}`)}`);
  await ended(arkdeck, namespace, "pair");
  await page.goto(`/ns/${namespace}/evaluations/pair`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "Timeline", exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: /^2 evaluations over / })).toBeVisible();
  const [head, ...rows] = await rowsOf(table(page, "Timeline of the batch"));
  expect(head).toEqual(["Evaluation", "Began after", "Took", "Result"]);
  expect(rows.map(([, , , result]) => result).sort()).toEqual(["did not pass", "passed"]);
  for (const [name, after, took] of rows) {
    expect(name).toMatch(/^pair-child-\d$/);
    for (const time of [after, took]) expect(time).toMatch(/^\d+(\.\d)? (ms|s)$/);
  }
  await expectAccessible(page);
});

test("the picture of a team of four is whole in its panel", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  const [names, edges] = [["pilot", "mate", "cook", "bosun"], [["pilot", "mate"], ["mate", "cook"], ["cook", "bosun"]]];
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: crew, namespace: ${namespace} }
spec:
  strategy: graph
  maxTurns: 5
  members: [${names.map((name) => `{ name: ${name}, type: agent }`).join(", ")}]
  graph: { edges: [${edges.map(([from, to]) => `{ from: ${from}, to: ${to} }`).join(", ")}] }
`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/ns/${namespace}/teams/crew`);
  await hydrated(page);
  const graph = page.getByRole("region", { name: "Graph of the team" });
  await expect(graph.getByText("bosun", { exact: true })).toBeVisible();
  const [wide, room] = await graph.evaluate((element) => [element.scrollWidth, element.clientWidth]);
  expect(wide).toBe(room);
});
