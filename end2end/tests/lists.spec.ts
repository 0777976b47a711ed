// Lists of any kind: alive by the stream, what they show is in the address, selection, deletion with undo.
import { expect, hydrated, stoppableTimers, test } from "../support/fixtures.ts";

const tool = (namespace: string, name: string, description = `About ${name}`) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Tool
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  type: http
  description: ${description}
  http: { url: "http://127.0.0.1:9/${name}" }
`;

test("rows come, change and go without a reload, and without a timer", async ({ page, arkdeck, namespace }) => {
  const stopTimers = await stoppableTimers(page);
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "No tools yet" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-live", "live");
  await stopTimers();

  await arkdeck.apply(tool(namespace, "first"));
  const row = page.getByRole("row", { name: /first/ });
  await expect(row).toBeVisible();
  await expect(row).toContainText("About first");

  await arkdeck.apply(tool(namespace, "first", "Changed by kubectl"));
  await expect(row).toContainText("Changed by kubectl");

  await arkdeck.kubectl(["delete", "tool", "first", "-n", namespace]);
  await expect(row).toContainText("Deleted");
  await page.getByRole("heading", { name: "Tools", level: 1 }).click();
  await expect(row).toHaveCount(0);
});

test("what would push the rows that are read waits behind a pill", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(tool(namespace, "old"));
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await expect(page.locator("html")).toHaveAttribute("data-live", "live");
  await page.getByRole("link", { name: "old" }).focus();
  await arkdeck.apply(tool(namespace, "newer"));
  const pill = page.getByRole("button", { name: "1 new tool" });
  await expect(pill).toBeVisible();
  await expect(page.getByRole("link", { name: "newer" })).toHaveCount(0);
  await pill.click();
  await expect(page.getByRole("link", { name: "newer" })).toBeVisible();
  await expect(pill).toHaveCount(0);
});

test("search, filter and order are in the address, and survive reload and back", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply([tool(namespace, "alpha"), tool(namespace, "beta"), tool(namespace, "gamma")].join("---"));
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await page.keyboard.press("/");
  await page.keyboard.type("bet");
  await expect(page).toHaveURL(/\?q=bet$/);
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(1);
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("bet");
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(1);
  await hydrated(page);
  await page.getByRole("searchbox").fill("nothing-like-this");
  await expect(page.getByRole("heading", { name: /No tool matches this filter/ })).toBeVisible();
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(3);

  await page.getByRole("button", { name: "Tool", exact: true }).click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.locator("th[aria-sort=ascending]")).toHaveText("Tool");
  await page.getByRole("button", { name: "Tool", exact: true }).click();
  await expect(page).toHaveURL(/sort=-name/);
  await expect(page.locator("tbody tr[data-uid] a.name")).toHaveText(["gamma", "beta", "alpha"]);
  await page.goBack();
  await expect(page.locator("tbody tr[data-uid] a.name")).toHaveText(["alpha", "beta", "gamma"]);
});

test("rows are chosen by keyboard, deleted together, and come back by undo", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply([tool(namespace, "alpha"), tool(namespace, "beta"), tool(namespace, "gamma")].join("---"));
  await page.goto(`/ns/${namespace}/tools?sort=name`);
  await hydrated(page);
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: "alpha" })).toBeFocused();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  const bar = page.getByRole("region", { name: "Selected rows" });
  await expect(bar).toContainText("2 selected");
  await bar.getByRole("button", { name: "Delete" }).click();
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(1);
  await expect(page.getByText("2 tools deleted")).toBeVisible();
  await page.keyboard.press("u");
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(3);
  expect(await arkdeck.kubectl(["get", "tools", "-n", namespace, "-o", "name"])).toContain("alpha");

  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "alpha", level: 1 })).toBeVisible();
});

test("what was deleted is sent when the page is left before the undo time is over", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(tool(namespace, "leaving"));
  await page.goto(`/ns/${namespace}/tools/leaving`);
  await hydrated(page);
  await page.getByRole("button", { name: "More for leaving" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/tools$/);
  await expect(page.getByText("Tool leaving deleted")).toBeVisible();
  await page.goto("about:blank");
  await expect
    .poll(() => arkdeck.kubectl(["get", "tools", "-n", namespace, "-o", "name"]))
    .not.toContain("leaving");
});

test("shift extends the choice, and the box in the head chooses all", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(["a", "b", "c", "d"].map((name) => tool(namespace, `row-${name}`)).join("---"));
  await page.goto(`/ns/${namespace}/tools?sort=name`);
  await hydrated(page);
  await page.getByRole("checkbox", { name: "Select row-a" }).click();
  await page.getByRole("checkbox", { name: "Select row-c" }).click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 selected")).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all 4 shown" }).click();
  await expect(page.getByText("4 selected")).toBeVisible();
  await page.getByRole("button", { name: "Clear selection" }).click();
  await expect(page.getByRole("region", { name: "Selected rows" })).toHaveCount(0);
});

test("of a long list only the window is in the document", async ({ page, arkdeck, namespace }) => {
  test.setTimeout(120_000);
  const names = Array.from({ length: 260 }, (_, at) => `bulk-${String(at).padStart(3, "0")}`);
  await arkdeck.apply(names.map((name) => tool(namespace, name)).join("---"));
  await page.goto(`/ns/${namespace}/tools?sort=name`);
  await hydrated(page);
  await expect(page.locator("table")).toHaveAttribute("aria-rowcount", "261");
  await expect(page.locator("tbody tr[data-uid]")).toHaveCount(200);
  await expect(async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await expect(page.getByRole("link", { name: "bulk-259" })).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await page.locator("tbody tr[data-uid]").count()).toBeLessThan(80);
});
