"""boto3 against the test server at argv[1]: prints as JSON what it understood."""

import json
import sys

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

client = boto3.client(
    "bedrock-runtime", endpoint_url=sys.argv[1], region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="sk-lighthouse-1234", config=Config(retries={"total_max_attempts": 1}),
)
asked = {
    "system": [{"text": "You are a pilot."}],
    "messages": [{"role": "user", "content": [{"text": "How is the tide?"}]}],
}
# The built-in tool noop, which answers with its arguments.
tools = {"tools": [{"toolSpec": {
    "name": "noop",
    "description": "Does nothing and answers with its arguments.",
    "inputSchema": {"json": {
        "type": "object",
        "properties": {"message": {"type": "string", "description": "Any text."}},
    }},
}}]}


def read(stream):
    facts = {"pieces": [], "calls": []}
    for event in stream:
        if "contentBlockStart" in event:
            facts["calls"].append({**event["contentBlockStart"]["start"]["toolUse"], "input": ""})
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            if "text" in delta:
                facts["pieces"].append(delta["text"])
            else:
                facts["calls"][-1]["input"] += delta["toolUse"]["input"]
        elif "messageStop" in event:
            facts["stopReason"] = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            facts["usage"] = event["metadata"]["usage"]
    return facts


understood = {}
understood["text"] = read(client.converse_stream(modelId="sdk-text", **asked)["stream"])
understood["tools"] = read(client.converse_stream(modelId="sdk-tools", toolConfig=tools, **asked)["stream"])
calls = understood["tools"]["calls"]
turns = asked["messages"] + [
    {"role": "assistant", "content": [
        {"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"], "input": json.loads(call["input"])}}
        for call in calls]},
    {"role": "user", "content": [
        {"toolResult": {"toolUseId": call["toolUseId"],
                        "content": [{"text": json.dumps(json.loads(call["input"]), separators=(",", ":"))}]}}
        for call in calls]},
]
after = client.converse_stream(modelId="sdk-tools", toolConfig=tools, **{**asked, "messages": turns})
understood["after"] = read(after["stream"])
whole = client.converse(modelId="sdk-whole", **asked)
understood["whole"] = [whole["output"]["message"]["content"][0]["text"], whole["stopReason"], whole["usage"]]
try:
    read(client.converse_stream(modelId="sdk-flooded", **asked)["stream"])
except EventStreamError as error:
    understood["sdk-flooded"] = [error.response["Error"]["Code"], error.response["Error"]["Message"]]
try:
    client.converse_stream(modelId="sdk-busy", **asked)
except ClientError as error:
    understood["sdk-busy"] = [error.response["Error"]["Code"], error.response["Error"]["Message"]]
print(json.dumps(understood))
