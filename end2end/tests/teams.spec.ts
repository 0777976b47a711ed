// Teams: turns of members as they come, with who speaks and why.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import type { Arkdeck } from "../support/fixtures.ts";
import { agentOf, bridge, harbour } from "../support/objects.ts";

test("a team answers turn by turn, and the page says who speaks and why", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await bridge(arkdeck, namespace);
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

/** A team of three, with edges from the pilot to the mate. */
const crewOf = (namespace: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: crew, namespace: ${namespace} }
spec:
  strategy: graph
  maxTurns: 5
  members: [{ name: pilot, type: agent }, { name: mate, type: agent }, { name: cook, type: agent }]
  graph: { edges: [{ from: pilot, to: mate }] }
`;

const edgesOf = async (arkdeck: Arkdeck, namespace: string, team: string) => {
  const spec = JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, `teams.ark.mckinsey.com/${team}`, "-o", "jsonpath={.spec}"]));
  return (spec.graph?.edges ?? []).map(({ from, to }: { from: string; to: string }) => `${from}-${to}`);
};

test("a team is made with members and edges, by pointer", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/teams/new`);
  await hydrated(page);
  await page.getByRole("button", { name: "Create team" }).click();
  await expect(page.getByText("2 errors in the form")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Name", { exact: true }).fill("crew");
  for (const [at, name] of ["pilot", "mate", "cook"].entries()) {
    await page.getByRole("button", { name: "Add an agent" }).click();
    await page.getByLabel(`Name of member ${at + 1}`).fill(name);
  }
  await page.getByRole("radio", { name: /^Graph/ }).check();
  const graph = page.getByRole("region", { name: "Graph of the team" });
  const member = (name: string) => graph.getByRole("button", { name: new RegExp(`^${name}`) });
  // By two presses, and by one drag.
  await member("pilot").click();
  await member("mate").click();
  await expect(page.getByText("mate now follows pilot.")).toBeVisible();
  await expect(page.getByText("Nobody reaches cook.")).toBeVisible();
  await member("mate").hover();
  await page.mouse.down();
  await member("cook").hover();
  await page.mouse.up();
  await expect(page.getByText("Nobody reaches cook.")).toHaveCount(0);
  await expect(page.getByText("cook has no way out.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Edges" }).getByRole("listitem")).toHaveText(["pilot → mate", "mate → cook"]);
  // A new name takes its edges along.
  await page.getByLabel("Name of member 2").fill("bosun");
  await expect(page.getByRole("region", { name: "YAML of the form" })).toContainText("to: bosun");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create team" }).click();
  await page.waitForURL(`**/ns/${namespace}/teams/crew`);
  expect(await edgesOf(arkdeck, namespace, "crew")).toEqual(["pilot-bosun", "bosun-cook"]);
});

test("edges are changed by keyboard alone", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(crewOf(namespace));
  await page.goto(`/ns/${namespace}/teams/crew`);
  await hydrated(page);
  await page.keyboard.press("e");
  await page.waitForURL("**/crew?tab=edit");
  const graph = page.getByRole("region", { name: "Graph of the team" });
  await graph.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("From pilot: choose who may follow it.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(page.getByText("cook now follows mate.")).toBeVisible();
  await expect(graph.getByRole("button", { name: /^cook/ })).toBeFocused();
  await expect(page.getByText("1 unsaved change")).toBeVisible();
  await page.getByLabel("Description").press("ControlOrMeta+s");
  await expect(page.getByText("Team crew saved")).toBeVisible();
  expect(await edgesOf(arkdeck, namespace, "crew")).toEqual(["pilot-mate", "mate-cook"]);
  // The same from the list, which needs no picture.
  await page.getByLabel("After", { exact: true }).selectOption("cook");
  await page.getByLabel("Next", { exact: true }).selectOption("pilot");
  await page.getByRole("button", { name: "Add the edge" }).press("Enter");
  await page.getByRole("button", { name: "Remove the edge from pilot to mate" }).press("Enter");
  await expect(page.getByRole("list", { name: "Edges" }).getByRole("listitem")).toHaveText(["mate → cook", "cook → pilot"]);
});

test("the page of a team shows its graph, its checks and its runs", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(crewOf(namespace));
  await page.goto(`/ns/${namespace}/teams/crew`);
  await hydrated(page);
  await expect(page.getByRole("img", { name: "Team of 3 members with 1 edge." })).toBeVisible();
  await expect(page.getByText("Nobody reaches cook.")).toBeVisible();
  await page.getByText("Show as a list").click();
  await expect(page.getByRole("region", { name: "Members and who follows them" }).locator("tbody tr").first()).toContainText("mate");
  await expectAccessible(page);
  await page.getByRole("tab", { name: "Runs" }).click();
  await expect(page.getByText("crew has not been asked yet")).toBeVisible();
});

test("a selector team keeps who picks and when it ends", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/teams/new`);
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).fill("desk");
  await page.getByRole("button", { name: "Add an agent" }).click();
  await page.getByLabel("Name of member 1").fill("pilot");
  await page.getByRole("radio", { name: /^Selector/ }).check();
  await page.getByLabel("Agent", { exact: false }).last().fill("pilot");
  await page.getByRole("switch", { name: "It may end the conversation" }).click();
  await page.getByLabel("When it should").fill("When all is said");
  await page.getByLabel("Turns at the most").fill("7");
  await page.getByRole("button", { name: "Create team" }).click();
  await page.waitForURL(`**/ns/${namespace}/teams/desk`);
  const spec = JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, "teams.ark.mckinsey.com/desk", "-o", "jsonpath={.spec}"]));
  expect(spec).toMatchObject({
    strategy: "selector", maxTurns: 7, members: [{ name: "pilot", type: "agent" }],
    selector: { agent: "pilot", enableTerminateTool: true, terminatePrompt: "When all is said" },
  });
});

test("the turn moves on the graph while a team runs", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(agentOf(namespace, "mate", "Check what the pilot says.") + "---" + agentOf(namespace, "cook"));
  await arkdeck.apply(crewOf(namespace));
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available", "teams.ark.mckinsey.com/crew"]);
  const first = model.reply({ text: "High water at noon.", held: true });
  const second = model.reply({ text: "Agreed, at noon.", held: true });
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: tide, namespace: ${namespace} }
spec:
  input: When is high water?
  target: { type: team, name: crew }
`);
  await first.asked;
  await page.goto(`/ns/${namespace}/queries/tide?view=graph`);
  await hydrated(page);
  const note = page.getByRole("tabpanel").getByRole("status");
  await expect(note).toContainText("Turn 1: pilot speaks.");
  await expect(page.locator(".g-node.on")).toContainText("pilot");
  first.finish();
  await second.asked;
  await expect(page.locator(".g-node.on")).toContainText("mate");
  await expect(page.locator(".g-node.past")).toContainText("pilot");
  await expect(page.locator(".g-edge.on")).toHaveCount(1);
  await expectAccessible(page);
  second.finish();
  await expect(note).toContainText("No edge leads on from 'mate'.");
  await expect(page.locator(".g-node.off")).toContainText("cook");
  await page.reload();
  await hydrated(page);
  await expect(page.locator(".g-node.past")).toHaveCount(2);
});
