"""OpenAI's official SDK against the test server at argv[1], as argv[2] ("openai" or "azure"): prints as JSON what it
understood."""

import json
import sys

import openai

url, provider = sys.argv[1:]
options = {"api_key": "sk-lighthouse-1234", "max_retries": 0}
if provider == "azure":
    client = openai.AzureOpenAI(azure_endpoint=url, api_version="2024-10-21", **options)
else:
    client = openai.OpenAI(base_url=url, **options)
asked = [{"role": "system", "content": "You are a pilot."}, {"role": "user", "content": "How is the tide?"}]
streamed = {"stream": True, "stream_options": {"include_usage": True}}
# The built-in tool noop, which answers with its arguments.
tools = [{"type": "function", "function": {
    "name": "noop",
    "description": "Does nothing and answers with its arguments.",
    "parameters": {
        "type": "object",
        "properties": {"message": {"type": "string", "description": "Any text."}},
    },
}}]


def counted(usage):
    details = usage.prompt_tokens_details
    return [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens,
            details.cached_tokens if details else None]


def read(stream):
    facts = {"pieces": [], "calls": []}
    for chunk in stream:
        if chunk.usage:
            facts["usage"] = counted(chunk.usage)
        for choice in chunk.choices:
            facts["chunk"] = [chunk.id, chunk.object, chunk.created, chunk.model]
            if choice.delta.content:
                facts["pieces"].append(choice.delta.content)
            for call in choice.delta.tool_calls or []:
                if call.id:
                    facts["calls"].append({"id": call.id, "type": call.type, "name": call.function.name,
                                           "arguments": ""})
                facts["calls"][call.index]["arguments"] += call.function.arguments
            if choice.finish_reason:
                facts["finish_reason"] = choice.finish_reason
    return facts


understood = {}
create = client.chat.completions.create
understood["text"] = read(create(model="sdk-text", messages=asked, **streamed))
understood["tools"] = read(create(model="sdk-tools", messages=asked, tools=tools, **streamed))
calls = understood["tools"]["calls"]
turns = asked + [{
    "role": "assistant", "content": None, "name": "sdk-tools",
    "tool_calls": [{"id": call["id"], "type": call["type"],
                    "function": {"name": call["name"], "arguments": call["arguments"]}} for call in calls],
}] + [{
    "role": "tool", "tool_call_id": call["id"],
    "content": json.dumps(json.loads(call["arguments"]), separators=(",", ":")),
} for call in calls]
understood["after"] = read(create(model="sdk-tools", messages=turns, tools=tools, **streamed))
whole = create(model="sdk-whole", messages=asked)
understood["whole"] = [whole.id, whole.object, whole.choices[0].message.content, whole.choices[0].finish_reason,
                       counted(whole.usage)]
if provider == "openai":
    understood["models"] = [model.id for model in client.models.list()]
for model in ["sdk-busy", "sdk-flooded"]:
    try:
        read(create(model=model, messages=asked, **streamed))
    except openai.APIError as error:
        understood[model] = [type(error).__name__, error.message]
print(json.dumps(understood))
