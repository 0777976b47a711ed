// Every address, in both themes and three widths: no error on the console, no violation, nothing wider than the page.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { ROUTES } from "../support/routes.ts";
import { SCORED_PAGES } from "../support/scored.ts";

const OURS = [{ name: "events", path: "/ns/default/events" }, { name: "components", path: "/components" }];
/** One page of each shape: the themes differ in colours only, so the dark one need not see every kind. */
const SHAPES = ["home", "approvals", "conversations", "new-conversation", "list-queries", "list-teams", "new-queries", "new-models", "new-teams", "new-tools", "list-evaluations", "new-evaluations", "new-evaluators", "events", "components"];

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    for (const route of [...ROUTES, ...OURS].filter(({ name }) => theme === "light" || SHAPES.includes(name))) {
      test(`${route.name} is accessible`, async ({ page }) => {
        await page.goto(route.path);
        await hydrated(page);
        await expectAccessible(page);
      });
    }

    test("what is scored is accessible on each of its pages", async ({ page, scored: _made }) => {
      test.setTimeout(300_000);
      for (const route of SCORED_PAGES) {
        await test.step(route.name, async () => {
          await page.goto(route.path);
          await hydrated(page);
          await route.open?.(page);
          await expectAccessible(page);
        });
      }
    });

    test("the page of an object is accessible in each of its tabs", async ({ page, arkdeck, namespace }) => {
      // Nine pages, each judged whole.
      test.setTimeout(120_000);
      await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Team
metadata: { name: desk, namespace: ${namespace}, labels: { desk: refunds } }
spec:
  description: Answers together
  strategy: sequential
  members: [{ name: nobody, type: agent }]
`);
      for (const tab of ["overview", "edit", "runs", "evaluations", "usage", "events", "yaml"]) {
        await page.goto(`/ns/${namespace}/teams/desk?tab=${tab}`);
        await hydrated(page);
        if (tab === "yaml") await expect(page.locator("yaml-editor .cm-content")).toBeVisible();
        await expectAccessible(page);
      }
      for (const tab of ["overview", "try", "edit"]) {
        await page.goto(`/ns/default/tools/get-order?tab=${tab}`);
        await hydrated(page);
        await expectAccessible(page);
      }
    });
  });
}

for (const width of [1440, 1024, 390]) {
  for (const [what, routes] of [["page", ROUTES], ["page of what is scored", SCORED_PAGES]] as const) {
    test(`no ${what} is wider than ${width} px`, async ({ page, scored: _made }) => {
      test.setTimeout(120_000);
      await page.setViewportSize({ width, height: 844 });
      for (const route of routes) {
        await page.goto(route.path);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, route.path).toBeLessThanOrEqual(0);
      }
    });
  }
}
