// Data sets: made from a text, changed item by item, taken from past queries, read in old versions.
import { readFileSync } from "node:fs";
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { harbour, queryOf } from "../support/objects.ts";

const ITEMS = `- id: noon
  input: When is high water?
  expectedOutput: At noon.
  tags: [tide]
- id: boots
  input: What do I wear?
  expectedOutput: Boots.
`;

// A text that cannot be read, and a name that is taken, are refused by the server.
test.use({ expectedErrors: [/status of (409|422)/] });

test("a data set is made by keyboard from a text", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/datasets`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "No data sets yet" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/datasets\/new$/);
  await page.getByLabel("Name", { exact: true }).focus();
  await page.keyboard.type("tides");
  await page.getByLabel("Items", { exact: true }).focus();
  await page.keyboard.insertText(ITEMS);
  await page.getByRole("button", { name: "Make data set" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/ns/${namespace}/datasets/tides$`));
  await expect(page.getByText("Version 1", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "When is high water?" })).toBeVisible();
  await expectAccessible(page);
});

test("what is wrong in a text is told with its line", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/datasets/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).fill("broken");
  await page.getByLabel("Items", { exact: true }).fill('{"input": "a"}\n{"input": \n');
  await page.getByRole("button", { name: "Make data set" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /line 2/i })).toBeVisible();
  await page.goto("about:blank");
});

