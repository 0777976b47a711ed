// A counting OpenAI-compatible model server. It answers at once, or word by word when the test says so: no timers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatRequest {
  model: string;
  messages: { role: string; content: unknown }[];
  stream?: boolean;
  [key: string]: unknown;
}

export interface Reply {
  /** The answer; streamed in words. */
  text?: string;
  /** Tool calls instead of, or beside, the text. */
  toolCalls?: { name: string; arguments: string }[];
  /** An error status with this body. */
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  /** Sends nothing until the test says so through the returned `Turn`. */
  held?: boolean;
}

/** One scripted answer, in the hands of the test. */
export class Turn {
  /** Resolves with the request when the model is asked. */
  readonly asked: Promise<ChatRequest>;
  #ask!: (request: ChatRequest) => void;
  #words: string[];
  #response?: ServerResponse;

  constructor(readonly reply: Reply) {
    this.asked = new Promise((done) => (this.#ask = done));
    this.#words = (reply.text ?? "").match(/\S+\s*/g) ?? [];
  }

  /** Streams the next words. */
  send(count = 1): void {
    for (const word of this.#words.splice(0, count)) this.#chunk({ content: word });
  }

  /** Streams the rest and ends the answer. */
  finish(): void {
    this.send(this.#words.length);
    const calls = this.reply.toolCalls ?? [];
    calls.forEach((call, index) =>
      this.#chunk({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: call }] }),
    );
    this.#chunk({}, calls.length ? "tool_calls" : "stop");
    this.#raw({ id: "mock", object: "chat.completion.chunk", choices: [], usage: usage(this.reply) });
    this.#response?.end("data: [DONE]\n\n");
  }

  /** Cuts the connection in the middle of the answer. */
  cut(): void {
    this.#response?.destroy();
  }

  begin(request: ChatRequest, response: ServerResponse): void {
    this.#response = response;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    this.#chunk({ role: "assistant", content: "" });
    this.#ask(request);
    if (!this.reply.held) this.finish();
  }

  noteAsked(request: ChatRequest): void {
    this.#ask(request);
  }

  #chunk(delta: object, finish: string | null = null): void {
    this.#raw({ id: "mock", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] });
  }

  #raw(value: object): void {
    this.#response?.write(`data: ${JSON.stringify(value)}\n\n`);
  }
}

const usage = (reply: Reply) => {
  const completion = (reply.text ?? "").split(/\s+/).filter(Boolean).length;
  return { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion };
};

export class MockModel {
  /** Every chat request, in order. */
  readonly requests: ChatRequest[] = [];
  readonly #server: Server;
  readonly #script: Turn[] = [];
  /** The answer when nothing is scripted. */
  fallback: Reply = { text: "Understood." };
  /** Answers to questions, when nothing is scripted. */
  readonly answers = new Map<string, string>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MockModel> {
    const server = createServer();
    const model = new MockModel(server);
    server.on("request", (request, response) => model.#answer(request, response));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return model;
  }

  /** Base URL for a Model's `config.openai.baseUrl`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** How often it was asked to answer. */
  get count(): number {
    return this.requests.length;
  }

  /** Scripts the next answer. */
  reply(reply: Reply): Turn {
    const turn = new Turn(reply);
    this.#script.push(turn);
    return turn;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    let text = "";
    for await (const part of request) text += part;
    if (!path.endsWith("/chat/completions")) {
      response.writeHead(path.endsWith("/models") ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify({ object: "list", data: [{ id: "mock", object: "model" }] }));
      return;
    }
    const chat = JSON.parse(text) as ChatRequest;
    this.requests.push(chat);
    const known = this.answers.get(String(chat.messages.at(-1)?.content));
    const turn = this.#script.shift() ?? new Turn(known === undefined ? this.fallback : { text: known });
    const { reply } = turn;
    if (reply.status) {
      turn.noteAsked(chat);
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
      response.end(reply.body ?? JSON.stringify({ error: { message: `mock error ${reply.status}` } }));
    } else if (chat.stream) {
      turn.begin(chat, response);
    } else {
      turn.noteAsked(chat);
      const calls = reply.toolCalls?.map((f, i) => ({ id: `call_${i}`, type: "function", function: f }));
      const message = { role: "assistant", content: reply.text ?? null, ...(calls ? { tool_calls: calls } : {}) };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({
        id: "mock", object: "chat.completion", model: chat.model,
        choices: [{ index: 0, message, finish_reason: calls ? "tool_calls" : "stop" }], usage: usage(reply),
      }));
    }
  }
}
