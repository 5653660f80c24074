"""Which files are films, by their names."""

from pathlib import Path

import pytest

from superres.image.video.names import ending, is_film


@pytest.mark.parametrize("name", ["a.mp4", "B.MOV", "c.mkv", "d.webm", "e.m2ts", "f.AVI"])
def test_film_is_known_by_its_ending(name: str) -> None:
    assert is_film(Path(name))


@pytest.mark.parametrize("name", ["a.gif", "a.png", "mp4", ".mp4", "a.mp3", "a.txt"])
def test_other_files_are_no_films(name: str) -> None:
    assert not is_film(Path(name))


@pytest.mark.parametrize(
    ("name", "result"), [("a.mp4", ".mp4"), ("A.MOV", ".mov"), ("a.avi", ".mkv"), ("a.ts", ".mkv")]
)
def test_result_has_the_ending_of_the_source_where_that_can_be_written(name: str, result: str) -> None:
    assert ending(Path(name)) == result
