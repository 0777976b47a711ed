// Every page of the interface, and what opens on it, in groups that are photographed one by one.
import type { Page } from "@playwright/test";
import { expect } from "../support/fixtures.ts";
import { KINDS } from "../support/routes.ts";
import { SCORED_PAGES } from "../support/scored.ts";
import { NEWCOMER } from "./scene.ts";

export interface Shot {
  name: string;
  path: string;
  /** What opens something before the picture. */
  open?: (page: Page) => Promise<unknown>;
  /** What the picture must show. */
  shows?: string;
}

/** An object of each kind that has no page of its own. */
const OBJECTS: Record<string, string> = {
  evaluations: "reply-to-84213", mcpservers: "order-desk", a2aservers: "carrier",
  memories: "tickets", evaluators: "answer-quality", a2atasks: "refund-84213", executionengines: "batch-runner",
};
const at = (path: string) => `/ns/default/${path}`;
/** The demo experiment, after its prompt was made shorter. */
const SECOND = "/ns/refunds/evaluations/refund-decisions/2";
const CASES = "/ns/refunds/datasets/refund-cases";
const BY_HAND = "/ns/refunds/annotate?evaluation=refund-decisions&n=2";
const inRefunds = (kind: string, tab: string) => `/ns/refunds/${kind}/refund-decisions?tab=${tab}`;
const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

async function changeYaml(page: Page): Promise<void> {
  const line = page.locator("yaml-editor .cm-line", { hasText: "description:" });
  await line.click();
  await page.keyboard.press("End");
  await page.keyboard.type(", and says why");
  await page.getByRole("button", { name: "See changes" }).click();
  await expect(page.locator(".diff")).toBeVisible();
}

async function tryAgent(page: Page): Promise<void> {
  const handle = page.locator(".sheet > .grip");
  if (await handle.isVisible()) await handle.click();
  await page.getByRole("textbox", { name: "Question" }).fill("What is an agent?");
  await page.keyboard.press("Enter");
  await expect(page.locator(".pane").getByText("Done")).toBeVisible();
}

async function tryTool(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "id", exact: true }).fill("A-10448");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText(/HTTP \d+ after|after \d+/).first()).toBeVisible();
}

/** Opens the item that moved most, beside its earlier answer. */
async function openItem(page: Page): Promise<void> {
  await page.keyboard.press("j");
  await expect(page.locator(".pane .diff")).toBeVisible();
}

async function besideEachOther(page: Page): Promise<void> {
  await openItem(page);
  await page.getByRole("button", { name: "Side by side" }).click();
  await expect(page.getByRole("dialog", { name: "Both answers" })).toBeVisible();
}

async function timelineOver(page: Page): Promise<void> {
  await openItem(page);
  await page.getByRole("button", { name: "Timeline" }).click();
  await expect(page.getByRole("dialog").getByRole("group", { name: "Timeline" })).toBeVisible();
}

async function choosePast(page: Page): Promise<void> {
  await page.getByRole("button", { name: "From past runs" }).click();
  await expect(page.getByRole("checkbox", { name: "Choose all shown" })).toBeVisible();
}

async function failTest(page: Page): Promise<void> {
  await page.getByLabel("Address", { exact: true }).fill("http://127.0.0.1:9/v1");
  await page.getByLabel("Model name", { exact: true }).fill("demo-writer");
  await page.getByLabel("Key", { exact: true }).fill("none");
  await page.getByLabel("Name", { exact: true }).fill("far-away");
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText("Connection failed")).toBeVisible();
}

