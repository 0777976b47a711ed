// The page of an experiment: figures, what moved, one item beside the baseline; by address and by keyboard.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { evaluationOf, prepare, run } from "../support/experiment.ts";

test.describe("two experiments", () => {
  // The next one is asked for before its controller has begun it.
  test.use({ expectedErrors: [/404 .*experiments\/get/] });
  test.beforeEach(async ({ arkdeck, model, namespace }) => {
    test.setTimeout(120_000);
    await prepare(arkdeck, model, namespace);
    await run(arkdeck, model, namespace, "1", ["At noon.", "Wear boots.", "It is calm."]);
    await run(arkdeck, model, namespace, "2", ["At noon.", "Wear sandals.", "It is calm."]);
  });

  test("what moved down comes first, and its reason beside it", async ({ page, namespace }) => {
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    // The page's first piece holds the first window: nothing waits for scripts.
    const html = await (await page.request.get(`/ns/${namespace}/evaluations/tides/2`)).text();
    for (const id of ["noon", "boots", "wind"]) expect(html).toContain(`data-uid="${id}"`);
    await hydrated(page);
    await expect(page.getByText("Gate failed").first()).toBeVisible();
    const figures = page.getByRole("region", { name: "Result" });
    await expect(figures).toContainText("2 of 3");
    await expect(figures).toContainText("was 3");
    await expect(page.locator(".trials tbody tr[data-uid]").first()).toHaveAttribute("data-uid", "boots");
    // By keyboard alone: the first item, its neighbours, and the end.
    await page.keyboard.press("j");
    await expect(page).toHaveURL(/item=boots/);
    const pane = page.getByRole("complementary", { name: "Item" });
    await expect(pane).toContainText("says-it");
    await expect(pane.locator("del")).toContainText("boots");
    await expect(pane.locator("ins")).toContainText("sandals");
    await expectAccessible(page);
    await page.keyboard.press("]");
    await expect(page).not.toHaveURL(/item=boots/);
    await page.keyboard.press("[");
    await expect(page).toHaveURL(/item=boots/);
    await pane.getByRole("button", { name: "Side by side" }).click();
    await expect(page.getByRole("dialog", { name: "Both answers" })).toContainText("1 line differs.");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await pane.getByRole("button", { name: "Timeline" }).click();
    const over = page.getByRole("dialog", { name: /^Timeline of/ });
    await expect(over.getByRole("group", { name: "Timeline" })).toBeVisible();
    await page.keyboard.press("Escape");
    // The same from the address alone.
    await page.reload();
    await hydrated(page);
    await expect(pane.locator("ins")).toContainText("sandals");
  });

  test("filters, order and baseline are in the address", async ({ page, namespace }) => {
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    await hydrated(page);
    const rows = page.locator(".trials tbody tr[data-uid]");
    await page.getByRole("button", { name: /^Failed/ }).click();
    await expect(page).toHaveURL(/filter=failed/);
    await expect(rows).toHaveCount(1);
    await page.getByRole("button", { name: /^Failed/ }).click();
    await expect(rows).toHaveCount(3);
    await page.getByRole("combobox", { name: "Order", exact: true }).selectOption("dataset");
    await expect(page).toHaveURL(/order=dataset/);
    await expect(rows.first()).toHaveAttribute("data-uid", "noon");
    // The choice follows the address back, also after two choices.
    await page.getByRole("combobox", { name: "Order", exact: true }).selectOption("latency");
    await expect(page).toHaveURL(/order=latency/);
    await page.goBack();
    await expect(page.getByRole("combobox", { name: "Order", exact: true })).toHaveValue("dataset");
    await page.getByRole("combobox", { name: "Baseline", exact: true }).selectOption("none");
    await expect(page).toHaveURL(/base=none/);
    await expect(page.getByRole("region", { name: "Result" })).toContainText("no baseline");
    // Then an item stands alone, too.
    await page.locator(".trials tbody tr[data-uid=boots] a").first().click();
    const pane = page.getByRole("complementary", { name: "Item" });
    await expect(pane).toContainText("Wear sandals.");
    await expect(pane.locator("del")).toHaveCount(0);
    await page.getByRole("button", { name: "And time" }).click();
    await expect(page).toHaveURL(/chart=latency/);
    await expect(page.getByRole("img", { name: /^Score and time of 3 items/ })).toBeVisible();
    await expectAccessible(page);
  });

  test("items below a score are found, and none left says how many there are", async ({ page, namespace }) => {
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    await hydrated(page);
    const rows = page.locator(".trials tbody tr[data-uid]");
    const below = page.getByRole("textbox", { name: "Below", exact: true });
    await below.fill("0.5");
    await below.press("Enter");
    await expect(page).toHaveURL(/[?&]filter=below(:|%3A)0\.5(&|$)/);
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toHaveAttribute("data-uid", "boots");
    await page.reload();
    await hydrated(page);
    await expect(below).toHaveValue("0.5");
    await expect(rows).toHaveCount(1);
    // Below nothing is nothing: of a score that is 0 as well.
    await below.fill("0");
    await below.press("Enter");
    await expect(page.getByRole("heading", { name: "No item is left by these filters" })).toBeVisible();
    await expect(page.getByText("There are 3 items without filters.")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect(page).not.toHaveURL(/filter=/);
    await expect(rows).toHaveCount(3);
    await expect(below).toHaveValue("");
  });

  test("the list says how it did, and where it goes", async ({ page, namespace }) => {
    await page.goto(`/ns/${namespace}/evaluations`);
    await hydrated(page);
    const row = page.getByRole("row", { name: /tides/ });
    await expect(row).toContainText("2 of 3");
    await expect(row).toContainText("▼ 0.33");
    await expect(row.getByRole("img", { name: "Last 2 scores, now 0.667, the gate asks for 0.90" })).toBeVisible();
    await expectAccessible(page);
    // The gate is in the picture of the scores as well.
    await page.goto(`/ns/${namespace}/evaluations/tides/2`);
    await hydrated(page);
    await expect(page.getByText("gate 0.9", { exact: true })).toBeVisible();
    await expect(page.getByRole("img", { name: /The gate asks for a mean of 0\.9\./ })).toBeVisible();
  });

  test("an item that was never asked is no pass, and says so", async ({ page, namespace }) => {
    await page.goto(`/ns/${namespace}/evaluations/tides/2?item=nowhere`);
    await hydrated(page);
    await expect(page.getByText("Experiment 2 has no item nowhere")).toBeVisible();
    await expect(page.getByText("counts as not passed")).toBeVisible();
  });

  test("it becomes the baseline, and runs again", async ({ page, namespace, model }) => {
    await page.goto(`/ns/${namespace}/evaluations/tides/1`);
    await hydrated(page);
    await page.getByRole("button", { name: "Make this the baseline" }).click();
    await expect(page.getByText("Experiment 1 is the baseline now.")).toBeVisible();
    await expect(page.locator(".head .tag", { hasText: "Baseline" })).toBeVisible();
    for (const text of ["At noon.", "Wear boots.", "It is calm."]) model.reply({ text });
    await page.keyboard.press("r");
    await expect(page).toHaveURL(/\/tides\/3$/);
    await expect(page.getByRole("heading", { name: "tides" })).toBeVisible();
    // Without a touch: by the stream.
    await expect(page.getByText("Gate passed").first()).toBeVisible({ timeout: 40_000 });
  });
});

test("one that runs shows how far it is, and is canceled", async ({ page, arkdeck, namespace, model }) => {
  await prepare(arkdeck, model, namespace);
  const held = model.reply({ text: "At noon.", held: true });
  await arkdeck.apply(evaluationOf(namespace));
  await held.asked;
  await page.goto(`/ns/${namespace}/evaluations/tides/1`);
  await hydrated(page);
  await expect(page.getByRole("progressbar", { name: "Answers" })).toBeVisible();
  await expect(page.getByText("0 of 3 answers.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByText("Canceled.", { exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("they are no pass")).toBeVisible();
});

test("an experiment that is not there says what to do", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/evaluations/tides/7`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "There is no experiment 7 of tides" })).toBeVisible();
  await expectAccessible(page);
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("it fits and is accessible at three widths", async ({ page, arkdeck, model, namespace }) => {
      test.setTimeout(120_000);
      await prepare(arkdeck, model, namespace);
      await run(arkdeck, model, namespace, "1", ["At noon.", "Wear boots.", "It is windy."]);
      for (const width of [1440, 1024, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.goto(`/ns/${namespace}/evaluations/tides/1?item=wind`);
        await hydrated(page);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${width} px`).toBeLessThanOrEqual(0);
        await expectAccessible(page);
      }
    });
  });
}
