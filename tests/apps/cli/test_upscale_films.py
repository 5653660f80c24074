"""`superres upscale` with films."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from samples.commands import Call
from samples.films import Sample, make_film
from samples.pictures import slopes

from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.image.video.reading import FilmReader


def film(path: Path) -> Path:
    make_film(path, Sample(lengths=[9000] * 10))
    return path


def test_film_becomes_a_film_beside_itself(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", film(tmp_path / "a.mp4"), "-s", 2, "--fast")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "a_x2.mp4"]
    assert FilmReader(tmp_path / "a_x2.mp4").film.width == 96


def test_codec_and_format_are_obeyed(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", film(tmp_path / "a.mp4"), "-s", 2, "--fast", "--codec", "av1", "--format", "mkv")
    assert (answer.code, answer.err) == (0, "")
    assert FilmReader(tmp_path / "a_x2.mkv").film.codec == "av1"


def test_preview_is_one_frame_as_a_picture(superres: Call, tmp_path: Path) -> None:
    answer = superres("upscale", film(tmp_path / "a.mp4"), "-s", 2, "--fast", "--preview", "0:00.5")
    assert (answer.code, answer.err) == (0, "")
    assert read_picture(tmp_path / "a_x2.png").pixels.shape == (64, 96, 3)


def test_films_of_a_folder_are_taken_along_where_that_is_asked_for(superres: Call, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in" / "a.mp4")
    write_picture(tmp_path / "in" / "b.png", Picture(pixels=slopes(20, 30)))
    for options, expected in (((), ["b_x2.png"]), (("--films",), ["a_x2.mp4", "b_x2.png"])):
        assert superres("upscale", tmp_path / "in", "-o", tmp_path / "out", "-s", 2, "--fast", *options).code == 0
        assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file()) == expected


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--codec", "h256"), "no codec or encoder is called 'h256'; nearest: "),
        (("-o", "b.avi"), "'.avi' names no format for films; use .mp4"),
        (("-o", "b.png"), "'.png' names no format for films; use .mp4"),
        (("--preview", "soon"), "the time 'soon' was asked for; times are seconds, or written as 1:02:03.5"),
        (("--preview", "1", "-o", "b.mp4"), "'.mp4' names no format; use .png"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    superres: Call, tmp_path: Path, arguments: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = superres("upscale", film(tmp_path / "a.mp4"), "-s", 2, "--fast", *arguments)
    assert answer.code == 2
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_missing_package_is_a_sentence(superres: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def without_av(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "av" else find(name, package)

    monkeypatch.setattr("superres.image.video.names.find_spec", without_av)
    answer = superres("upscale", film(tmp_path / "a.mp4"), "-s", 2)
    assert answer.code == 2
    assert "pip install 'superres[video]'" in answer.err
