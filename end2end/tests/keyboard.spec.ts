// From home to an answer and back without a pointer; and every page of ours without accessibility violations.
import { expect, expectAccessible, hydrated, test } from "../support/fixtures.ts";
import { harbour, queryOf } from "../support/objects.ts";

test("keys alone lead from home to an answer", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  model.reply({ text: "At noon." });
  await page.goto(`/ns/${namespace}`);
  await hydrated(page);
  await page.keyboard.press("c");
  await page.waitForURL(`**/ns/${namespace}/queries/new`);
  await page.getByLabel("Find a target").focus();
  await page.keyboard.type("pilot");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Remove pilot" })).toBeVisible();
  await page.getByLabel("Input").focus();
  await page.keyboard.type("When is high water?");
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.waitForURL(/\/queries\/(?!new)/);
  await expect(page.getByRole("list", { name: "Answers" })).toContainText("At noon.");
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.waitForURL(`**/ns/${namespace}/queries`);
  // The address changes before the list is there.
  await expect(page.getByRole("heading", { name: "Queries", level: 1 })).toBeVisible();
  await expect(page.locator("table.rows tbody a").first()).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/queries\/.+/);
});

test("a new query says what is missing, where it is missing", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await page.goto(`/ns/${namespace}/queries/new?target=agent/pilot`);
  await hydrated(page);
  await expect(page.getByRole("button", { name: "Remove pilot" })).toBeVisible();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Type a question.", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Input")).toBeFocused();
  await expectAccessible(page);
});

test("asking again starts from the earlier query", async ({ page, arkdeck, namespace, model }) => {
  await harbour(arkdeck, model, namespace);
  await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
  await page.goto(`/ns/${namespace}/queries/new?from=tide`);
  await hydrated(page);
  await expect(page.getByLabel("Input")).toHaveValue("When is high water?");
  await expect(page.getByRole("button", { name: "Remove pilot" })).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test(`no accessibility violations, ${theme}`, async ({ page, arkdeck, namespace, model }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await harbour(arkdeck, model, namespace);
    await arkdeck.apply(queryOf(namespace, "tide", "pilot"));
    await arkdeck.kubectl(["wait", "-n", namespace, "--for=condition=Completed", "queries.ark.mckinsey.com/tide", "--timeout=20s"]);
    const pages = [
      "", "/queries", "/queries/new", "/queries/tide", "/queries/tide?view=journal&step=3", "/agents/pilot",
      "/agents/pilot?tab=edit", "/agents/pilot?tab=runs", "/agents/new", "/models/default",
      "/models/default?tab=edit", "/models/new",
    ];
    for (const path of pages) {
      await test.step(path || "home", async () => {
        await page.goto(`/ns/${namespace}${path}`);
        await hydrated(page);
        await expectAccessible(page);
      });
    }
  });
}
