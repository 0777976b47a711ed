// A question and its answer, as it arrives.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { harbour, queryOf } from "../support/objects.ts";

const ANSWER = "High water is at noon, and the pilot waits at the pier.";

test("home asks an agent, and the answer arrives word by word", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  const turn = model.reply({ text: ANSWER, held: true });
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await page.getByLabel("Question").fill("When is high water?");
  await page.getByLabel("Question").press("Enter");
  await page.waitForURL(/\/queries\//);
  await turn.asked;
  const answer = page.getByRole("list", { name: "Answers" });
  turn.send(2);
  await expect(answer).toContainText("High water");
  await expect(answer).not.toContainText("noon");
  turn.send(3);
  await expect(answer).toContainText("noon,");
  await expect(answer).not.toContainText("pier");
  turn.finish();
  await expect(answer).toContainText(ANSWER);
  await expect(page.locator(".head .badge")).toHaveText("Done");
  await expect(page.locator("#said")).toContainText("finished, 12 words");
  expect(model.count).toBe(1);
});

test("a selection in the answer survives while it grows, and the page does not jump", async ({
  page, arkdeck, namespace, model,
}) => {
  await harbour(arkdeck, model, namespace);
  const turn = model.reply({ text: ANSWER, held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  await turn.asked;
  turn.send(5);
  const tail = page.locator(".turn .prose p.caret");
  await expect(tail).toContainText("noon,");
  const selected = () => page.evaluate(() => document.getSelection()!.toString());
  await tail.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    document.getSelection()!.removeAllRanges();
    document.getSelection()!.addRange(range);
  });
  const before = await selected();
  turn.send(2);
  await expect(tail).toContainText("and the");
  expect(await selected()).toContain(before.trim());
  turn.finish();
  await expect(page.locator(".head .badge")).toHaveText("Done");
});

test("a page opened in the middle of an answer has its text at once", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  const turn = model.reply({ text: ANSWER, held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await turn.asked;
  turn.send(2);
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  const answer = page.getByRole("list", { name: "Answers" });
  await expect(answer).toContainText("High water");
  turn.finish();
  await expect(answer).toContainText(ANSWER);
  await page.reload();
  await expect(answer).toContainText(ANSWER);
});

test("cancel says so at once and is confirmed by the engine", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  const turn = model.reply({ text: ANSWER, held: true });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  await turn.asked;
  turn.send(2);
  const badge = page.locator(".head .badge");
  await expect(badge).toHaveText("Running");
  await page.getByRole("button", { name: "Cancel run" }).click();
  await expect(badge).toHaveText(/Canceling|Canceled/);
  await expect(badge).toHaveText("Canceled");
  await expect(page.locator(".head").getByRole("button", { name: "Run again" })).toBeVisible();
  await expectAccessible(page);
});

test("a failing model shows its reason and a way out", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  model.reply({ status: 401, body: '{"error":{"message":"Incorrect API key"}}' });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  const fault = page.locator(".fault").first();
  await expect(fault).toContainText("401");
  await expect(page.locator(".head .badge")).toHaveText("Failed");
  await expectAccessible(page);
  // The same again, with a model that answers.
  model.reply({ text: ANSWER });
  await fault.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => url.pathname.includes("/queries/") && !url.pathname.endsWith("/tide"));
  await expect(page.getByRole("list", { name: "Answers" })).toContainText(ANSWER);
});

test("the journal has an address for each entry", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  model.reply({ text: ANSWER });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide?view=journal`);
  await hydrated(page);
  await expect(page.locator(".head .badge")).toHaveText("Done");
  const journal = page.getByRole("region", { name: "Journal" });
  await journal.getByRole("link", { name: "model.answered" }).click();
  await expect(page).toHaveURL(/view=journal&step=\d+/);
  await expect(page.getByRole("complementary", { name: "Details" })).toContainText(ANSWER);
  await page.reload();
  await expect(page.getByRole("complementary", { name: "Details" })).toContainText(ANSWER);
  await expectAccessible(page);
});

test("the timeline has a line for each call, chosen by key", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  model.reply({ text: ANSWER });
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide?view=timeline`);
  await hydrated(page);
  await expect(page.locator(".head .badge")).toHaveText("Done");
  const line = page.getByRole("group", { name: "Timeline" }).getByRole("button", { name: /^Model call/ });
  await line.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/view=timeline&step=\d+/);
  await expect(line).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("complementary", { name: "Details" })).toContainText(ANSWER);
  await page.reload();
  await expect(line).toHaveAttribute("aria-pressed", "true");
  await expectAccessible(page);
});

test("a deleted query says that it is gone", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/tide`);
  await hydrated(page);
  await expect(page.locator(".head .badge")).toHaveText("Done");
  await arkdeck.kubectl(["delete", "-n", namespace, "queries.ark.mckinsey.com/tide"]);
  await expect(page.locator(".banner")).toContainText("no longer exists");
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("Understood.");
});
