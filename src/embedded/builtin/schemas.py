#!/usr/bin/env python3
"""Makes schemas.json from the OpenAPI documents of the Go module k8s.io/kubernetes (Apache-2.0).

    go mod download k8s.io/kubernetes@v1.36.3
    python3 schemas.py "$(go env GOMODCACHE)/k8s.io/kubernetes@v1.36.3/api/openapi-spec/v3" > schemas.json

References are written out, except the metadata, and zero values are no defaults here: an absent field stays absent.
"""
import json
import sys

KINDS = {
    "api__v1": {
        "io.k8s.api.core.v1": ["ConfigMap", "Event", "Namespace", "Secret", "Service", "ServiceAccount"],
        "io.k8s.apimachinery.pkg.apis.meta.v1": ["ObjectMeta"],
    },
    "apis__coordination.k8s.io__v1": {"io.k8s.api.coordination.v1": ["Lease"]},
    "apis__events.k8s.io__v1": {"io.k8s.api.events.v1": ["Event"]},
    "apis__rbac.authorization.k8s.io__v1": {
        "io.k8s.api.rbac.v1": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    },
}
METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def flat(node, schemas):
    if not isinstance(node, dict):
        return node
    node = dict(node)
    refs = node.pop("allOf", [])
    if "$ref" in node:
        refs = [{"$ref": node.pop("$ref")}]
    for ref in refs:
        name = ref["$ref"].rsplit("/", 1)[1]
        if name == METADATA:
            return {"type": "object", "description": node.get("description", "")}
        node = {**flat(schemas[name], schemas), **node}
    if node.get("default") in ({}, "", 0, False, []):
        node.pop("default")
    if node.get("format") == "int-or-string":
        node = {"description": node.get("description", ""), "x-kubernetes-int-or-string": True}
    node.pop("x-kubernetes-group-version-kind", None)
    if isinstance(node.get("required"), list):
        # Metadata is always there.
        node["required"] = [field for field in node["required"] if field != "metadata"]
        if not node["required"]:
            node.pop("required")
    if "properties" in node:
        node["properties"] = {k: flat(v, schemas) for k, v in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in node:
            node[key] = flat(node[key], schemas)
    return node


def main(folder):
    out = {}
    for document, packages in KINDS.items():
        with open(f"{folder}/{document}_openapi.json") as file:
            schemas = json.load(file)["components"]["schemas"]
        for package, kinds in packages.items():
            for kind in kinds:
                name = f"{package}.{kind}"
                out[name] = flat(schemas[name], schemas)
    json.dump(out, sys.stdout, indent=1, sort_keys=True)
    print()


main(sys.argv[1])
