// `make screenshots`: every page at three widths in both themes, to be looked at beside the prototype.
import { join } from "node:path";
import { hydrated, test } from "../support/fixtures.ts";
import { KINDS, ROUTES, type Route } from "../support/routes.ts";

const FOLDER = join(import.meta.dirname, "..", "screenshots");
const WIDTHS = [1440, 1024, 390];
/** How many objects of a kind are photographed. */
const OBJECTS = 1;

for (const theme of ["light", "dark"] as const) {
  for (const width of WIDTHS) {
    test(`${width} px, ${theme}`, async ({ page, arkdeck }) => {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      const routes: Route[] = [...ROUTES];
      for (const kind of KINDS) {
        const list = await arkdeck.kubectl(["get", `${kind}.ark.mckinsey.com`, "-n", "default", "-o", "name"]);
        for (const name of list.split("\n").filter(Boolean).slice(0, OBJECTS)) {
          const path = `/ns/default/${kind}/${name.split("/")[1]}`;
          const views = kind === "queries" ? ["view=conversation", "view=journal", "view=yaml"] : ["tab=overview", "tab=events", "tab=yaml"];
          for (const view of views) routes.push({ name: `detail-${kind}-${view.split("=")[1]}`, path: `${path}?${view}` });
        }
      }
      for (const { name, path, open } of routes) {
        await page.goto(path);
        await hydrated(page);
        await open?.(page);
        await page.screenshot({ path: join(FOLDER, theme, String(width), `${name}.png`), fullPage: true });
      }
    });
  }
}
