"""The command line as a whole."""

import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from samples.commands import Call
from typer.testing import CliRunner

from superres.apps.cli.main import LAB_PACKAGES, tree
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture

LAB = ("torch", "lightning_fabric", "onnx", "safetensors", "scipy", "tensorboard", "jaxtyping")
COMMANDS = (
    "upscale",
    "models",
    "train",
    "evaluate",
    "compare",
    "recognise",
    "cost",
    "export",
    "convert",
    "study",
    "data",
)


def test_version_is_the_packages(superres: Call) -> None:
    assert superres("--version").out.strip() == version("superres")


def test_help_lists_every_command(superres: Call) -> None:
    answer = superres("--help")
    assert answer.code == 0
    assert all(name in answer.out for name in COMMANDS)


@pytest.mark.parametrize("name", ["upscale", "study"])
def test_command_that_is_asked_for_is_the_same_alone_and_among_all(name: str) -> None:
    alone, among_all = (CliRunner().invoke(each, [name, "--help"]).stdout for each in (tree(name), tree()))
    assert "Usage" in alone
    assert alone == among_all
    assert CliRunner().invoke(tree(name), ["models"]).exit_code == 2


def test_unknown_command_is_an_error_that_names_the_nearest(superres: Call) -> None:
    answer = superres("upscle")
    assert answer.code == 2
    assert "upscale" in answer.err


def test_unknown_option_is_an_error_of_the_user(superres: Call) -> None:
    assert superres("upscale", "--no-such-option").code == 2


def test_help_and_upscaling_load_nothing_of_the_lab_and_no_decoder_that_is_not_needed(tmp_path: Path) -> None:
    program = f"""
import sys, json
from pathlib import Path
import numpy as np
from superres.apps.cli.main import run
from superres.image.files import write_picture
from superres.image.picture import Picture
write_picture(Path("a.png"), Picture(pixels=np.zeros((20, 20, 3), np.uint8)))
codes = []
for arguments in ("--help", "upscale a.png --engine openvino", "models --shipped --json"):
    sys.argv = ["superres", *arguments.split()]
    try:
        run()
    except SystemExit as end:
        codes.append(end.code or 0)
print(json.dumps([codes, [name for name in {(*LAB, "PIL")!r} if name in sys.modules]]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1]) == [[0, 0, 0], []]


def test_the_process_ends_with_its_work_and_all_that_was_said(tmp_path: Path) -> None:
    program = """
import atexit, sys
from superres.apps.cli.main import start
atexit.register(lambda: print("the interpreter was taken down"))
sys.argv = ["superres", "models", "--json"]
start()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "rlfn_compact_x4" in {entry["name"] for entry in json.loads(done.stdout)["models"]}


def test_a_reader_that_stops_reading_is_no_crash() -> None:
    command = f"{sys.executable} -m superres --help | head -c 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_in_an_encoding_without_some_characters_is_no_crash(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "snö").mkdir()
    write_picture(tmp_path / "snö" / "←.png", Picture(pixels=np.zeros((20, 20, 3), np.uint8)))
    environment = {**os.environ, "PYTHONIOENCODING": encoding}

    def said(*arguments: str) -> str:
        asked = [sys.executable, "-m", "superres", *arguments]
        done = subprocess.run(asked, cwd=tmp_path, env=environment, check=False, capture_output=True)
        assert b"Traceback" not in done.stderr
        return done.stdout.decode(encoding)

    assert "upscale" in said("--help")
    assert "rlfn_compact_x4" in said("models", "--shipped")
    checked = json.loads(said("data", "check", "snö", "--json"))
    assert "←" in json.dumps(checked, ensure_ascii=False)


def test_output_that_is_closed_beforehand_is_no_crash(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", Picture(pixels=np.zeros((20, 20, 3), np.uint8)))
    command = f"{sys.executable} -m superres upscale a.png -o b.png --engine openvino >&- 2>&-"
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert read_picture(tmp_path / "b.png").pixels.shape == (80, 80, 3)


def test_every_package_of_the_lab_is_known_by_name() -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8")
    lab = tomllib.loads(text)["project"]["optional-dependencies"]["lab"]
    modules = {"pillow": "PIL"}
    names = [entry.split(">")[0].replace("-", "_") for entry in lab]
    assert {modules.get(name, name) for name in names} == set(LAB_PACKAGES)


@pytest.mark.parametrize(("package", "arguments"), [("torch", "evaluate folder"), ("scipy", "study scores votes.csv")])
def test_missing_lab_package_is_said_in_a_sentence(package: str, arguments: str) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None
from superres.apps.cli.main import run
sys.argv = ["superres", *{arguments.split()!r}]
run()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"the package {package}, which is not installed; pip install 'superres[lab]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
