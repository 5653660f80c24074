"""TOML files read strictly."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import ConfigDict

from superres.errors import InvalidConfigError, MissingFileError, UnknownNameError, unknown_name
from superres.training.toml import parse, read_toml

STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """A part of a meal."""

    __pydantic_config__ = STRICT
    dish: str
    grams: int = 100

    def __post_init__(self) -> None:
        if self.grams < 1:
            raise InvalidConfigError(f"a course of {self.grams} g is none")
        if self.dish == "sopu":
            raise unknown_name("dish", self.dish, ["soup"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Meal:
    """A meal."""

    __pydantic_config__ = STRICT
    first: Course
    others: list[Course]


GOOD = '[first]\ndish = "soup"\n[[others]]\ndish = "bread"\ngrams = 50\n'


def meal(change: tuple[str, str]) -> Meal:
    return parse(Meal, tomllib.loads(GOOD.replace(*change)), "meal.toml")


def test_tables_become_dataclasses() -> None:
    assert meal(("", "")) == Meal(first=Course(dish="soup"), others=[Course(dish="bread", grams=50)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[first]", "[frist]"), r"^meal\.toml: no key of a meal is called 'frist'; nearest: first$"),
        (("dish", "dihs"), r"no key of \[first\] is called 'dihs'; nearest: dish"),
        (("grams", "gramms"), r"no key of \[others\.0\] is called 'gramms'; nearest: grams"),
        (('"soup"', '"sopu"'), r"^meal\.toml: no dish is called 'sopu'; nearest: soup$"),
    ],
)
def test_unknown_name_is_answered_with_the_nearest_though_the_right_one_is_missing_too(
    change: tuple[str, str], message: str
) -> None:
    with pytest.raises(UnknownNameError, match=message):
        meal(change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('dish = "soup"\n', ""), r"^meal\.toml: first\.dish: field required$"),
        (("grams = 50", 'grams = "50"'), r"others\.0\.grams: input should be a valid integer"),
        (("grams = 50", "grams = 1979-05-27"), r"others\.0\.grams: input should be a valid integer"),
        (("grams = 50", "grams = 0"), r"^meal\.toml: a course of 0 g is none$"),
    ],
)
def test_value_that_makes_no_sense_is_named_with_its_place(change: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        meal(change)


def test_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "meal.toml").write_text(GOOD, encoding="utf-8")
    assert read_toml(tmp_path / "meal.toml")["first"] == {"dish": "soup"}


@pytest.mark.parametrize("content", [b"a = = 3", b"\xff\xfe"])
def test_text_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.toml").write_bytes(content)
    with pytest.raises(InvalidConfigError, match="is no valid TOML"):
        read_toml(tmp_path / "bad.toml")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.toml was to be read"):
        read_toml(tmp_path / "absent.toml")
