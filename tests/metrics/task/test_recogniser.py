"""Reading text in an image."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from samples.texts import word_image

from superres.errors import InvalidImageError, MissingPackageError
from superres.metrics.task.characters import comparable
from superres.metrics.task.recogniser import PageReader


@pytest.fixture(scope="session")
def reader() -> PageReader:
    pytest.importorskip("rapidocr", reason="reading text needs the extra ocr")
    return PageReader()


def test_printed_words_are_read(reader: PageReader) -> None:
    assert comparable(reader(word_image("Silver kettle 1896"))) == "silver kettle 1896"


def test_lines_are_read_from_top_to_bottom(reader: PageReader) -> None:
    first, second = word_image("upper line"), word_image("lower line")
    page = np.full((first.shape[0] * 2, max(first.shape[1], second.shape[1]), 3), 255, np.uint8)
    page[: len(first), : first.shape[1]] = first
    page[len(first) :, : second.shape[1]] = second
    assert reader(page).splitlines() == ["upper line", "lower line"]


def test_nothing_is_read_where_nothing_is_written(reader: PageReader) -> None:
    assert reader(np.full((64, 96, 3), 200, np.uint8)) == ""


def test_colours_arrive_in_their_order(reader: PageReader, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []

    def engine(image: np.ndarray) -> SimpleNamespace:
        seen.append(tuple(image[0, 0]))
        return SimpleNamespace(txts=("one", "two"))

    monkeypatch.setattr(reader, "_engine", engine)
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    assert reader(red) == "one\ntwo"
    assert seen == [(0, 0, 255)]  # the package takes arrays for BGR


def test_reader_names_its_package_and_version(reader: PageReader) -> None:
    package, version = reader.name.split()
    assert package == "rapidocr"
    assert version[0].isdigit()


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 1), np.uint8)])
def test_other_images_are_refused(reader: PageReader, image: np.ndarray) -> None:
    with pytest.raises(InvalidImageError, match=r"text is read in \(H, W, 3\) of uint8"):
        reader(image)  # pyright: ignore[reportUnknownArgumentType]


def test_missing_package_is_said_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'superres\[ocr\]'"):
        PageReader()


def test_package_without_networks_is_refused_rather_than_left_to_download(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = SimpleNamespace(
        __file__=str(tmp_path / "__init__.py"), EngineType=SimpleNamespace(OPENVINO="openvino"), RapidOCR=None
    )
    monkeypatch.setitem(sys.modules, "rapidocr", package)
    monkeypatch.setattr("superres.metrics.task.recogniser.metadata.version", lambda _name: "1.0")
    with pytest.raises(MissingPackageError, match="has no network for its stage 'det'"):
        PageReader()
