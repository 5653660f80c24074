"""Which files are meant, and where each result goes."""

from pathlib import Path

import pytest

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError, UnwritableFileError
from superres.inference.batch import Batch, Job, Naming, Share, plan_jobs, share_of


def touched(*paths: Path) -> tuple[Path, ...]:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def planned(
    *inputs: Path,
    output: Path | None = None,
    form: str | None = None,
    share: Share | None = None,
    has_films: bool = False,
    has_previews: bool = False,
) -> Batch:
    naming = Naming(size="x4", format_name=form, has_previews=has_previews)
    return plan_jobs(inputs, output=output, naming=naming, share=share, has_films=has_films)


def targets(*inputs: Path, output: Path | None = None, form: str | None = None) -> list[Path]:
    batch = planned(*inputs, output=output, form=form)
    assert batch.problems == ()
    return [job.target for job in batch.jobs]


def test_result_lies_beside_its_input_and_names_the_scale(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert planned(photo).jobs == (Job(photo, tmp_path / "photo_x4.jpg"),)


def test_output_with_an_ending_is_the_file_of_a_single_input(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert planned(photo, output=tmp_path / "large.png").jobs == (Job(photo, tmp_path / "large.png"),)


def test_output_is_a_folder_for_several_inputs_and_for_a_folder(tmp_path: Path) -> None:
    first, second = touched(tmp_path / "in" / "a.png", tmp_path / "in" / "b.webp")
    out = tmp_path / "out"
    expected = (Job(first, out / "a_x4.png", out), Job(second, out / "b_x4.webp", out))
    assert planned(first, second, output=out).jobs == expected
    assert planned(tmp_path / "in", output=out).jobs == expected


def test_output_has_the_folders_of_the_input(tmp_path: Path) -> None:
    touched(tmp_path / "in" / "2024" / "may" / "a.png", tmp_path / "in" / "b.png")
    out = tmp_path / "out"
    assert targets(tmp_path / "in", output=out) == [out / "b_x4.png", out / "2024" / "may" / "a_x4.png"]


def test_several_folders_keep_their_names_in_the_output(tmp_path: Path) -> None:
    touched(tmp_path / "one" / "a.png", tmp_path / "two" / "a.png")
    out = tmp_path / "out"
    expected = [out / "one" / "a_x4.png", out / "two" / "a_x4.png"]
    assert targets(tmp_path / "one", tmp_path / "two", output=out) == expected


def test_folder_of_results_is_no_input(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "large" / "a_x4.png")
    assert targets(tmp_path, output=tmp_path / "large") == [tmp_path / "large" / "a_x4.png"]


def test_results_beside_the_inputs_are_accounted_for_in_the_folder_that_was_named(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "below" / "a.png")
    assert planned(tmp_path).jobs == (Job(photo, tmp_path / "below" / "a_x4.png", tmp_path),)


def test_existing_folder_is_a_folder_whatever_its_name(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    (tmp_path / "v1.0").mkdir()
    assert planned(photo, output=tmp_path / "v1.0").jobs == (Job(photo, tmp_path / "v1.0" / "photo_x4.jpg"),)


def test_format_decides_the_ending(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert targets(photo, form="PNG")[0].name == "photo_x4.png"


def test_input_of_a_format_that_is_not_written_becomes_png(tmp_path: Path) -> None:
    (moving,) = touched(tmp_path / "moving.gif")
    assert targets(moving)[0].name == "moving_x4.png"


def test_name_is_made_by_the_template() -> None:
    naming = Naming(size="x4", model="rlfn", template="{stem} ({model}, {size})")
    assert naming.name(Path("in/photo.jpg")) == "photo (rlfn, x4).jpg"


@pytest.mark.parametrize("template", ["large", "{size}", "../{stem}", "{stem", "a/{stem}", "{stem}\\b"])
def test_template_that_makes_no_names_is_refused(template: str) -> None:
    with pytest.raises(InvalidRequestError, match="was asked for"):
        Naming(size="x4", template=template)


def test_unknown_field_of_a_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no field of a name is called 'sise'; nearest: size"):
        Naming(size="x4", template="{stem}_{sise}")


def test_file_named_twice_is_done_once(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    assert len(targets(photo, photo, tmp_path)) == 1


def test_two_inputs_with_one_result_are_refused_and_the_first_is_done(tmp_path: Path) -> None:
    files = touched(tmp_path / "a.png", tmp_path / "a.jpg")
    batch = planned(*files, form="png")
    assert [job.source for job in batch.jobs] == [files[0]]
    assert isinstance(batch.problems[0], InvalidRequestError)
    assert "would both become" in str(batch.problems[0])


def test_empty_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.jpg")
    (tmp_path / "empty").mkdir()
    batch = planned(tmp_path / "empty", photo)
    assert len(batch.jobs) == 1
    assert isinstance(batch.problems[0], MissingFileError)


def test_other_files_and_films_are_counted(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "notes.txt", tmp_path / "below" / "film.mp4")
    batch = planned(tmp_path)
    assert (len(batch.jobs), batch.films, batch.others) == (1, 1, 1)


def test_films_of_folders_are_meant_where_they_are_asked_for_and_those_that_are_named_always(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "below" / "film.mp4", tmp_path / "old.avi")
    batch = planned(tmp_path, has_films=True)
    assert {job.target.name for job in batch.jobs} == {"a_x4.png", "film_x4.mp4", "old_x4.mkv"}
    assert batch.films == 0
    assert len(planned(tmp_path / "old.avi").jobs) == 1


def test_format_of_films_holds_for_films_and_one_of_pictures_for_pictures(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "film.mp4")
    for form, names in (("mkv", {"a_x4.png", "film_x4.mkv"}), ("jpg", {"a_x4.jpg", "film_x4.mp4"})):
        batch = planned(tmp_path, has_films=True, form=form)
        assert {job.target.name for job in batch.jobs} == names


def test_preview_of_a_film_is_a_picture(tmp_path: Path) -> None:
    touched(tmp_path / "film.mp4")
    (job,) = planned(tmp_path / "film.mp4", has_previews=True).jobs
    assert job.target.name == "film_x4.png"


@pytest.mark.parametrize("count", [1, 3, 7])
def test_shares_have_every_file_once_wherever_the_folder_lies(tmp_path: Path, count: int) -> None:
    for place in ("here", "there"):
        touched(*(tmp_path / place / f"{number}.png" for number in range(40)))
    shares = [Share(number, count) for number in range(1, count + 1)]
    here, there = (
        [[job.source.name for job in planned(tmp_path / place, share=share).jobs] for share in shares]
        for place in ("here", "there")
    )
    assert here == there
    assert sorted(name for names in here for name in names) == sorted(f"{number}.png" for number in range(40))


def test_share_is_read_from_a_fraction() -> None:
    assert share_of("2/5") == Share(2, 5)


@pytest.mark.parametrize("text", ["0/5", "6/5", "2", "a/b", "1/0", "-1/5", "2/5/7"])
def test_share_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="was asked for"):
        share_of(text)


def test_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequestError, match="'bmp' was asked for; these can be written: png"):
        Naming(size="x4", format_name="bmp")


def test_format_that_contradicts_the_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"but the output is called b\.png"):
        planned(*touched(tmp_path / "a.png"), output=tmp_path / "b.png", form="jpg")


def test_format_may_be_spelled_in_two_ways(tmp_path: Path) -> None:
    (photo,) = touched(tmp_path / "photo.png")
    assert targets(photo, output=tmp_path / "b.jpeg", form="jpg")[0].name == "b.jpeg"


def test_several_results_do_not_go_to_a_file(tmp_path: Path) -> None:
    files = touched(tmp_path / "a.png", tmp_path / "b.png")
    with pytest.raises(UnwritableFileError, match="is a file; name a folder"):
        planned(*files, output=files[0])


def test_several_results_do_not_make_a_folder_that_is_called_like_a_file(tmp_path: Path) -> None:
    files = touched(tmp_path / "a.png", tmp_path / "b.png")
    for inputs in (files, (tmp_path,)):
        with pytest.raises(UnwritableFileError, match=r"out\.jpg, which is called like a file; name a folder"):
            planned(*inputs, output=tmp_path / "out.jpg")
    (tmp_path / "out.jpg").mkdir()
    assert [job.target for job in planned(*files, output=tmp_path / "out.jpg").jobs] == [
        tmp_path / "out.jpg" / "a_x4.png",
        tmp_path / "out.jpg" / "b_x4.png",
    ]
