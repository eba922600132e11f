"""Holds requests against Google's discovery document: its fields, types, enums and masks."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left."""

    method: str
    url: str
    body: Any = None

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.url).path)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.url).query, keep_blank_values=True)


#: What a request's ``fields`` is a mask of; Google says it only in prose.
_MASKED = {
    "AppendCellsRequest": "CellData",
    "RepeatCellRequest": "CellData",
    "UpdateCellsRequest": "CellData",
    "UpdateDimensionPropertiesRequest": "DimensionProperties",
    "UpdateSheetPropertiesRequest": "SheetProperties",
    "UpdateSpreadsheetPropertiesRequest": "SpreadsheetProperties",
    "UpdateProtectedRangeRequest": "ProtectedRange",
}
#: Messages that must have exactly one field; the document does not say so.
_ONE_OF = ("Request", "ExtendedValue", "ColorStyle")

_PYTHON_TYPES = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


@cache
def document() -> Json:
    """Google's discovery document of the Sheets API, from the package that ships it."""
    spec = find_spec("googleapiclient")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    path = folder / "discovery_cache" / "documents" / "sheets.v4.json"
    return json.loads(path.read_bytes())


def mistakes(sent: Sent) -> list[str]:
    """What Google would not understand in a request; empty where all is known to it."""
    method = _method(sent)
    if method is None:
        return [f"{sent.method} {sent.path} is no method of the Sheets API"]
    found = [*_query_mistakes(sent, method)]
    reference = method.get("request", {}).get("$ref")
    if reference:
        found += _message_mistakes(sent.body or {}, reference, reference)
    elif sent.body is not None:
        found.append(f"{method['id']} takes no body")
    return found


def _method(sent: Sent) -> Json | None:
    for method in _methods(document()["resources"]):
        pattern = re.escape(method["flatPath"]).replace(r"\{spreadsheetId\}", "[^/:]+")
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", pattern)
        if method["httpMethod"] == sent.method and re.fullmatch(f"/{pattern}", sent.path):
            return method
    return None


def _methods(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _query_mistakes(sent: Sent, method: Json) -> Iterator[str]:
    known = {**document()["parameters"], **method.get("parameters", {})}
    known = {name: how for name, how in known.items() if how["location"] == "query"}
    for name, values in sent.query.items():
        if name not in known:
            yield f"query: unknown parameter {name}"
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            yield f"query: {name} is given {len(values)} times"
        for value in values:
            yield from _text_mistakes(value, known[name], f"query {name}")
    for mask in sent.query.get("fields", ()):
        yield from _mask_mistakes(mask, method["response"]["$ref"], "query fields")


def _text_mistakes(value: str, how: Json, where: str) -> Iterator[str]:
    if "enum" in how and value not in how["enum"]:
        yield f"{where}: {value!r} is not one of {how['enum']}"
    if how["type"] == "boolean" and value.lower() not in {"true", "false"}:
        yield f"{where}: {value!r} is no boolean"


def _message_mistakes(message: Any, schema: str, where: str) -> Iterator[str]:
    if not isinstance(message, dict):
        yield f"{where}: {message!r} is no {schema}"
        return
    if schema in _ONE_OF and len(message) != 1 and message:
        yield f"{where}: {schema} must have one field, not {sorted(message)}"
    properties = document()["schemas"][schema]["properties"]
    for name, value in message.items():
        if name not in properties:
            yield f"{where}: {schema} has no field {name}"
        else:
            yield from _value_mistakes(value, properties[name], f"{where}.{name}")
    if schema in _MASKED and "fields" in message:
        yield from _mask_mistakes(message["fields"], _MASKED[schema], f"{where}.fields")


def _value_mistakes(value: Any, how: Json, where: str) -> Iterator[str]:
    if value is None:
        return  # Google takes it for a field that is not there
    if how.get("deprecated"):
        yield f"{where}: Google calls this field deprecated"
    if "$ref" in how:
        yield from _message_mistakes(value, how["$ref"], where)
    elif how["type"] == "array":
        yield from _list_mistakes(value, how, where)
    elif how["type"] in _PYTHON_TYPES:
        yield from _plain_mistakes(value, how, where)


def _list_mistakes(value: Any, how: Json, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: {value!r} is no list"
        return
    for index, item in enumerate(value):
        yield from _value_mistakes(item, how["items"], f"{where}[{index}]")


def _plain_mistakes(value: Any, how: Json, where: str) -> Iterator[str]:
    is_right = isinstance(value, _PYTHON_TYPES[how["type"]])
    if not is_right or (isinstance(value, bool) and how["type"] != "boolean"):
        yield f"{where}: {value!r} is no {how['type']}"
    elif "enum" in how and value not in how["enum"]:
        yield f"{where}: {value!r} is not one of {how['enum']}"
    elif how["type"] == "integer" and not -(2**31) <= int(value) < 2**31:
        yield f"{where}: {value} does not fit into 32 bits"


def _mask_mistakes(mask: str, schema: str, where: str) -> Iterator[str]:
    if mask == "*":
        return
    if not mask:
        yield f"{where}: the mask is empty"
    for path, inner in _mask_parts(mask):
        yield from _path_mistakes(path, inner, schema, where)


def _mask_parts(mask: str) -> Iterator[tuple[list[str], str]]:
    """``a.b(c,d),e`` is ``a.b`` with ``c,d`` inside, and ``e`` with nothing."""
    for part in re.findall(r"[^,()]+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?", mask):
        path, _, inner = part.partition("(")
        yield re.split(r"[./]", path), inner.removesuffix(")")


def _path_mistakes(path: list[str], inner: str, schema: str, where: str) -> Iterator[str]:
    for name in path:
        properties = document()["schemas"].get(schema, {}).get("properties", {})
        if name not in properties:
            yield f"{where}: {schema or 'a plain value'} has no field {name}"
            return
        how = properties[name]
        schema = how.get("$ref") or how.get("items", {}).get("$ref", "")
    if inner:
        yield from _mask_mistakes(inner, schema, where)
