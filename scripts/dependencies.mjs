// `make check`: every dependency is used, every licence allowed, nothing banned (the lists are in deny.toml), and what is run is
// compiled as what is tested.
// A crate that is needed without being named in the code goes to `ignored` in [package.metadata.cargo-machete].
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const targets = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--format-version", "1", "--locked", ...targets.flatMap((t) => ["--filter-platform", t])], { encoding: "utf8", maxBuffer: 1 << 28 }),
);
const own = metadata.packages.find((p) => p.id === metadata.resolve.root);
const complaints = [];

function rustSources(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return "";
  }
  return entries.map((e) => {
    const path = join(folder, e.name);
    if (e.isDirectory()) return e.name === "target" || e.name === "node_modules" ? "" : rustSources(path);
    return e.name.endsWith(".rs") ? readFileSync(path, "utf8") : "";
  }).join("\n");
}

function unusedDependencies() {
  const code = ["src", "tests", "examples", "benches"].map(rustSources).join("\n");
  const ignored = new Set(own.metadata?.["cargo-machete"]?.ignored ?? []);
  for (const dependency of own.dependencies) {
    const name = (dependency.rename ?? dependency.name).replaceAll("-", "_");
    const used = new RegExp(`(^|[^\\w:])(::)?${name}\\s*::|\\b(use|crate)\\s+${name}\\b`, "m").test(code);
    if (!used && !ignored.has(dependency.name)) complaints.push(`${dependency.name} is in Cargo.toml, but nothing uses it`);
  }
}

// The lists of deny.toml: arrays of strings, and of tables with the key `crate`.
const deny = readFileSync("deny.toml", "utf8").replace(/^\s*#.*$/gm, "");
const list = (key) => deny.match(new RegExp(`^${key}\\s*=\\s*\\[([^\\]]*)\\]`, "m"))?.[1] ?? "";
const allowed = new Set([...list("allow").matchAll(/"([^"]+)"/g)].map((m) => m[1]));
const banned = new Set([...list("deny").matchAll(/crate\s*=\s*"([^"]+)"/g)].map((m) => m[1]));

// SPDX expressions, as far as crates use them: OR, AND, WITH, parentheses; a slash is the old form of OR.
function isAllowed(expression) {
  const tokens = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const term = () => {
    if (tokens[at] === "(") {
      at += 1;
      const value = either();
      at += 1;
      return value;
    }
    let name = tokens[at++];
    if (tokens[at] === "WITH") {
      name += ` WITH ${tokens[at + 1]}`;
      at += 2;
    }
    return allowed.has(name);
  };
  const both = () => {
    let value = term();
    while (tokens[at] === "AND") {
      at += 1;
      value = term() && value;
    }
    return value;
  };
  const either = () => {
    let value = both();
    while (tokens[at] === "OR") {
      at += 1;
      value = both() || value;
    }
    return value;
  };
  return either();
}

function licences() {
  for (const p of metadata.packages) {
    if (banned.has(p.name)) complaints.push(`${p.name} is banned by deny.toml (see the comment there); cargo tree -i ${p.name} says who wants it`);
    if (!p.license) complaints.push(`${p.name} ${p.version} states no licence (file: ${p.license_file ?? "none"})`);
    else if (!isAllowed(p.license)) complaints.push(`${p.name} ${p.version} is under ${p.license}, which deny.toml does not allow`);
  }
}

// A crate with other features under `cargo test` makes cargo compile it, and all that rests on it, a second time.
function sharedBuilds() {
  const tree = (edges) => execFileSync(
    "cargo", ["tree", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p} {f}", "--edges", edges], { encoding: "utf8", maxBuffer: 1 << 28 },
  ).split("\n");
  const tested = new Set(tree("normal,dev"));
  for (const line of new Set(tree("normal"))) {
    if (!tested.has(line)) complaints.push(`tests compile ${line.split(" ")[0]} with more features than ${own.name} asks for: name them in Cargo.toml`);
  }
}

unusedDependencies();
licences();
sharedBuilds();
for (const complaint of complaints) console.error(`error: ${complaint}`);
console.error(`dependencies: ${metadata.packages.length} crates, ${complaints.length} complaints`);
process.exit(complaints.length ? 1 : 0);
