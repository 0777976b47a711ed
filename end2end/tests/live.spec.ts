// Lists and home move by themselves: nothing polls, and every timer can be stopped.
import { expect, hydrated, stoppableTimers, test } from "../support/fixtures.ts";
import { harbour, queryOf } from "../support/objects.ts";

/** Every request that the page makes from now on. */
function requests(page: import("@playwright/test").Page): string[] {
  const seen: string[] = [];
  page.on("request", (request) => seen.push(`${request.method()} ${new URL(request.url()).pathname}`));
  return seen;
}

test("a query of kubectl moves the list without a reload, a timer or a fetch", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  const stopTimers = await stoppableTimers(page);
  await page.goto(`/ns/${namespace}/queries`);
  await hydrated(page);
  await expect(page.locator(".live")).toContainText("Live");
  await stopTimers();
  const seen = requests(page);
  const turn = model.reply({ text: "At noon.", held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  const row = page.locator("tr", { hasText: "tide" });
  await expect(row).toContainText("Running");
  await turn.asked;
  turn.finish();
  await expect(row).toContainText("Done");
  await expect(row).toContainText("At noon.");
  expect(seen).toEqual([]);
});

test("home moves the same way", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  const stopTimers = await stoppableTimers(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await expect(page.locator(".live")).toContainText("Live");
  await stopTimers();
  const seen = requests(page);
  const turn = model.reply({ text: "At noon.", held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot", `When is high water, ${"and when is it low, ".repeat(9)}in March?`));
  const now = page.getByRole("region", { name: "Runs now" }).first();
  await expect(now).toContainText("tide");
  await turn.asked;
  // A long question leaves the other columns their room.
  const table = now.getByRole("group", { name: "Table of runs" });
  expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth), "hidden at the right, in px").toBeLessThanOrEqual(0);
  turn.finish();
  await expect(page.getByRole("region", { name: "Recent" })).toContainText("At noon.");
  await arkdeck.kubectl(["delete", "-n", namespace, "models.ark.mckinsey.com/default"]);
  await expect(page.getByRole("region", { name: "Not ready" })).toContainText("pilot");
  expect(seen).toEqual([]);
});
