// Calls that wait for a person: asked in the inbox and on the run, decided by keyboard, by pointer and by kubectl.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import type { Arkdeck, MockModel } from "../support/fixtures.ts";
import { harbour, queryOf } from "../support/objects.ts";

/** An agent whose only tool asks a person; nothing is sent anywhere by it. */
async function desk(arkdeck: Arkdeck, model: MockModel, namespace: string): Promise<void> {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: harbour-master, namespace: ${namespace} }
spec:
  prompt: Open the lock when asked.
  tools:
    - { type: built-in, name: noop, approval: { required: true, timeout: 1h } }
`);
  const wait = ["wait", "-n", namespace, "--timeout=20s", "--for=condition=Available"];
  await arkdeck.kubectl([...wait, "agents.ark.mckinsey.com/harbour-master"]);
}

/** A query that waits, with what the model says once it goes on. */
async function ask(arkdeck: Arkdeck, model: MockModel, namespace: string, name: string, message: string, then: string) {
  model.reply({ toolCalls: [{ name: "noop", arguments: JSON.stringify({ message }) }] });
  await arkdeck.apply(queryOf(namespace, name, "harbour-master", message));
  await phase(arkdeck, namespace, name, "input-required");
  return model.reply({ text: then });
}

const phase = (arkdeck: Arkdeck, namespace: string, name: string, wanted: string) =>
  arkdeck.kubectl(["wait", "-n", namespace, "--timeout=20s", `--for=jsonpath={.status.phase}=${wanted}`, `queries.ark.mckinsey.com/${name}`]);

async function taskOf(arkdeck: Arkdeck, namespace: string, query: string): Promise<string> {
  const all = JSON.parse(await arkdeck.kubectl(["get", "-n", namespace, "a2atasks", "-o", "json"]));
  return all.items.find((task: { spec: { queryRef: { name: string } } }) => task.spec.queryRef.name === query).metadata.name;
}

test("keys alone find a call in the inbox, change its arguments and approve it", async ({ page, arkdeck, namespace, model }) => {
  await desk(arkdeck, model, namespace);
  const turn = await ask(arkdeck, model, namespace, "lock-7", "Open lock 7", "Lock 8 is open.");
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await expect(page.getByRole("link", { name: /Approvals\s*\d+ waiting/ })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.waitForURL("**/approvals");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Approvals");
  const row = page.getByRole("link", { name: /noop.*lock-7/ });
  // Soonest first: the demo's own call waits longer and stands below.
  await page.keyboard.press("k");
  await expect(row).toHaveAttribute("aria-current", "true");
  await expect(row).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`item=${namespace}/a2a-task-`));
  const card = page.getByRole("article");
  await expect(card).toContainText("harbour-master wants to call noop");
  await expectAccessible(page);
  await card.getByLabel("message").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Open lock 8");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const approve = card.getByRole("button", { name: "Approve with changes" });
  await expect(approve).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Approved noop with changes. It starts in 5 s.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Answer", exact: true })).toContainText("Approved with changes by you");
  const told = await turn.asked;
  expect(JSON.stringify(told.messages)).toContain("Open lock 8");
  await phase(arkdeck, namespace, "lock-7", "done");
  await expect(page.getByRole("region", { name: "Answer", exact: true })).toContainText("Approved with changes by owner");
  await expect(page.getByRole("row", { name: /noop Approved with changes owner/ }).first()).toBeVisible();
});

test("letters focus a button before they press it, a rejection needs a reason, and undo takes it back", async ({ page, arkdeck, namespace, model }) => {
  await desk(arkdeck, model, namespace);
  const turn = await ask(arkdeck, model, namespace, "lock-9", "Open lock 9", "It stays shut.");
  await page.goto(`/approvals?item=${namespace}/${await taskOf(arkdeck, namespace, "lock-9")}`);
  await hydrated(page);
  const card = page.getByRole("article");
  await page.keyboard.press("r");
  const reject = card.getByRole("button", { name: "Reject" });
  await expect(reject).toBeFocused();
  await page.keyboard.press("r");
  await expect(card).toContainText("Say why: the agent reads it and goes on.");
  await expect(card.getByLabel(/Reason/)).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type("The tide is out");
  await reject.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Rejected noop.")).toBeVisible();
  await page.keyboard.press("u");
  await expect(card.getByRole("button", { name: "Reject" })).toBeVisible();
  await card.getByLabel(/Reason/).fill("The tide is out");
  await card.getByRole("button", { name: "Reject" }).click();
  // Leaving the page sends it at once.
  await page.goto(`/ns/${namespace}/queries/lock-9`);
  const told = await turn.asked;
  expect(JSON.stringify(told.messages)).toContain("The tide is out");
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("It stays shut.");
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("Rejected by owner");
});

test("the inbox of one namespace shows its own calls, by its address", async ({ page, arkdeck, namespace, model }) => {
  await desk(arkdeck, model, namespace);
  await ask(arkdeck, model, namespace, "lock-9", "Open lock 9", "Lock 9 is open.");
  await page.goto(`/approvals?ns=${namespace}`);
  await hydrated(page);
  const rows = page.locator(".inbox li[data-item]");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("lock-9");
  const chip = page.getByRole("group", { name: "Namespaces" }).getByRole("button", { name: namespace });
  await expect(chip).toHaveAttribute("aria-pressed", "true");
  await expectAccessible(page);
  await rows.getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`ns=${namespace}&item=`));
  await chip.click();
  await expect(page).toHaveURL(/\/approvals$/);
  await expect(page.getByRole("link", { name: /noop.*lock-9/ })).toBeVisible();
});

test("the run asks where it happens, live, and says what kubectl decided", async ({ page, arkdeck, namespace, model }) => {
  await desk(arkdeck, model, namespace);
  const held = model.reply({ toolCalls: [{ name: "noop", arguments: `{"message":"Open lock 3","times":2}` }], held: true });
  await arkdeck.apply(queryOf(namespace, "lock-3", "harbour-master"));
  await held.asked;
  await page.goto(`/ns/${namespace}/queries/lock-3`);
  await hydrated(page);
  await expect(page.locator("html[data-live=live]")).toBeAttached();
  const card = page.getByRole("article");
  await expect(card).toHaveCount(0);
  held.finish();
  await expect(card).toContainText("harbour-master wants to call noop");
  await expect(page.locator(".head .badge")).toHaveText("Waiting for you");
  await card.getByLabel("times").fill("two");
  await card.getByRole("button", { name: "Approve with changes" }).click();
  await expect(card).toContainText("This is no JSON");
  await expect(card.getByLabel("times")).toBeFocused();
  await expectAccessible(page);
  model.reply({ text: "It is open." });
  const task = await taskOf(arkdeck, namespace, "lock-3");
  await arkdeck.kubectl(["patch", "-n", namespace, `a2atasks.ark.mckinsey.com/${task}`, "--type=merge", "-p", JSON.stringify({ spec: { input: `{"decision":"approved"}` } })]);
  await expect(card).toHaveCount(0);
  const answers = page.getByRole("list", { name: "Answers" });
  await expect(answers).toContainText("Approved by kubectl-patch");
  await expect(answers).toContainText("It is open.");
  await page.goto(`/ns/${namespace}/queries/lock-3?view=journal`);
  await hydrated(page);
  await expect(page.locator("#panel-journal")).toContainText("approval.decided");
  await expectAccessible(page);
});

test("who comes too late is told kindly, in two windows", async ({ page, context, arkdeck, namespace, model }) => {
  await desk(arkdeck, model, namespace);
  await ask(arkdeck, model, namespace, "lock-5", "Open lock 5", "It is open.");
  const path = `/approvals?item=${namespace}/${await taskOf(arkdeck, namespace, "lock-5")}`;
  const other = await context.newPage();
  for (const window of [page, other]) {
    await window.goto(path);
    await hydrated(window);
    await expect(window.getByRole("article").getByRole("button", { name: "Approve" })).toBeVisible();
  }
  for (const window of [page, other]) await window.getByRole("article").getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await phase(arkdeck, namespace, "lock-5", "done");
  await other.getByRole("button", { name: "Dismiss" }).click();
  await expect(other.getByText("owner was faster: approved.")).toBeVisible();
  await expect(other.getByRole("region", { name: "Answer", exact: true })).toContainText("Approved by owner");
});

test("the demo set waits for you, and its answer says what was done", async ({ page, start }) => {
  const arkdeck = await start({ demo: true });
  await page.goto(`${arkdeck.url}/inbox`);
  await page.waitForURL("**/approvals");
  await hydrated(page);
  const card = page.getByRole("article");
  await expect(card).toContainText("Calls whose amount matches");
  await expect(page.getByText("Changes or removes something, by its own word.")).toBeVisible();
  await card.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("link", { name: "Open run pay-refund-84213" }).click();
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("I paid back €55.79 for order A-10448.");
  await page.goto(`${arkdeck.url}/approvals`);
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "Nothing waits for you" })).toBeVisible();
  await expect(page.getByRole("row", { name: /create-refund Approved owner/ })).toBeVisible();
  await expectAccessible(page);
  // The server of this test ends before the page: a page that lives would say that it lost it.
  await page.goto("about:blank");
});
