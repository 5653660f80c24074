"""`superres upscale`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps
from samples.commands import Call
from samples.pictures import slopes

from superres.image.files import read_picture, write_picture
from superres.image.picture import Metadata, Picture
from superres.image.resize import resize_integers
from superres.inference.upscaler import upscale


def photo(path: Path, height: int = 20, width: int = 30) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    write_picture(path, Picture(pixels=pixels))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".superres")


def test_photo_becomes_four_times_as_large_beside_itself(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", photo(tmp_path / "photo.png"))
    assert (answer.code, answer.err) == (0, "")
    assert read_picture(tmp_path / "photo_x4.png").pixels.shape == (80, 120, 3)


def test_nothing_is_printed_where_nobody_watches(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", photo(tmp_path / "photo.png"))
    assert (answer.out, answer.err) == ("", "")


@pytest.mark.parametrize(("scale", "size"), [(2, (40, 60)), (3, (60, 90)), (1.5, (30, 45)), (6, (120, 180))])
def test_any_scale_is_reached(superres: Call, tmp_path: Path, scale: float, size: tuple[int, int]) -> None:
    out = tmp_path / "out.png"
    assert superres("upscale", photo(tmp_path / "photo.png"), "-o", out, "--scale", scale).code == 0
    assert read_picture(out).pixels.shape[:2] == size


def test_folder_becomes_a_folder(superres: Call, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    photo(tmp_path / "in" / "a.png")
    photo(tmp_path / "in" / "b.jpg")
    (tmp_path / "in" / "notes.txt").write_text("not an image")
    assert superres("upscale", tmp_path / "in", "-o", tmp_path / "out", "-s", 2).code == 0
    assert names(tmp_path / "out") == ["a_x2.png", "b_x2.jpg"]


def test_small_images_of_a_folder_become_what_each_becomes_alone(superres: Call, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(5):
        photo(tmp_path / "in" / f"{number}.png", 20 + number % 2, 30)
    assert superres("upscale", tmp_path / "in", "-o", tmp_path / "out", "--precision", "float32").code == 0
    for number in range(5):
        expected = upscale(read_picture(tmp_path / "in" / f"{number}.png").pixels, precision="float32")
        np.testing.assert_array_equal(read_picture(tmp_path / "out" / f"{number}_x4.png").pixels, expected)


def test_format_and_quality_are_obeyed(superres: Call, tmp_path: Path) -> None:
    source = photo(tmp_path / "photo.png")
    for quality in (30, 90):
        out = tmp_path / f"{quality}.jpg"
        assert superres("upscale", source, "-s", 2, "-o", out, "--quality", quality).code == 0
    assert (tmp_path / "30.jpg").stat().st_size < (tmp_path / "90.jpg").stat().st_size
    assert superres("upscale", source, "-s", 2, "--format", "webp").code == 0
    assert (tmp_path / "photo_x2.webp").read_bytes()[8:12] == b"WEBP"


def test_bad_files_do_not_stop_the_good_ones(superres: Call, tmp_path: Path) -> None:
    good = photo(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no image at all")
    (tmp_path / "empty.png").touch()
    answer = superres("upscale", tmp_path / "bad.png", tmp_path / "empty.png", tmp_path / "absent.png", good)
    assert answer.code == 1
    assert names(tmp_path) == ["bad.png", "empty.png", "good.png", "good_x4.png"]
    assert len(answer.err.splitlines()) == 3
    assert all(line.startswith("superres: ") for line in answer.err.splitlines())


def test_existing_result_is_kept_unless_overwriting_is_asked(superres: Call, tmp_path: Path) -> None:
    source = photo(tmp_path / "photo.png")
    (tmp_path / "photo_x4.png").write_bytes(b"mine")
    answer = superres("upscale", source)
    assert answer.code == 2
    assert "already exists; give --overwrite" in answer.err
    assert (tmp_path / "photo_x4.png").read_bytes() == b"mine"
    assert superres("upscale", source, "--overwrite").code == 0
    assert read_picture(tmp_path / "photo_x4.png").height == 80


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--model", "rlfn_compct_x4"), "nearest: rlfn_compact_x4"),
        (("--scale", "0.5"), "above 1 and at most 16"),
        (("--scale", "100"), "above 1 and at most 16"),
        (("--format", "bmp"), "these can be written"),
        (("--quality", "101"), "between 1 and 100"),
        (("--tile", "0"), "at least one"),
        (("--max-pixels", "100"), "more than the limit"),
        (("--model", "absent.onnx"), "no such file"),
        (("-o", "out.bmp"), "names no format"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    superres: Call, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    answer = superres("upscale", photo(tmp_path / "photo.png"), *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1
    assert names(tmp_path) == ["photo.png"]


def test_unwritable_folder_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    source = photo(tmp_path / "photo.png")
    (tmp_path / "file").touch()
    answer = superres("upscale", source, "-o", tmp_path / "file" / "out.png")
    assert answer.code == 2
    assert "cannot be written" in answer.err
    answer = superres("upscale", source, tmp_path, "-o", tmp_path / "file" / "folder")
    assert answer.code == 2
    assert "cannot be made" in answer.err


def test_weights_file_is_a_model_too(superres: Call, tmp_path: Path) -> None:
    from superres.models.manifest import find

    source = photo(tmp_path / "photo.png")
    assert superres("upscale", source, "--model", find("rlfn_compact_x3").weights_path).code == 0
    assert read_picture(tmp_path / "photo_x3.png").pixels.shape == (60, 90, 3)


def test_sixteen_bit_transparent_png_keeps_depth_alpha_profile_and_look(superres: Call, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = slopes(40, 60, np.uint16)
    alpha = np.full((40, 60), 65535, np.uint16)
    alpha[:20] = 0
    alpha[20, :] = 30_000
    write_picture(tmp_path / "a.png", Picture(pixels=pixels, alpha=alpha, metadata=Metadata(icc=profile)))
    assert superres("upscale", tmp_path / "a.png", "--scale", 2).code == 0
    enlarged = read_picture(tmp_path / "a_x2.png")
    assert enlarged.pixels.dtype == np.uint16
    assert enlarged.metadata.icc == profile
    assert enlarged.alpha is not None
    assert enlarged.alpha[:30].max() < 2000
    assert enlarged.alpha[50:].min() > 63_000
    shown = np.s_[60:72, 24:96]
    expected = resize_integers(pixels, scale=2)[shown]
    assert np.abs(enlarged.pixels[shown].astype(int) - expected).mean() < 0.01 * 65535
    assert len(np.unique(enlarged.pixels[shown])) > 256


def test_turned_jpeg_becomes_upright_and_keeps_who_made_it(superres: Call, tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x0112], tags[0x013B] = 6, "A. Artist"
    Image.fromarray(slopes(40, 60)).save(tmp_path / "a.jpg", exif=tags, quality=95)
    assert superres("upscale", tmp_path / "a.jpg", "--scale", 2).code == 0
    with Image.open(tmp_path / "a.jpg") as before, Image.open(tmp_path / "a_x2.jpg") as after:
        assert after.size == (80, 120)
        assert after.getexif().get(0x0112, 1) == 1
        assert after.getexif()[0x013B] == "A. Artist"
        upright = np.asarray(ImageOps.exif_transpose(before).resize(after.size)).astype(int)
        assert np.abs(upright - np.asarray(after)).mean() < 4


def test_fast_takes_the_tiny_network(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    assert superres("upscale", source, "-o", out, "--fast").code == 0
    expected = upscale(read_picture(source).pixels, model="ecbsr_tiny_x4")
    np.testing.assert_array_equal(read_picture(out).pixels, expected)
    np.testing.assert_array_equal(upscale(read_picture(source).pixels, tier="tiny"), expected)
    refused = superres("upscale", source, "-o", tmp_path / "other.png", "--fast", "--model", "rlfn_compact_x4")
    assert refused.code == 2
    assert "the model rlfn_compact_x4 and a tiny network were both asked for" in refused.err
    assert not (tmp_path / "other.png").exists()


def test_photo_takes_the_network_for_photographs(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    assert superres("upscale", source, "-o", out, "--photo").code == 0
    expected = upscale(read_picture(source).pixels, model="rlfn_compact_photo_x4")
    np.testing.assert_array_equal(read_picture(out).pixels, expected)
    np.testing.assert_array_equal(upscale(read_picture(source).pixels, tier="photo"), expected)


def test_photo_with_texture_takes_the_network_that_cleans_and_invents(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    assert superres("upscale", source, "-o", out, "--photo", "--texture", "1").code == 0
    expected = upscale(read_picture(source).pixels, model="rlfn_compact_photo_gan_x4")
    np.testing.assert_allclose(read_picture(out).pixels, expected, rtol=0, atol=1)
    half = upscale(read_picture(source).pixels, tier="photo", texture=0.5)
    assert (half != expected).any()
    assert (half != upscale(read_picture(source).pixels, tier="photo")).any()


def test_texture_turns_from_the_one_network_to_the_other(superres: Call, tmp_path: Path) -> None:
    source = photo(tmp_path / "photo.png")
    pixels = read_picture(source).pixels
    ends = [upscale(pixels, model=name) for name in ("rlfn_compact_x4", "rlfn_compact_gan_x4")]
    for share, expected in zip(("0", "1"), ends, strict=True):
        assert superres("upscale", source, "-o", tmp_path / f"{share}.png", "--texture", share).code == 0
        # Some processors round a value otherwise in a graph of other weights.
        np.testing.assert_allclose(read_picture(tmp_path / f"{share}.png").pixels, expected, rtol=0, atol=1)
    true, textured = (end.astype(float) for end in ends)
    between = upscale(pixels, texture=0.5).astype(float)
    whole = np.square(true - textured).mean()
    assert max(np.square(between - end).mean() for end in (true, textured)) < 0.6 * whole
    refused = superres("upscale", source, "-o", tmp_path / "out.png", "--texture", "2")
    assert refused.code == 2


def test_networks_for_different_ends_are_not_asked_for_together(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    for options, said in (
        (("--fast", "--photo"), "--fast and --photo take different networks"),
        (("--fast", "--texture", "0.5"), "a tiny network and a share of texture were both asked for"),
    ):
        refused = superres("upscale", source, "-o", out, *options)
        assert refused.code == 2
        assert said in refused.err
        assert not out.exists()


def test_wrap_and_consistent_are_what_the_library_does(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    pixels = read_picture(source).pixels
    results = {
        "--wrap": upscale(pixels, 2, wraps=True),
        "--consistent": upscale(pixels, 2, is_consistent=True),
    }
    for option, expected in results.items():
        assert superres("upscale", source, "-o", out, "-s", 2, "--overwrite", option).code == 0
        np.testing.assert_array_equal(read_picture(out).pixels, expected)


def test_best_is_the_mean_over_eight_orientations(superres: Call, tmp_path: Path) -> None:
    source, out = photo(tmp_path / "photo.png"), tmp_path / "out.png"
    assert superres("upscale", source, "-o", out, "-s", 2, "--best").code == 0
    expected = upscale(read_picture(source).pixels, 2, ensemble="mean")
    np.testing.assert_array_equal(read_picture(out).pixels, expected)


def test_size_of_the_result_is_asked_for_instead_of_a_scale(superres: Call, tmp_path: Path) -> None:
    """Of an image of 30×20."""
    source = photo(tmp_path / "photo.png")
    cases = {"w75": ("--width", 75), "h31": ("--height", 31), "l70": ("--long-side", 70), "90x40": ("--fit", "90x40")}
    for option in cases.values():
        assert superres("upscale", source, *option).code == 0
    sizes = {label: read_picture(tmp_path / f"photo_{label}.png").pixels.shape[:2] for label in cases}
    assert sizes == {"w75": (50, 75), "h31": (31, 47), "l70": (47, 70), "90x40": (40, 60)}


def test_images_of_a_folder_each_reach_the_size(superres: Call, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    photo(tmp_path / "in" / "small.png", 10, 12)
    photo(tmp_path / "in" / "large.png", 100, 80)
    assert superres("upscale", tmp_path / "in", "-o", tmp_path / "out", "--long-side", 60).code == 0
    sizes = {path.name: read_picture(path).pixels.shape[:2] for path in (tmp_path / "out").glob("*.png")}
    assert sizes == {"small_l60.png": (50, 60), "large_l60.png": (60, 48)}


def test_scale_and_size_together_are_a_sentence(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", photo(tmp_path / "photo.png"), "--scale", 2, "--width", 99)
    assert answer.code == 2
    assert "a scale of 2 and a size of the result were both asked for" in answer.err


def seen_tags(path: Path) -> tuple[str | None, bytes, bytes | None]:
    """Artist, XMP and profile as Pillow reads them."""
    with Image.open(path) as image:
        return image.getexif().get(0x013B), image.info.get("xmp", b""), image.info.get("icc_profile")


def test_result_says_what_made_it_unless_it_shall_not(superres: Call, tmp_path: Path) -> None:
    source = photo(tmp_path / "photo.jpg")
    assert superres("upscale", source, "-s", 2, "-o", tmp_path / "a.jpg").code == 0
    assert b'superres:model="rlfn_compact_x2" superres:scale="2"' in seen_tags(tmp_path / "a.jpg")[1]
    assert superres("upscale", source, "-s", 2, "-o", tmp_path / "b.jpg", "--no-note").code == 0
    assert b"superres" not in seen_tags(tmp_path / "b.jpg")[1]


def test_who_and_where_are_left_out_where_it_is_asked(superres: Call, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = Image.Exif()
    tags[0x013B] = "A. Artist"
    Image.fromarray(slopes(20, 30)).save(tmp_path / "photo.jpg", exif=tags, icc_profile=profile)
    assert superres("upscale", tmp_path / "photo.jpg", "-s", 2, "-o", tmp_path / "a.jpg").code == 0
    assert seen_tags(tmp_path / "a.jpg")[0] == "A. Artist"
    assert superres("upscale", tmp_path / "photo.jpg", "-s", 2, "-o", tmp_path / "b.jpg", "--strip").code == 0
    assert seen_tags(tmp_path / "b.jpg") == (None, b"", profile)


def test_tree_is_mirrored_and_named_by_the_template(superres: Call, tmp_path: Path) -> None:
    (tmp_path / "in" / "may").mkdir(parents=True)
    photo(tmp_path / "in" / "may" / "a.png")
    (tmp_path / "in" / "may" / "notes.txt").touch()
    answer = superres("upscale", tmp_path / "in", "-o", tmp_path / "out", "-s", 2, "--name", "{stem} {size}")
    assert (answer.code, answer.err) == (0, "")
    assert names(tmp_path / "out" / "may") == ["a x2.png"]


def test_animated_gif_stays_one_and_a_still_one_gets_all_colours(superres: Call, tmp_path: Path) -> None:
    still = Image.fromarray(slopes(20, 30)).quantize()
    still.save(tmp_path / "still.gif")
    still.save(tmp_path / "moving.gif", save_all=True, append_images=[still.rotate(180)], duration=70)
    assert superres("upscale", tmp_path / "still.gif", tmp_path / "moving.gif", "--fast").code == 0
    assert names(tmp_path) == ["moving.gif", "moving_x4.gif", "still.gif", "still_x4.png"]
    with Image.open(tmp_path / "moving_x4.gif") as image:
        assert (image.size, getattr(image, "n_frames", 1), image.info["duration"]) == ((120, 80), 2, 70)
