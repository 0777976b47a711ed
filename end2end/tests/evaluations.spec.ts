// Evaluations and evaluators: found by their filters, read on their pages, made with forms. By pointer, and by keyboard alone.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";

const evaluatorOf = (namespace: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluator
metadata: { name: harbour-rules, namespace: ${namespace} }
spec:
  description: Names the port, and stays short
  metrics:
    - { type: contains, expected: Brest, ignoreCase: true, weight: 2 }
    - { type: regex, name: short, pattern: "^.{0,60}$" }
`;

const directOf = (namespace: string, name: string, output: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: ${name}, namespace: ${namespace}, labels: { team: harbour } }
spec:
  type: direct
  config: { input: "Which port is nearest?", output: "${output}" }
  evaluator: { name: harbour-rules }
`;

const WIDTHS = [1440, 1024, 390];

async function scored(arkdeck: { apply: (text: string) => Promise<unknown>; kubectl: (args: string[]) => Promise<unknown> }, namespace: string) {
  await arkdeck.apply([evaluatorOf(namespace), directOf(namespace, "good", "It is Brest."), directOf(namespace, "bad", "It is Quimper.")].join("---"));
  for (const name of ["good", "bad"]) {
    await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=condition=EvaluationCompleted", `evaluations.ark.mckinsey.com/${name}`]);
  }
}

// An experiment is asked for before its controller has begun it; a rule that cannot be read is refused; the query of another was never made.
test.use({ expectedErrors: [/404 .*(experiments|objects)\/get|422 .*evaluations\/save/] });

test("the list says what each is, and each filter is in the address", async ({ page, arkdeck, namespace }) => {
  await scored(arkdeck, namespace);
  await page.goto(`/ns/${namespace}/evaluations`);
  await hydrated(page);
  const rows = page.locator("tbody tr[data-uid]");
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole("row", { name: /good/ })).toContainText("Direct, Which port is nearest?");
  await expect(page.getByRole("row", { name: /good/ })).toContainText("1.00");
  await expect(page.getByRole("row", { name: /bad/ })).toContainText("1 of 2");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Result", { exact: true }).selectOption("Not passed");
  await expect(page).toHaveURL(/passed=false/);
  await expect(rows).toHaveCount(1);
  await page.getByLabel("Score to", { exact: true }).fill("0.5");
  await page.getByLabel("Label", { exact: true }).fill("team=harbour");
  await page.getByLabel("Evaluator", { exact: true }).fill("harbour-rules");
  await page.getByLabel("Evaluator", { exact: true }).press("Enter");
  await expect(page).toHaveURL(/evaluator=harbour-rules/);
  await expect(page).toHaveURL(/score=..0.50/);
  await expect(rows).toHaveCount(1);
  await expectAccessible(page);
  await page.reload();
  await hydrated(page);
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "Has not passed" }).click();
  await page.getByRole("button", { name: "Score up to 0.50" }).click();
  await expect(rows).toHaveCount(2);
});

test("evaluations are deleted together, come back by undo, and go when the page is left", async ({ page, arkdeck, namespace }) => {
  await scored(arkdeck, namespace);
  await page.goto(`/ns/${namespace}/evaluations`);
  await hydrated(page);
  const rows = page.locator("tbody tr[data-uid]");
  const bar = page.getByRole("region", { name: "Selected rows" });
  for (const undone of [true, false]) {
    await page.getByRole("checkbox", { name: "Select all 2 shown" }).click();
    await expect(bar).toContainText("2 selected");
    await bar.getByRole("button", { name: "Delete" }).click();
    await expect(page.getByText("2 evaluations deleted")).toBeVisible();
    await expect(rows).toHaveCount(0);
    if (!undone) continue;
    await page.keyboard.press("u");
    await expect(rows).toHaveCount(2);
  }
  const names = () => arkdeck.kubectl(["get", "evaluations.ark.mckinsey.com", "-n", namespace, "-o", "name"]);
  expect(await names()).toContain("good");
  await page.goto("about:blank");
  await expect.poll(names).toBe("");
});

test("the page of an evaluation tells its measures, and scores again", async ({ page, arkdeck, namespace }) => {
  await scored(arkdeck, namespace);
  await page.goto(`/ns/${namespace}/evaluations/bad`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "bad" })).toBeVisible();
  await expect(page.getByText("It is Quimper.", { exact: true })).toBeVisible();
  const measures = page.getByRole("region", { name: "Measures and criteria" });
  await expect(measures.getByRole("row", { name: /contains/ })).toContainText("Fail");
  await expect(measures.getByRole("row", { name: /short/ })).toContainText("Pass");
  await expectAccessible(page);
  await page.keyboard.press("r");
  await expect(page).toHaveURL(new RegExp(`/ns/${namespace}/evaluations/bad-`));
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
});

