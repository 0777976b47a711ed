// The YAML editor alone, under the content security policy of the pages.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const EDITOR = readFileSync(join(import.meta.dirname, "../../public/editor.js"), "utf8");
const NONCE = "bm9uY2U";
const POLICY = `default-src 'none'; script-src 'strict-dynamic' 'nonce-${NONCE}'; style-src 'self' 'nonce-${NONCE}'; ` +
  "style-src-attr 'unsafe-inline'; form-action 'self'; base-uri 'none'";
const PAGE = `<!doctype html><title>editor</title>
<form id="form" action="/take" method="get">
  <yaml-editor name="yaml" aria-label="Agent, as YAML"><textarea name="yaml">kind: Agent
metadata:
  name: first
</textarea></yaml-editor>
  <button>Save</button>
</form>
<script nonce="${NONCE}" type="module" src="/editor.js"></script>`;

test.beforeEach(async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.route("http://editor.test/**", (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: EDITOR })
      : route.fulfill({ contentType: "text/html", body: PAGE, headers: { "content-security-policy": POLICY } }));
  await page.goto("http://editor.test/");
  await expect(page.getByRole("textbox", { name: "Agent, as YAML" })).toBeVisible();
  expect(errors).toEqual([]);
});

const valueOf = (page: import("@playwright/test").Page) =>
  page.evaluate(() => new FormData(document.forms[0]).getAll("yaml"));

test("it is submitted once, under its name, with what was typed", async ({ page }) => {
  expect(await valueOf(page)).toEqual(["kind: Agent\nmetadata:\n  name: first\n"]);
  await page.evaluate(() => {
    const seen: string[] = [];
    (window as unknown as { seen: string[] }).seen = seen;
    for (const name of ["input", "change"]) {
      document.forms[0].addEventListener(name, (e) => seen.push(`${name} ${(e.target as Element).localName}`));
    }
  });
  await page.getByRole("textbox").focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("x");
  expect(await valueOf(page)).toEqual(["kind: Agent\nmetadata:\n  name: first\nx"]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Save" })).toBeFocused();
  // The editor tells of its focus a moment after it went.
  await expect.poll(() => page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([
    "input yaml-editor", "change yaml-editor",
  ]);
  await page.evaluate(() => document.forms[0].reset());
  expect(await valueOf(page)).toEqual(["kind: Agent\nmetadata:\n  name: first\n"]);
});

test("Tab indents, and a read-only text stays readable", async ({ page }) => {
  await page.getByRole("textbox").focus();
  await page.keyboard.press("Tab");
  expect(await valueOf(page)).toEqual(["  kind: Agent\nmetadata:\n  name: first\n"]);
  await page.locator("yaml-editor").evaluate((editor) => editor.toggleAttribute("readonly", true));
  await page.keyboard.type("nothing");
  expect(await valueOf(page)).toEqual(["  kind: Agent\nmetadata:\n  name: first\n"]);
});

test("diagnostics mark their line and say why", async ({ page }) => {
  await page.locator("yaml-editor").evaluate((editor) =>
    (editor as unknown as { setDiagnostics(list: object[]): void }).setDiagnostics([
      { line: 3, message: "name: must be lower case" },
    ]));
  await expect(page.locator(".cm-lintRange-error")).toHaveText("name: first");
  await page.locator(".cm-lintRange-error").hover();
  await expect(page.getByText("name: must be lower case")).toBeVisible();
});
