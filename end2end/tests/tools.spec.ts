// Tools: make one, try it before and after it is saved, change it. By pointer, and by keyboard alone.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, test as base } from "../support/fixtures.ts";
import { ToolServer } from "../support/tool.ts";

const test = base.extend<{ tides: ToolServer }>({
  tides: async ({}, use) => {
    const server = await ToolServer.start();
    await use(server);
    await server.stop();
  },
});

const SCHEMA = JSON.stringify({
  type: "object", required: ["port", "days"],
  properties: {
    port: { type: "string", description: "Name of the port" }, days: { type: "integer" }, unit: { enum: ["m", "ft"] },
  },
});

const toolOf = (namespace: string, url: string) => `
apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: ${namespace} }
stringData: { tides: never-shown }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Tool
metadata: { name: tides, namespace: ${namespace} }
spec:
  type: http
  description: Reads when the water is high
  annotations: { title: Tides, readOnlyHint: true }
  inputSchema: ${SCHEMA}
  http:
    url: ${url}/tides/{port}
    method: POST
    body: '{"days": {{.input.days}}}'
    headers:
      - { name: X-Key, value: { valueFrom: { secretKeyRef: { name: keys, key: tides } } } }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: pilot, namespace: ${namespace} }
spec: { prompt: Guide ships., tools: [{ type: http, name: tides }] }
`;

const bench = (page: Page) => page.getByRole("group", { name: "Test bench" });

