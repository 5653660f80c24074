"""The layout's own promises."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from superres.metrics.catalogue import METRICS
from superres.models.catalogue import ARCHITECTURES
from superres.models.manifest import shipped
from superres.training.recipe import read_recipe

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "superres"
FILES = sorted(SOURCE.rglob("*.py"))
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_file_is_short_and_its_functions_too(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400
    for function in functions(path):
        assert function.end_lineno is not None
        assert function.end_lineno - function.lineno < 60, function.name


def test_names_say_something() -> None:
    assert not [path for path in SOURCE.rglob("*") if path.stem in EMPTY_NAMES]


def test_half_of_the_files_have_at_most_a_hundred_and_fifty_lines() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] <= 150


def test_nothing_is_printed_outside_of_the_doors() -> None:
    rooms = [path for path in FILES if "apps" not in path.parts]
    calls = [
        (path.name, node.lineno)
        for path in rooms
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


@pytest.mark.parametrize(
    ("room", "constant", "names"), [("models", "ARCHITECTURE", ARCHITECTURES), ("metrics", "METRIC", METRICS)]
)
def test_catalogue_lists_every_file(room: str, constant: str, names: tuple[str, ...]) -> None:
    files = {path.stem for path in (SOURCE / room).glob("*.py") if f"\n{constant} = " in path.read_text("utf-8")}
    assert files == set(names)


def test_tour_of_the_readme_names_files_that_exist() -> None:
    tour = (ROOT / "README.md").read_text("utf-8").split("## A tour in five files")[1]
    named = [part for part in tour.split("`") if part.startswith("src/")]
    assert len(named) == 5
    assert all((ROOT / name).is_file() for name in named)


def test_readme_has_the_figures_of_the_manifest() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    others = ("photo", "texture", "photo-texture")  # made for another end than PSNR on clean reductions
    assert all(f"`{entry.name}`" in text for entry in shipped() if entry.tier in others)
    for entry in (entry for entry in shipped() if entry.tier not in others):
        (line,) = (line for line in text.splitlines() if line.startswith(f"| `{entry.name}`"))
        for name in ("set5", "set14", "kodak24"):
            assert f"{entry.card.figures[f'{name}_psnr_y']:.2f} dB" in line


def test_shipped_weights_name_a_recipe_that_has_their_steps() -> None:
    for entry in shipped():
        recipe = read_recipe(ROOT / "recipes" / entry.card.recipe)
        assert recipe.model.name == entry.name
        assert sum(stage.steps for stage in recipe.stages) == entry.card.steps
        assert tuple(Path(name).name for name in recipe.data.train) == entry.card.trained_on
