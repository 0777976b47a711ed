// The frame: palette, keys, theme, namespace, lamp, what is not there.
import { expect, hydrated, test } from "../support/fixtures.ts";

test("the palette finds objects, pages and acts by keyboard alone", async ({ page, arkdeck, namespace }) => {
  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: palette-target, namespace: ${namespace} }
spec: { description: Found by its purpose, prompt: Say hello. }
`);
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Search everything" });
  await expect(field).toBeFocused();
  await field.fill("palette-tar");
  await expect(page.getByRole("option", { name: /palette-target/ })).toBeVisible();
  await expect(page.getByRole("option", { selected: true })).toContainText("palette-target");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/agents/palette-target`);

  await page.keyboard.press("Control+k");
  await field.fill(">new mod");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/ns/${namespace}/models/new`);

  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  await expect(page.locator("#palette")).toBeHidden();
});

test("letters lead to pages, can be switched off, and are off in fields", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page).toHaveURL(`/ns/${namespace}/agents`);
  await page.keyboard.press("/");
  await page.keyboard.type("gm");
  await expect(page).toHaveURL(`/ns/${namespace}/agents?q=gm`);
  await page.locator("body").click({ position: { x: 700, y: 700 } });
  await page.keyboard.press("?");
  await expect(page.getByRole("heading", { name: "Keyboard" })).toBeVisible();
  await page.getByRole("switch", { name: "Single letters are shortcuts" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(`/ns/${namespace}/agents?q=gm`);
});

test("the theme is chosen, kept, and there before the first paint", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await page.locator("header").getByRole("button", { name: "Dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await hydrated(page);
  await expect(page.locator("header").getByRole("button", { name: "Dark theme" })).toHaveAttribute("aria-pressed", "true");
  await page.goto(`/ns/${namespace}/tools?theme=light&scale=wall`);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(page.locator("html")).toHaveAttribute("data-scale", "wall");
});

test("the namespace is changed in the address, and the place is kept", async ({ page, namespace }) => {
  await page.goto("/ns/default/models");
  await hydrated(page);
  await page.getByLabel("Namespace: default").click();
  await page.getByRole("menuitem", { name: namespace, exact: true }).click();
  await expect(page).toHaveURL(`/ns/${namespace}/models`);
  await expect(page.getByLabel(`Namespace: ${namespace}`)).toBeVisible();
});

test("after a navigation the focus is at the page's start and the title names it", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Memories" }).click();
  await expect(page).toHaveTitle("Memories · Arkdeck");
  await expect(page.locator("#main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.locator("#main :focus")).toHaveCount(1);
});

test("a narrow screen has the navigation in a drawer", async ({ page, namespace }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Teams" });
  await expect(link).toBeHidden();
  await page.getByRole("button", { name: "Navigation" }).click();
  await link.click();
  await expect(page).toHaveURL(`/ns/${namespace}/teams`);
  await expect(link).toBeHidden();
});

test.describe("what is not there", () => {
  test.use({ expectedErrors: [/404/] });

  test("an address and an object that do not exist say so, with status 404", async ({ page, namespace }) => {
    expect((await page.goto("/nowhere/at/all"))?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    expect((await page.goto(`/ns/${namespace}/agents/nobody`))?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "There is no agent “nobody”" })).toBeVisible();
  });
});

test.describe("a lost connection", () => {
  test.use({ expectedErrors: [/ERR_|Failed to load/] });

  test("the lamp says it, then a banner, and the list catches up on return", async ({ page, start }) => {
    test.setTimeout(120_000);
    const arkdeck = await start();
    await page.goto(`${arkdeck.url}/ns/default/tools`);
    await hydrated(page);
    await expect(page.locator("html")).toHaveAttribute("data-live", "live");
    await arkdeck.kill();
    await expect(page.locator(".live")).toContainText("Reconnecting");
    await expect(page.getByText("Not live.")).toBeVisible();
    await arkdeck.restart();
    await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Tool
metadata: { name: while-away, namespace: default }
spec: { type: http, description: Made while nobody was connected, http: { url: "http://127.0.0.1:9" } }
`);
    // The next attempt is at most 30 s away; it needs no press.
    await expect(page.getByRole("link", { name: "while-away" })).toBeVisible({ timeout: 40_000 });
    await expect(page.getByText("Not live.")).toHaveCount(0);
  });
});

test("the interface is set in its own typeface", async ({ page, namespace }) => {
  await page.goto(`/ns/${namespace}/tools`);
  await hydrated(page);
  const loaded = await page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter((face) => face.status === "loaded").map((face) => face.family);
  });
  expect(loaded.join()).toContain("Atkinson Hyperlegible Next Variable");
});
