"""`superres data`."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from samples.commands import Call
from samples.pictures import noise, png_of, seen_by_pillow
from samples.typefaces import faces

from superres.data.datasets.packed import PackedImages
from superres.data.degradation.downsample import bicubic_reduction
from superres.models.resampler import Resampler, ResamplerConfig, write_resampler


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for index in range(2):
        (tmp_path / "photos" / f"{index}.png").write_bytes(png_of(noise(36, 48, 3, seed=index)))
    return tmp_path / "photos"


@pytest.fixture(autouse=True)
def no_test_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERRES_DATA", raising=False)


def test_sound_folder_passes_the_check(superres: Call, photos: Path) -> None:
    answer = superres("data", "check", photos, "--patch-size", 32)
    assert (answer.code, answer.err) == (0, "")
    assert "2 images of 0.0 megapixels, from 48×36 to 48×36; compared with no test set" in answer.out
    assert "nothing to mend" in answer.out


def test_what_must_be_mended_is_an_error(superres: Call, photos: Path) -> None:
    (photos / "cut.png").write_bytes(png_of(noise(36, 48, 3))[:-99])
    answer = superres("data", "check", photos, "--patch-size", 40, "--against", photos.parent / "photos")
    assert answer.code == 1
    assert answer.err.startswith("superres: files that cannot be read")
    assert "images with a side below the patch size of 40, which are left out of training: 2 (0.png, 1.png)" in (
        answer.out + answer.err
    )


def test_test_sets_of_the_data_folder_are_compared(
    superres: Call, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path))
    folder = tmp_path / "testsets" / "Set5" / "HR"
    folder.mkdir(parents=True)
    (folder / "baby.png").write_bytes((photos / "1.png").read_bytes())
    answer = superres("data", "check", photos, "--patch-size", 32, "--json")
    document = json.loads(answer.out)
    assert answer.code == 1
    assert document["must_be_mended"]
    assert document["compared_with"] == ["Set5"]
    assert [(finding["kind"], finding["files"]) for finding in document["findings"]] == [
        ("leak", ["1.png = Set5/baby"])
    ]


def test_packing_says_what_the_set_holds(superres: Call, photos: Path, tmp_path: Path) -> None:
    answer = superres("data", "pack", photos, "-o", tmp_path / "packed", "--scales", "2,3")
    assert answer.code == 0
    assert "2 images of 0.0 megapixels, with reductions ×2, ×3, 0 MB" in answer.out
    (folder,) = (tmp_path / "packed").iterdir()
    held = PackedImages(folder, [2, 3], "")
    np.testing.assert_array_equal(held.low(1, 3), bicubic_reduction(noise(36, 48, 3, seed=1), 3))


def test_packing_holds_images_at_other_sizes_too(superres: Call, photos: Path, tmp_path: Path) -> None:
    sizes = ("--also-at", "0.75", "--also-at", "0.5")
    answer = superres("data", "pack", photos, "-o", tmp_path / "packed", *sizes, "--json")
    assert json.loads(answer.out)["images"] == 6
    refused = superres("data", "pack", photos, "-o", tmp_path / "other", "--also-at", "2")
    assert refused.code == 2
    assert "shares of an image's size lie between 0 and 1; got 2" in refused.err
    assert not (tmp_path / "other").exists()


def test_packed_set_is_described_as_json(superres: Call, photos: Path, tmp_path: Path) -> None:
    document = json.loads(superres("data", "pack", photos, "-o", tmp_path / "packed", "--scales", "", "--json").out)
    assert (document["images"], document["pixels"], document["scales"]) == (2, 2 * 36 * 48, [])
    assert document["bytes"] == 3 * document["pixels"]
    assert Path(document["folder"]).name == document["sha256"][:16]


@pytest.mark.parametrize("scales", ["2;3", "1", "two", "-2"])
def test_scales_that_make_no_sense_are_refused(superres: Call, photos: Path, tmp_path: Path, scales: str) -> None:
    answer = superres("data", "pack", photos, "-o", tmp_path / "packed", f"--scales={scales}")
    assert answer.code == 2
    assert "such as 2,3,4" in answer.err


def test_degraded_folder_replays_to_the_same_bytes(superres: Call, photos: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    answer = superres("data", "degrade", photos, "--preset", "camera", "--scale", 3, "--seed", 7, "-o", first)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert superres("data", "degrade", photos, "--replay", first / "degradation.json", "-o", second).code == 0
    assert seen_by_pillow(first / "0.png").shape == (12, 16, 3)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_record_and_seed_contradict_each_other(superres: Call, photos: Path, tmp_path: Path) -> None:
    answer = superres("data", "degrade", photos, "--replay", "x.json", "--seed", 0, "-o", tmp_path / "low")
    assert answer.code == 2
    assert "a record says preset, scale and seed by itself" in answer.err


def test_unknown_preset_is_said_in_a_sentence(superres: Call, photos: Path, tmp_path: Path) -> None:
    answer = superres("data", "degrade", photos, "--preset", "blur_down", "-o", tmp_path / "low")
    assert answer.code == 2
    assert "no degradation is called 'blur_down'; nearest: blur-down" in answer.err


def test_degraded_folder_beside_its_images_is_a_benchmark(superres: Call, photos: Path, tmp_path: Path) -> None:
    photos.rename(tmp_path / "HR")
    superres("data", "degrade", tmp_path / "HR", "-s", 2, "-o", tmp_path / "LR_camera" / "X2")
    answer = superres("evaluate", tmp_path, "-m", "bicubic", "-s", 2, "--json")
    assert answer.code == 0
    assert "(0, 1) are not the bicubic reductions of their references" in answer.err


def test_images_are_reduced_as_learned(superres: Call, photos: Path, tmp_path: Path) -> None:
    file = tmp_path / "first.resampler.safetensors"
    write_resampler(file, Resampler(ResamplerConfig(scale=2, width=4, blocks=1)))
    asked = ("data", "reduce", photos, "--resampler", file, "-o", tmp_path / "small", "--json")
    assert json.loads(superres(*asked).out)["scale"] == 2
    assert seen_by_pillow(tmp_path / "small" / "1.png").shape == (18, 24, 3)
    refused = superres(*asked)
    assert (refused.code, "already exists" in refused.err) == (2, True)


def test_pages_are_rendered_and_described(superres: Call, tmp_path: Path) -> None:
    asked = ("data", "pages", tmp_path / "pages", "--faces", faces(tmp_path / "faces"), "--count", 2, "--side", 128)
    answer = superres(*asked)
    assert answer.code == 0
    assert len(list((tmp_path / "pages").glob("*.png"))) == 2
    refused = superres(*asked)
    assert refused.code == 2
    assert "page_0000.png already exists" in refused.err
    document = json.loads(superres(*asked, "--overwrite", "--json").out)
    assert (document["count"], document["side"], sorted(document["faces"])) == (
        2,
        128,
        ["DejaVuSans.ttf", "DejaVuSerif.ttf"],
    )


def test_pages_without_typefaces_are_refused_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    answer = superres("data", "pages", tmp_path / "pages", "--faces", tmp_path)
    assert answer.code == 2
    assert "none with Latin letters; name a folder of typefaces" in answer.err
    assert not (tmp_path / "pages").exists()


def test_data_commands_load_nothing_of_the_lab(photos: Path, tmp_path: Path) -> None:
    program = f"""
import sys
from superres.apps.cli.main import LAB_PACKAGES, run
for arguments in (["check", {str(photos)!r}], ["pack", {str(photos)!r}, "-o", {str(tmp_path / "packed")!r}],
                  ["degrade", {str(photos)!r}, "-o", {str(tmp_path / "low")!r}]):
    sys.argv = ["superres", "data", *arguments]
    try:
        run()
    except SystemExit:
        pass
print([name for name in LAB_PACKAGES if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert (tmp_path / "low" / "degradation.json").exists()
