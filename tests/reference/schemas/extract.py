"""Cuts what the bundles need out of published schemas, without descriptions, each file with its origin and licence.

    pip install botocore==1.44.5 compose-spec==0.2.1 kubernetes-validate==1.37.0
    apt-get download cloud-init=22.4.2-1+deb12u4   # unpacked: schema-cloud-config-v1.json
    python extract.py CLOUD_CONFIG_SCHEMA
"""

import gzip
import json
import pathlib
import sys

import botocore
import kubernetes_validate
from compose_spec.models import ComposeSpecification

HERE = pathlib.Path(__file__).parent
KUBERNETES = "1.37.0"
KINDS = {
    "Deployment": "deployment-apps-v1",
    "Service": "service-v1",
    "HorizontalPodAutoscaler": "horizontalpodautoscaler-autoscaling-v2",
    "PodDisruptionBudget": "poddisruptionbudget-policy-v1",
    "NetworkPolicy": "networkpolicy-networking-v1",
}
CLOUD_CONFIG = [
    "cc_bootcmd",
    "cc_package_update_upgrade_install",
    "cc_runcmd",
    "cc_users_groups",
    "cc_write_files",
]


def bare(node, is_map=False):
    """The node without descriptions, which are most of its length; a property may be called "description"."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: bare(value, not is_map and key in ("properties", "patternProperties", "$defs", "definitions"))
        for key, value in node.items()
        if is_map or (key not in ("description", "title", "examples") and not key.startswith("x-kubernetes-"))
    }


def write(name, origin, licence, schema):
    text = json.dumps({"$comment": f"{origin}. Licence: {licence}.", **schema}, separators=(",", ":"), sort_keys=True)
    (HERE / name).write_text(text + "\n")
    print(name, len(text))


def closure(roots, find):
    """Every definition that the roots reach."""
    found, waiting = {}, list(roots)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            name = node.get("$ref", "").split("/$defs/")[-1] if "$ref" in node else None
            if name and name not in found:
                found[name] = find(name)
                waiting.append(found[name])
            waiting.extend(node.values())
    return found


def relink(node):
    if isinstance(node, list):
        return [relink(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: "#/$defs/" + value.split("/$defs/")[-1] if key == "$ref" else relink(value) for key, value in node.items()
    }


def kubernetes():
    folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{KUBERNETES}-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    kinds = {kind: bare(json.loads((folder / f"{file}.json").read_text())) for kind, file in KINDS.items()}
    defs = closure(kinds.values(), lambda name: bare(definitions[name]))
    for kind in kinds.values():
        for key in ("$schema", "$id"):
            kind.pop(key, None)
    write(
        "kubernetes.json",
        f"JSON schemas of Kubernetes {KUBERNETES}, made of its OpenAPI description (strict), from kubernetes-validate 1.37.0 on PyPI",
        "Apache-2.0",
        {"$defs": relink({**defs, **kinds})},
    )


def compose():
    schema = bare(ComposeSpecification.model_json_schema(by_alias=True))
    for node in [schema, *schema["$defs"].values()]:
        # The models let any key pass; the specification takes none but those that begin with "x-".
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)
            node["patternProperties"] = {"^x-": {}}
    write(
        "compose.json",
        "The Compose Specification as JSON schema, from the models in compose-spec 0.2.1 on PyPI; unknown keys are refused",
        "MIT or Apache-2.0",
        schema,
    )


def cloud_config(path):
    schema = json.loads(pathlib.Path(path).read_text())
    defs = bare(schema["$defs"], True)
    parts = [{"$ref": f"#/$defs/{name}"} for name in CLOUD_CONFIG]
    reached = closure(parts, lambda name: defs[name])
    known = {key for name in CLOUD_CONFIG for key in defs[name].get("properties", {})}
    write(
        "cloud-config.json",
        "Schema of cloud-config, from cloud-init 22.4.2-1+deb12u4 of Debian 12: the modules that user data uses; no other key is allowed",
        "Apache-2.0 (or GPL-3)",
        {
            "$defs": reached,
            "allOf": parts,
            "additionalProperties": False,
            "properties": {key: {} for key in sorted(known)},
        },
    )


def ecs():
    path = pathlib.Path(botocore.__file__).parent / "data" / "ecs" / "2014-11-13" / "service-2.json.gz"
    shapes = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
    simple = {
        "string": "string",
        "integer": "integer",
        "long": "integer",
        "boolean": "boolean",
        "double": "number",
        "float": "number",
        "timestamp": "number",
    }

    def schema_of(name):
        shape = shapes[name]
        if shape["type"] == "structure":
            members = {key: {"$ref": f"#/$defs/{member['shape']}"} for key, member in shape["members"].items()}
            required = {"required": shape["required"]} if shape.get("required") else {}
            return {"type": "object", "properties": members, "additionalProperties": False, **required}
        if shape["type"] == "list":
            return {"type": "array", "items": {"$ref": f"#/$defs/{shape['member']['shape']}"}}
        if shape["type"] == "map":
            return {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{shape['value']['shape']}"}}
        limits = {key: shape[old] for key, old in (("enum", "enum"), ("pattern", "pattern")) if old in shape}
        return {"type": simple[shape["type"]], **limits}

    roots = ["RegisterTaskDefinitionRequest", "CreateServiceRequest"]
    defs = closure([{"$ref": f"#/$defs/{root}"} for root in roots], schema_of)
    write(
        "ecs.json",
        "Requests of the Amazon ECS API (2014-11-13) as JSON schema, made of the service model in botocore 1.44.5 on PyPI",
        "Apache-2.0",
        {"$defs": defs},
    )


kubernetes()
compose()
cloud_config(sys.argv[1])
ecs()
