// `make bench`: from a status write by API to the frame that shows it. Writes the milliseconds to $PIXEL_RESULTS.
import { writeFileSync } from "node:fs";
import { expect, hydrated, test } from "../support/fixtures.ts";

const ROUNDS = 100;
/** No controller writes the status of this kind yet, so that what is measured is one write and one event. */
const EVALUATION = "pixel";

test("status write to pixel", async ({ page, arkdeck }) => {
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: ${EVALUATION}, namespace: default }
spec:
  type: direct
  config: { input: a, output: b }
  evaluator: { name: none }
`);
  await page.goto("/ns/default/evaluations");
  await hydrated(page);
  await expect(page.locator("html")).toHaveAttribute("data-live", "live");
  const row = page.getByRole("row", { name: new RegExp(EVALUATION) });
  await expect(row).toBeVisible();

  // kubectl proxy keeps one connection open: starting kubectl for each write would be most of the time.
  const proxy = await arkdeck.proxy();
  const path = `/apis/ark.mckinsey.com/v1alpha1/namespaces/default/evaluations/${EVALUATION}/status`;
  const times: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [phase, word] = round % 2 ? ["running", "Running"] : ["canceled", "Canceled"];
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
