"""Anthropic's official SDK against the test server at argv[1]: prints as JSON what it understood."""

import json
import sys

import anthropic

client = anthropic.Anthropic(base_url=sys.argv[1], api_key="sk-lighthouse-1234", max_retries=0)
asked = {
    "max_tokens": 8192,
    "system": "You are a pilot.",
    "messages": [{"role": "user", "content": [{"type": "text", "text": "How is the tide?"}]}],
}
# The built-in tool noop, which answers with its arguments.
tools = [{
    "name": "noop",
    "description": "Does nothing and answers with its arguments.",
    "input_schema": {
        "type": "object",
        "properties": {"message": {"type": "string", "description": "Any text."}},
    },
}]


def facts(message):
    usage = message.usage
    return {
        "content": [
            {"type": block.type, **({"text": block.text} if block.type == "text" else
                                    {"id": block.id, "name": block.name, "input": block.input})}
            for block in message.content
        ],
        "stop_reason": message.stop_reason,
        "usage": [usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens,
                  usage.output_tokens],
    }


understood = {}
with client.messages.stream(model="sdk-text", **asked) as stream:
    pieces = list(stream.text_stream)
    understood["text"] = {"pieces": pieces, **facts(stream.get_final_message())}
with client.messages.stream(model="sdk-tools", tools=tools, **asked) as stream:
    understood["tools"] = facts(stream.get_final_message())
    answered = stream.get_final_message()
results = [{"type": "tool_result", "tool_use_id": block.id, "content": json.dumps(block.input, separators=(",", ":"))}
           for block in answered.content if block.type == "tool_use"]
called = [{"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}
          for block in answered.content if block.type == "tool_use"]
turns = asked["messages"] + [{"role": "assistant", "content": called}, {"role": "user", "content": results}]
with client.messages.stream(model="sdk-tools", tools=tools, **{**asked, "messages": turns}) as stream:
    understood["after"] = facts(stream.get_final_message())
understood["whole"] = facts(client.messages.create(model="sdk-whole", **asked))
understood["model"] = client.models.retrieve("sdk-text").id
for model in ["sdk-busy", "sdk-flooded"]:
    try:
        with client.messages.stream(model=model, **asked) as stream:
            stream.get_final_message()
    except anthropic.APIError as error:
        understood[model] = [type(error).__name__, error.message]
print(json.dumps(understood))
