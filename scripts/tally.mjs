// Adds up what cargo test, Playwright and the cluster run said, for the last line of .ci/run.
import { readFileSync } from "node:fs";

const text = readFileSync(process.argv[2], "utf8").replace(/\u001b\[[0-9;]*m/g, "");
let passed = 0;
let failed = 0;
for (const [, p, f] of text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)) {
  passed += Number(p);
  failed += Number(f);
}
for (const [, count, word] of text.matchAll(/^\s+(\d+) (passed|failed)\b/gm)) {
  if (word === "passed") passed += Number(count);
  else failed += Number(count);
}
console.log(`${passed} passed, ${failed} failed`);
