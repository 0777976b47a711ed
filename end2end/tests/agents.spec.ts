// Agents: try one, make one, change one, delete one.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, harbour } from "../support/objects.ts";

test("the panel beside an agent asks and shows the answer as it comes", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot`);
  await hydrated(page);
  const panel = page.getByRole("complementary", { name: "Try it" });
  const turn = model.reply({ text: "At noon, as always.", held: true });
  await panel.getByLabel("Question").fill("When is high water?");
  await panel.getByLabel("Question").press("Enter");
  await turn.asked;
  turn.send(2);
  await expect(panel).toContainText("At noon,");
  await expect(panel).not.toContainText("always");
  turn.finish();
  await expect(panel).toContainText("At noon, as always.");
  await expect(panel.locator(".badge")).toHaveText("Done");
  model.reply({ text: "Still at noon." });
  await panel.getByRole("button", { name: "Ask again" }).click();
  await expect(panel).toContainText("Still at noon.");
  expect(model.count).toBe(2);
  await expectAccessible(page);
  await page.getByRole("tab", { name: "Runs" }).click();
  await expect(page.getByRole("tabpanel").locator("tbody tr")).toHaveCount(2);
});

test("an agent is made with errors at their fields", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/new`);
  await hydrated(page);
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("Harbour Master");
  await page.getByRole("button", { name: "Create agent" }).click();
  await expect(page.getByText("“harbour-master” would do").first()).toBeVisible();
  await expect(page.getByText("1 error in the form")).toBeVisible();
  await expect(name).toBeFocused();
  await expectAccessible(page);
  await name.fill("harbour-master");
  await page.getByLabel("Prompt").fill("Keep the harbour in order.");
  await expect(page.getByRole("region", { name: "YAML of the form" })).toContainText("Keep the harbour in order.");
  await page.getByLabel("Prompt").press("ControlOrMeta+Enter");
  await page.waitForURL(`**/ns/${namespace}/agents/harbour-master`);
  await expect(page.locator(".head .badge")).toHaveText("Ready");
  expect(await arkdeck.kubectl(["get", "-n", namespace, "agents.ark.mckinsey.com/harbour-master", "-o", "yaml"])).toContain(
    "Keep the harbour in order.",
  );
});

test("an edit shows what it changes, and keeps it when someone else is faster", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot?tab=edit`);
  await hydrated(page);
  const prompt = page.getByRole("textbox", { name: "Prompt" });
  await prompt.fill("Guide ships by night.");
  await expect(page.getByText("1 unsaved change")).toBeVisible();
  await page.getByRole("button", { name: "See changes" }).click();
  await expect(page.getByRole("region", { name: "Unsaved changes: Prompt" })).toContainText("Guide ships by night.");
  await arkdeck.apply(agentOf(namespace, "pilot", "Guide ships in fog."));
  await expect(page.getByText("Changed by someone else.")).toBeVisible();
  await expect(prompt).toHaveValue("Guide ships by night.");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByRole("button", { name: "Save agent" }).click();
  await expect(page.getByText("Agent pilot saved")).toBeVisible();
  const saved = await arkdeck.kubectl(["get", "-n", namespace, "agents.ark.mckinsey.com/pilot", "-o", "jsonpath={.spec.prompt}"]);
  expect(saved).toBe("Guide ships by night.");
  await expect(page.getByText("unsaved change")).toHaveCount(0);
});

test("unsaved changes are not lost to a link", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot?tab=edit`);
  await hydrated(page);
  await page.getByLabel("Description").fill("Knows every sandbank");
  let asked = "";
  page.once("dialog", (dialog) => {
    asked = dialog.message();
    void dialog.dismiss();
  });
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Agents" }).click();
  await expect(page.getByLabel("Description")).toHaveValue("Knows every sandbank");
  expect(asked).toContain("without saving");
});

test("a form may be left from within a field that is wrong", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/agents`);
  await hydrated(page);
  await page.getByRole("link", { name: "New agent" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Harbour Master");
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Agents", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "New agent" }).first().click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("");
});

test("a copy starts from the other", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot`);
  await hydrated(page);
  await page.getByRole("link", { name: "Duplicate" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("pilot-copy");
  await page.getByRole("button", { name: "Create agent" }).click();
  await page.waitForURL(`**/ns/${namespace}/agents/pilot-copy`);
  await expect(page.getByText("Guide ships into the harbour.")).toBeVisible();
});

test("a deleted agent comes back by undo", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot`);
  await hydrated(page);
  await page.getByRole("button", { name: "More for pilot" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.waitForURL(`**/ns/${namespace}/agents`);
  await expect(page.locator("tbody tr", { hasText: "pilot" })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("tbody tr", { hasText: "pilot" })).toBeVisible();
  await arkdeck.kubectl(["get", "-n", namespace, "agents.ark.mckinsey.com/pilot"]);
});
