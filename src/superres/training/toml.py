"""TOML files read into frozen dataclasses, strictly: a mistake is answered with the nearest right word."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from superres.errors import InvalidConfigError, MissingFileError, UnknownNameError, unknown_name

Content = TypeVar("Content")
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        MissingFileError: If there is no such file.
        InvalidConfigError: If it is no TOML.
    """
    if not path.is_file():
        raise MissingFileError(f"{path} was to be read, but there is no such file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConfigError(f"{path} is no valid TOML: {error}") from error


def parse(kind: type[Content], content: Mapping[str, Any], origin: str) -> Content:
    """A dataclass from parsed TOML.

    Args:
        kind: A dataclass whose `__pydantic_config__` is strict and forbids what it does not know.
        content: Tables and values.
        origin: Names the file in messages.

    Raises:
        InvalidConfigError: If a key is missing, of the wrong kind, or makes no sense.
        UnknownNameError: If a key, or a name that it gives, is unknown.
    """
    try:
        # Strict mode refuses plain dictionaries in validate_python, not in JSON; a date becomes a text.
        return TypeAdapter(kind).validate_json(json.dumps(content, default=str))
    except UnknownNameError as error:
        raise UnknownNameError(f"{origin}: {error}") from error
    except ValidationError as error:
        raise _sentence(kind, error.errors(), origin) from error


def _sentence(kind: type[Any], found: list[ErrorDetails], origin: str) -> InvalidConfigError | UnknownNameError:
    """The first mistake; a misspelt key is missing too, so that unknown keys come before missing ones."""
    first = min(found, key=lambda each: each["type"] not in _UNKNOWN_KEY)
    if first["type"] in _UNKNOWN_KEY:
        return UnknownNameError(f"{origin}: {_unknown_key(kind, first['loc'])}")
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InvalidConfigError):
        return InvalidConfigError(f"{origin}: {cause}")
    return InvalidConfigError(f"{origin}: {_dotted(first['loc'])}: {first['msg'].lower()}")


def _unknown_key(kind: type[Any], location: tuple[int | str, ...]) -> UnknownNameError:
    *tables, key = location
    owner: Any = kind
    for part in tables:
        if isinstance(part, str):
            hint = get_type_hints(owner)[part]
            owner = next((each for each in (*get_args(hint), hint) if is_dataclass(each)), owner)
    place = f"[{_dotted(tables)}]" if tables else f"a {kind.__name__.lower()}"
    return unknown_name(f"key of {place}", str(key), [field.name for field in fields(owner)])


def _dotted(location: tuple[int | str, ...] | list[int | str]) -> str:
    return ".".join(str(part) for part in location)
