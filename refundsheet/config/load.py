"""Reads the settings from a TOML file and the environment, and tells every mistake at once."""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from refundsheet.config.settings import BETWEEN_LEVELS, NO_SPREADSHEET, PREFIX, Settings
from refundsheet.errors import ConfigurationError

DEFAULT_FILE = Path("refundsheet.toml")

#: Variables that begin as the settings do and are for the tests.
_NO_SETTING = re.compile(rf"{PREFIX}(SHARED|REQUIRE|TEST_\w+)")

#: Keys whose value is never repeated: people put passwords and whole key files there.
_SECRET = {"ledger", "ledger.url", "google", "google.credentials"}


def load_settings(path: Path | None, *, required: bool) -> Settings:
    """The settings of the file, with what the environment says put over them.

    Args:
        path: A file somebody named; None is refundsheet.toml in the working directory, if any.
        required: Whether a spreadsheet must be named.

    Raises:
        ConfigurationError: with every mistake, its key and what is allowed, one a line.
    """
    return settings_of(_read(path), path, required=required)


def settings_of(content: Mapping[str, Any], path: Path | None, *, required: bool) -> Settings:
    """The settings that a file of this content stands for, with the environment put over them.

    Args:
        content: The file's content.
        path: The file, for the heading of the mistakes.
        required: Whether a spreadsheet must be named.

    Raises:
        ConfigurationError: as ``load_settings`` does.
    """
    mistakes = list(_unknown_variables(os.environ))
    settings = None
    try:
        settings = Settings(**content)
    except ValidationError as error:
        mistakes += [_sentence(one) for one in error.errors(include_url=False)]
    if required and "spreadsheet" not in content and not _in_environment("spreadsheet"):
        mistakes.append(NO_SPREADSHEET)
    if settings is None or mistakes:
        raise ConfigurationError("\n".join([_heading(path, len(mistakes)), *mistakes]))
    return settings


def _heading(path: Path | None, count: int) -> str:
    many = "a mistake" if count == 1 else f"{count} mistakes"
    return f"The settings ({path or DEFAULT_FILE} and the environment) hold {many}:"


def _read(path: Path | None) -> dict[str, Any]:
    file = path or DEFAULT_FILE
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path is None:
            return {}
        raise ConfigurationError(
            f"There is no file {file}: check the name after --config."
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is not UTF-8 text: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}.") from error


def _in_environment(key: str) -> bool:
    return any(name.upper() == PREFIX + key.upper() for name in os.environ)


def _unknown_variables(environment: Iterable[str]) -> Iterator[str]:
    """The library looks for the names it knows; a slip in one would go unnoticed."""
    for name in sorted(environment):
        if not name.startswith(PREFIX) or _NO_SETTING.fullmatch(name):
            continue
        key = name.removeprefix(PREFIX).lower().split(BETWEEN_LEVELS)[0]
        if key not in Settings.model_fields:
            yield f"{name}: {_no_such_key(key, Settings)}"


def _sentence(error: ErrorDetails) -> str:
    """One mistake: its key in dotted form, what is wrong, what is allowed."""
    key, said = _dotted(_place(error)), explain(error)
    return f"{key}: {said}" if key else said


def _place(error: ErrorDetails) -> list[str | int]:
    return [part for part in error["loc"] if part != "[key]"]


def explain(error: ErrorDetails) -> str:
    """What is wrong with a value, and what is allowed; the key is left to the caller."""
    place = _place(error)
    match error["type"]:
        case "extra_forbidden":
            said = _no_such_key(str(place[-1]), _model_at(place[:-1]))
        case "value_error":
            said = str(error["ctx"]["error"])  # pyright: ignore[reportTypedDictNotRequiredAccess]
        case "missing":
            said = "is missing"
        case "model_type" | "dict_type":
            said = f"is a section: write its keys below a line [{_dotted(place)}]"
        case "tuple_type":
            said = 'must be a list, for example ["one", "two"]'
        case _:
            said = error["msg"].replace("Input should be", "must be") + _as_given(
                _dotted(place), error
            )
    return said


def _as_given(key: str, error: ErrorDetails) -> str:
    value = error["input"]
    if key in _SECRET or not isinstance(value, str | int | float):
        return ""
    return f", not {value!r}"


def _dotted(place: Iterable[str | int]) -> str:
    """Entries of a list are counted from 1, as somebody does who looks for one in the file."""
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return key.removeprefix(".")


def _no_such_key(key: str, model: type[BaseModel]) -> str:
    near = get_close_matches(key, model.model_fields, n=1)
    if near:
        return f"there is no such key; did you mean {near[0]}?"
    return f"there is no such key; there are {', '.join(sorted(model.model_fields))}"


def _model_at(place: Iterable[str | int]) -> type[BaseModel]:
    """The section that a key stands in."""
    model: type[BaseModel] = Settings
    for part in place:
        if isinstance(part, str):
            model = _section(model.model_fields[part].annotation)
    return model


def _section(annotation: Any) -> type[BaseModel]:
    """The model in ``Section`` or ``tuple[Section, ...]``."""
    return (get_args(annotation) or (annotation,))[0]
