// Agents: try one, make one, change one, delete one.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, harbour, queryOf } from "../support/objects.ts";

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

test("tokens and cost over time are a chart and a table", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  // Of a token asked a tenth of a euro, of one answered a quarter: no run costs more than a person can add up.
  const prices = JSON.stringify({ currency: "EUR", input: 100_000, output: 250_000 });
  await arkdeck.kubectl(["annotate", "-n", namespace, "models.ark.mckinsey.com/default", `ark.mckinsey.com/token-prices=${prices}`]);
  await page.goto(`/ns/${namespace}/agents/pilot?tab=usage`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "pilot has no runs to count" })).toBeVisible();
  const run = async (name: string, phase: string) => {
    await arkdeck.apply(queryOf(namespace, name, "pilot"));
    await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", `--for=jsonpath={.status.phase}=${phase}`, `queries.ark.mckinsey.com/${name}`]);
  };
  model.reply({ text: "At noon." });
  await run("tide-1", "done");
  model.reply({ text: "Still at noon, sailor." });
  await run("tide-2", "done");
  model.reply({ status: 401, body: '{"error":{"message":"Incorrect API key"}}' });
  await run("tide-3", "error");
  // Ten tokens are asked each time; two are answered, then four: 1.00 + 0.50 and 1.00 + 1.00.
  await page.reload();
  await hydrated(page);
  const figures = page.locator("dl.facts");
  const figure = (title: string) => figures.locator("div", { hasText: title }).locator("dd");
  await expect(figure("Runs")).toHaveText("3");
  await expect(figure("Failed")).toHaveText("1");
  await expect(figure("Tokens in")).toHaveText("20");
  await expect(figure("Tokens out")).toHaveText("6");
  await expect(figure("Cost")).toHaveText("€3.50");
  await expect(page.getByRole("img", { name: "26 tokens in 3 runs over the last 24 hours" })).toBeVisible();
  const rows = page.getByRole("region", { name: "Tokens and cost by time" }).locator("tbody tr");
  const cells = await rows.evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? "")));
  // One line, unless the hour has just changed.
  const sum = (at: number) => cells.reduce((sum, row) => sum + Number.parseFloat(row[at].replace("€", "")), 0);
  expect([1, 2, 3, 4, 5].map(sum)).toEqual([3, 1, 20, 6, 3.5]);
  await expectAccessible(page);
});
