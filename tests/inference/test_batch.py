"""Which files are meant, and where each result goes."""

from pathlib import Path

import pytest

from superres.errors import InvalidRequestError, MissingFileError, UnwritableFileError
from superres.inference.batch import Job, plan_jobs


def touched(*paths: Path) -> tuple[Path, ...]:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def jobs(
    inputs: tuple[Path, ...], output: Path | None = None, scale: float = 4, form: str | None = None
) -> tuple[Job, ...]:
    found, problems = plan_jobs(inputs, output=output, label=f"x{scale:g}", format_name=form)
    assert problems == ()
    return found


def test_result_lies_beside_its_input_and_names_the_scale(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert jobs((photo,)) == (Job(photo, tmp_path / "photo_x4.jpg"),)
    assert jobs((photo,), scale=1.5) == (Job(photo, tmp_path / "photo_x1.5.jpg"),)


def test_output_with_an_ending_is_the_file_of_a_single_input(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert jobs((photo,), tmp_path / "large.png") == (Job(photo, tmp_path / "large.png"),)


def test_output_is_a_folder_for_several_inputs_and_for_a_folder(tmp_path: Path) -> None:
    first, second = touched(tmp_path / "in" / "a.png", tmp_path / "in" / "b.webp")
    expected = (Job(first, tmp_path / "out" / "a_x4.png"), Job(second, tmp_path / "out" / "b_x4.webp"))
    assert jobs((first, second), tmp_path / "out") == expected
    assert jobs((tmp_path / "in",), tmp_path / "out") == expected


def test_existing_folder_is_a_folder_whatever_its_name(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    (tmp_path / "v1.0").mkdir()
    assert jobs((photo,), tmp_path / "v1.0") == (Job(photo, tmp_path / "v1.0" / "photo_x4.jpg"),)


def test_format_decides_the_ending(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert jobs((photo,), form="PNG")[0].target.name == "photo_x4.png"


def test_input_of_a_format_that_is_not_written_becomes_png(tmp_path: Path) -> None:
    (moving,) = touched(tmp_path / "moving.gif")
    assert jobs((moving,))[0].target.name == "moving_x4.png"


def test_file_named_twice_is_done_once(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert len(jobs((photo, photo, tmp_path))) == 1


def test_two_inputs_with_one_result_are_refused_and_the_first_is_done(tmp_path: Path) -> None:
    files = touched(tmp_path / "a.png", tmp_path / "a.jpg")
    found, problems = plan_jobs(files, output=None, label="x4", format_name="png")
    assert [job.source for job in found] == [files[0]]
    assert isinstance(problems[0], InvalidRequestError)
    assert "would both become" in str(problems[0])


def test_empty_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    (tmp_path / "empty").mkdir()
    found, problems = plan_jobs((tmp_path / "empty", photo), output=None, label="x4", format_name=None)
    assert len(found) == 1
    assert isinstance(problems[0], MissingFileError)


def test_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="'bmp' was asked for; these can be written: png"):
        plan_jobs(touched(tmp_path / "a.png"), output=None, label="x4", format_name="bmp")


def test_format_that_contradicts_the_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"but the output is called b\.png"):
        plan_jobs(touched(tmp_path / "a.png"), output=tmp_path / "b.png", label="x4", format_name="jpg")


def test_format_may_be_spelled_in_two_ways(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.png")
    assert jobs((photo,), tmp_path / "b.jpeg", form="jpg")[0].target.name == "b.jpeg"


def test_several_results_do_not_go_to_a_file(tmp_path: Path) -> None:
    files = touched(tmp_path / "a.png", tmp_path / "b.png")
    with pytest.raises(UnwritableFileError, match="is a file; name a folder"):
        plan_jobs(files, output=files[0], label="x4", format_name=None)
