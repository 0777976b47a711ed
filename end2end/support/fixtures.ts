// What every browser test starts from: a program per worker, a model server per test, and a page that may not complain.
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { Arkdeck, type Options } from "./arkdeck.ts";
import { MockModel } from "./model.ts";
import { score, SCORED } from "./scored.ts";

export { expect, Arkdeck, MockModel };

interface TestFixtures {
  /** A counting model server of this test's own. */
  model: MockModel;
  /** Starts further programs, ended with the test. */
  start: (options?: Options) => Promise<Arkdeck>;
  /** A namespace of this test's own in the worker's program, so that tests do not see each other. */
  namespace: string;
  /** Console errors that this test expects, as patterns. */
  expectedErrors: RegExp[];
}

interface WorkerFixtures {
  /** The worker's program, with the demo set. */
  arkdeck: Arkdeck;
  /** Its namespace of evaluations of every type, all ended (`scored.ts`). */
  scored: string;
}

let namespaces = 0;

export const test = base.extend<TestFixtures, WorkerFixtures>({
  arkdeck: [
    async ({}, use) => {
      const arkdeck = await Arkdeck.start({ demo: true });
      await use(arkdeck);
      await arkdeck.stop();
    },
    { scope: "worker" },
  ],
  scored: [
    async ({ arkdeck }, use) => {
      const model = await MockModel.start();
      await arkdeck.kubectl(["create", "namespace", SCORED]);
      await score(arkdeck, model, SCORED);
      await use(SCORED);
      await model.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ arkdeck }, use) => use(arkdeck.url),
  model: async ({}, use) => {
    const model = await MockModel.start();
    await use(model);
    await model.stop();
  },
  start: async ({}, use) => {
    const started: Arkdeck[] = [];
    await use(async (options = {}) => {
      const arkdeck = await Arkdeck.start(options);
      started.push(arkdeck);
      return arkdeck;
    });
    await Promise.all(started.map((arkdeck) => arkdeck.stop()));
  },
  namespace: async ({ arkdeck }, use, info) => {
    const name = `e2e-${info.workerIndex}-${(namespaces += 1)}`;
    await arkdeck.kubectl(["create", "namespace", name]);
    await use(name);
    await arkdeck.kubectl(["delete", "namespace", name, "--wait=false"]);
  },
  expectedErrors: async ({}, use) => use([]),
  // A panic in the browser half, a hydration mismatch, a refused script: all end up on the console.
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
    });
    await use(page);
    const unexpected = errors.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
    expect(unexpected, "errors on the browser's console").toEqual([]);
  },
});

/** Fails with the list of accessibility violations of the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map((v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  expect(found, "accessibility violations").toEqual([]);
}

/** The first page of a browser compiles the whole module of a development build, beside another browser that does the same. */
const FIRST_PAGE = 40_000;

/** Waits until the page is hydrated: its controls work from here on. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached({ timeout: FIRST_PAGE });
}

/** Call before `goto`. The returned function stops every timer for good, so that what still moves is pushed. */
export async function stoppableTimers(page: Page): Promise<() => Promise<void>> {
  await page.addInitScript(() => {
    let stopped = false;
    for (const name of ["setTimeout", "setInterval"] as const) {
      const original = window[name].bind(window) as (f: TimerHandler, ms?: number, ...rest: unknown[]) => number;
      (window as unknown as Record<string, unknown>)[name] = (f: TimerHandler, ms?: number, ...rest: unknown[]) =>
        stopped ? 0 : original((...args: unknown[]) => !stopped && typeof f === "function" && f(...args), ms, ...rest);
    }
    (window as unknown as { stopTimers: () => void }).stopTimers = () => (stopped = true);
  });
  return () => page.evaluate(() => (window as unknown as { stopTimers: () => void }).stopTimers());
}
