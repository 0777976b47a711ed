// Agents that ask agents: whose words are whose.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, harbour } from "../support/objects.ts";

test("agents asked as tools work under their calls, each by itself", async ({ page, arkdeck, namespace, model }) => {
  test.setTimeout(120_000);
  await harbour(arkdeck, model, namespace, "mate");
  await arkdeck.apply(agentOf(namespace, "cook", "Know the galley."));
  for (const name of ["mate", "cook"]) {
    await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Tool
metadata: { name: ask-${name}, namespace: ${namespace} }
spec: { type: agent, description: "Asks the ${name}", agent: { name: ${name} } }
`);
  }
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: captain, namespace: ${namespace} }
spec:
  prompt: "Lead the ship."
  tools: [{ type: agent, name: ask-mate }, { type: agent, name: ask-cook }]
`);
  const wait = ["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available"];
  await arkdeck.kubectl([...wait, "agents.ark.mckinsey.com/cook", "agents.ark.mckinsey.com/captain"]);
  const ask = (name: string) => ({ name, arguments: JSON.stringify({ input: "Are you ready?" }) });
  model.reply({ text: "I ask both.", toolCalls: [ask("ask-mate"), ask("ask-cook")] });
  // They are asked at once, so that either may come first: both say the same, and it is who said it that is looked at.
  const both = [model.reply({ text: "Ready here.", held: true }), model.reply({ text: "Ready here.", held: true })];
  const last = model.reply({ text: "All hands are ready.", held: true });
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: ready, namespace: ${namespace} }
spec: { input: "Is everybody ready?", target: { type: agent, name: captain } }
`);
  for (const turn of both) await turn.asked;
  await page.goto(`/ns/${namespace}/queries/ready`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const answers = page.getByRole("list", { name: "Answers" });
  const under = (name: string) => answers.locator("details.nested", { has: page.locator("summary", { hasText: name }) });
  // While they work they are open.
  await expect(answers.locator("details.nested")).toHaveCount(2);
  for (const name of ["mate", "cook"]) {
    await expect(under(name)).toHaveAttribute("open");
    await expect(under(name).locator("summary")).toContainText("asked as a tool");
  }
  for (const turn of both) turn.finish();
  await last.asked;
  for (const name of ["mate", "cook"]) await expect(under(name)).toContainText("Ready here.");
  last.finish();
  await expect(page.locator(".head .badge")).toHaveText("Done");
  // What the captain says after them is its own.
  await expect(answers).toContainText("All hands are ready.");
  await expect(answers.locator("details.nested", { hasText: "All hands are ready." })).toHaveCount(0);
  await expectAccessible(page);
  // The same afterwards, closed; opened by keyboard.
  await page.reload();
  await hydrated(page);
  await expect(answers.locator("details.nested")).toHaveCount(2);
  for (const name of ["mate", "cook"]) await expect(under(name)).not.toContainText("Ready here.");
  await under("mate").locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(under("mate")).toContainText("Ready here.");
  await expect(under("cook")).not.toContainText("Ready here.");
  await expect(under("mate").locator("summary")).toContainText("1 model call");
  await expectAccessible(page);
});
