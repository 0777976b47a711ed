// Forms have every field: what is filled in stands in the YAML beside and is saved, and what they do not show stays.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";

const yaml = (page: Page) => page.getByRole("region", { name: "YAML of the form" });

test("a model has headers, and keeps what its form does not show", async ({ page, arkdeck, namespace, model }) => {
  test.setTimeout(120_000);
  const spec = async () =>
    JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, "models.ark.mckinsey.com/lamp", "-o", "jsonpath={.spec}"]));
  await page.goto(`/ns/${namespace}/models/new`);
  await hydrated(page);
  await page.getByLabel("Address", { exact: true }).fill(model.url);
  await page.getByLabel("Model name", { exact: true }).fill("mock");
  await page.getByLabel("Key", { exact: true }).fill("sk-never-shown");
  await page.getByLabel("Name", { exact: true }).fill("lamp");
  await page.getByText("Headers of each request").click();
  const add = page.getByRole("button", { name: "Add a header" });
  await add.click();
  await page.getByLabel("Name of header 1", { exact: true }).fill("X-Team");
  await page.getByRole("button", { name: "Create model" }).click();
  await expect(page.getByText("Give it a value.").first()).toBeVisible();
  await page.getByLabel("Value of header 1", { exact: true }).fill("harbour");
  await add.click();
  await page.getByLabel("Name of header 2", { exact: true }).fill("X-Port");
  await page.getByLabel("Where header 2 comes from", { exact: true }).selectOption("parameter");
  await page.getByLabel("Value of header 2", { exact: true }).fill("port");
  for (const words of ["openai:", "name: X-Team", "value: harbour", "queryParameterRef:"]) {
    await expect(yaml(page)).toContainText(words);
  }
  await expectAccessible(page);
  // They are of every provider but one.
  await page.getByRole("radio", { name: /^Anthropic/ }).check();
  await expect(yaml(page)).toContainText("anthropic:");
  await expect(yaml(page)).toContainText("name: X-Team");
  await page.getByRole("radio", { name: /^Azure/ }).check();
  await expect(yaml(page)).toContainText("azure:");
  await expect(yaml(page)).toContainText("name: X-Team");
  await page.getByRole("radio", { name: /^Amazon Bedrock/ }).check();
  await expect(add).toBeHidden();
  await expect(yaml(page)).not.toContainText("X-Team");
  await page.getByRole("radio", { name: /^OpenAI/ }).check();
  await page.getByRole("button", { name: "Create model" }).click();
  await page.waitForURL(`**/ns/${namespace}/models/lamp`);
  const port = { name: "X-Port", value: { valueFrom: { queryParameterRef: { name: "port" } } } };
  const team = { name: "X-Team", value: { value: "harbour" } };
  expect((await spec()).config.openai.headers).toEqual([team, port]);

  // That a key is optional has no field.
  const optional = {
    name: "X-Optional", value: { valueFrom: { secretKeyRef: { name: "none", key: "k", optional: true } } },
  };
  const patch = { spec: { config: { openai: { headers: [team, port, optional] } } } };
  await arkdeck.kubectl(["patch", "-n", namespace, "models.ark.mckinsey.com/lamp", "--type=merge", "-p", JSON.stringify(patch)]);
  await page.goto(`/ns/${namespace}/models/lamp?tab=edit`);
  await hydrated(page);
  await expect(page.getByLabel("Name of header 3", { exact: true })).toHaveValue("X-Optional");
  await page.getByRole("button", { name: "Remove X-Port" }).click();
  await page.getByLabel("Value of header 1", { exact: true }).fill("lighthouse");
  await page.getByRole("button", { name: "Save model" }).click();
  await expect(page.getByText("Model lamp saved")).toBeVisible();
  expect((await spec()).config.openai.headers).toEqual([{ name: "X-Team", value: { value: "lighthouse" } }, optional]);
});

