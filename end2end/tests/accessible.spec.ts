// Every address, in both themes and three widths: no error on the console, no violation, nothing wider than the page.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { ROUTES } from "../support/routes.ts";

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    for (const route of [...ROUTES, { name: "events", path: "/ns/default/events" }, { name: "components", path: "/components" }]) {
      test(`${route.name} is accessible`, async ({ page }) => {
        await page.goto(route.path);
        await hydrated(page);
        await expectAccessible(page);
      });
    }
  });
}

for (const width of [1440, 1024, 390]) {
  test(`no page is wider than ${width} px`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize({ width, height: 844 });
    for (const route of ROUTES) {
      await page.goto(route.path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over, route.path).toBeLessThanOrEqual(0);
    }
  });
}
