"""A degraded folder can be made again from its record."""

import json
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise, png_of, seen_by_pillow

from superres.data.datasets.degraded import RECORD, degrade_folder, read_record, replay_folder
from superres.errors import (
    ExistingFileError,
    InvalidImageError,
    InvalidRequestError,
    MissingFileError,
    UnknownNameError,
    UnreadableFileError,
)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for index, size in enumerate([(40, 50), (33, 31)]):
        (tmp_path / "photos" / f"{index}.png").write_bytes(png_of(noise(*size, 3, seed=index)))
    return tmp_path / "photos"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_images_are_cropped_to_a_multiple_and_reduced(photos: Path, tmp_path: Path) -> None:
    degrade_folder(photos, tmp_path / "low", preset_name="camera", scale=3, seed=7)
    assert seen_by_pillow(tmp_path / "low" / "0.png").shape == (13, 16, 3)
    assert seen_by_pillow(tmp_path / "low" / "1.png").shape == (11, 10, 3)


def test_record_replays_to_the_same_bytes(photos: Path, tmp_path: Path) -> None:
    degrade_folder(photos, tmp_path / "low", preset_name="camera", scale=4, seed=7)
    replay_folder(photos, tmp_path / "again", read_record(tmp_path / "low" / RECORD))
    assert contents(tmp_path / "low") == contents(tmp_path / "again")


def test_each_image_has_a_degradation_of_its_own_that_its_neighbours_do_not_change(
    photos: Path, tmp_path: Path
) -> None:
    (photos / "1.png").write_bytes((photos / "0.png").read_bytes())
    degrade_folder(photos, tmp_path / "both", preset_name="camera", scale=4, seed=7)
    (photos / "0.png").unlink()
    degrade_folder(photos, tmp_path / "one", preset_name="camera", scale=4, seed=7)
    both, one = contents(tmp_path / "both"), contents(tmp_path / "one")
    assert both["0.png"] != both["1.png"] == one["1.png"]


def test_seed_decides(photos: Path, tmp_path: Path) -> None:
    for seed in (1, 2):
        degrade_folder(photos, tmp_path / str(seed), preset_name="camera", scale=4, seed=seed)
    assert contents(tmp_path / "1")["0.png"] != contents(tmp_path / "2")["0.png"]


def test_nothing_is_replaced_unless_it_may_be(photos: Path, tmp_path: Path) -> None:
    degrade_folder(photos, tmp_path / "low", preset_name="bicubic", scale=2, seed=0)
    before = contents(tmp_path / "low")
    with pytest.raises(ExistingFileError, match=r"0\.png already exists"):
        degrade_folder(photos, tmp_path / "low", preset_name="camera", scale=2, seed=0)
    assert contents(tmp_path / "low") == before
    degrade_folder(photos, tmp_path / "low", preset_name="camera", scale=2, seed=0, overwrite=True)
    assert contents(tmp_path / "low") != before


def test_true_images_are_never_among_the_results(photos: Path) -> None:
    with pytest.raises(InvalidRequestError, match="would lie among the true ones"):
        degrade_folder(photos, photos, preset_name="bicubic", scale=2, seed=0, overwrite=True)


def test_two_images_of_one_name_are_refused(photos: Path, tmp_path: Path) -> None:
    (photos / "0.webp").write_bytes(b"")
    with pytest.raises(InvalidRequestError, match=r"both 0\.png and 0\.webp, which would both become 0\.png"):
        degrade_folder(photos, tmp_path / "low", preset_name="bicubic", scale=2, seed=0)


def test_unknown_preset_makes_no_folder(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="nearest: camera"):
        degrade_folder(photos, tmp_path / "low", preset_name="camra", scale=2, seed=0)
    assert not (tmp_path / "low").exists()


def test_replay_of_other_images_is_refused(photos: Path, tmp_path: Path) -> None:
    record = degrade_folder(photos, tmp_path / "low", preset_name="bicubic", scale=2, seed=0)
    (photos / "0.png").write_bytes(png_of(noise(40, 50, 3, seed=9)))
    with pytest.raises(InvalidImageError, match=r"0\.png is not the image that the record was made of"):
        replay_folder(photos, tmp_path / "again", record)
    (photos / "0.png").unlink()
    with pytest.raises(MissingFileError, match=r"the record names 0\.png"):
        replay_folder(photos, tmp_path / "again", record)


@pytest.mark.parametrize("change", [{"scale": [2]}, {"images": [{"name": "a"}]}, {"secret": 1}])
def test_record_of_another_form_is_refused(photos: Path, tmp_path: Path, change: dict[str, object]) -> None:
    degrade_folder(photos, tmp_path / "low", preset_name="bicubic", scale=2, seed=0)
    path = tmp_path / "low" / RECORD
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="is no record of a degradation"):
        read_record(path)


def test_missing_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.json, but there is no such file"):
        read_record(tmp_path / "none.json")


def test_made_images_equal_the_pipeline(photos: Path, tmp_path: Path) -> None:
    record = degrade_folder(photos, tmp_path / "low", preset_name="down-noise", scale=2, seed=3)
    (noisy,) = (step for step in record.images[0].steps if step.kind == "gaussian-noise")
    assert noisy.deviation == 30
    low = seen_by_pillow(tmp_path / "low" / "0.png")
    assert np.abs(low.astype(int) - 128).mean() > 20
