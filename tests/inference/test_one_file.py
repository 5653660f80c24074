"""A file enlarged by one call of Python is the file that the command makes."""

import inspect
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from samples.films import Sample, make_film
from samples.pictures import noise, slopes

import superres
from superres.errors import ExistingFileError, InvalidRequestError, MissingFileError, MissingPackageError
from superres.image.video import names
from superres.image.video.reading import FilmReader
from superres.inference.one_file import How

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.fromarray(slopes(20, 30)).save(tmp_path / "photo.png", icc_profile=PROFILE)
    return tmp_path / "photo.png"


def test_pixels_are_those_of_the_call_for_arrays_and_the_profile_stays(photo: Path) -> None:
    sizes = superres.upscale_file(photo, photo.with_name("larger.png"), scale=2)
    assert (sizes.height, sizes.width, sizes.new_height, sizes.new_width) == (20, 30, 40, 60)
    with Image.open(photo.with_name("larger.png")) as made:
        assert made.info["icc_profile"] == PROFILE
        np.testing.assert_array_equal(np.asarray(made), superres.upscale(np.asarray(Image.open(photo)), scale=2))


def test_names_may_be_texts_and_a_size_may_stand_for_the_scale(photo: Path) -> None:
    superres.upscale_file(str(photo), str(photo.with_name("larger.webp")), width=45, tier="tiny")
    with Image.open(photo.with_name("larger.webp")) as made:
        assert made.size == (45, 30)


def test_what_is_known_by_keyword_for_arrays_is_known_for_files() -> None:
    parameters = inspect.signature(superres.upscale).parameters.values()
    assert set(How.__annotations__) == {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}


def test_existing_file_is_replaced_only_when_that_is_said(photo: Path) -> None:
    target = photo.with_name("larger.jpg")
    target.write_bytes(b"old")
    with pytest.raises(ExistingFileError, match="already exists"):
        superres.upscale_file(photo, target, scale=2)
    assert target.read_bytes() == b"old"
    superres.upscale_file(photo, target, scale=2, overwrite=True, quality=80)
    with Image.open(target) as made:
        assert made.size == (60, 40)


def test_metadata_are_left_out_when_that_is_said(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "ACME"
    Image.fromarray(noise(8, 9, 3)).save(tmp_path / "a.jpg", exif=exif)
    superres.upscale_file(tmp_path / "a.jpg", tmp_path / "kept.jpg", scale=2)
    superres.upscale_file(tmp_path / "a.jpg", tmp_path / "bare.jpg", scale=2, is_stripped=True)
    with Image.open(tmp_path / "kept.jpg") as kept, Image.open(tmp_path / "bare.jpg") as bare:
        assert kept.getexif()[0x010F] == "ACME"
        assert 0x010F not in bare.getexif()


def test_what_is_to_be_said_of_a_picture_is_a_warning_unless_it_was_heeded(tmp_path: Path) -> None:
    with Image.open(Path(__file__).parents[2] / "examples" / "lighthouse.webp") as image:
        image.crop((0, 128, image.width, 384)).save(tmp_path / "a.jpg", quality=10)
    with pytest.warns(UserWarning, match=r"a\.jpg shows the blocks of JPEG"):
        superres.upscale_file(tmp_path / "a.jpg", tmp_path / "a.png", scale=2, tier="tiny")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        superres.upscale_file(tmp_path / "a.jpg", tmp_path / "b.png", scale=2, tier="photo")


def test_what_makes_no_sense_is_refused_as_for_arrays(photo: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="leave one of them out"):
        superres.upscale_file(photo, tmp_path / "a.png", scale=2, width=100)
    with pytest.raises(InvalidRequestError, match="must be above 1"):
        superres.upscale_file(photo, tmp_path / "a.png", scale=0.5)
    with pytest.raises(MissingFileError, match="there is no such file"):
        superres.upscale_file(tmp_path / "none.png", tmp_path / "a.png", scale=2)
    assert not (tmp_path / "a.png").exists()


def test_film_is_enlarged_as_well(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 5))
    sizes = superres.upscale_file(tmp_path / "a.mp4", tmp_path / "b.mkv", scale=2, codec="ffv1", tier="tiny")
    frames = [frame.pixels.shape for frame in FilmReader(tmp_path / "b.mkv").frames()]
    assert (sizes.new_height, sizes.new_width) == (64, 96)
    assert frames == [(64, 96, 3)] * 5
    with pytest.raises(InvalidRequestError, match=r"\.png' names no format for films"):
        superres.upscale_file(tmp_path / "a.mp4", tmp_path / "b.png", scale=2)


def test_film_without_what_reads_films_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp4").touch()
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'superres\[video\]'"):
        superres.upscale_file(tmp_path / "a.mp4", tmp_path / "b.mp4", scale=2)
