"""Holds answers against Google's discovery documents: their fields, types and enums."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

Json = Mapping[str, Any]

#: The documents by the start of the paths they describe.
_DOCUMENTS = {"/drive/v3/": "drive.v3.json", "/": "sheets.v4.json"}
_PYTHON_TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
_INT32 = range(-(2**31), 2**31)


@cache
def _document(name: str) -> Json:
    spec = find_spec("googleapiclient")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    return json.loads((folder / "discovery_cache" / "documents" / name).read_bytes())


def mistakes(answer: requests.Response) -> list[str]:
    """What is in a 200 answer of an API method that Google's answers cannot contain."""
    request = answer.request
    path = unquote(urlsplit(request.url or "").path)
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    if answer.status_code != 200 or path.startswith(("/control", "/upload/")) or not is_json:
        return []
    base = next(base for base in _DOCUMENTS if path.startswith(base))
    document = _document(_DOCUMENTS[base])
    method = _method(document, base, request.method or "", path)
    if method is None:
        return [f"{request.method} {path} is no method of Google's, and was answered"]
    found = _message_mistakes(document, answer.json(), method["response"]["$ref"], method["id"])
    return list(found)


def body_mistakes(method_id: str, body: Any) -> list[str]:
    """What Google's answers of a method, such as `sheets.spreadsheets.get`, cannot contain."""
    document = _document(_DOCUMENTS["/" if method_id.startswith("sheets.") else "/drive/v3/"])
    methods = _methods(document["resources"])
    method = next(method for method in methods if method["id"] == method_id)
    return list(_message_mistakes(document, body, method["response"]["$ref"], method_id))


def _method(document: Json, base: str, verb: str, path: str) -> Json | None:
    path = re.sub(r"/(?=:|\Z)", "", path)
    for method in _methods(document["resources"]):
        template = method.get("flatPath", method["path"])
        # A range may hold any sign, the names of things hold neither slash nor colon.
        pattern = re.sub(r"\\{range\\}", ".+", re.escape(template))
        pattern = re.sub(r"\\{\w+\\}", "[^/:]+", pattern)
        if method["httpMethod"] == verb and re.fullmatch(re.escape(base) + pattern, path):
            return method
    return None


def _methods(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _message_mistakes(document: Json, message: Any, schema: str, where: str) -> Iterator[str]:
    if not isinstance(message, dict):
        yield f"{where}: {message!r} is no {schema}"
        return
    properties = document["schemas"][schema].get("properties", {})
    for name, value in message.items():
        if name not in properties:
            yield f"{where}: {schema} has no field {name}"
        else:
            yield from _value_mistakes(document, value, properties[name], f"{where}.{name}")


def _value_mistakes(document: Json, value: Any, how: Json, where: str) -> Iterator[str]:
    if "$ref" in how:
        yield from _message_mistakes(document, value, how["$ref"], where)
    elif how["type"] == "array" and not isinstance(value, list):
        yield f"{where}: {value!r} is no list"
    elif how["type"] == "array" and how["items"].get("type") != "any":
        for index, item in enumerate(value):
            yield from _value_mistakes(document, item, how["items"], f"{where}[{index}]")
    elif how["type"] in _PYTHON_TYPES:
        yield from _plain_mistakes(value, how, where)


def _plain_mistakes(value: Any, how: Json, where: str) -> Iterator[str]:
    is_right = isinstance(value, _PYTHON_TYPES[how["type"]])
    if not is_right or (isinstance(value, bool) and how["type"] != "boolean"):
        yield f"{where}: {value!r} is no {how['type']}"
    elif "enum" in how and value not in how["enum"]:
        yield f"{where}: {value!r} is not one of {how['enum']}"
    elif how.get("format") == "int32" and value not in _INT32:
        yield f"{where}: {value} does not fit into 32 bits"
