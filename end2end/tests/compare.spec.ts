// Several targets: their answers beside each other, with what differs.
import { expect, expectAccessible, hydrated, MockModel, test } from "../support/fixtures.ts";
import { modelOf } from "../support/objects.ts";

test("answers are compared by address and keyboard", async ({ page, arkdeck, namespace, model }) => {
  const other = await MockModel.start();
  await arkdeck.apply(modelOf(model, namespace));
  await arkdeck.apply(modelOf(other, namespace, "other"));
  const wait = ["wait", "-n", namespace, "--timeout=20s", "--for=condition=ModelAvailable"];
  await arkdeck.kubectl([...wait, "models.ark.mckinsey.com/default", "models.ark.mckinsey.com/other"]);
  model.reply({ text: "High water at noon.\n\nBring boots." });
  const held = other.reply({ text: "High water at seven.\n\nBring boots.", held: true });
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: tide, namespace: ${namespace} }
spec:
  input: When is high water?
  targets: [{ type: model, name: default }, { type: model, name: other }]
`);
  await held.asked;
  // Asked for before both are there, it says what it waits for, and then shows it without a touch.
  await page.goto(`/ns/${namespace}/queries/tide?compare=0,1`);
  await hydrated(page);
  const panel = page.getByRole("region", { name: "Compare answers" });
  await expect(panel).toContainText("when both are there");
  held.finish();
  await expect(panel.getByRole("status")).toContainText("1 line differs.");
  await expect(panel.locator("del")).toHaveText("noon.");
  await expect(panel.locator("ins")).toHaveText("seven.");
  await expectAccessible(page);
  // The same from the address alone.
  await page.reload();
  await hydrated(page);
  await expect(panel.locator("ins")).toHaveText("seven.");
  await panel.getByLabel("Second answer").focus();
  await page.keyboard.press("ArrowUp");
  await expect(page).toHaveURL(/compare=0,0|compare=0%2C0/);
  await expect(panel.getByRole("status")).toContainText("Both answers are the same.");
  await panel.getByRole("link", { name: "Close" }).focus();
  await page.keyboard.press("Enter");
  await expect(panel).toBeHidden();
  await page.getByRole("link", { name: "Compare answers" }).click();
  await expect(panel.locator("del")).toHaveText("noon.");
  await other.stop();
});
