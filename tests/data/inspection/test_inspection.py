"""What users stumble over is said before a training finds out."""

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from samples.pictures import noise, png_of

from superres.data.datasets.packed import pack
from superres.data.degradation.planes import Pixels
from superres.data.inspection.inspection import Inspection, inspect_folders
from superres.errors import MissingFileError
from superres.image.resize import resize_integers


def picture(seed: int, height: int = 64, width: int = 80) -> Pixels:
    """Of some structure at every frequency."""
    coarse = resize_integers(noise(height // 8, width // 8, 3, seed=seed), scale=8)
    return (0.8 * coarse + 0.2 * noise(height, width, 3, seed=seed + 1)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train").mkdir()
    for index in range(3):
        (tmp_path / "train" / f"{index}.png").write_bytes(png_of(picture(10 * index)))
    return tmp_path / "train"


def inspected(folder: Path, **against: Path) -> Inspection:
    return inspect_folders([folder], scale=4, patch_size=48, against=against)


def found(folder: Path, **against: Path) -> dict[str, tuple[str, ...]]:
    """Files by the kind of finding."""
    return {finding.kind: finding.files for finding in inspected(folder, **against).findings}


def test_sound_folder_has_no_findings(folder: Path) -> None:
    result = inspected(folder)
    assert result.findings == ()
    assert not result.must_be_mended
    assert (result.images, result.pixels, result.smallest, result.largest) == (3, 3 * 64 * 80, (64, 80), (64, 80))


def test_damaged_file_must_be_mended(folder: Path) -> None:
    (folder / "cut.png").write_bytes(png_of(picture(5))[:-500])
    (folder / "text.jpg").write_text("no image", encoding="utf-8")
    result = inspected(folder)
    assert result.must_be_mended
    (finding,) = result.findings
    assert finding.files == ("cut.png", "text.jpg")
    assert finding.sentence.startswith(
        "files that cannot be read (the first was to be read as an image, but it is damaged"
    )
    assert finding.sentence.endswith("): 2")


def test_image_at_which_packing_stops_must_be_mended(folder: Path) -> None:
    (folder / "tiny.png").write_bytes(png_of(noise(3, 80, 3)))
    with pytest.raises(Exception, match="too small"):
        pack([folder], folder.parent / "packed", [4])
    result = inspected(folder)
    assert result.must_be_mended
    assert result.findings[0].sentence == "images with a side below 4, the scale, at which packing stops: 1"


def test_small_images_need_mending_only_where_there_are_no_others(folder: Path) -> None:
    (folder / "small.png").write_bytes(png_of(picture(7, 40, 80)))
    assert found(folder) == {"small": ("small.png",)}
    assert not inspected(folder).must_be_mended
    for index in range(3):
        (folder / f"{index}.png").unlink()
    assert inspected(folder).must_be_mended


def test_kinds_of_pixels_that_do_not_stay_are_told(folder: Path) -> None:
    pixels = picture(50)
    (folder / "grey.png").write_bytes(png_of(pixels[..., :1]))
    (folder / "colourless.png").write_bytes(png_of(np.repeat(picture(52)[..., 1:2], 3, axis=2)))
    (folder / "alpha.png").write_bytes(png_of(np.dstack([picture(60), noise(64, 80, 1)])))
    (folder / "wide.png").write_bytes(png_of(picture(70).astype(np.uint16) * 257))
    Image.fromarray(picture(80)).convert("P", palette=Image.Palette.ADAPTIVE).save(folder / "palette.png")
    Image.fromarray(picture(90)).convert("CMYK").save(folder / "print.tif")
    assert found(folder) == {
        "grey": ("colourless.png", "grey.png"),
        "alpha": ("alpha.png",),
        "16 bit": ("wide.png",),
        "CMYK or Lab": ("print.tif",),
        "palette": ("palette.png",),
    }


def test_formats_that_libvips_does_not_read_are_looked_at_as_well(folder: Path) -> None:
    Image.fromarray(picture(30)).save(folder / "plain.bmp")
    Image.fromarray(picture(80)).convert("P", palette=Image.Palette.ADAPTIVE).save(folder / "palette.bmp")
    Image.fromarray(noise(64, 80, 4)).save(folder / "alpha.tga")
    pillow_heif.from_pillow(Image.fromarray(picture(90))).save(folder / "telephone.heic", quality=95)
    assert found(folder) == {"alpha": ("alpha.tga",), "palette": ("palette.bmp",)}


def test_copies_are_paired(folder: Path) -> None:
    (folder / "copy.tif").parent.mkdir(exist_ok=True)
    Image.fromarray(picture(0)).save(folder / "copy.tif")
    (folder / "half.png").write_bytes(png_of(resize_integers(picture(10, 128, 160), size=(96, 120))))
    (folder / "whole.png").write_bytes(png_of(picture(10, 128, 160)))
    result = found(folder)
    assert result["equal"] == ("0.png = copy.tif",)
    assert result["near"] == ("half.png = whole.png",)


def test_test_image_among_them_must_be_mended(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tests" / "HR").mkdir(parents=True)
    (tmp_path / "tests" / "HR" / "baby.png").write_bytes(png_of(resize_integers(picture(10), scale=0.75)))
    (tmp_path / "tests" / "HR" / "bird.png").write_bytes(png_of(picture(99)))
    result = inspected(folder, mine=tmp_path / "tests")
    assert result.compared_with == ("mine",)
    assert {finding.kind: finding.files for finding in result.findings} == {"leak": ("1.png = mine/baby",)}
    assert result.must_be_mended


def test_lossy_and_enlarged_images_are_told(folder: Path) -> None:
    Image.fromarray(noise(128, 128, 3)).save(folder / "a.jpg", quality=80)
    (folder / "b.png").write_bytes(png_of(resize_integers(picture(40, 120, 120), scale=4)))
    result = found(folder)
    assert result["lossy"] == ("a.jpg",)
    assert result["enlarged"] == ("b.png",)


def test_what_is_not_looked_at_is_told(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "notes.txt").write_text("text", encoding="utf-8")
    (folder / ".hidden").write_text("text", encoding="utf-8")
    assert found(folder) == {"folders": ("more",), "other-files": ("notes.txt",)}


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="holds no image"):
        inspected(tmp_path)


def test_several_folders_are_one_set(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "0.png").write_bytes((folder / "2.png").read_bytes())
    result = inspect_folders([folder, tmp_path / "more"], scale=4, patch_size=48, against={})
    assert result.images == 4
    assert [(finding.kind, finding.files) for finding in result.findings] == [("equal", ("train/2.png = more/0.png",))]
