// What a message cost, and asking it again as it was asked.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, modelOf } from "../support/objects.ts";

test("a message says what it cost, and is sent again with its parameters", async ({ page, arkdeck, namespace, model }) => {
  test.setTimeout(120_000);
  const prices = `annotations: { ark.mckinsey.com/token-prices: '{"currency": "USD", "input": 100, "output": 1000}' }`;
  const priced = modelOf(model, namespace).replace("\nspec:\n  type: openai", `\n  ${prices}\nspec:\n  type: openai`);
  const where = `metadata: { name: default, namespace: ${namespace} }`;
  await arkdeck.apply(priced.replace(where, `metadata:\n  name: default\n  namespace: ${namespace}`));
  await arkdeck.apply(agentOf(namespace, "pilot"));
  const wait = ["wait", "-n", namespace, "--timeout=20s"];
  await arkdeck.kubectl([...wait, "--for=condition=ModelAvailable", "models.ark.mckinsey.com/default"]);
  await arkdeck.kubectl([...wait, "--for=condition=Available", "agents.ark.mckinsey.com/pilot"]);
  model.reply({ text: "High water at noon." });
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: tide, namespace: ${namespace} }
spec:
  input: "When is high water in {{ .port }}?"
  parameters: [{ name: port, value: Brest }]
  target: { type: agent, name: pilot }
`);
  const query = ["-n", namespace, "queries.ark.mckinsey.com/tide"];
  await arkdeck.kubectl(["wait", ...query, "--for=condition=Completed", "--timeout=20s"]);
  // Ten tokens in and four out: $0.001 and $0.004.
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  await expect(page.getByRole("list", { name: "Answers" }).locator(".meta")).toContainText("14 tokens · $0.0050");

  // It names no conversation: it begins one.
  const uid = (await arkdeck.kubectl(["get", ...query, "-o", "jsonpath={.metadata.uid}"])).trim();
  await page.goto(`/ns/${namespace}/conversations/${uid}`);
  await hydrated(page);
  const messages = page.getByRole("list", { name: "Messages" });
  const cost = messages.getByText("Tokens 10 in, 4 out · $0.0050");
  await expect(cost).toHaveCount(1);
  const second = model.reply({ text: "Again at noon." });
  await messages.getByRole("button", { name: "Send again" }).click();
  const asked = await second.asked;
  expect(asked.messages.at(-1)?.content).toBe("When is high water in Brest?");
  await expect(messages).toContainText("Again at noon.");
  expect(new URL(page.url()).pathname).toBe(`/ns/${namespace}/conversations/${uid}`);
  await expectAccessible(page);
  // Both are of this conversation.
  await page.reload();
  await hydrated(page);
  await expect(messages).toContainText("High water at noon.");
  await expect(messages).toContainText("Again at noon.");
});