test("an evaluator is made with a form, by keyboard, and its page tells it in words", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/evaluators/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).first().fill("tone");
  await page.getByRole("button", { name: "Add a measure" }).click();
  await page.getByLabel("Measure 1", { exact: true }).selectOption("Matches a pattern");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("1 error in the form")).toBeVisible();
  await expect(page.getByLabel("Pattern", { exact: true })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type("^Dear ");
  await page.getByLabel("Criteria", { exact: false }).first().fill("clarity, accuracy");
  await page.getByText("Score queries as they end").click();
  await page.getByLabel("Which queries").fill("team=harbour");
  await page.getByLabel("Share of them, in percent").fill("5");
  await page.getByLabel("Most that a day may cost").fill("2.50");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Write an amount and its currency, as 2.50 EUR.", { exact: true })).toBeVisible();
  await page.getByLabel("Most that a day may cost").fill("2.50 EUR");
  await expect(page.getByRole("region", { name: "YAML of the form" })).toContainText("matchLabels");
  await expect(page.getByRole("region", { name: "YAML of the form" })).toContainText("maxCostPerDay");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/evaluators/tone`);
  await expect(page.getByText("matches ^Dear")).toBeVisible();
  await expect(page.getByText("team=harbour").first()).toBeVisible();
  await expect(page.getByText("5 %, at most 2.50 EUR a day")).toBeVisible();
  await expectAccessible(page);
});

test("a service needs its address, and what it hides is not judged", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/evaluators/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).first().fill("outside");
  await page.getByRole("button", { name: "Add a measure" }).click();
  await page.getByLabel("Measure 1", { exact: true }).selectOption("Matches a pattern");
  await page.getByText("A service scores, not Arkdeck").click();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("1 error in the form")).toBeVisible();
  const address = page.getByRole("textbox", { name: "Address of the service" });
  await expect(address).toBeFocused();
  await page.keyboard.type("http://evaluator.tools:8000/evaluate");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/evaluators/outside`);
  await page.goto("about:blank");
});

test("a rule that cannot be read is told at its field, with its place", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(evaluatorOf(namespace));
  await page.goto(`/ns/${namespace}/evaluations/new?query=q-1&evaluator=harbour-rules&type=event`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).first().fill("asks");
  await page.getByRole("button", { name: "Add a rule" }).click();
  await page.getByLabel("Rule 1", { exact: true }).fill("was-called");
  await page.getByLabel("Expression", { exact: true }).fill("tools.was_called(");
  await expect(page.getByText(/It cannot be read: line 1, column/)).toBeVisible();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("1 error in the form")).toBeVisible();
  await page.getByLabel("Expression", { exact: true }).fill("tools.was_called()");
  await expect(page.getByText(/It cannot be read/)).toHaveCount(0);
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/evaluations/asks`);
  await expect(page.getByText("tools.was_called()")).toBeVisible();
});

test("an experiment's form holds data set, targets and gate", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/evaluations/new?target=agent/pilot`);
  await hydrated(page);
  await expect(page.getByLabel("Name of target 1")).toHaveValue("pilot");
  await page.getByRole("button", { name: "Create evaluation" }).click();
  await expect(page.getByText("3 errors in the form")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Name", { exact: true }).first().fill("tides");
  await page.getByLabel("Data set", { exact: true }).fill("tides");
  await page.getByLabel("Evaluator", { exact: true }).fill("harbour-rules");
  await page.getByLabel("Least mean score").fill("0.85");
  const text = page.getByRole("region", { name: "YAML of the form" });
  await expect(text).toContainText("dataSet");
  await expect(text).toContainText("minScore");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/evaluations/tides`);
});

test("who is asked has a field to be told at, and another view of the form keeps what it was opened with", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/evaluations/new?dataset=tides&evaluator=words`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).first().fill("tides");
  await page.getByRole("button", { name: "Create evaluation" }).click();
  await expect(page.getByText("1 error in the form")).toBeVisible();
  const target = page.getByLabel("Name of target 1");
  await expect(target).toBeFocused();
  await expect(target).toHaveAccessibleDescription("Say who is asked.");
  await target.fill("pilot");
  await expect(page.getByText("Say who is asked.")).toHaveCount(0);
  await page.goto(`/ns/${namespace}/evaluations/new?dataset=tides&evaluator=words`);
  await hydrated(page);
  await page.getByRole("group", { name: "Editor" }).getByRole("button", { name: "Form", exact: true }).click();
  await expect(page).toHaveURL(/editor=form/);
  await expect(page).toHaveURL(/dataset=tides/);
});

test("g e leads to evaluations", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await expect(page).toHaveURL(`/ns/${namespace}/evaluations`);
  await expect(page.getByRole("heading", { name: "No evaluations yet" })).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("lists, pages and forms are accessible and as wide as the page", async ({ page, arkdeck, namespace }) => {
      test.setTimeout(120_000);
      await scored(arkdeck, namespace);
      const pages: [string, string][] = [
        ["list", `/ns/${namespace}/evaluations`], ["page", `/ns/${namespace}/evaluations/bad`],
        ["evaluators", `/ns/${namespace}/evaluators`], ["evaluator", `/ns/${namespace}/evaluators/harbour-rules`],
        ["new-evaluator", `/ns/${namespace}/evaluators/new?from=harbour-rules`],
        ["new-evaluation", `/ns/${namespace}/evaluations/new?type=event`], ["edit", `/ns/${namespace}/evaluations/bad?tab=edit`],
      ];
      for (const [name, path] of pages) {
        await page.goto(path);
        await hydrated(page);
        await expectAccessible(page);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
          if (process.env.ARKDECK_PICTURES) {
            await page.screenshot({ path: `${process.env.ARKDECK_PICTURES}/${name}-${theme}-${width}.png`, fullPage: true });
          }
        }
        await page.setViewportSize({ width: 1440, height: 900 });
      }
    });
  });
}
