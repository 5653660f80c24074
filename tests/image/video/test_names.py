"""Which files are films, by their names."""

from pathlib import Path

import pytest

from superres.image.video.names import ending, is_film, looks_like_film


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


@pytest.mark.parametrize(
    ("name", "data", "is_found"),
    [
        ("a.ts", b"\x47\x40\0\x10\0" + bytes(183), True),
        ("a.mts", bytes(4) + b"\x47\x40\0\x10", True),
        ("main.ts", b"import { Film } from './film';", False),
        ("main.mts", b"export {};", False),
        ("empty.ts", b"", False),
        ("a.mp4", b"", True),
        ("._a.mp4", b"\0\5\x16\7", False),
    ],
)
def test_programs_in_typescript_are_no_films(tmp_path: Path, name: str, data: bytes, is_found: bool) -> None:
    (tmp_path / name).write_bytes(data)
    assert looks_like_film(tmp_path / name) == is_found
