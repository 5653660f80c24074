"""The images that a recipe trains on."""

from dataclasses import replace
from pathlib import Path

import pytest
from samples.pictures import noise, png_of

from superres.errors import InvalidConfigError
from superres.training.material import Data
from superres.training.strategies.categories import image_labels

DATA = Data(train=["train/a", "train/b"], validation="validation", degradation="bicubic")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path))
    for name in ("a/0.png", "a/1.png", "b/0.png"):
        path = tmp_path / "train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_of(noise(8, 8, 3)))
    return tmp_path


def test_nothing_is_left_out_unless_it_is_named() -> None:
    assert DATA.left_out() == frozenset()


def test_named_image_is_left_out_and_its_namesake_elsewhere_is_not(root: Path) -> None:
    left_out = replace(DATA, exclude=["train/a/0.png"]).left_out()
    assert left_out == {root / "train" / "a" / "0.png"}


def test_image_that_is_left_out_has_no_label() -> None:
    left_out = replace(DATA, exclude=["train/a/0.png"]).left_out()
    labels = {"train/a": "nature", "train/b": "drawing"}
    assert image_labels(DATA.train, labels, left_out) == [1, 0]


def test_image_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(InvalidConfigError, match=r"2\.png is to be left out, but there is no such image"):
        replace(DATA, exclude=["train/a/2.png"]).left_out()


def test_image_of_a_folder_that_is_not_trained_on_cannot_be_left_out() -> None:
    with pytest.raises(InvalidConfigError, match="no folder train/c"):
        replace(DATA, exclude=["train/c/0.png"])


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_share_of_a_size_outside_of_zero_and_one_is_refused(share: float) -> None:
    with pytest.raises(InvalidConfigError, match="between 0 and 1"):
        replace(DATA, also_at=[share])
