// A run of 5,000 steps: the page draws a part of it, live and afterwards, and what it draws stays within bounds.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { longRun } from "../support/objects.ts";

/** Model calls with two tool calls each: six entries of the journal. */
const LOOPS = 835;
/** Elements of a page that a browser lays out without a pause. */
const MOST = 12_000;
/** The longest that a page which is read may leave a press or the wheel without an answer: on a development build, beside others. */
const DEAF_MS = 1_000;
/** The same while hundreds of entries a second come in; 2 to 3 s were seen on two busy cores. */
const BUSY_MS = 5_000;

/** Call before `goto`. What is returned tells the longest time, from a moment of the page on, in which it answered to nothing. */
async function watchTasks(page: Page): Promise<(since: number) => Promise<number>> {
  await page.addInitScript(() => {
    const seen: PerformanceEntry[] = [];
    new PerformanceObserver((list) => void seen.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
    (window as unknown as { seenTasks: PerformanceEntry[] }).seenTasks = seen;
  });
  return (since) => page.evaluate(async (since) => {
    // A task is told after it has ended.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const { seenTasks } = window as unknown as { seenTasks: PerformanceEntry[] };
    return Math.max(0, ...seenTasks.filter(({ startTime }) => startTime >= since).map(({ duration }) => duration));
  }, since);
}

/** Turns the wheel over what is shown, down and up again, a frame at a time. */
async function scroll(page: Page): Promise<void> {
  await page.mouse.move(700, 600);
  for (const by of [...Array.from({ length: 5 }, () => 1_500), ...Array.from({ length: 5 }, () => -1_500)]) {
    await page.mouse.wheel(0, by);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
}

test("a run of 5,000 entries stays within what is drawn", async ({ page, start, model }) => {
  test.setTimeout(480_000);
  const arkdeck = await start();
  const first = await longRun(arkdeck, model, LOOPS, true);
  await first.asked;
  const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
  const rows = page.locator("#panel-journal tbody tr");
  const longest = await watchTasks(page);
  const now = () => page.evaluate(() => performance.now());
  await page.goto(`${arkdeck.url}/ns/default/queries/tide?view=journal`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const begun = await now();
  first.finish();
  // While it runs, the page answers to a press, and shows what is newest.
  await expect(page.getByText(/^Entries 1 to \d{3,}$/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(page.locator("#panel-timeline .tr").first()).toBeVisible();
  await page.getByRole("tab", { name: "Journal" }).click();
  await expect(page.locator(".head .badge")).toHaveText("Done", { timeout: 180_000 });
  await expect(page.getByText(/^Entries 1 to 50\d\d$/)).toBeVisible({ timeout: 30_000 });
  expect(await longest(begun), "longest task while it ran, in ms").toBeLessThan(BUSY_MS);
  expect(await rows.count()).toBe(300);
  expect(await elements()).toBeLessThan(MOST);
  await page.getByRole("button", { name: "Show more lines" }).click();
  await expect(rows).toHaveCount(600);
  await expectAccessible(page);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(page.locator("#panel-timeline .tr")).toHaveCount(300);
  expect(await elements()).toBeLessThan(MOST);
  await page.getByRole("tab", { name: "Conversation" }).click();
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("High water at noon.");
  await expect(page.getByRole("button", { name: "Show more steps" })).toBeVisible();
  expect(await elements()).toBeLessThan(MOST);
  // Opened afterwards, it begins with the newest entries.
  await page.goto(`${arkdeck.url}/ns/default/queries/tide?view=journal`);
  await hydrated(page);
  await expect(rows).toHaveCount(300);
  // Read with the wheel, in each view, and with more of it drawn: nothing is left without an answer.
  const opened = await now();
  await scroll(page);
  await page.getByRole("button", { name: "Show more lines" }).click();
  await expect(rows).toHaveCount(500);
  await scroll(page);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(page.locator("#panel-timeline .tr").first()).toBeVisible();
  await scroll(page);
  await page.getByRole("tab", { name: "Conversation" }).click();
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("High water at noon.");
  await scroll(page);
  expect(await longest(opened), "longest task while it is read, in ms").toBeLessThan(DEAF_MS);
  await page.goto("about:blank");
});
