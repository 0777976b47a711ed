// The page of a team while it is asked: its runs come in, and the turn moves on its graph.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { agentOf, bridge, harbour, queryOf } from "../support/objects.ts";

test("runs of a team appear on its page, and the turn moves on its graph", async ({ page, arkdeck, namespace, model }) => {
  test.setTimeout(120_000);
  await harbour(arkdeck, model, namespace);
  await bridge(arkdeck, namespace);
  // An agent of the same name is another: its runs are not the team's.
  await arkdeck.apply(agentOf(namespace, "bridge", "Keep watch."));
  await arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available", "agents.ark.mckinsey.com/bridge"]);
  const other = model.reply({ text: "Nothing in sight.", held: true });
  await arkdeck.apply(queryOf(namespace, "watch", "bridge"));
  await other.asked;
  await page.goto(`/ns/${namespace}/teams/bridge`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const runs = page.locator("section.panel", { has: page.getByRole("heading", { name: "Newest runs" }) });
  const nothing = runs.getByText("It has not been asked yet.");
  await expect(nothing).toBeVisible();
  await expect(page.getByRole("heading", { name: "Graph", exact: true })).toBeVisible();
  other.finish();
  const first = model.reply({ text: "High water at noon.", held: true });
  const second = model.reply({ text: "Agreed, at noon.", held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "bridge").replace("type: agent", "type: team"));
  await first.asked;
  await expect(runs.locator(".act", { hasText: "tide" })).toContainText("Running");
  await expect(nothing).toBeHidden();
  await expect(page.getByRole("heading", { name: "Graph of bridge" })).toBeVisible();
  await expect(page.getByText(/^Turn 1: pilot speaks\./)).toBeVisible();
  first.finish();
  await second.asked;
  await expect(page.getByText(/^Turn 2: mate speaks\./)).toBeVisible();
  await expectAccessible(page);
  second.finish();
  await expect(runs.locator(".act", { hasText: "tide" })).toContainText("Done");
  await expect(page.getByText(/speaks\./)).toHaveCount(0);
  // It leads to the run.
  await runs.getByRole("link", { name: "tide" }).click();
  await page.waitForURL(`**/ns/${namespace}/queries/tide`);
  // Opened afterwards, the graph is that of the team, and the run is in the list.
  await page.goto(`/ns/${namespace}/teams/bridge`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "Graph", exact: true })).toBeVisible();
  await expect(runs.locator(".act", { hasText: "tide" })).toContainText("Done");
  await expect(runs.locator(".act")).toHaveCount(1);
});