test("a tool is made with a form, and tried on its bench before it is saved", async ({ page, arkdeck, namespace, tides }) => {
  await page.goto(`/ns/${namespace}/tools/new`);
  await hydrated(page);
  await page.getByRole("button", { name: "Create tool" }).click();
  await expect(page.getByText("2 errors in the form")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await expectAccessible(page);
  await page.getByLabel("Name", { exact: true }).fill("tides");
  await page.getByLabel("Address", { exact: true }).fill(`${tides.url}/tides/{port}?days={days}`);
  await page.getByRole("button", { name: "Add a header" }).click();
  await page.getByLabel("Name of header 1").fill("X-Ship");
  await page.getByLabel("Value of header 1").fill("argo");
  await page.getByLabel("Input schema").fill(SCHEMA);
  await expect(page.getByRole("region", { name: "YAML of the form" })).toContainText("X-Ship");
  await bench(page).getByLabel("port", { exact: false }).fill("Brest & co");
  await bench(page).getByLabel("days").fill("1.5");
  await bench(page).getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Write a whole number.")).toBeVisible();
  expect(tides.calls).toHaveLength(0);
  await bench(page).getByLabel("days").fill("2");
  await expect(page.getByRole("region", { name: "Request as it would be sent" })).toContainText(`GET ${tides.url}/tides/Brest%20%26%20co?days=2`);
  await expect(page.getByRole("region", { name: "Request as it would be sent" })).toContainText("X-Ship: argo");
  await bench(page).getByRole("button", { name: "Send" }).click();
  await expect(bench(page).getByText("HTTP 200")).toBeVisible();
  await expect(page.getByRole("region", { name: "Body" })).toContainText("06:10");
  expect(tides.calls[0]).toMatchObject({ method: "GET", path: "/tides/Brest%20%26%20co?days=2" });
  expect(tides.calls[0].headers["x-ship"]).toBe("argo");
  await bench(page).getByLabel("Filter").fill(".tides[0].at");
  await bench(page).getByRole("button", { name: "Send again" }).click();
  await expect(page.getByRole("region", { name: "After the filter" })).toContainText("06:10");
  await expectAccessible(page);
  // Nothing was saved by trying.
  const none = await arkdeck.kubectl(["get", "-n", namespace, "tools.ark.mckinsey.com", "-o", "name"]);
  expect(none.trim()).toBe("");
  await page.getByRole("button", { name: "Create tool" }).click();
  await page.waitForURL(`**/ns/${namespace}/tools/tides`);
  await expect(page.locator(".head .badge")).toHaveText("Ready");
});

test("the page of a tool says who uses it, and its bench keeps secrets to itself", async ({ page, arkdeck, namespace, tides }) => {
  await arkdeck.apply(toolOf(namespace, tides.url));
  await page.goto(`/ns/${namespace}/tools/tides`);
  await hydrated(page);
  await expect(page.getByRole("link", { name: /pilot/ })).toBeVisible();
  await expect(page.getByText("changes nothing")).toBeVisible();
  await page.getByRole("tab", { name: "Try it" }).click();
  await bench(page).getByLabel("port").fill("Brest");
  await bench(page).getByLabel("days").fill("3");
  const request = page.getByRole("region", { name: "Request as it would be sent" });
  await expect(request).toContainText("X-Key: ‹key tides of secret keys›");
  await expect(request).toContainText('{"days": 3}');
  await bench(page).getByRole("button", { name: "Send" }).click();
  await expect(bench(page).getByText("HTTP 200")).toBeVisible();
  expect(tides.calls[0].headers["x-key"]).toBe("never-shown");
  expect(await page.content()).not.toContain("never-shown");
  await bench(page).getByText("As JSON").click();
  await expect(bench(page).getByLabel("Arguments as JSON")).toHaveValue(/"days": 3/);
  await expectAccessible(page);
});

test("an answer that is an error is told as a model would be told", async ({ page, arkdeck, namespace, tides }) => {
  await arkdeck.apply(toolOf(namespace, tides.url).replace("/tides/{port}", "/missing/{port}"));
  await page.goto(`/ns/${namespace}/tools/tides?tab=try`);
  await hydrated(page);
  await bench(page).getByLabel("days").fill("1");
  await bench(page).getByRole("button", { name: "Send" }).click();
  await expect(bench(page).getByText("HTTP 404")).toBeVisible();
  await expect(page.getByRole("region", { name: "What a model is told" })).toContainText("no such port");
});

test("a tool is changed and tried by keyboard alone", async ({ page, arkdeck, namespace, tides }) => {
  await arkdeck.apply(toolOf(namespace, tides.url));
  await page.goto(`/ns/${namespace}/tools/tides`);
  await hydrated(page);
  await page.keyboard.press("e");
  await page.waitForURL("**/tides?tab=edit");
  const description = page.getByLabel("Description");
  await description.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Reads the tides");
  await expect(page.getByText("1 unsaved change")).toBeVisible();
  const required = page.getByRole("switch", { name: "A person must approve each call" });
  await required.focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Wait at most").focus();
  await page.keyboard.type("10m");
  // Enter in the bench sends; it does not save the form around it.
  await bench(page).getByLabel("days").focus();
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  await expect(bench(page).getByText("HTTP 200")).toBeVisible();
  await expect(page.getByText("2 unsaved changes")).toBeVisible();
  await description.press("ControlOrMeta+Enter");
  await expect(page.getByText("Tool tides saved")).toBeVisible();
  const saved = JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, "tools.ark.mckinsey.com/tides", "-o", "json"]));
  expect(saved.spec.description).toBe("Reads the tides");
  expect(saved.spec.approval).toEqual({ required: true, timeout: "10m", onTimeout: "reject" });
  expect(saved.spec.http.headers).toHaveLength(1);
  expect(saved.spec.annotations).toEqual({ title: "Tides", readOnlyHint: true });
});

test("a tool that asks an agent needs only its name", async ({ page, arkdeck, namespace }) => {
  await page.goto(`/ns/${namespace}/tools/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).fill("ask-pilot");
  await page.getByRole("radio", { name: /^Agent/ }).check();
  await expect(page.getByLabel("Address", { exact: true })).toHaveCount(0);
  await page.getByLabel("Agent", { exact: true }).fill("pilot");
  await page.getByRole("button", { name: "Create tool" }).click();
  await page.waitForURL(`**/ns/${namespace}/tools/ask-pilot`);
  const saved = await arkdeck.kubectl(["get", "-n", namespace, "tools.ark.mckinsey.com/ask-pilot", "-o", "jsonpath={.spec}"]);
  expect(JSON.parse(saved)).toEqual({ type: "agent", agent: { name: "pilot" } });
});
