// The last step of a release build, over target/site (see scripts/frontend): names, compression, sizes.
//   node scripts/site.mjs          names and compresses what cargo-leptos left
//   node scripts/site.mjs --sizes  prints the sizes only
// Fails when a page needs more than its limit: WASM, JS and CSS together, in brotli.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SITE = join(ROOT, "target/site");
const PKG = join(SITE, "pkg");

// Bytes that a page may need before it works; the parts are those of src/app/parts.rs. Asked for are 300,000 for
// each (docs/benchmarks.md says what is missing); until then these hold what was reached, and only go down.
const ASKED = 300_000;
// Measured on 2026-11-27, and a hundredth.
const BUDGETS = { home: 346_000, lists: 556_000, forms: 816_000, run: 906_000, objects: 940_000, chat: 623_000, experiments: 811_000 };

// Already compressed, or read by nobody but the server.
const AS_IT_IS = /\.(woff2|br|gz|png|json)$/;
const HASHED = /^(arkdeck|__wasm_split)\.([\w-]{22})\.(js|wasm)$/;

const bytes = (name) => statSync(join(PKG, name)).size;
const manifestName = () => readdirSync(PKG).find((name) => /^__wasm_split_manifest\..*json$/.test(name));

async function finish() {
  // Types for people who program against the module; nobody does.
  for (const name of readdirSync(PKG)) if (name.endsWith(".ts")) rmSync(join(PKG, name));
  const esbuild = await import(join(ROOT, "style/node_modules/esbuild/lib/main.js"));
  for (const name of readdirSync(PKG)) {
    if (!name.endsWith(".js")) continue;
    const path = join(PKG, name);
    const { code } = await esbuild.transform(readFileSync(path, "utf8"), { minify: true, format: "esm", target: "es2022" });
    writeFileSync(path, code);
  }
  nameTogether();
  for (const entry of readdirSync(SITE, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !AS_IT_IS.test(entry.name)) compress(join(entry.parentPath, entry.name));
  }
}

// The script, its module, the loader and the parts name each other, and a browser keeps them for ever: what belongs
// to one build must share one name. cargo-leptos names a file by its content before it writes the others' names into
// it, so that a change in one part alone would leave the script's name as it was.
function nameTogether() {
  const names = readdirSync(PKG).sort();
  const all = createHash("sha256");
  for (const name of names) all.update(name).update(readFileSync(join(PKG, name)));
  const build = all.digest("base64url").slice(0, 22);
  const old = names.map((name) => HASHED.exec(name)?.[2]).filter(Boolean);
  for (const name of names) {
    if (!/\.(js|wasm)$/.test(name)) continue;
    const path = join(PKG, name);
    // Latin-1 keeps every byte, and all names have one length: offsets in the modules stay.
    let content = readFileSync(path, "latin1");
    for (const hash of old) content = content.replaceAll(hash, build);
    writeFileSync(path, content, "latin1");
    const match = HASHED.exec(name);
    if (match) renameSync(path, join(PKG, `${match[1]}.${build}.${match[3]}`));
  }
}

function compress(path) {
  const content = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

// What a page needs, by part: the files of every page, and those of the part.
function sizes() {
  const base = readdirSync(PKG).filter((name) => /^(arkdeck|__wasm_split)\.[\w-]+\.(js|wasm|css)\.br$/.test(name));
  const every = base.reduce((sum, name) => sum + bytes(name), 0);
  const manifest = JSON.parse(readFileSync(join(PKG, manifestName()), "utf8"));
  const parts = Object.entries(manifest).map(([part, files]) => {
    const own = files.reduce((sum, file) => sum + bytes(`${file}.wasm.br`), 0);
    return { part, files: files.length, own, page: every + own, budget: BUDGETS[part] ?? ASKED };
  });
  parts.unshift({ part: "home", files: 0, own: 0, page: every, budget: BUDGETS.home });
  return { base: base.map((name) => [name.replace(/\.[\w-]{22}/, ""), bytes(name)]), every, parts };
}

function report() {
  const { base, every, parts } = sizes();
  const kb = (value) => `${(value / 1000).toFixed(1)} kB`.padStart(9);
  console.error(`In brotli, every page: ${kb(every)}  (${base.map(([name, size]) => `${name} ${kb(size).trim()}`).join(", ")})`);
  for (const { part, files, own, page, budget } of parts) {
    console.error(`  ${part.padEnd(8)} ${kb(page)}  (+${kb(own)} in ${files} files), limit ${kb(budget)}${page > budget ? "  exceeded" : ""}`);
  }
  return parts.filter(({ page, budget }) => page > budget);
}

if (!process.argv.includes("--sizes")) await finish();
const exceeded = report();
if (exceeded.length > 0) {
  console.error(`error: ${exceeded.map(({ part }) => part).join(", ")}: more than the limit in scripts/site.mjs. See docs/benchmarks.md for what makes the size.`);
  process.exit(1);
}
