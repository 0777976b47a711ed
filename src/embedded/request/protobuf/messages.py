#!/usr/bin/env python3
"""Makes messages.json, the field numbers of built-in kinds, from the .proto files of Kubernetes' Go modules (Apache-2.0).

    go mod download k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3
    python3 messages.py "$(go env GOMODCACHE)/k8s.io" v0.36.3 > messages.json

Each message is an object of its fields: number: [name, type], with "[]" or "{}" before the type of lists and maps.
"""
import json
import re
import sys

ROOTS = [
    "core.v1." + kind for kind in ["ConfigMap", "Event", "Namespace", "Secret", "Service", "ServiceAccount"]
] + [
    "rbac.v1." + kind for kind in ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]
] + ["coordination.v1.Lease", "events.v1.Event", "meta.v1.DeleteOptions"]
FIELD = re.compile(r"^\s*(optional|repeated) ([\w.]+) (\w+) = (\d+);|^\s*map<string, ([\w.]+)> (\w+) = (\d+);")
# Read by hand, each in its own way.
SPECIAL = {"meta.v1.Time", "meta.v1.MicroTime", "meta.v1.FieldsV1", "intstr.IntOrString"}
SCALARS = {"string", "bytes", "bool", "int32", "int64"}


def full(name, package):
    if name in SCALARS:
        return name
    for prefix, short in [
        (".k8s.io.apimachinery.pkg.apis.meta.", "meta."), (".k8s.io.apimachinery.pkg.util.", ""), (".k8s.io.api.", ""),
    ]:
        name = name.replace(prefix, short) if name.startswith(prefix) else name.replace(prefix[1:], short)
    return name if "." in name else f"{package}.{name}"


def read(path, package, messages):
    current = None
    for line in open(path, encoding="utf-8"):
        if opened := re.match(r"^message (\w+) \{", line):
            current = messages.setdefault(f"{package}.{opened[1]}", {})
        elif current is not None and (field := FIELD.match(line)):
            if field[1]:
                mark = "[]" if field[1] == "repeated" else ""
                current[field[4]] = [field[3], mark + full(field[2], package)]
            else:
                current[field[7]] = [field[6], "{}" + full(field[5], package)]


def main(modules, version):
    messages = {}
    for package in ["core", "rbac", "coordination", "events"]:
        read(f"{modules}/api@{version}/{package}/v1/generated.proto", f"{package}.v1", messages)
    read(f"{modules}/apimachinery@{version}/pkg/apis/meta/v1/generated.proto", "meta.v1", messages)
    wanted, found = list(ROOTS), {}
    while wanted:
        name = wanted.pop()
        if name in found or name in SPECIAL or name in SCALARS:
            continue
        found[name] = messages[name]
        wanted += [kind.lstrip("[]{}") for _, kind in messages[name].values()]
    json.dump(found, sys.stdout, separators=(",", ":"), sort_keys=True)
    print()


main(sys.argv[1], sys.argv[2])
