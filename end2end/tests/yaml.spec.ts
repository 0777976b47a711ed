// YAML of any object: errors at their lines, check with difference, apply, conflict, leaving, making.
import { expect, hydrated, test } from "../support/fixtures.ts";
import { KINDS } from "../support/routes.ts";
import type { Page } from "@playwright/test";

// The browser notes refused requests by itself.
test.use({ expectedErrors: [/status of (409|422)/] });

const reviewer = (namespace: string, description: string) => `
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: reviewer, namespace: ${namespace} }
spec:
  description: ${description}
  prompt: Review what you are given.
`;

/** Replaces the text in the editor, as a paste does. */
async function write(page: Page, change: (text: string) => string): Promise<void> {
  const editor = page.locator("yaml-editor .cm-content");
  await expect(editor).toBeVisible();
  const text = await page.locator("yaml-editor").evaluate((element) => (element as unknown as { value: string }).value);
  await editor.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(change(text));
}

async function open(page: Page, namespace: string): Promise<void> {
  await page.goto(`/ns/${namespace}/agents/reviewer?tab=yaml`);
  await hydrated(page);
}

test("an error stands at its line, a valid text shows the difference, and applying changes the object", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(reviewer(namespace, "First"));
  await open(page, namespace);
  await write(page, (text) => text.replace("description: First", "description: [1]"));
  await expect(page.getByText("Unsaved changes.")).toBeVisible();
  await page.getByRole("button", { name: "Check" }).click();
  const line = page.getByRole("button", { name: /^Line \d+$/ });
  await expect(line.first()).toBeVisible();
  await expect(page.locator(".cm-lintRange-error").first()).toBeVisible();

  await write(page, (text) => text.replace("description: [1]", "description: Second"));
  await page.getByRole("button", { name: "Check" }).click();
  const diff = page.getByRole("region", { name: "What applying the text changes" });
  await expect(diff.locator(".del")).toContainText("description: First");
  await expect(diff.locator(".add")).toContainText("description: Second");
  expect(await arkdeck.kubectl(["get", "agent", "reviewer", "-n", namespace, "-o", "yaml"])).toContain("First");

  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("Applied")).toBeVisible();
  await expect(page.getByText("Unsaved changes.")).toHaveCount(0);
  expect(await arkdeck.kubectl(["get", "agent", "reviewer", "-n", namespace, "-o", "yaml"])).toContain("Second");
  await page.getByRole("tab", { name: "Overview" }).click();
  await expect(page.getByText("Second").first()).toBeVisible();
});

test("a change by someone else shows both versions", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(reviewer(namespace, "First"));
  await open(page, namespace);
  await write(page, (text) => text.replace("description: First", "description: Mine"));
  await arkdeck.apply(reviewer(namespace, "Theirs"));
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("Changed by someone else.")).toBeVisible();
  const diff = page.getByRole("region", { name: "From their version to yours" });
  await expect(diff.locator(".del")).toContainText("Theirs");
  await expect(diff.locator(".add")).toContainText("Mine");
  await page.getByRole("button", { name: "Apply mine over it" }).click();
  await expect(page.getByText("Applied")).toBeVisible();
  expect(await arkdeck.kubectl(["get", "agent", "reviewer", "-n", namespace, "-o", "yaml"])).toContain("Mine");
});

test("leaving with unsaved changes asks", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(reviewer(namespace, "First"));
  await open(page, namespace);
  await write(page, (text) => `${text}# a note\n`);
  await expect(page.getByText("Unsaved changes.")).toBeVisible();
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" }).click();
  await expect(page).toHaveURL(/reviewer\?tab=yaml$/);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" }).click();
  await expect(page).toHaveURL(/\/models$/);
});

test("every kind can be made from its starting text, which says what it holds", async ({ page, namespace }) => {
  test.setTimeout(120_000);
  const byYaml = KINDS.filter((kind) => !["queries", "agents", "models", "teams", "tools", "evaluators", "evaluations"].includes(kind));
  for (const kind of byYaml) {
    await page.goto(`/ns/${namespace}/${kind}/new`);
    await hydrated(page);
    await expect(page.locator("yaml-editor .cm-content")).toContainText("apiVersion: ark.mckinsey.com/");
    await page.getByRole("button", { name: "Check" }).click();
    await expect(page.getByText("Checked").or(page.getByText("This is not valid"))).toBeVisible();
    await expect(page.getByText("Checked"), `the starting text of ${kind} is valid`).toBeVisible();
  }
});

test("an object is made from YAML and its page opens", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/memories/new`);
  await hydrated(page);
  await write(page, () => `apiVersion: ark.mckinsey.com/v1alpha1
kind: Memory
metadata:
  name: notes
spec:
  address:
    value: http://127.0.0.1:9
`);
  await page.getByRole("button", { name: "Create memory" }).click();
  await expect(page).toHaveURL(new RegExp(`/ns/${namespace}/memories/notes$`));
  await expect(page.getByRole("heading", { name: "notes", level: 1 })).toBeVisible();
});

test("without a namespace the page asks for one first", async ({ page, namespace }) => {
  await page.goto("/ns/-/teams/new");
  await hydrated(page);
  await page.getByRole("main").getByRole("link", { name: namespace }).click();
  await expect(page).toHaveURL(`/ns/${namespace}/teams/new`);
});
