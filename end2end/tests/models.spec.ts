// Models: make one with a key typed once, test its connection, change it, delete it.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { harbour } from "../support/objects.ts";

test("a model is made with a key that is typed once and tested step by step", async ({
  page, arkdeck, namespace, model,
}) => {
  await page.goto(`/ns/${namespace}/models/new`);
  await hydrated(page);
  await page.getByRole("button", { name: "Create model" }).click();
  await expect(page.getByText("errors in the form")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Address", { exact: true }).fill(model.url);
  await page.getByLabel("Model name", { exact: true }).fill("mock");
  await page.getByLabel("Key", { exact: true }).fill("sk-never-shown");
  await page.getByLabel("Name", { exact: true }).fill("lighthouse");
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText("Connection works")).toBeVisible();
  expect(await page.locator(".test li").count()).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Create model" }).click();
  await page.waitForURL(`**/ns/${namespace}/models/lighthouse`);
  await expect(page.locator(".head .badge")).toHaveText("Ready");
  await page.goto(`/ns/${namespace}/models/lighthouse?tab=edit`);
  await hydrated(page);
  await expect(page.getByText("stored in secret")).toBeVisible();
  expect(await page.content()).not.toContain("sk-never-shown");
  await expectAccessible(page);
});

test("a failed test warns and stops nobody", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/models/new`);
  await hydrated(page);
  await page.getByLabel("Address", { exact: true }).fill("http://127.0.0.1:9/v1");
  await page.getByLabel("Model name", { exact: true }).fill("mock");
  await page.getByLabel("Key", { exact: true }).fill("k");
  await page.getByLabel("Name", { exact: true }).fill("dark");
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText("Connection failed")).toBeVisible();
  await page.getByRole("button", { name: "Create model" }).click();
  await page.waitForURL(`**/ns/${namespace}/models/dark`);
  await expect(page.locator(".head .badge")).toHaveText("Not ready");
  await expect(page.locator(".head .bad")).not.toBeEmpty();
});

test("a model is changed, and its users are named", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/models/default`);
  await hydrated(page);
  await expect(page.getByRole("link", { name: /pilot/ })).toBeVisible();
  await page.getByRole("link", { name: "Edit" }).first().click();
  await page.getByLabel("Check every").fill("2m");
  await page.getByRole("button", { name: "Save model" }).click();
  await expect(page.getByText("Model default saved")).toBeVisible();
  const saved = await arkdeck.kubectl(["get", "-n", namespace, "models.ark.mckinsey.com/default", "-o", "jsonpath={.spec}"]);
  expect(saved).toContain("2m");
  expect(saved).toContain("default-token");
});

test("a deleted model comes back by undo", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/models/default`);
  await hydrated(page);
  await page.getByRole("button", { name: "More for default" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.waitForURL(`**/ns/${namespace}/models`);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("tbody tr", { hasText: "default" })).toBeVisible();
});
