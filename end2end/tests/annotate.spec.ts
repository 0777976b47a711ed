// Judging by hand: all by keyboard, the judge's word after the own.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { ITEMS, prepare, run } from "../support/experiment.ts";

/** What the pilot answers, in the order of the items: that of the boots is wrong. */
const ANSWERS = ["At noon.", "Wear sandals.", "It is calm."];
/** What the judge says of them: the word that is expected is there, or not. */
const VERDICTS = new Map(ITEMS.map(({ id, expected }, at) => [id, ANSWERS[at].includes(expected)]));

test("answers are judged one after another by keyboard", async ({ page, arkdeck, model, namespace }) => {
  test.setTimeout(120_000);
  await prepare(arkdeck, model, namespace);
  await run(arkdeck, model, namespace, "1", ANSWERS);
  await page.goto(`/ns/${namespace}/annotate?evaluation=tides&n=1`);
  await hydrated(page);
  await expect(page.getByText("0 judged, 3 wait")).toBeVisible();
  await expect(page.locator("main")).not.toContainText("You and the judge agree");
  await expectAccessible(page);
  /** Whether the judge let the answer pass that is shown now. */
  const verdict = async () => {
    const item = await page.locator("section[aria-labelledby=h-answer] header .mono").innerText();
    expect([...VERDICTS.keys()]).toContain(item);
    return VERDICTS.get(item);
  };
  const word = (passed?: boolean) => (passed ? "pass (1.00)" : "fail (0.00)");
  // What is missing is said before anything is kept.
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: /first/ })).toBeVisible();
  await page.keyboard.press("5");
  await page.keyboard.press("p");
  await page.keyboard.press("n");
  await page.keyboard.type("reads well");
  const first = await verdict();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 judged, 2 wait")).toBeVisible();
  // Its word is the true one: what it said is not told before, and told then.
  await expect(page.getByText(`You and the judge ${first ? "agree" : "disagree"}.`)).toBeVisible();
  await expect(page.getByText(`you pass (1.00), judge ${word(first)}.`)).toBeVisible();
  // The note belongs to the answer before: letters are keys again.
  await page.locator("h1").click();
  await page.keyboard.press("1");
  await page.keyboard.press("f");
  const second = await verdict();
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 judged, 1 wait")).toBeVisible();
  await expect(page.getByText(`You and the judge ${second ? "disagree" : "agree"}.`)).toBeVisible();
  await expect(page.getByText(`you fail (0.00), judge ${word(second)}.`)).toBeVisible();
  // The answer before is opened again, with what was said of it.
  await page.keyboard.press("[");
  await expect(page.getByRole("radio", { name: "1", exact: true }).first()).toBeChecked();
  await page.keyboard.press("p");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 judged, 1 wait")).toBeVisible();
  await page.keyboard.press("3");
  await page.keyboard.press("p");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "All done: 3 answers judged" })).toBeVisible();
  await expect(page.getByText("Cohen’s kappa")).toBeVisible();
  // In the end the person let all three pass, and the judge did not let the boots pass.
  const figures = page.locator("section.panel", { has: page.getByRole("heading", { name: "People and the judge" }) });
  await expect(figures).toContainText("67 %");
  await expect(figures.locator("dt", { hasText: "Judge too strict" }).locator("+ dd")).toHaveText("1 time");
  await expect(figures.locator("dt", { hasText: "Judge too kind" }).locator("+ dd")).toHaveText("0 times");
  await expectAccessible(page);
});

test("disagreeing leads from an item to its judgement", async ({ page, arkdeck, model, namespace }) => {
  test.setTimeout(120_000);
  await prepare(arkdeck, model, namespace);
  await run(arkdeck, model, namespace, "1", ANSWERS);
  await page.goto(`/ns/${namespace}/evaluations/tides/1?item=boots`);
  await hydrated(page);
  await page.getByRole("link", { name: "Disagree with judge" }).click();
  await expect(page).toHaveURL(/annotate\?evaluation=tides/);
  await expect(page.getByText("Wear sandals.")).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("an empty queue is accessible", async ({ page, namespace }) => {
      await page.goto(`/ns/${namespace}/annotate`);
      await hydrated(page);
      await expect(page.getByRole("heading", { name: "Nothing waits to be judged" })).toBeVisible();
      await expectAccessible(page);
    });
  });
}
