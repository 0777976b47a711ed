// A long run, opened after its end: what its page did not open with is said in every view, and is a link away.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { longRun } from "../support/objects.ts";

/** Model calls with two tool calls each: six entries of the journal, three lines of the timeline. */
const LOOPS = 140;

test("the beginning of a long run is missed in no view, and each of its steps has a link", async ({
  page, start, model,
}) => {
  test.setTimeout(240_000);
  const arkdeck = await start();
  await longRun(arkdeck, model, LOOPS);
  await arkdeck.kubectl(["wait", "--timeout=120s", "--for=condition=Completed", "queries.ark.mckinsey.com/tide"]);
  const run = `${arkdeck.url}/ns/default/queries/tide`;
  const more = page.getByRole("button", { name: "Show earlier entries" });
  const missing = page.getByText(/^The run is long: what came before entry \d+ is not here yet$/);

  const steps = page.getByRole("button", { name: "Show more steps" });

  // The conversation draws its newest steps, then all that are here; then it says that its beginning is missing, brings
  // it and draws it.
  await page.goto(run);
  await hydrated(page);
  const answers = page.getByRole("list", { name: "Answers" });
  await expect(answers).toContainText("High water at noon.");
  await expect(missing).toBeHidden();
  await expect(more).toHaveCount(0);
  await steps.click();
  await expect(steps).toHaveCount(0);
  await expect(missing).toBeVisible();
  await more.click();
  await expect(missing).toHaveCount(0);
  await expect(more).toHaveCount(0);
  await expect(answers.locator("details.call")).toHaveCount(2 * LOOPS);
  await expect(steps).toHaveCount(0);

  // So does the timeline.
  await page.goto(`${run}?view=timeline`);
  await hydrated(page);
  const lines = page.locator("#panel-timeline .tr");
  await expect(missing).toBeVisible();
  await more.click();
  await expect(page.getByRole("heading", { name: "421 steps" })).toBeVisible();
  await expect(lines).toHaveCount(421);
  await expect(steps).toHaveCount(0);
  const first = await lines.first().getAttribute("data-seq");
  // A model call that is not among the entries that a page opens with, but among the newest lines of the whole.
  const middle = await lines.nth(159).getAttribute("data-seq");

  // A link to its first step draws that line, with those after it.
  await page.goto(`${run}?view=timeline&step=${first}`);
  await hydrated(page);
  await expect(page.locator(`#panel-timeline .tr.sel[data-seq="${first}"]`)).toBeVisible();
  await expect(lines).toHaveCount(151);
  await page.getByRole("button", { name: "Show later steps" }).click();
  await expect(lines).toHaveCount(421);

  // A link to one in the middle finds it among the newest lines; then more are drawn.
  await page.goto(`${run}?view=timeline&step=${middle}`);
  await hydrated(page);
  await expect(page.locator(`#panel-timeline .tr.sel[data-seq="${middle}"]`)).toBeVisible();
  await expect(lines).toHaveCount(300);
  await expect(page.getByText("121 earlier steps are not drawn")).toBeVisible();
  await steps.click();
  await expect(lines).toHaveCount(421);

  // The same in the journal, and the entry is beside it.
  await page.goto(`${run}?view=journal&step=2`);
  await hydrated(page);
  const rows = page.locator("#panel-journal tbody tr");
  await expect(page.locator('#panel-journal tr.sel[data-seq="2"]')).toBeVisible();
  await expect(rows).toHaveCount(152);
  await expect(page.getByRole("heading", { name: "Entry 2", exact: true })).toBeVisible();
  await expect(page.getByText("This entry is among the earlier ones")).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show later lines" }).click();
  await expect(rows).toHaveCount(452);
  // What no run has is said as such.
  await page.goto(`${run}?view=journal&step=99999`);
  await hydrated(page);
  await expect(page.getByText("This run has no such entry.")).toBeVisible();
  await page.goto("about:blank");
});
