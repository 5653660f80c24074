"""Folders enlarged into folders."""

from pathlib import Path

import numpy as np
import pytest
from samples.backends import Repeater

from superres.errors import UnwritableFileError
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.inference.batch import Job, Naming, plan_jobs
from superres.inference.files import Sizes
from superres.inference.folders import Folders, pixels_of
from superres.inference.request import Plan

PLAN = Plan(scale=2, passes=(Repeater(),), tile_size=16)


def photos(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 9, 3), np.uint8)
        write_picture(folder / f"{number}.png", Picture(pixels=pixels))
    return folder


def jobs(folder: Path, output: Path | None = None) -> tuple[Job, ...]:
    if output is not None:
        output.mkdir(exist_ok=True)
    return plan_jobs([folder], output=output, naming=Naming(size="x2")).jobs


def test_second_run_finds_all_done(tmp_path: Path) -> None:
    wanted = jobs(photos(tmp_path / "in", 3), tmp_path / "out")
    first = Folders(wanted, "x2")
    assert all(isinstance(outcome.result, Sizes) for outcome in first.upscale(PLAN))
    again = Folders(wanted, "x2")
    assert (again.jobs, again.done) == ((), 3)


def test_results_beside_the_inputs_are_no_inputs(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", 2)
    assert len(list(Folders(jobs(folder), "x2").upscale(PLAN))) == 2
    again = Folders(jobs(folder), "x2")
    assert (len(jobs(folder)), again.jobs, again.done) == (4, (), 2)


def test_stopped_run_goes_on_where_it_ended(tmp_path: Path) -> None:
    wanted = jobs(photos(tmp_path / "in", 6), tmp_path / "out")
    running = Folders(wanted, "x2").upscale(PLAN)
    done = [next(running), next(running)]
    running.close()  # as Ctrl-C does
    rest = Folders(wanted, "x2")
    assert rest.done == len(done)
    assert {outcome.job.source for outcome in rest.upscale(PLAN)} == {job.source for job in wanted[2:]}
    assert all(read_picture(job.target).height == 16 for job in wanted)
    assert not list(tmp_path.rglob("*.part"))


def test_two_runs_share_the_work(tmp_path: Path) -> None:
    wanted = jobs(photos(tmp_path / "in", 8), tmp_path / "out")
    first, second = Folders(wanted, "x2"), Folders(wanted, "x2")
    running = first.upscale(PLAN)
    made = [next(running).job.source]
    made += [outcome.job.source for outcome in second.upscale(PLAN)]
    made += [outcome.job.source for outcome in running]
    assert sorted(made) == [job.source for job in wanted]
    assert first.elsewhere + second.elsewhere == len(wanted)


def test_bad_file_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", 2)
    whole = (folder / "1.png").read_bytes()
    (folder / "1.png").write_bytes(whole[:60])
    wanted = jobs(folder, tmp_path / "out")
    results = [outcome.result for outcome in Folders(wanted, "x2").upscale(PLAN)]
    assert [isinstance(result, Sizes) for result in results] == [True, False]
    (folder / "1.png").write_bytes(whole)
    assert [outcome.job.source.name for outcome in Folders(wanted, "x2").upscale(PLAN)] == ["1.png"]


def test_vanished_place_of_results_stops_the_run(tmp_path: Path) -> None:
    wanted = jobs(photos(tmp_path / "in", 30), tmp_path / "out")
    running = Folders(wanted, "x2").upscale(PLAN)
    next(running)
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    with pytest.raises(UnwritableFileError, match="no longer there"):
        list(running)
    assert not (tmp_path / "out").exists()


def test_pixels_are_read_from_headers(tmp_path: Path) -> None:
    folder = photos(tmp_path / "in", 2)
    (folder / "bad.png").write_bytes(b"no image")
    found = pixels_of(jobs(folder), max_pixels=1000)
    assert {job.source.name: pixels for job, pixels in found.items()} == {"0.png": 72, "1.png": 72, "bad.png": 0}
