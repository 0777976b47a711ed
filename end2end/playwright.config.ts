import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// Debian's Chromium: Playwright's own browsers are not downloaded. The shell without a window is what Playwright takes by
// itself too, and loads a page with half the work; where there is none, the whole browser does the same.
const CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

export default defineConfig({
  outputDir: "results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    // A quarter of the time; who runs them by hand gets it, and CI keeps no files.
    trace: process.env.CI ? "off" : "retain-on-failure",
    locale: "en-GB",
    timezoneId: "UTC",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? CHROMIUM.find((path) => existsSync(path)),
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "pages", testDir: "tests" },
    // Run by `make test-cluster` with ARKDECK_TEST_KUBECONFIG set.
    { name: "cluster", testDir: "cluster" },
    // Run by `make bench`.
    { name: "bench", testDir: "bench", timeout: 300_000 },
    // Run by `make screenshots`.
    { name: "screenshots", testDir: "screens", timeout: 300_000 },
  ],
});
