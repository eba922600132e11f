"""Field masks: `a(b,c)`, `a/b`, `a.b`, `*`; choosing fields of an answer, merging an update."""

from __future__ import annotations

import re
from typing import Any

from refundsheet.localsheets import schema
from refundsheet.localsheets.schema import Json

#: A mask as a tree: name -> what is wanted below it; an empty tree wants everything.
Mask = dict[str, "Mask"]

_TOKEN = re.compile(r"[A-Za-z0-9_*]+|[(),./]")
_SIGNS = frozenset("(),./")
#: No message of Google's reaches as deep.
_DEEPEST = 100


class MaskError(ValueError):
    """A mask that cannot be read, or names a field that is not there."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def parse(text: str) -> Mask:
    """The tree of a mask.

    Raises:
        MaskError: when the text is no mask.
    """
    text = re.sub(r"\s+", "", text)
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text or not tokens:
        raise MaskError(text)
    paths: list[tuple[str, ...]] = []
    if _fields(tokens, 0, (), paths) != len(tokens):
        raise MaskError(text)
    return _tree(paths)


def _fields(tokens: list[str], at: int, above: tuple[str, ...], into: list[tuple[str, ...]]) -> int:
    """Reads `path,path,...` from `at`; returns where it stopped."""
    at = _path(tokens, at, above, into)
    while at < len(tokens) and tokens[at] == ",":
        at = _path(tokens, at + 1, above, into)
    return at


def _path(tokens: list[str], at: int, above: tuple[str, ...], into: list[tuple[str, ...]]) -> int:
    if at >= len(tokens) or tokens[at] in _SIGNS or len(above) == _DEEPEST:
        raise MaskError("".join(tokens))
    path = (*above, schema.camel(tokens[at]))
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if following in {".", "/"}:
        return _path(tokens, at + 2, path, into)
    if following != "(":
        into.append(path)
        return at + 1
    at = _fields(tokens, at + 2, path, into)
    if at >= len(tokens) or tokens[at] != ")":
        raise MaskError("".join(tokens))
    return at + 1


def _tree(paths: list[tuple[str, ...]]) -> Mask:
    """Shortest paths first: what is wanted whole is not narrowed by a longer path."""
    tree: Mask = {}
    whole: set[tuple[str, ...]] = set()
    for path in sorted(paths, key=len):
        if any(path[:size] in whole for size in range(1, len(path))):
            continue
        whole.add(path)
        below = tree
        for name in path:
            below = below.setdefault(name, {})
    return tree


def check(mask: Mask, message: str, api: str = "sheets", at: str = "") -> None:
    """Whether every name of the mask is a field of the message.

    Raises:
        MaskError: naming the path that is not there.
    """
    known = schema.fields_of(message, api)
    for name, below in mask.items():
        if name == "*":
            continue
        path = f"{at}.{name}" if at else name
        if name not in known:
            raise MaskError(path)
        kind = known[name].strip("[]{}")
        if schema.is_message(kind, api):
            check(below, kind, api, path)
        elif below:
            raise MaskError(f"{path}.{next(iter(below))}")


def choose(mask: Mask, body: Any) -> Any:
    """What the mask leaves of a body; a present message stays, if only as `{}`."""
    if not mask:
        return body
    if isinstance(body, list):
        return [choose(mask, item) for item in body]
    if not isinstance(body, dict):
        return body
    if "*" in mask:
        return {name: choose(mask.get(name, mask["*"]), value) for name, value in body.items()}
    return {name: choose(mask[name], value) for name, value in body.items() if name in mask}


def wants(mask: Mask, *path: str) -> bool:
    """Whether the mask lets any of the path through."""
    for name in path:
        if not mask:
            return True
        if name not in mask:
            return "*" in mask
        mask = mask[name]
    return True


def below(mask: Mask, *path: str) -> Mask:
    """The part of the mask under a path that it lets through."""
    for name in path:
        if not mask:
            return mask
        mask = mask.get(name, mask.get("*", {}))
    return mask


def merge(mask: Mask, old: Json, new: Json) -> Json:
    """`old` with the masked fields as `new` has them; masked and absent is reset to nothing."""
    if not mask or "*" in mask:
        return new
    merged = dict(old)
    for name, under in mask.items():
        if under and isinstance(old.get(name, {}), dict) and isinstance(new.get(name, {}), dict):
            inner = merge(under, old.get(name, {}), new.get(name, {}))
            if inner or name in new:
                merged[name] = inner
            else:
                merged.pop(name, None)
        elif name in new:
            merged[name] = new[name]
        else:
            merged.pop(name, None)
    return merged