test("an agent has an engine, headers, and settings of each tool, and keeps what its form does not show", async ({
  page, arkdeck, namespace,
}) => {
  test.setTimeout(120_000);
  const object = ["-n", namespace, "agents.ark.mckinsey.com/harbour"];
  const spec = async () => JSON.parse(await arkdeck.kubectl(["get", ...object, "-o", "jsonpath={.spec}"]));
  for (const name of ["tables", "soundings"]) {
    await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Tool
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: http, description: "Reads ${name}", http: { url: "http://127.0.0.1:9/${name}" } }
`);
  }
  await page.goto(`/ns/${namespace}/agents/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).fill("harbour");
  await page.getByLabel("Prompt").fill("Keep the harbour in order.");
  await page.getByRole("checkbox", { name: /^tables/ }).check();
  await page.locator("details.call > summary", { hasText: "tables" }).click();
  const tool = page.getByRole("group", { name: "Settings of tables" });
  await tool.getByLabel("What the model is told").fill("Looks up the tides");
  await tool.getByLabel("Tool that is called").fill("soundings");
  await tool.getByRole("button", { name: "Add a preset" }).click();
  await tool.getByLabel("Name of preset 1", { exact: true }).fill("port");
  await tool.getByLabel("Value of preset 1", { exact: true }).fill("Brest");
  await tool.getByRole("button", { name: "Add a filter" }).click();
  await tool.getByLabel("Name of filter 1", { exact: true }).fill("jq");
  await tool.getByLabel("Value of filter 1", { exact: true }).fill(".tides");
  await tool.getByRole("switch", { name: "A person must approve each call" }).check();
  await tool.getByLabel("Wait at most").fill("0s");
  await page.getByLabel("Engine").fill("langchain");
  await page.locator("details.call > summary", { hasText: "added to its calls of models" }).click();
  await page.getByRole("button", { name: "Add headers to calls" }).click();
  const headers = page.getByRole("group", { name: "Headers 1", exact: true });
  await headers.getByLabel("For calls of").selectOption("mcpserver");
  await headers.getByLabel("With these labels").fill("tier=gold");
  await headers.getByLabel("Name of header 1", { exact: true }).fill("X-Port");
  await headers.getByLabel("Where header 1 comes from", { exact: true }).selectOption("parameter");
  await headers.getByLabel("Value of header 1", { exact: true }).fill("port");
  await page.getByRole("button", { name: "Create agent" }).click();
  await expect(tool.getByText("Wait longer than nothing, as 5m.")).toBeVisible();
  await tool.getByLabel("Wait at most").fill("2m");
  const words = [
    "description: Looks up the tides", "name: soundings", "value: Brest", ".tides", "timeout: 2m", "required: true",
    "name: langchain", "resourceType: mcpserver", "tier: gold", "name: X-Port",
  ];
  for (const word of words) await expect(yaml(page)).toContainText(word);
  await expect(page.locator("details.call > summary", { hasText: "tables" })).toContainText(
    "calls soundings, own description, 1 argument set, 1 filter, approval",
  );
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create agent" }).click();
  await page.waitForURL(`**/ns/${namespace}/agents/harbour`);
  const tables = {
    type: "http", name: "tables", description: "Looks up the tides", functions: [{ name: "jq", value: ".tides" }],
    partial: { name: "soundings", parameters: [{ name: "port", value: "Brest" }] },
    approval: { required: true, timeout: "2m", onTimeout: "reject" },
  };
  const overrides = [{
    resourceType: "mcpserver", labelSelector: { matchLabels: { tier: "gold" } },
    headers: [{ name: "X-Port", value: { valueFrom: { queryParameterRef: { name: "port" } } } }],
  }];
  const made = await spec();
  expect(made.tools).toEqual([tables]);
  expect(made.overrides).toEqual(overrides);
  expect(made.executionEngine).toEqual({ name: "langchain" });

  // A key that is optional, an engine elsewhere: neither has a field.
  const token = { name: "token", valueFrom: { secretKeyRef: { name: "none", key: "k", optional: true } } };
  const patch = { spec: { parameters: [token], executionEngine: { name: "langchain", namespace: "engines" } } };
  await arkdeck.kubectl(["patch", ...object, "--type=merge", "-p", JSON.stringify(patch)]);
  await page.goto(`/ns/${namespace}/agents/harbour?tab=edit`);
  await hydrated(page);
  await expect(tool.getByLabel("Value of filter 1", { exact: true })).toHaveValue(".tides");
  await tool.getByLabel("Value of filter 1", { exact: true }).fill(".tides[0]");
  await expect(page.getByText("1 unsaved change")).toBeVisible();
  await page.getByRole("button", { name: "Save agent" }).click();
  await expect(page.getByText("Agent harbour saved")).toBeVisible();
  const saved = await spec();
  expect(saved.tools).toEqual([{ ...tables, functions: [{ name: "jq", value: ".tides[0]" }] }]);
  expect(saved.overrides).toEqual(overrides);
  expect(saved.parameters).toEqual([token]);
  expect(saved.executionEngine).toEqual({ name: "langchain", namespace: "engines" });
});
