// `make screenshots`: every page at three widths in both themes, to be looked at beside the prototype.
import { join } from "node:path";
import { expect, hydrated } from "../support/fixtures.ts";
import { test } from "./scene.ts";
import { GROUPS } from "./shots.ts";

const FOLDER = join(import.meta.dirname, "..", "screenshots");
const WIDTHS = [1440, 1024, 390];

test.use({ expectedErrors: [/404/] });

for (const theme of ["light", "dark"] as const) {
  for (const width of WIDTHS) {
    for (const [group, shots] of Object.entries(GROUPS)) {
      test(`${group}, ${width} px, ${theme}`, async ({ page, written }) => {
        const window = { width, height: width < 500 ? 844 : 900 };
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        for (const { name, path, open } of shots) {
          await test.step(name, async () => {
            await page.setViewportSize(window);
            await page.goto(written.url + path);
            await hydrated(page);
            await open?.(page);
            // A window as high as the page: in a full-page picture what sticks to the window's foot stands in the middle.
            const height = await page.evaluate(() => document.documentElement.scrollHeight);
            await page.setViewportSize({ width, height: Math.max(window.height, height) });
            await page.screenshot({ path: join(FOLDER, theme, String(width), `${name}.png`) });
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            expect.soft(over, `${path} is wider than its window`).toBeLessThanOrEqual(0);
          });
        }
      });
    }
  }
}