export const GROUPS: Record<string, Shot[]> = {
  home: [
    { name: "home", path: "/ns/default" },
    { name: "home-all-namespaces", path: "/ns/-" },
    { name: "home-first-steps", path: `/ns/${NEWCOMER}` },
    { name: "palette", path: "/ns/default", open: (page) => page.keyboard.press("Control+k") },
    {
      name: "palette-found", path: "/ns/default", open: async (page) => {
        await page.keyboard.press("Control+k");
        await page.keyboard.type("refund");
        await expect(page.locator("#palette").getByRole("option", { name: /refund-officer/ })).toBeVisible();
      },
    },
    {
      name: "namespaces", path: "/ns/default", open: async (page) => {
        await page.getByLabel("Namespace: default").click();
        await expect(page.getByRole("menuitem", { name: NEWCOMER })).toBeVisible();
      },
    },
    { name: "keys", path: "/ns/default", open: (page) => page.keyboard.press("?") },
    {
      name: "drawer", path: "/ns/default", open: async (page) => {
        const button = page.getByRole("button", { name: "Navigation" });
        if (await button.isVisible()) await button.click();
      },
    },
    { name: "approvals", path: "/approvals" },
    {
      name: "approvals-wrong", path: "/approvals", open: async (page) => {
        await page.getByLabel("amount").fill("much");
        await page.getByRole("button", { name: "Approve with changes" }).click();
      },
    },
    { name: "approvals-no-reason", path: "/approvals", open: press("Reject") },
    { name: "events", path: at("events") },
    { name: "components", path: "/components" },
  ],
  lists: [
    ...KINDS.map((kind) => ({ name: `list-${kind}`, path: kind === "arkconfigs" ? `/ns/-/${kind}` : at(kind) })),
    { name: "list-all-namespaces", path: "/ns/-/agents" },
    { name: "list-filtered", path: at("queries?status=failed") },
    { name: "list-no-match", path: at("agents?q=lighthouse&status=done") },
    { name: "list-empty", path: `/ns/${NEWCOMER}/agents` },
    {
      name: "list-selected", path: at("agents"), open: async (page) => {
        await page.getByRole("checkbox", { name: "Select guide" }).check();
        await page.getByRole("checkbox", { name: "Select triage" }).check();
      },
    },
  ],
  create: [
    ...KINDS.map((kind) => ({ name: `new-${kind}`, path: at(`${kind}/new`) })),
    { name: "new-queries-chosen", path: at("queries/new?target=agent/refund-officer") },
    { name: "new-queries-again", path: at("queries/new?from=two-voices") },
    { name: "new-agents-errors", path: at("agents/new"), open: press("Create agent") },
    { name: "new-models-failed-test", path: at("models/new"), open: failTest },
    { name: "new-no-namespace", path: "/ns/-/agents/new" },
    { name: "new-tools-errors", path: at("tools/new"), open: press("Create tool") },
    { name: "new-teams-graph", path: at("teams/new?from=claims-desk") },
  ],
  objects: [
    ...Object.entries(OBJECTS).flatMap(([kind, name]) =>
      ["overview", "events", "yaml"].map((tab) => ({ name: `${kind}-${tab}`, path: at(`${kind}/${name}?tab=${tab}`) }))),
    { name: "arkconfigs-overview", path: "/ns/-/arkconfigs/default" },
    { name: "teams-yaml-changed", path: at("teams/refund-desk?tab=yaml"), open: changeYaml },
    { name: "teams-menu", path: at("teams/refund-desk"), open: press("More for refund-desk") },
  ],
  agents: [
    ...["overview", "runs", "edit", "events", "yaml"].map((tab) => ({ name: `agents-${tab}`, path: at(`agents/invoice-reader?tab=${tab}`) })),
    { name: "agents-tried", path: at("agents/guide"), open: tryAgent },
    { name: "agents-not-ready", path: at("agents/contract-reviewer") },
    ...["overview", "edit", "events", "yaml"].map((tab) => ({ name: `models-${tab}`, path: at(`models/default?tab=${tab}`) })),
    { name: "models-not-ready", path: at("models/local-model") },
  ],
  builds: [
    ...["overview", "edit", "runs", "usage", "events", "yaml"].map((tab) => ({ name: `teams-${tab}`, path: at(`teams/refund-desk?tab=${tab}`) })),
    { name: "teams-graph", path: at("teams/claims-desk") },
    { name: "teams-graph-edit", path: at("teams/claims-desk?tab=edit") },
    ...["overview", "try", "edit", "events", "yaml"].map((tab) => ({ name: `tools-${tab}`, path: at(`tools/get-order?tab=${tab}`) })),
    { name: "tools-tried", path: at("tools/get-order?tab=try"), open: tryTool },
    { name: "agents-usage", path: at("agents/guide?tab=usage") },
  ],
  runs: [
    { name: "run-graph", path: at("queries/refund-84213?view=graph") },
    ...["conversation", "timeline", "journal", "yaml"].map((view) => ({ name: `run-done-${view}`, path: at(`queries/order-a-10448?view=${view}`) })),
    { name: "run-done-step", path: at("queries/order-a-10448?view=journal&step=4") },
    { name: "run-running", path: at("queries/refund-a-10448") },
    { name: "run-running-journal", path: at("queries/refund-a-10448?view=journal") },
    { name: "run-waiting", path: at("queries/pay-refund-84213") },
    { name: "run-failed", path: at("queries/why-the-alert") },
    { name: "run-canceled", path: at("queries/refund-canceled") },
    { name: "run-two-targets", path: at("queries/two-voices") },
    { name: "run-compared", path: at("queries/two-voices?compare=0,1") },
    { name: "run-json", path: at("queries/triage-84213") },
  ],
  chat: [
    { name: "conversations", path: at("conversations") },
    { name: "conversations-all-namespaces", path: "/ns/-/conversations" },
    { name: "conversations-empty", path: `/ns/${NEWCOMER}/conversations` },
    { name: "conversation-new", path: at("conversations/new?target=agent/refund-officer") },
    { name: "conversation", path: at("conversations/first-steps") },
    { name: "conversation-writing", path: at("conversations/refunds") },
  ],
  experiments: [
    { name: "experiment", path: SECOND },
    { name: "experiment-item", path: SECOND, open: openItem },
    { name: "experiment-side-by-side", path: SECOND, open: besideEachOther },
    { name: "experiment-timeline", path: SECOND, open: timelineOver },
    { name: "experiment-time", path: `${SECOND}?chart=latency` },
    { name: "experiment-failed-items", path: `${SECOND}?filter=failed` },
    { name: "experiment-no-item-left", path: `${SECOND}?filter=below:0` },
    { name: "experiment-alone", path: `${SECOND}?base=none` },
    { name: "experiment-menu", path: SECOND, open: press("More for experiment 2") },
    { name: "experiment-not-there", path: "/ns/refunds/evaluations/refund-decisions/7" },
    { name: "evaluations-of-experiments", path: "/ns/refunds/evaluations" },
    { name: "evaluations-filtered", path: "/ns/refunds/evaluations?score=..0.9", open: press("Filter") },
    ...["overview", "edit"].map((tab) => ({ name: `evaluation-experiment-${tab}`, path: inRefunds("evaluations", tab) })),
    ...["overview", "edit", "evaluations"].map((tab) => ({ name: `evaluator-judge-${tab}`, path: inRefunds("evaluators", tab) })),
    { name: "new-evaluations-rules", path: at("evaluations/new?type=event"), open: press("Add a rule") },
    { name: "new-evaluations-batch", path: at("evaluations/new?type=batch") },
    { name: "new-evaluations-errors", path: at("evaluations/new"), open: press("Create evaluation") },
  ],
  scored: SCORED_PAGES,
  datasets: [
    { name: "datasets", path: "/ns/refunds/datasets" },
    { name: "datasets-all-namespaces", path: "/ns/-/datasets" },
    { name: "datasets-empty", path: `/ns/${NEWCOMER}/datasets` },
    { name: "dataset", path: CASES },
    { name: "dataset-item", path: `${CASES}?item=r-005` },
    { name: "dataset-new-item", path: CASES, open: (page) => page.keyboard.press("c") },
    { name: "dataset-no-match", path: `${CASES}?q=lighthouse` },
    { name: "dataset-import", path: CASES, open: press("Import") },
    { name: "dataset-past-runs", path: CASES, open: choosePast },
    { name: "dataset-not-there", path: "/ns/refunds/datasets/nothing" },
    { name: "new-datasets", path: at("datasets/new") },
    { name: "new-datasets-past", path: at("datasets/new?from=past") },
    { name: "new-datasets-no-namespace", path: "/ns/-/datasets/new" },
  ],
  annotate: [
    { name: "annotate", path: BY_HAND },
    { name: "annotate-missing", path: BY_HAND, open: (page) => page.keyboard.press("Enter") },
    { name: "annotate-namespace", path: "/ns/refunds/annotate" },
    { name: "annotate-empty", path: `/ns/${NEWCOMER}/annotate` },
  ],
  errors: [
    { name: "error-no-page", path: "/nowhere/at/all" },
    { name: "error-no-object", path: at("agents/nobody") },
    { name: "error-no-run", path: at("queries/nothing") },
  ],
};
