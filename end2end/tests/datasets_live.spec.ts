// Data sets and the scores of an evaluator move by themselves: what kubectl changes is there without a reload.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";

/** A data set in a ConfigMap, with these items. */
function setOf(namespace: string, name: string, items: [id: string, input: string][]): string {
  const lines = items.map(([id, input]) => `    - { id: ${id}, input: "${input}", tags: [tide] }`);
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: ${namespace}, labels: { ark.mckinsey.com/data-set: "true" } }
data:
  items.yaml: |
${lines.join("\n")}
`;
}

const NOON: [string, string] = ["noon", "When is high water?"];
const BOOTS: [string, string] = ["boots", "What do I wear?"];

/** What is said to who saves an item that does not say by now what the form began with. */
function elsewhere(version: number): string {
  return `This item was changed or removed meanwhile, or is not among the items that are loaded of version ${version}.`;
}

test("the list of data sets follows kubectl: a new one, a version, the end of it", async ({ page, arkdeck, namespace }) => {
  await page.goto(`/ns/${namespace}/datasets`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  await expect(page.getByRole("heading", { name: "No data sets yet" })).toBeVisible();
  await arkdeck.apply(setOf(namespace, "tides", [NOON]));
  const row = page.getByRole("row", { name: /tides/ });
  await expect(row).toContainText("version 1, a ConfigMap");
  await expect(row).toContainText("1 item");
  // What is typed in the search stays, and is where it was, while rows move.
  const search = page.getByRole("searchbox", { name: "Search data sets" });
  await search.fill("tid");
  await expect(page).toHaveURL(/q=tid/);
  await arkdeck.apply(setOf(namespace, "tides", [NOON, BOOTS]));
  await expect(row).toContainText("version 2, a ConfigMap");
  await expect(row).toContainText("2 items");
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("tid");
  await arkdeck.kubectl(["delete", "configmap", "tides", "-n", namespace]);
  await expect(page.getByRole("heading", { name: "No data sets yet" })).toBeVisible();
});

test("a data set that is kept here comes into the open list, too, and goes", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/datasets`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const change = { namespace, name: "winds", home: "Store", from: 0, change: { Replace: "- id: wind\n  input: Is it windy?\n" }, note: "" };
  const made = await page.request.post("/api/datasets/change", { data: { change } });
  expect(made.ok(), await made.text()).toBeTruthy();
  await expect(page.getByRole("row", { name: /winds/ })).toContainText("version 1, kept by Arkdeck");
  const gone = await page.request.post("/api/datasets/delete", { data: { namespace, name: "winds" } });
  expect(gone.ok(), await gone.text()).toBeTruthy();
  await expect(page.getByRole("heading", { name: "No data sets yet" })).toBeVisible();
});

test("the page of a data set follows kubectl, and what is typed in an item is not lost over it", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(setOf(namespace, "tides", [NOON]));
  await page.goto(`/ns/${namespace}/datasets/tides?item=noon`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  await expect(page.locator(".head .tag")).toHaveText("Version 1");
  const question = page.getByRole("textbox", { name: "Question" });
  await question.fill("When is low water?");
  await arkdeck.apply(setOf(namespace, "tides", [["noon", "When is high water today?"], BOOTS]));
  await expect(page.locator(".head .tag")).toHaveText("Version 2");
  await expect(page.getByRole("link", { name: "What do I wear?" })).toBeVisible();
  await expect(page.getByRole("link", { name: "When is high water today?" })).toBeVisible();
  await expect(question).toHaveValue("When is low water?");
  // Somebody else has changed this item: that is said once, and not written over unseen.
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.getByText(elsewhere(2))).toBeVisible();
  await expect(page.locator(".head .tag")).toHaveText("Version 2");
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.locator(".head .tag")).toHaveText("Version 3");
  await expect(page.getByRole("link", { name: "When is low water?" })).toBeVisible();
  // Its end is said, and what was read stays.
  await arkdeck.kubectl(["delete", "configmap", "tides", "-n", namespace]);
  await expect(page.getByText("This data set was deleted.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Import" })).toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page);
  await arkdeck.apply(setOf(namespace, "tides", [BOOTS]));
  await expect(page.getByText("This data set was deleted.")).toBeHidden();
  await expect(page.getByRole("button", { name: "Import" })).not.toHaveAttribute("aria-disabled", "true");
});

test("what is typed stays under a version in the address, and a removed item does not come back unseen", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(setOf(namespace, "tides", [NOON, BOOTS]));
  await page.goto(`/ns/${namespace}/datasets/tides?v=1&item=noon`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const question = page.getByRole("textbox", { name: "Question" });
  await question.fill("When is low water?");
  await arkdeck.apply(setOf(namespace, "tides", [BOOTS]));
  await expect(page.getByText("The newest is 2. Only that one can be changed.")).toBeVisible();
  await expect(page.locator(".head .tag")).toHaveText("Version 1");
  await expect(question).toHaveValue("When is low water?");
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.getByText(elsewhere(2))).toBeVisible();
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.getByText("The newest is 3. Only that one can be changed.")).toBeVisible();
  await expect(question).toHaveValue("When is low water?");
  await page.getByRole("link", { name: "Show version 3" }).click();
  await expect(page.locator(".head .tag")).toHaveText("Version 3");
  await expect(page.getByRole("link", { name: "When is low water?" })).toBeVisible();
});

test("an item that the search leaves out is not written over unseen", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(setOf(namespace, "tides", [NOON, BOOTS]));
  await page.goto(`/ns/${namespace}/datasets/tides?item=noon`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const question = page.getByRole("textbox", { name: "Question" });
  await question.fill("When is low water?");
  await page.getByRole("searchbox", { name: "Search items" }).fill("boots");
  await expect(page.getByRole("link", { name: NOON[1] })).toBeHidden();
  await arkdeck.apply(setOf(namespace, "tides", [["noon", "When is high water today?"], BOOTS]));
  await expect(page.locator(".head .tag")).toHaveText("Version 2");
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.getByText(elsewhere(2))).toBeVisible();
  await expect(page.locator(".head .tag")).toHaveText("Version 2");
  await page.getByRole("button", { name: "Save item" }).click();
  await expect(page.locator(".head .tag")).toHaveText("Version 3");
});
