// Teams: turns of members as they come, with who speaks and why.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, harbour } from "../support/objects.ts";

test("a team answers turn by turn, and the page says who speaks and why", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(agentOf(namespace, "mate", "Check what the pilot says."));
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: bridge, namespace: ${namespace} }
spec:
  strategy: sequential
  members: [{ name: pilot, type: agent }, { name: mate, type: agent }]
`);
  const wait = ["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available"];
  await arkdeck.kubectl([...wait, "teams.ark.mckinsey.com/bridge"]);
  const first = model.reply({ text: "High water at noon.", held: true });
  const second = model.reply({ text: "Agreed, at noon.", held: true });
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: tide, namespace: ${namespace} }
spec:
  input: When is high water?
  target: { type: team, name: bridge }
`);
  await first.asked;
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  const answers = page.getByRole("list", { name: "Answers" });
  first.send(2);
  await expect(answers).toContainText("pilot");
  await expect(answers).toContainText("High water");
  await expect(answers).not.toContainText("mate");
  first.finish();
  const asked = await second.asked;
  expect(JSON.stringify(asked.messages)).toContain("High water at noon.");
  await expect(answers).toContainText("Member 2 of 2");
  second.finish();
  await expect(page.locator(".head .badge")).toHaveText("Done");
  await expect(answers).toContainText("Agreed, at noon.");
  expect(model.count).toBe(2);
  // The same afterwards, from the journal alone.
  await page.reload();
  await hydrated(page);
  await expect(answers).toContainText("High water at noon.");
  await expect(answers).toContainText("Member 2 of 2");
  await expectAccessible(page);
});

test("a team is asked from its page", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: bridge, namespace: ${namespace} }
spec: { strategy: sequential, members: [{ name: pilot, type: agent }] }
`);
  await page.goto(`/ns/${namespace}/teams/bridge`);
  await hydrated(page);
  await page.getByRole("link", { name: "New query" }).click();
  await expect(page.getByRole("button", { name: "Remove bridge" })).toBeVisible();
  model.reply({ text: "At noon." });
  await page.getByLabel("Input").fill("When is high water?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("At noon.");
});
