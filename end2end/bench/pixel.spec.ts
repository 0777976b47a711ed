// `make bench`: from a status write by API to the frame that shows it. Writes the milliseconds to $PIXEL_RESULTS.
import { writeFileSync } from "node:fs";
import { expect, hydrated, test } from "../support/fixtures.ts";

const ROUNDS = 100;
/** Of a kind whose status no controller of ours writes, so that what is measured is one write and one event. */
const ENGINE = "pixel";

test("status write to pixel", async ({ page, arkdeck }) => {
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1prealpha1
kind: ExecutionEngine
metadata: { name: ${ENGINE}, namespace: default }
spec: { address: { value: "http://127.0.0.1:9" } }
`);
  await page.goto("/ns/default/executionengines");
  await hydrated(page);
  await expect(page.locator("html")).toHaveAttribute("data-live", "live");
  const row = page.getByRole("row", { name: new RegExp(ENGINE) });
  await expect(row).toBeVisible();

  // kubectl proxy keeps one connection open: starting kubectl for each write would be most of the time.
  const proxy = await arkdeck.proxy();
  const path = `/apis/ark.mckinsey.com/v1prealpha1/namespaces/default/executionengines/${ENGINE}/status`;
  const times: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [phase, word] = round % 2 ? ["running", "Checking"] : ["ready", "Ready"];
      // Resolves after the frame in which the word is there, with the wall clock of the same machine.
      const shown = row.evaluate((element, wanted) => new Promise<number>((done) => {
        const check = () => {
          if (!element.textContent?.includes(wanted)) return false;
          observer.disconnect();
          requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
          return true;
        };
        const observer = new MutationObserver(check);
        observer.observe(element, { childList: true, characterData: true, subtree: true });
        check();
      }), word);
      const before = performance.timeOrigin + performance.now();
      const answer = await fetch(`${proxy.url}${path}`, {
        method: "PATCH",
        headers: { "content-type": "application/merge-patch+json" },
        body: JSON.stringify({ status: { phase } }),
      });
      expect(answer.status, await answer.text()).toBe(200);
      times.push((await shown) - before);
    }
  } finally {
    proxy.stop();
  }
  if (process.env.PIXEL_RESULTS) writeFileSync(process.env.PIXEL_RESULTS, JSON.stringify(times));
});
