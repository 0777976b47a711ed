// The harness itself: what the other tests stand on.
import { expect, MockModel, test } from "../support/fixtures.ts";

test("the program starts, says it is ready, and ends on SIGTERM", async ({ start }) => {
  const arkdeck = await start();
  const answer = await fetch(`${arkdeck.url}/readyz`);
  expect(answer.status).toBe(200);
  expect(await arkdeck.stop()).toBe(0);
});

test("the model server streams word by word when it is told to", async () => {
  const model = await MockModel.start();
  const turn = model.reply({ text: "one two three", held: true });
  const answer = await fetch(`${model.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mock", stream: true, messages: [] }),
  });
  await turn.asked;
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  const until = async (text: string) => {
    while (!seen.includes(text)) {
      const { value, done } = await reader.read();
      if (done) break;
      seen += value;
    }
    expect(seen).toContain(text);
  };
  turn.send(1);
  await until("one ");
  expect(seen).not.toContain("two");
  turn.finish();
  await until("[DONE]");
  expect(model.count).toBe(1);
  await model.stop();
});
