// Starts the program as a person does, with its own data folder and ports, and ends it again.
import { spawn, execFile, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "..", "..");
/** The program that is tested. */
export const BINARY = process.env.ARKDECK_BIN ?? join(ROOT, "target/debug/arkdeck");
/** What its pages load, where they are not inside of it. */
const SITE = process.env.LEPTOS_SITE_ROOT ?? join(ROOT, "target/site");
/** How long a start may take before the test says so, with what the program printed. */
const START_LIMIT_MS = 30_000;

export interface Options {
  /** Applies the demo set on first start. */
  demo?: boolean;
  /** Uses the cluster of this kubeconfig instead of the embedded API. */
  kubeconfig?: string;
  /** Keeps the data of an earlier start. */
  dataDir?: string;
  /** Listens here instead of on a free port. */
  listen?: string;
  /** Further arguments and variables. */
  args?: string[];
  env?: Record<string, string>;
}

/** One running program. */
export class Arkdeck {
  /** Everything it printed, for messages. */
  output = "";
  /** Where its pages are, such as `http://127.0.0.1:41234`. */
  url = "";
  readonly dataDir: string;
  readonly #options: Options;
  readonly #ownsData: boolean;
  #child!: ChildProcess;
  #ended!: Promise<number | null>;

  private constructor(options: Options) {
    this.#options = options;
    this.#ownsData = !options.dataDir;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "arkdeck-e2e-"));
  }

  static async start(options: Options = {}): Promise<Arkdeck> {
    const arkdeck = new Arkdeck(options);
    await arkdeck.#spawn();
    return arkdeck;
  }

  /** The kubeconfig of the API that this program uses. */
  get kubeconfig(): string {
    return this.#options.kubeconfig ?? join(this.dataDir, "kubeconfig");
  }

  async #spawn(): Promise<void> {
    const { demo, kubeconfig, listen, args = [], env = {} } = this.#options;
    const command = ["serve", "--listen", listen ?? "127.0.0.1:0", "--data-dir", this.dataDir];
    if (kubeconfig) command.push("--kubeconfig", kubeconfig);
    else command.push("--kube-listen", "127.0.0.1:0");
    if (demo) command.push("--demo");
    this.output = "";
    this.url = "";
    const child = spawn(BINARY, [...command, ...args], {
      cwd: ROOT,
      env: { ...process.env, LEPTOS_SITE_ROOT: SITE, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#ended = new Promise((done) => child.once("exit", (code) => done(code)));
    const ready = new Promise<string>((done) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        this.output += `${line}\n`;
        const found = line.match(/http:\/\/[^\s/]+:\d+/);
        if (found) done(found[0]);
      });
    });
    child.stderr!.on("data", (bytes) => (this.output += bytes));
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`arkdeck was not ready in ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
    });
    const early = this.#ended.then((code) => {
      throw new Error(`arkdeck ended with ${code} before it was ready`);
    });
    try {
      this.url = await Promise.race([ready, early, limit]);
    } catch (error) {
      child.kill("SIGKILL");
      throw new Error(`${(error as Error).message}. It printed:\n${this.output}`);
    } finally {
      clearTimeout(timer);
      early.catch(() => undefined);
    }
  }

  /** Ends it like a power cut. The data stays. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Starts it again on the same data and the same port. */
  async restart(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
    this.#options.listen = this.url.replace("http://", "");
    await this.#spawn();
  }

  /** Ends it as a service manager does; returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    const code = await this.#ended;
    if (this.#ownsData) rmSync(this.dataDir, { recursive: true, force: true });
    return code;
  }

  /** Runs kubectl against its API; what it printed. */
  kubectl(args: string[], input?: string): Promise<string> {
    return new Promise((done, fail) => {
      const child = execFile(
        "kubectl",
        ["--kubeconfig", this.kubeconfig, ...args],
        { env: { ...process.env, KUBECONFIG: "" }, maxBuffer: 1 << 26 },
        (error, stdout, stderr) =>
          error ? fail(new Error(`kubectl ${args.join(" ")}: ${stderr || error.message}`)) : done(stdout),
      );
      child.stdin?.end(input ?? "");
    });
  }

  /** A local door to its API without TLS or token, for many requests over few connections. */
  async proxy(): Promise<{ url: string; stop: () => void }> {
    const child = spawn("kubectl", ["--kubeconfig", this.kubeconfig, "proxy", "--port", "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const found = line.match(/127\.0\.0\.1:\d+/);
      if (found) return { url: `http://${found[0]}`, stop: () => child.kill() };
    }
    throw new Error("kubectl proxy ended before it listened");
  }

  /** Applies a manifest. */
  apply(manifest: string): Promise<string> {
    return this.kubectl(["apply", "-f", "-"], manifest);
  }
}
