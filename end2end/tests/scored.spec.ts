// What came of an evaluation of each type, as its page tells it; and the filters of the list, over all types together.
import { expect, hydrated, test } from "../support/fixtures.ts";
import { ANSWER } from "../support/scored.ts";

test("a query's page has its question, its answer and the way to its run", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations/query`);
  await hydrated(page);
  const judged = page.locator("section.panel", { has: page.getByRole("heading", { name: "Query asked" }) });
  await expect(judged).toContainText("When is high water?");
  await expect(judged).toContainText(ANSWER);
  await expect(judged).toContainText("Done");
  const measures = page.getByRole("region", { name: "Measures and criteria" });
  await expect(measures.getByRole("row", { name: /says-it/ })).toContainText("Pass");
  await judged.getByRole("link", { name: "Open run" }).click();
  await expect(page).toHaveURL(`/ns/${scored}/queries/asked`);
});

test("decided rules say which hold, with what they ask and weigh", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations/event`);
  await hydrated(page);
  const rules = page.getByRole("region", { name: "Rules" });
  const holds = rules.getByRole("row", { name: /says-noon/ });
  await expect(holds).toContainText("output.contains('noon')");
  await expect(holds).toContainText("Pass");
  await expect(holds.getByRole("cell").last()).toHaveText("3");
  await expect(rules.getByRole("row", { name: /looks-it-up/ })).toContainText("Fail");
  await expect(page.getByText("1 of 2 passed", { exact: true })).toBeVisible();
  // The annotations have long names; their values are read in lines and not letter by letter.
  const widths = await page.locator("dl.kv dd").evaluateAll((values) => values.map((value) => value.clientWidth));
  expect(widths.length).toBeGreaterThan(8);
  expect(Math.min(...widths), "the narrowest value, in px").toBeGreaterThan(60);
});

test("a baseline lists its examples, and the direct one what should have been said", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations/baseline`);
  await hydrated(page);
  const rows = page.getByRole("region", { name: "Examples" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText("Pass");
  await expect(rows.nth(1)).toContainText("Fail");
  const said = page.locator("dd", { hasText: "Baseline evaluation completed successfully: 1/2 examples passed" });
  await expect(said).toBeVisible();
  await page.goto(`/ns/${scored}/evaluations/direct`);
  await hydrated(page);
  for (const [title, text] of [["Question", "When is high water?"], ["Answer", "At six."], ["Expected answer", "noon"]]) {
    const part = page.locator("section.panel", { has: page.getByRole("heading", { name: title, exact: true }) });
    await expect(part).toContainText(text);
  }
  // It says what failed, and not that it was successful.
  await expect(page.locator(".head")).toContainText("says-it: the answer does not contain “noon”");
});

test("a batch lists its members, and leads to each", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations/batch`);
  await hydrated(page);
  await expect(page.getByRole("progressbar", { name: "2 of 2" })).toBeVisible();
  const members = page.getByRole("region", { name: "Evaluations" });
  await expect(members.getByRole("row", { name: /at-noon/ })).toContainText("Passed");
  await expect(members.getByRole("row", { name: /at-noon/ })).toContainText("1.00");
  await expect(members.getByRole("row", { name: /at-six/ })).toContainText("Failed");
  await members.getByRole("link", { name: "at-six" }).click();
  await expect(page).toHaveURL(`/ns/${scored}/evaluations/at-six`);
  await expect(page.getByText("At six.", { exact: true })).toBeVisible();
});

test("an experiment's overview has its times, newest first, and the gate", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations/tides`);
  await hydrated(page);
  await expect(page.getByText("Gate failed, 1 of 1 conditions.")).toBeVisible();
  await expect(page.getByRole("img", { name: "2 scores, from 1.00 to 0.67" })).toBeVisible();
  const rows = page.getByRole("region", { name: "Experiments" }).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText("Experiment 2");
  await expect(rows.nth(0)).toContainText("Gate failed");
  await expect(rows.nth(0)).toContainText("0.667");
  await expect(rows.nth(1)).toContainText("Gate passed");
  await expect(rows.nth(1)).toContainText("1.00");
  await rows.nth(0).getByRole("link", { name: "Experiment 2" }).click();
  await expect(page).toHaveURL(`/ns/${scored}/evaluations/tides/2`);
});

test("the list is filtered by type, query, score and state", async ({ page, scored }) => {
  await page.goto(`/ns/${scored}/evaluations?sort=name`);
  await hydrated(page);
  const names = page.locator("tbody tr[data-uid] a.name");
  const all = ["at-noon", "at-six", "baseline", "batch", "direct", "event", "query", "tides"];
  await expect(names).toHaveText(all);
  await page.getByRole("button", { name: "Filter" }).click();
  const type = page.getByLabel("Type", { exact: true });
  for (const [word, slug, found] of [
    ["Direct", "direct", ["at-noon", "at-six", "direct"]], ["Query", "query", ["query"]], ["Rules", "event", ["event"]],
    ["Baseline", "baseline", ["baseline"]], ["Batch", "batch", ["batch"]], ["Experiment", "experiment", ["tides"]],
  ] as const) {
    await type.selectOption(word);
    await expect(page).toHaveURL(new RegExp(`[?&]type=${slug}(&|$)`));
    await expect(names).toHaveText([...found]);
  }
  await type.selectOption("Any");
  await expect(names).toHaveText(all);
  const query = page.getByLabel("Query", { exact: true });
  await query.fill("asked");
  await query.press("Enter");
  await expect(page).toHaveURL(/[?&]query=asked/);
  await expect(names).toHaveText(["event", "query"]);
  await page.getByRole("button", { name: "Query asked" }).click();
  await expect(names).toHaveText(all);
  const from = page.getByLabel("Score from", { exact: true });
  await from.fill("0.6");
  await from.press("Enter");
  await expect(page).toHaveURL(/[?&]score=0\.60\.\./);
  await expect(names).toHaveText(["at-noon", "event", "query", "tides"]);
  // States are chips that count, and hold together with a field.
  await page.getByRole("button", { name: /^Failed/ }).click();
  await expect(page).toHaveURL(/[?&]status=failed/);
  await expect(names).toHaveText(["tides"]);
  await page.reload();
  await hydrated(page);
  await expect(names).toHaveText(["tides"]);
  await page.getByRole("button", { name: /^Failed/ }).click();
  await page.getByRole("button", { name: /^Passed/ }).click();
  await expect(page).toHaveURL(/[?&]status=done/);
  await expect(names).toHaveText(["at-noon", "event", "query"]);
});
