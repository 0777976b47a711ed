// A counting HTTP server that tools call: it answers JSON with what it was asked.
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Called {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export class ToolServer {
  readonly calls: Called[] = [];
  #server!: Server;

  static async start(): Promise<ToolServer> {
    const tool = new ToolServer();
    tool.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (bytes) => (body += bytes));
      request.on("end", () => {
        const called = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
        tool.calls.push(called);
        const missing = called.path.startsWith("/missing");
        response.writeHead(missing ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(missing ? { why: "no such port" } : { port: "Brest", tides: [{ at: "06:10", m: 5.9 }] }));
      });
    });
    await new Promise<void>((done) => tool.#server.listen(0, "127.0.0.1", done));
    return tool;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
