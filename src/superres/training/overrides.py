"""A recipe with some values set otherwise, from the command line: `stages.1.steps=100`.

What results is a complete recipe again, and the run folder keeps it as such.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from superres.errors import InvalidRequestError, unknown_name
from superres.training.recipe import Recipe, parse_recipe
from superres.training.toml import read_toml


def effective_recipe(path: Path, overrides: Sequence[str] = ()) -> tuple[Recipe, bytes]:
    """A recipe with overrides, and the file that says the same.

    Args:
        path: The recipe.
        overrides: Each `KEY=VALUE`: the keys on the way with dots between them, stages by their place from 0 or by
            their name; the value as TOML, or a plain word for a text.

    Returns:
        The recipe, and its TOML: the file's own bytes where nothing is set.

    Raises:
        InvalidRequestError: If an override has another form.
        MissingFileError: If there is no such recipe.
        InvalidConfigError: If the result makes no sense.
        UnknownNameError: If a key or a stage is unknown.
    """
    content = read_toml(path)
    for override in overrides:
        _set(content, override)
    recipe = parse_recipe(content, str(path))
    return recipe, toml_text(content).encode() if overrides else path.read_bytes()


def _set(content: dict[str, Any], override: str) -> None:
    keys, sign, text = override.partition("=")
    *tables, last = [key.strip() for key in keys.split(".")]
    if not sign or not all((*tables, last)):
        raise InvalidRequestError(f"--set takes KEY=VALUE, such as stages.0.steps=100, got {override!r}")
    table: Any = content
    for key in tables:
        table = _inside(table, key, override)
    if isinstance(table, list):
        raise InvalidRequestError(f"--set {override!r} would replace a whole stage; name a value of it")
    if not isinstance(table, dict):
        raise InvalidRequestError(
            f"--set {override!r} looks for {last!r} in {'.'.join(tables)}, which is a single value"
        )
    table[last] = _value(text.strip(), override)


def _inside(table: Any, key: str, override: str) -> Any:
    """The table of a key; a new one where there is none, which the strict reading then judges."""
    if isinstance(table, list):
        return _stage(cast("list[dict[str, Any]]", table), key)
    if not isinstance(table, dict):
        raise InvalidRequestError(f"--set {override!r} looks for {key!r} in a single value, which has no keys")
    return cast("dict[str, Any]", table).setdefault(key, {})


def _stage(stages: list[dict[str, Any]], key: str) -> dict[str, Any]:
    by_name = {str(stage.get("name")): stage for stage in stages}
    by_place = {str(place): stage for place, stage in enumerate(stages)}
    known = by_place | by_name
    if key not in known:
        raise unknown_name("stage", key, known)
    return known[key]


def _value(text: str, override: str) -> Any:
    if re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text not in ("true", "false", "inf", "nan"):
        return text
    try:
        parsed = tomllib.loads(f"value = {text}\n")
    except tomllib.TOMLDecodeError as error:
        raise InvalidRequestError(
            f"--set {override!r}: {text!r} is no TOML value; texts with spaces or signs need quotes within the "
            "shell's, lists need brackets"
        ) from error
    if list(parsed) != ["value"]:
        raise InvalidRequestError(f"--set {override!r} has more than one value")
    return parsed["value"]


def toml_text(content: Mapping[str, Any]) -> str:
    """Parsed TOML as a file: the values of a table first, then its tables, then its lists of tables."""
    return "\n".join(_lines(content, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...], *, in_list: bool = False) -> list[str]:
    """A table's lines; where it is one of a list, those of its tables stand in one line each."""
    headed = [] if in_list else [key for key, value in table.items() if _has_heading(value)]
    lines = [f"{_key(key)} = {_literal(value)}" for key, value in table.items() if key not in headed]
    for key in headed:
        inner = (*path, key)
        name = ".".join(map(_key, inner))
        if isinstance(table[key], dict):
            lines += ["", f"[{name}]", *_lines(table[key], inner)]
        else:
            for each in table[key]:
                lines += ["", f"[[{name}]]", *_lines(each, inner, in_list=True)]
    return lines


def _has_heading(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in cast("list[Any]", value))
    return isinstance(value, dict)


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return "{ " + ", ".join(f"{_key(key)} = {_literal(each)}" for key, each in inner.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(each) for each in cast("list[Any]", value)) + "]"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return repr(value)
    # JSON's texts and truths are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
