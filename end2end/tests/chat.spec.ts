// Conversations: with an agent, a team or a model; by keyboard; live; and the same after a reload.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { harbour } from "../support/objects.ts";
import type { Locator, Page } from "@playwright/test";

/** A red pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64",
);

const messages = (page: Page): Locator => page.getByRole("list", { name: "Messages" });
const box = (page: Page): Locator => page.getByRole("textbox", { name: "Message" });
const list = (page: Page): Locator => page.getByRole("complementary", { name: "Conversations" });

test("a conversation by keyboard: begun on an agent's page, streamed, remembered, found again", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/agents/pilot`);
  await hydrated(page);
  await page.getByRole("link", { name: "Chat" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/conversations\/new\?target=agent\/pilot/);
  await expect(box(page)).toBeFocused();
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("agent/pilot");
  const first = model.reply({ text: "High water is **at noon**.", held: true });
  await page.keyboard.type("When is");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("high water?");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => /\/conversations\/[0-9a-f-]{36}$/.test(url.pathname));
  await first.asked;
  first.send(2);
  await expect(messages(page)).toContainText("High water");
  await expect(messages(page)).not.toContainText("noon");
  first.finish();
  await expect(messages(page).getByText("at noon")).toBeVisible();
  await expect(messages(page).getByText("Tokens 10 in, 5 out")).toBeVisible();
  await expect(box(page)).toBeFocused();

  // The next message is told what was said before, and says so.
  const second = model.reply({ text: "At six." });
  await page.keyboard.type("And low water?");
  await page.keyboard.press("Enter");
  const asked = await second.asked;
  expect(asked.messages.map((message) => message.content)).toEqual([
    "Guide ships into the harbour.", "When is\nhigh water?", "High water is **at noon**.", "And low water?",
  ]);
  await expect(messages(page)).toContainText("At six.");
  await expect(page.getByText("2 earlier messages were told with the question")).toBeVisible();
  await expect(list(page).getByRole("link", { name: /When is/ })).toHaveAttribute("aria-current", "page");
  await expectAccessible(page);

  // After a reload all of it is there, and each message leads to its run.
  const address = page.url();
  await page.reload();
  await hydrated(page);
  await expect(messages(page)).toContainText("At six.");
  await messages(page).getByRole("link", { name: "Run" }).last().click();
  await page.waitForURL(/\/queries\/pilot-/);
  await expect(page.getByText("2 earlier messages were told with the question")).toBeVisible();
  await page.getByRole("link", { name: "Chat" }).click();
  await page.waitForURL(address);
  expect(model.count).toBe(2);
});

test("Escape stops an answer, a waiting message goes after its end, and a failed one is tried again", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/conversations/new?target=model/default`);
  await hydrated(page);
  const first = model.reply({ text: "A very long answer", held: true });
  await box(page).fill("Tell me everything");
  await box(page).press("Enter");
  await first.asked;
  first.send(2);
  await expect(messages(page)).toContainText("A very");
  const second = model.reply({ status: 401, body: '{"error":{"message":"Incorrect API key"}}' });
  await box(page).fill("Or the short of it");
  await box(page).press("Enter");
  await expect(page.getByText("Goes when the answer has ended.")).toBeVisible();
  expect(model.count).toBe(1);
  await box(page).press("Escape");
  await expect(messages(page).getByText("Canceled", { exact: true })).toBeVisible();
  await second.asked;
  const fault = messages(page).locator(".fault").last();
  await expect(fault).toContainText("401");
  await expectAccessible(page);
  model.reply({ text: "In short: yes." });
  await fault.getByRole("button", { name: "Try again" }).click();
  await expect(messages(page)).toContainText("In short: yes.");
  // What failed stays where it happened.
  await expect(fault.first()).toBeVisible();
});

test("images go with a message and are shown again", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/conversations/new?target=agent/pilot`);
  await hydrated(page);
  await page.locator("input[type=file]").setInputFiles([
    { name: "buoy.png", mimeType: "image/png", buffer: PNG },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no image") },
  ]);
  await expect(page.getByAltText("buoy.png")).toBeVisible();
  await expect(page.getByText("notes.txt is no PNG, JPEG, GIF or WebP image.")).toBeVisible();
  await expectAccessible(page);
  const turn = model.reply({ text: "A buoy." });
  await box(page).fill("What is it?");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const asked = await turn.asked;
  expect(asked.messages.at(-1)!.content).toEqual([
    { type: "text", text: "What is it?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${PNG.toString("base64")}` } },
  ]);
  await expect(messages(page)).toContainText("A buoy.");
  await expect(messages(page).getByAltText("Image 1")).toBeVisible();
});

test("parameters go with a message, also when it is tried again, and with the next", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: places, namespace: ${namespace} }
data: { port: Lisbon }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: harbourer, namespace: ${namespace} }
spec:
  prompt: "You work in {{ .where }}, for {{ .ship }}."
  parameters:
    - { name: where, valueFrom: { queryParameterRef: { name: port } } }
    - { name: ship, valueFrom: { queryParameterRef: { name: ship } } }
`);
  await page.goto(`/ns/${namespace}/conversations/new?target=agent/harbourer`);
  await hydrated(page);
  await page.getByText("Parameters", { exact: true }).click();
  const add = page.getByRole("button", { name: "Add a parameter" });
  await add.click();
  await page.getByLabel("Name of parameter 1", { exact: true }).fill("ship");
  await page.getByRole("textbox", { name: "Value of parameter 1" }).fill("Argo");
  await add.click();
  await page.getByLabel("Name of parameter 2", { exact: true }).fill("port");
  await page.getByLabel("Where parameter 2 comes from").selectOption("Config map");
  await page.getByRole("combobox", { name: "Config map", exact: true }).selectOption("places");
  await expect(page.getByLabel("Key of the config map")).toHaveValue("port");
  await expectAccessible(page);
  // What people write is no template, whatever it looks like.
  const question = "Where is {{ .ship }}?";
  const first = model.reply({ status: 401, body: '{"error":{"message":"Incorrect API key"}}' });
  await box(page).fill(question);
  await box(page).press("Enter");
  const wanted = ["You work in Lisbon, for Argo.", question];
  expect((await first.asked).messages.map((message) => message.content)).toEqual(wanted);
  const fault = messages(page).locator(".fault").last();
  await expect(fault).toContainText("401");
  const second = model.reply({ text: "At the pier." });
  await fault.getByRole("button", { name: "Try again" }).click();
  expect((await second.asked).messages.map((message) => message.content)).toEqual(wanted);
  await expect(messages(page)).toContainText("At the pier.");
  // The conversation has an address of its own now, and goes on with them.
  await expect(page).toHaveURL(/\/conversations\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("textbox", { name: "Value of parameter 1" })).toHaveValue("Argo");
  await expect(page.getByLabel("Name of parameter 2", { exact: true })).toHaveValue("port");
  const third = model.reply({ text: "Still there." });
  await box(page).fill("And now?");
  await box(page).press("Enter");
  expect((await third.asked).messages.at(0)!.content).toBe(wanted[0]);
  await expect(messages(page)).toContainText("Still there.");
  expect(model.count).toBe(3);
});

test("what is said elsewhere appears, and what is deleted goes with all that was remembered", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  const say = (name: string, input: string) => arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: ${name}, namespace: ${namespace} }
spec: { input: "${input}", target: { type: agent, name: pilot }, conversationId: harbour-talk }
`);
  await page.goto(`/ns/${namespace}/conversations`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  await expectAccessible(page);
  model.reply({ text: "At noon." });
  await say("tide-1", "When is high water?");
  await list(page).getByRole("link", { name: /When is high water/ }).click();
  await page.waitForURL(/\/conversations\/harbour-talk$/);
  await expect(messages(page)).toContainText("At noon.");
  model.reply({ text: "At six." });
  await say("tide-2", "And low water?");
  await expect(messages(page)).toContainText("At six.");

  await messages(page).getByRole("button", { name: "Delete" }).first().click();
  await expect(messages(page)).not.toContainText("At noon.");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=delete", "queries.ark.mckinsey.com/tide-1"]);
  const third = model.reply({ text: "At eighteen." });
  await box(page).fill("And then?");
  await box(page).press("Enter");
  const asked = await third.asked;
  expect(JSON.stringify(asked.messages)).not.toContain("noon");
  expect(JSON.stringify(asked.messages)).toContain("At six.");
  await expect(messages(page)).toContainText("At eighteen.");

  await page.getByRole("button", { name: "More for this conversation" }).click();
  await page.getByRole("menuitem", { name: "Delete conversation" }).click();
  await page.waitForURL(/\/conversations$/);
  await expect(list(page).getByRole("link", { name: /low water/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list(page).getByRole("link", { name: /low water/ })).toBeVisible();
});

test("conversations are found in the navigation and in the palette", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Conversations" }).click();
  await page.waitForURL(/\/conversations$/);
  await expect(page.getByRole("heading", { name: "No conversation is open" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("new conversation");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/conversations\/new$/);
  await expect(page.getByLabel("To", { exact: true })).toBeVisible();
});
