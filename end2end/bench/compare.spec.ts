// `make bench`: an experiment of 5,000 items beside its baseline, from the address to the first paint and to the items. Writes
// the milliseconds of both to $COMPARE_RESULTS.
import { writeFileSync } from "node:fs";
import { expect, hydrated, test } from "../support/fixtures.ts";
import { modelOf } from "../support/objects.ts";

const ITEMS = 5_000;
const ROUNDS = 20;
/** Of so many items one is answered otherwise the second time. */
const MOVED = 10;
/** An experiment has as long for its answers. */
const PATIENCE = "--timeout=280s";

const question = (at: number) => `Question ${at}?`;

test("the compare page of 5,000 items", async ({ page, start, model }) => {
  test.setTimeout(900_000);
  const arkdeck = await start();
  model.fallback = { text: "A short answer." };
  await arkdeck.apply(modelOf(model, "default"));
  await arkdeck.kubectl(["wait", "--timeout=20s", "--for=condition=ModelAvailable", "models.ark.mckinsey.com/default"]);
  const lines = Array.from({ length: ITEMS }, (_, at) =>
    JSON.stringify({ id: `i-${String(at).padStart(4, "0")}`, input: question(at), expectedOutput: "A short answer." }));
  // Created: what is applied is kept once more as an annotation, and this is too long for one.
  await arkdeck.kubectl(["create", "-f", "-"], JSON.stringify({
    apiVersion: "v1", kind: "ConfigMap",
    metadata: { name: "large", namespace: "default", labels: { "ark.mckinsey.com/data-set": "true" } },
    data: { "items.jsonl": lines.join("\n") },
  }));
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluator
metadata: { name: measures, namespace: default }
spec: { metrics: [{ type: contains }, { type: levenshtein, threshold: 0.5 }, { type: refusal }] }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Evaluation
metadata: { name: large, namespace: default }
spec:
  type: batch
  evaluator: { name: measures }
  timeout: 1h
  config: { dataSet: { name: large }, targets: [{ type: model, name: default }], concurrency: 50 }
`);
  const evaluation = "evaluations.ark.mckinsey.com/large";
  const ended = async (number: number) => {
    for (const state of [`{.status.experiment}=${number}`, "{.status.phase}=done"]) {
      await arkdeck.kubectl(["wait", PATIENCE, `--for=jsonpath=${state}`, evaluation]);
    }
  };
  await ended(1);
  for (let at = 0; at < ITEMS; at += MOVED) model.answers.set(question(at), "That is not known.");
  await arkdeck.kubectl(["annotate", evaluation, "ark.mckinsey.com/run-again=bench"]);
  await ended(2);

  await page.addInitScript(() => {
    const shown = new Promise<number>((done) => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector(".trials tbody tr[data-uid]")?.checkVisibility()) return;
        observer.disconnect();
        // The frame that has them is on the screen when the next one begins.
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
      });
      observer.observe(document, { childList: true, subtree: true });
    });
    (window as unknown as { itemsShown: Promise<number> }).itemsShown = shown;
  });
  const address = `${arkdeck.url}/ns/default/evaluations/large/2`;
  const results = { paint: [] as number[], items: [] as number[] };
  // The first time the browser compiles the pages' code, as on no other visit.
  for (let round = -1; round < ROUNDS; round += 1) {
    await page.goto(address);
    const [paint, items] = await page.evaluate(async () => {
      const items = await (window as unknown as { itemsShown: Promise<number> }).itemsShown;
      const first = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      while (first() === undefined) await new Promise((done) => requestAnimationFrame(done));
      return [first()!, items];
    });
    await hydrated(page);
    if (round < 0) {
      await expect(page.locator(".trials")).toHaveAttribute("aria-rowcount", String(ITEMS + 1));
      await expect(page.getByRole("button", { name: /^Worse/ })).toContainText(String(ITEMS / MOVED));
      continue;
    }
    results.paint.push(paint);
    results.items.push(items);
  }
  if (process.env.COMPARE_RESULTS) writeFileSync(process.env.COMPARE_RESULTS, JSON.stringify(results));
});
