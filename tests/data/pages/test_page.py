"""Pages of text to train on."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples.typefaces import faces

from superres.data.pages import page
from superres.data.pages.page import RECORD, Record, write_pages
from superres.errors import ExistingFileError, InvalidRequestError, UnwritableFileError
from superres.image.files import read_picture


@pytest.fixture(scope="module")
def typefaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faces(tmp_path_factory.mktemp("faces"))


def written(output: Path, typefaces: Path, **changes: Any) -> Record:
    settings: dict[str, Any] = {"faces": typefaces, "count": 2, "side": 128, "seed": 1, **changes}
    return write_pages(output, **settings)


def pixels(folder: Path) -> list[np.ndarray]:
    return [np.asarray(read_picture(path).pixels) for path in sorted(folder.glob("*.png"))]


def test_pages_have_their_names_their_size_and_something_to_read(tmp_path: Path, typefaces: Path) -> None:
    written(tmp_path / "pages", typefaces)
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["page_0000.png", "page_0001.png", RECORD]
    for found in pixels(tmp_path / "pages"):
        assert (found.shape, found.dtype) == ((128, 128, 3), np.uint8)
        assert found.std() > 5


def test_a_page_depends_on_the_seed_and_its_number_alone(tmp_path: Path, typefaces: Path) -> None:
    for name, changes in (("two", {}), ("three", {"count": 3}), ("other", {"seed": 2})):
        written(tmp_path / name, typefaces, **changes)
    two, three, other = (pixels(tmp_path / name) for name in ("two", "three", "other"))
    assert all(np.array_equal(*pair) for pair in zip(two, three, strict=False))
    assert not np.array_equal(two[0], two[1])
    assert not np.array_equal(two[0], other[0])


def test_the_record_names_what_pages_were_made_of(tmp_path: Path, typefaces: Path) -> None:
    record = written(tmp_path / "pages", typefaces)
    document = json.loads((tmp_path / "pages" / RECORD).read_text("utf-8"))
    assert document == {
        "count": 2,
        "side": 128,
        "seed": 1,
        "words_sha256": record.words_sha256,
        "faces": {
            name: hashlib.sha256((typefaces / name).read_bytes()).hexdigest()
            for name in ("DejaVuSans.ttf", "DejaVuSerif.ttf")
        },
    }


def test_progress_is_told_page_by_page(tmp_path: Path, typefaces: Path) -> None:
    told: list[tuple[str, int, int]] = []
    written(tmp_path / "pages", typefaces, watch=lambda *now: told.append(now))
    assert told == [("page_0000.png", 1, 2), ("page_0001.png", 2, 2)]


def test_existing_pages_are_kept_unless_they_may_be_replaced(
    tmp_path: Path, typefaces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "pages"
    output.mkdir()
    (output / "page_0001.png").write_bytes(b"mine")
    with monkeypatch.context() as patch:
        patch.setattr(page, "draw_page", lambda *_: pytest.fail("nothing must be made"))
        with pytest.raises(ExistingFileError, match="page_0001"):
            written(output, typefaces)
    assert [path.name for path in output.iterdir()] == ["page_0001.png"]
    written(output, typefaces, overwrite=True)
    assert len(pixels(output)) == 2


def test_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path, typefaces: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableFileError, match="cannot be made"):
        written(tmp_path / "file" / "pages", typefaces)


@pytest.mark.parametrize("change", [{"count": 0}, {"side": 127}, {"seed": -1}])
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, typefaces: Path, change: dict[str, int]) -> None:
    with pytest.raises(InvalidRequestError, match="pages need a count of at least 1"):
        written(tmp_path / "pages", typefaces, **change)
    assert not (tmp_path / "pages").exists()
