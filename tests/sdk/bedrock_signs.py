"""Signatures of calls of Bedrock, made by botocore at a fixed time: `python bedrock_signs.py > bedrock_signatures.json`."""

import datetime
import json
from unittest import mock

import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AT = datetime.datetime(2015, 8, 30, 12, 36, 0, tzinfo=datetime.timezone.utc)
BODY = '{"messages":[{"role":"user","content":[{"text":"Gezeiten für Kiel?"}]}]}'
ARN = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


def path(model):
    from urllib.parse import quote
    return f"/model/{quote(model, safe='-._~')}/converse-stream"


cases = []
for base, region, model, token in [
    ("https://bedrock-runtime.us-east-1.amazonaws.com", "us-east-1", "amazon.nova-lite-v1:0", None),
    ("https://bedrock-runtime.eu-west-1.amazonaws.com", "eu-west-1", ARN, "FQoGZXIvYXdzE+/=="),
    ("http://127.0.0.1:4711/through/a proxy".replace(" ", "%20"), "eu-west-1", "odd+name (1)", None),
]:
    request = AWSRequest(method="POST", url=base + path(model), data=BODY.encode(),
                         headers={"Content-Type": "application/json"})
    keys = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    with mock.patch("botocore.auth.get_current_datetime", return_value=AT):
        SigV4Auth(keys, "bedrock", region).add_auth(request)
    signature = request.headers["Authorization"].rsplit("Signature=")[1]
    cases.append({"url": request.url, "region": region, "token": token, "body": BODY, "signature": signature})
print(json.dumps({"source": f"botocore {botocore.__version__} from PyPI", "cases": cases}, indent=2))
