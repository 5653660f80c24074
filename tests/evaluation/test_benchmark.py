"""Filling a table's cells."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples.pictures import noise, slopes

from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import InvalidImageError, MissingFileError
from superres.evaluation import benchmark
from superres.evaluation.benchmark import evaluate
from superres.evaluation.store import Store
from superres.evaluation.subject import Subject, subjects
from superres.image.files import write_picture
from superres.image.picture import Picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, of which one is not a multiple of any scale."""
    for name, pixels in (("a", slopes(48, 60)), ("b", noise(37, 41, 3)), ("c", slopes(40, 36))):
        path = tmp_path / "set" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        write_picture(path, Picture(pixels=pixels))
    return tmp_path / "set"


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often an image was decoded, and enlarged."""
    counter: Counter[str] = Counter()
    read, restore = benchmark.read_rgb, Subject.restore

    def counted_read(path: Path) -> Any:
        counter[f"read {path.name}"] += 1
        return read(path)

    def counted_restore(self: Subject, low: Any) -> Any:
        counter[f"restore {self.name} ×{self.scale:g}"] += 1
        return restore(self, low)

    monkeypatch.setattr(benchmark, "read_rgb", counted_read)
    monkeypatch.setattr(Subject, "restore", counted_restore)
    return counter


def bicubic(*scales: float) -> tuple[Subject, ...]:
    return subjects(["bicubic"], scales, "float32")


def test_no_image_is_decoded_or_enlarged_twice(folder: Path, counts: Counter[str]) -> None:
    judged = subjects(["bicubic", "rlfn_compact_x2"], (2, 3), "float32")
    evaluate({"set": folder}, judged, metrics=["psnr", "ssim", "gmsd"])
    assert counts == {
        **{f"read {name}.png": 1 for name in "abc"},
        **{f"restore {name}": 3 for name in ("bicubic ×2", "bicubic ×3", "rlfn_compact_x2 ×2")},
    }


def test_second_run_does_nothing_again_and_says_the_same(folder: Path, counts: Counter[str], tmp_path: Path) -> None:
    judged = bicubic(2, 4)
    first = evaluate({"set": folder}, judged, store=Store(tmp_path / "out"))
    counts.clear()
    assert evaluate({"set": folder}, judged, store=Store(tmp_path / "out")) == first
    assert not counts


def test_new_metric_is_measured_on_what_was_kept(folder: Path, counts: Counter[str], tmp_path: Path) -> None:
    evaluate({"set": folder}, bicubic(2), metrics=["psnr"], store=Store(tmp_path / "out"))
    counts.clear()
    table = evaluate({"set": folder}, bicubic(2), metrics=["psnr", "ssim"], store=Store(tmp_path / "out"))
    assert not [name for name in counts if name.startswith("restore")]
    assert table == evaluate({"set": folder}, bicubic(2), metrics=["psnr", "ssim"])


def test_other_protocol_is_measured_anew_on_what_was_kept(folder: Path, counts: Counter[str], tmp_path: Path) -> None:
    evaluate({"set": folder}, bicubic(2), store=Store(tmp_path / "out"))
    counts.clear()
    table = evaluate({"set": folder}, bicubic(2), protocol_name="ntire", store=Store(tmp_path / "out"))
    assert not [name for name in counts if name.startswith("restore")]
    assert table == evaluate({"set": folder}, bicubic(2), protocol_name="ntire")


def test_changed_image_is_enlarged_anew_and_only_that(folder: Path, counts: Counter[str], tmp_path: Path) -> None:
    evaluate({"set": folder}, bicubic(2), store=Store(tmp_path / "out"))
    write_picture(folder / "b.png", Picture(pixels=noise(37, 41, 3, seed=9)), overwrite=True)
    counts.clear()
    table = evaluate({"set": folder}, bicubic(2), store=Store(tmp_path / "out"))
    assert counts == {"read b.png": 1, "restore bicubic ×2": 1}
    assert table == evaluate({"set": folder}, bicubic(2))


class Cut(Exception):  # noqa: N818
    """Stands for a power cut."""


@pytest.mark.parametrize("after", range(1, 6))
def test_work_that_was_cut_off_goes_on_where_it_stopped(
    folder: Path, counts: Counter[str], tmp_path: Path, after: int
) -> None:
    judged = bicubic(2, 3)

    def cut(_what: str, done: int, _total: int) -> None:
        if done == after:
            raise Cut

    with pytest.raises(Cut):
        evaluate({"set": folder}, judged, store=Store(tmp_path / "out"), watch=cut)
    table = evaluate({"set": folder}, judged, store=Store(tmp_path / "out"))
    assert sum(count for name, count in counts.items() if name.startswith("restore")) == 6
    assert table == evaluate({"set": folder}, judged)


def test_progress_ends_at_the_whole(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluate({"set": folder}, bicubic(2, 3, 4), watch=lambda _what, done, total: seen.append((done, total)))
    assert seen == [(done, 9) for done in range(1, 10)]


def test_scale_need_not_be_whole(folder: Path) -> None:
    (row,) = evaluate({"set": folder}, bicubic(2.7), metrics=["psnr", "ssim"]).rows
    assert row.scale == 2.7
    assert row.images["a"]["psnr"] > 30


def test_rows_follow_sets_scales_and_models(folder: Path) -> None:
    table = evaluate({"one": folder, "other": folder}, bicubic(3, 2))
    assert [(row.dataset, row.scale) for row in table.rows] == [("one", 2), ("one", 3), ("other", 2), ("other", 3)]


def test_image_of_another_making_is_doubted(folder: Path) -> None:
    high, low = folder / "HR", folder / "LR_bicubic" / "X2"
    high.mkdir()
    low.mkdir(parents=True)
    pixels = noise(24, 24, 3)
    write_picture(high / "a.png", Picture(pixels=pixels))
    write_picture(low / "a.png", Picture(pixels=np.ascontiguousarray(pixels[::2, ::2])))
    table = evaluate({"set": folder}, bicubic(2))
    assert table.rows[0].low == "read"
    assert table.warnings == (
        "the ×2 image of a is not the bicubic reduction of its reference; figures differ from papers'",
    )


def test_doubts_about_many_images_of_a_set_are_one_sentence(folder: Path) -> None:
    high, low = folder / "HR", folder / "LR_camera" / "X2"
    high.mkdir()
    low.mkdir(parents=True)
    for name in "abcdefg":
        pixels = noise(24, 24, 3)
        write_picture(high / f"{name}.png", Picture(pixels=pixels))
        small = bicubic_reduction(pixels, 2) if name == "c" else np.ascontiguousarray(pixels[::2, ::2])
        write_picture(low / f"{name}.png", Picture(pixels=small))
    (warning,) = evaluate({"set": folder}, bicubic(2)).warnings
    assert warning.startswith("6 of the 7 ×2 images of set (a, b, d …) are not the bicubic reductions of")


def test_image_too_small_for_the_scale_is_named(folder: Path) -> None:
    write_picture(folder / "d.png", Picture(pixels=noise(3, 40, 3)))
    with pytest.raises(InvalidImageError, match=r"d\.png has 40×3 pixels, which is too small to be reduced ×4"):
        evaluate({"set": folder}, bicubic(4))


def test_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="absent"):
        evaluate({"set": tmp_path / "absent"}, bicubic(2))