test.describe("of two items", () => {
  test.beforeEach(async ({ page, namespace }) => {
    const change = { namespace, name: "tides", home: "Store", from: 0, change: { Replace: ITEMS }, note: "" };
    const made = await page.request.post("/api/datasets/change", { data: { change } });
    expect(made.ok(), await made.text()).toBeTruthy();
    await page.goto(`/ns/${namespace}/datasets/tides`);
    await hydrated(page);
  });

  test("an item is changed, added, and removed with undo; each is a version", async ({ page }) => {
    await page.getByRole("link", { name: "When is high water?" }).click();
    await expect(page).toHaveURL(/item=noon/);
    await page.getByLabel("Expected answer").first().fill("At one.");
    await page.getByRole("button", { name: "Save item" }).click();
    await expect(page.locator(".head .tag")).toHaveText("Version 2");
    await page.getByRole("button", { name: "Close item" }).click();
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: "Question" }).fill("Is it windy?");
    await page.locator(".pane").getByRole("button", { name: "Add item" }).click();
    await expect(page.locator(".head .tag")).toHaveText("Version 3");
    await page.getByRole("link", { name: "Is it windy?" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Remove item" }).click();
    await expect(page.getByRole("link", { name: "Is it windy?" })).toBeHidden();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByRole("link", { name: "Is it windy?" })).toBeVisible();
    // An old version is read, not changed.
    await page.getByRole("link", { name: "Version 1", exact: true }).click();
    await expect(page).toHaveURL(/v=1/);
    await expect(page.getByRole("link", { name: "Is it windy?" })).toBeHidden();
    await expect(page.getByText("Only that one can be changed")).toBeVisible();
    await expect(page.getByRole("button", { name: "Import" })).toHaveAttribute("aria-disabled", "true");
  });

  test("what is typed in an item is not lost: it asks, and stays while the list moves", async ({ page }) => {
    await page.getByRole("link", { name: "When is high water?" }).click();
    const expected = page.getByLabel("Expected answer").first();
    await expect(expected).toHaveValue("At noon.");
    await expected.fill("At one.");
    const questions: string[] = [];
    let leave = false;
    page.on("dialog", (dialog) => {
      questions.push(dialog.message());
      void (leave ? dialog.accept() : dialog.dismiss());
    });
    for (const way of [
      page.getByRole("link", { name: "What do I wear?" }),
      page.getByRole("button", { name: "Close item" }),
      page.getByRole("link", { name: "Version 1", exact: true }),
    ]) {
      const before = questions.length;
      await way.click();
      await expect.poll(() => questions.length).toBe(before + 1);
      await expect(page).toHaveURL(/item=noon/);
      await expect(expected).toHaveValue("At one.");
    }
    // The search moves the list, and not the item that is open.
    await page.getByRole("searchbox").fill("boots");
    await expect(page.getByRole("link", { name: "When is high water?" })).toBeHidden();
    await expect(expected).toHaveValue("At one.");
    await page.getByRole("button", { name: "Save item" }).click();
    await expect(page.locator(".head .tag")).toHaveText("Version 2");
    await expect(expected).toHaveValue("At one.");
    // What is saved is not asked for.
    const before = questions.length;
    await page.getByRole("link", { name: "What do I wear?" }).click();
    await expect(page).toHaveURL(/item=boots/);
    expect(questions.length).toBe(before);
    await page.getByLabel("Expected answer").first().fill("Shoes.");
    leave = true;
    await page.getByRole("button", { name: "Close item" }).click();
    await expect(page).not.toHaveURL(/item=/);
    expect(questions.length).toBe(before + 1);
  });

  test("a new item does not take the place of another, nor a new set that of this one", async ({ page, namespace }) => {
    await page.keyboard.press("c");
    const pane = page.locator(".pane");
    await pane.getByRole("textbox", { name: "Question" }).fill("Is it windy?");
    await pane.getByLabel("Id").fill("noon");
    await pane.getByRole("button", { name: "Add item" }).click();
    await expect(pane.getByText("There is an item of this id", { exact: false })).toBeVisible();
    await expect(pane.getByLabel("Id")).toBeFocused();
    await pane.getByLabel("Id").fill("wind");
    await pane.getByRole("button", { name: "Add item" }).click();
    await expect(page.locator(".head .tag")).toHaveText("Version 2");
    // A name that would not do, and one that is taken, are told at the name.
    await page.goto(`/ns/${namespace}/datasets/new`);
    await hydrated(page);
    await page.getByLabel("Items", { exact: true }).fill(ITEMS);
    const name = page.getByLabel("Name", { exact: true });
    for (const wrong of ["Tides", "tides"]) {
      await name.fill(wrong);
      await page.getByRole("button", { name: "Make data set" }).click();
      await expect(name).toHaveAttribute("aria-invalid", "true");
      await expect(name).toBeFocused();
    }
    await expect(page.getByText(/There is a data set 'tides'/)).toBeVisible();
    await page.goto("about:blank");
  });

  test("items are found by text and tag, and the address says so", async ({ page }) => {
    await page.keyboard.press("/");
    await page.keyboard.type("boots");
    await expect(page).toHaveURL(/q=boots/);
    await expect(page.getByRole("link", { name: "When is high water?" })).toBeHidden();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "tide", exact: true }).click();
    await expect(page).toHaveURL(/tag=tide/);
    await expect(page.getByRole("link", { name: "What do I wear?" })).toBeHidden();
  });

  test("it is exported as JSONL", async ({ page }) => {
    await page.getByRole("button", { name: "More for tides" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export JSONL" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("tides-v1.jsonl");
    const lines = readFileSync((await download.path())!, "utf8").trim().split("\n").map((line) => JSON.parse(line));
    expect(lines.map((item) => item.id)).toEqual(["noon", "boots"]);
  });

  test("past runs become items, from the list of queries and from a run", async ({ page, arkdeck, namespace, model }) => {
    await harbour(arkdeck, model, namespace);
    model.reply({ text: "At noon." });
    await arkdeck.apply(queryOf(namespace, "asked", "pilot", "Which tide is it?"));
    await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=jsonpath={.status.phase}=done", "queries.ark.mckinsey.com/asked"]);
    await page.goto(`/ns/${namespace}/queries`);
    await hydrated(page);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByRole("button", { name: "Add to data set" }).click();
    const dialog = page.getByRole("dialog", { name: "Add 1 query to a data set" });
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Add to data set" }).click();
    await expect(page.getByText("Version 2 of tides holds them.")).toBeVisible();
    await page.goto(`/ns/${namespace}/queries/asked`);
    await hydrated(page);
    await page.getByRole("button", { name: "More for asked" }).click();
    await page.getByRole("menuitem", { name: "Add to data set" }).click();
    await dialog.getByLabel("Data set", { exact: true }).selectOption({ label: "A new one" });
    await dialog.getByLabel("Name", { exact: true }).fill("from-runs");
    await dialog.getByRole("button", { name: "Add to data set" }).click();
    await expect(page).toHaveURL(new RegExp(`/ns/${namespace}/datasets/from-runs$`));
    await page.getByRole("link", { name: "Which tide is it?" }).click();
    await expect(page.getByLabel("Expected answer").first()).toHaveValue("At noon.");
  });

  test("deleting says that it cannot be undone", async ({ page, namespace }) => {
    await page.getByRole("button", { name: "More for tides" }).click();
    await page.getByRole("menuitem", { name: "Delete data set" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete data set tides" });
    await expect(dialog).toContainText("cannot be undone");
    await dialog.getByRole("button", { name: "Delete data set" }).click();
    await expect(page).toHaveURL(new RegExp(`/ns/${namespace}/datasets$`));
    await expect(page.getByRole("heading", { name: "No data sets yet" })).toBeVisible();
  });
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("making one is accessible, and past queries are offered", async ({ page, namespace }) => {
      await page.goto(`/ns/${namespace}/datasets/new`);
      await hydrated(page);
      await expectAccessible(page);
      await page.goto(`/ns/${namespace}/datasets/new?from=past`);
      await hydrated(page);
      await expect(page.getByRole("heading", { name: "Past queries" })).toBeVisible();
      await expectAccessible(page);
    });
  });
}
