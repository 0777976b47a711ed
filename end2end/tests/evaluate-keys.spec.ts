// Evaluations without a pointer: one is made, and an experiment is read item by item, by keys alone.
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { prepare, run } from "../support/experiment.ts";

/** More stops than a page has on the way to any of its controls. */
const STOPS = 80;

/** Goes on by Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator, key = "Tab"): Promise<void> {
  await expect(control).toBeVisible();
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(control, `${STOPS} times ${key}`).toBeFocused();
}

test.beforeEach(async ({ arkdeck, model, namespace }) => {
  test.setTimeout(180_000);
  await prepare(arkdeck, model, namespace);
  await run(arkdeck, model, namespace, "1", ["At noon.", "Wear boots.", "It is calm."]);
  await run(arkdeck, model, namespace, "2", ["At noon.", "Wear sandals.", "It is calm."]);
});

test("keys make an evaluation, and lead from the list to an item and on", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  for (const key of ["g", "e"]) await page.keyboard.press(key);
  await expect(page.getByRole("heading", { name: "Evaluations", level: 1 })).toBeVisible();
  await page.keyboard.press("c");
  await page.waitForURL(`**/ns/${namespace}/evaluations/new`);
  await tabTo(page, page.getByLabel("Name", { exact: true }).first());
  await page.keyboard.type("by-keys");
  // Radios are one stop, and arrows choose among them.
  const kinds = page.getByRole("radiogroup", { name: "What is scored" }).getByRole("radio");
  await page.keyboard.press("Tab");
  await expect(kinds.first()).toBeFocused();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /^Direct/ })).toBeChecked();
  for (const [label, text] of [["Question", "When is high water?"], ["Answer", "At noon."], ["Expected answer optional", "noon"]]) {
    await tabTo(page, page.getByRole("textbox", { name: label, exact: true }));
    await page.keyboard.type(text);
  }
  await tabTo(page, page.getByRole("combobox", { name: "Evaluator", exact: true }));
  await page.keyboard.type("words");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(`**/ns/${namespace}/evaluations/by-keys`);
  const measures = page.getByRole("region", { name: "Measures and criteria" });
  await expect(measures.getByRole("row", { name: /says-it/ })).toContainText("Pass");

  for (const key of ["g", "e"]) await page.keyboard.press(key);
  await page.waitForURL(`**/ns/${namespace}/evaluations`);
  const row = page.locator("tbody tr[data-uid]").getByRole("link", { name: "tides", exact: true }).first();
  await expect(row).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: "by-keys" })).toBeFocused();
  await page.keyboard.press("j");
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/evaluations/tides`);
  await tabTo(page, page.getByRole("region", { name: "Experiments" }).getByRole("link", { name: "Experiment 2" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/evaluations/tides/2`);

  const pane = page.getByRole("complementary", { name: "Item" });
  await expect(page.locator(".trials tbody tr[data-uid]")).toHaveCount(3);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(/item=boots/);
  await expect(pane.locator("ins")).toContainText("sandals");
  const second = await page.locator(".trials tbody tr[data-uid]").nth(1).getAttribute("data-uid");
  await tabTo(page, pane.getByRole("button", { name: "Next item" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`item=${second}`));
  await tabTo(page, pane.getByRole("button", { name: "Previous item" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/item=boots/);
  await page.keyboard.press("]");
  await expect(page).toHaveURL(new RegExp(`item=${second}`));
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/item=boots/);
  // The run slides over the page, takes the focus, and gives it back.
  const timeline = pane.getByRole("button", { name: "Timeline" });
  await tabTo(page, timeline);
  await page.keyboard.press("Enter");
  const over = page.getByRole("dialog", { name: /^Timeline of/ });
  await expect(over.getByRole("group", { name: "Timeline" })).toBeVisible();
  expect(await over.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(over).toBeHidden();
  await expect(timeline).toBeFocused();
  await tabTo(page, pane.getByRole("button", { name: "Close item" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page).not.toHaveURL(/item=/);
  await expect(pane).toContainText("Choose an item");
});

for (const theme of ["light", "dark"] as const) {
  test(`the item slides up on a phone, and keys push it down again, ${theme}`, async ({ page, namespace }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    await hydrated(page);
    await page.keyboard.press("j");
    const pane = page.getByRole("complementary", { name: "Item" });
    const grip = pane.locator("button.grip");
    await expect(grip).toHaveAttribute("aria-expanded", "true");
    await expect(pane.locator("ins")).toContainText("sandals");
    await expectAccessible(page);
    await tabTo(page, pane.getByRole("button", { name: "Side by side" }));
    await page.keyboard.press("Enter");
    const beside = page.getByRole("dialog", { name: "Both answers" });
    await expect(beside).toContainText("1 line differs.");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(beside).toBeHidden();
    await page.keyboard.press("Escape");
    await expect(grip).toHaveAttribute("aria-expanded", "false");
    await expect(grip).toBeFocused();
  });
}
