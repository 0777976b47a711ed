// Every way in leads to the same Evaluation and the same numbers: YAML with kubectl, the form, a data set made of past runs,
// the command line, and the endpoint.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, type Arkdeck } from "../support/arkdeck.ts";
import { evaluationOf, ITEMS, prepare } from "../support/experiment.ts";
import { expect, hydrated, test } from "../support/fixtures.ts";
import { queryOf } from "../support/objects.ts";

// An experiment is asked for before its controller has begun it.
test.use({ expectedErrors: [/404 .*(experiments|objects)\/get/] });

const ANSWERS = ["At noon.", "A coat.", "It is calm."];

interface Told {
  spec: { config: { dataSet: unknown; targets: unknown; gate: unknown } };
  status: { score: string; passed: boolean; items: number; itemsPassed: number };
}

/** The Evaluation when it has ended: what is asked, and the numbers. */
async function told(arkdeck: Arkdeck, namespace: string, name: string) {
  const object = `evaluations.ark.mckinsey.com/${name}`;
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=30s", "--for=condition=EvaluationCompleted", object]);
  const { spec, status }: Told = JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, object, "-o", "json"]));
  const { score, passed, items, itemsPassed } = status;
  return { spec, score, passed, items, itemsPassed };
}

test("each way in leads to the same Evaluation and the same numbers", async ({ page, arkdeck, model, namespace }) => {
  test.setTimeout(120_000);
  await prepare(arkdeck, model, namespace);
  ITEMS.forEach(({ input }, at) => model.answers.set(input, ANSWERS[at]));
  const yaml = (name: string) => evaluationOf(namespace).replace("name: tides", `name: ${name}`);

  await arkdeck.apply(yaml("by-kubectl"));
  const expected = await told(arkdeck, namespace, "by-kubectl");
  expect(expected).toMatchObject({ score: "0.667", passed: false, items: 3, itemsPassed: 2 });

  const file = join(arkdeck.dataDir, `${namespace}.yaml`);
  writeFileSync(file, yaml("by-command"));
  const code = await new Promise((done) => {
    const command = ["evaluate", "-f", file, "-n", namespace, "--kubeconfig", arkdeck.kubeconfig];
    execFile(BINARY, command, (error) => done(error ? error.code : 0));
  });
  expect(code).toBe(1);
  expect(await told(arkdeck, namespace, "by-command")).toEqual(expected);

  const answer = await fetch(`${arkdeck.url}/api/evaluate?namespace=${namespace}`, { method: "POST", body: yaml("by-endpoint") });
  expect(answer.status).toBe(422);
  expect(await told(arkdeck, namespace, "by-endpoint")).toEqual(expected);

  await byForm("by-form", "tides");
  expect(await told(arkdeck, namespace, "by-form")).toEqual(expected);

  // Three runs whose answers are what is expected of the next ones.
  for (const { id, input, expected: text } of ITEMS) {
    model.reply({ text });
    await arkdeck.apply(queryOf(namespace, id, "pilot", input));
    const done = ["--for=jsonpath={.status.phase}=done", `queries.ark.mckinsey.com/${id}`];
    await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", ...done]);
  }
  await page.goto(`/ns/${namespace}/queries`);
  await hydrated(page);
  for (const { id } of ITEMS) await page.getByRole("checkbox", { name: `Select ${id}` }).check();
  await page.getByRole("button", { name: "Add to data set" }).click();
  const dialog = page.getByRole("dialog", { name: "Add 3 queries to a data set" });
  await dialog.getByLabel("Data set", { exact: true }).selectOption({ label: "A new one" });
  await dialog.getByLabel("Name", { exact: true }).fill("past");
  await dialog.getByRole("button", { name: "Add to data set" }).click();
  await expect(page.getByText("Version 1 of past holds them.")).toBeVisible();
  await byForm("by-runs", "past");
  const { spec, ...numbers } = await told(arkdeck, namespace, "by-runs");
  const { spec: asked, ...same } = expected;
  expect(numbers).toEqual(same);
  expect({ ...spec.config, dataSet: 0 }).toEqual({ ...asked.config, dataSet: 0 });

  async function byForm(name: string, set: string): Promise<void> {
    await page.goto(`/ns/${namespace}/evaluations/new?target=agent/pilot&evaluator=words&dataset=${set}`);
    await hydrated(page);
    await page.getByLabel("Name", { exact: true }).first().fill(name);
    await page.getByLabel("Least mean score").fill("0.9");
    await page.getByLabel("At once").fill("1");
    await page.getByRole("switch", { name: "Go on after failures" }).check();
    await page.keyboard.press("Control+Enter");
    await expect(page).toHaveURL(`/ns/${namespace}/evaluations/${name}`);
  }
});
