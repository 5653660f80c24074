"""What has become of many files."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from superres.errors import UnwritableFileError
from superres.inference.batch import Job
from superres.inference.journal import FOLDER, JOURNAL, Journal


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "out").mkdir()
    (tmp_path / "in.png").write_bytes(b"old")
    return Job(tmp_path / "in.png", tmp_path / "out" / "below" / "large.png", tmp_path / "out")


_OPEN: list[Journal] = []


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """Processes end, and let go of their locks."""
    yield
    while _OPEN:
        _OPEN.pop().close()


def journal(job: Job, settings: str = "x4", *, overwrite: bool = False) -> Journal:
    """As a process of its own opens it."""
    assert job.root is not None
    _OPEN.append(Journal(job.root, settings, overwrite=overwrite))
    return _OPEN[-1]


def done(job: Job, settings: str = "x4") -> None:
    kept = journal(job, settings)
    taken = kept.take(job)
    assert taken is not None
    job.target.write_bytes(b"larger")
    kept.end(taken, is_done=True)


def test_what_is_done_is_known_to_the_next(job: Job) -> None:
    assert not journal(job).is_done(job)
    done(job)
    assert journal(job).is_done(job)
    assert journal(job).take(job) is None
    assert journal(job).results() == {job.target}


def test_lines_are_read_by_other_processes_that_began_before(job: Job) -> None:
    early = journal(job)
    done(job)
    assert early.take(job) is None


def test_what_is_done_is_done_anew_where_overwriting_is_asked(job: Job) -> None:
    done(job)
    again = journal(job, overwrite=True)
    assert not again.is_done(job)
    assert again.take(job) is not None


def test_changed_input_replaces_its_old_result(job: Job) -> None:
    done(job)
    job.source.write_bytes(b"changed")
    assert not journal(job).is_done(job)
    taken = journal(job).take(job)
    assert taken is not None
    assert taken.replaces


def test_input_that_changes_while_it_is_enlarged_is_done_anew(job: Job) -> None:
    kept = journal(job)
    taken = kept.take(job)
    assert taken is not None
    job.source.write_bytes(b"changed meanwhile")
    job.target.write_bytes(b"larger")
    kept.end(taken, is_done=True)
    assert not journal(job).is_done(job)


def test_result_of_other_settings_is_not_replaced(job: Job) -> None:
    done(job, "x4")
    taken = journal(job, "x4, photo").take(job)
    assert taken is not None
    assert not taken.replaces


def test_result_that_somebody_has_changed_is_not_replaced(job: Job) -> None:
    done(job)
    job.target.write_bytes(b"retouched")
    taken = journal(job).take(job)
    assert taken is not None
    assert not taken.replaces


def test_result_that_is_gone_is_made_again(job: Job) -> None:
    done(job)
    job.target.unlink()
    assert journal(job).take(job) is not None


def test_two_processes_do_not_work_on_one_file(job: Job) -> None:
    first, second = journal(job), journal(job)
    taken = first.take(job)
    assert taken is not None
    assert second.take(job) is None
    first.end(taken, is_done=False)
    assert second.take(job) is not None


def test_what_a_killed_process_has_left_is_replaced(job: Job) -> None:
    killed = journal(job)
    assert killed.take(job) is not None
    job.target.write_bytes(b"placed, and then killed before a line was written")
    remnant = job.target.with_name(".superres-0123456789ab-0123456789ab.part")
    own = job.target.with_name(f"{_prefix(job.target)}0123456789ab.part")
    remnant.touch()
    own.touch()
    killed.close()
    taken = journal(job).take(job)
    assert taken is not None
    assert taken.replaces
    assert (remnant.exists(), own.exists()) == (True, False)


def _prefix(path: Path) -> str:
    from superres.image.placing import placed

    with placed(path, overwrite=True) as unfinished:
        name = unfinished.name
        unfinished.write_bytes(path.read_bytes())
    return name.rsplit("-", 1)[0] + "-"


def test_file_of_somebody_else_is_never_replaced(job: Job) -> None:
    job.target.parent.mkdir()
    job.target.write_bytes(b"mine")
    for _ in range(2):  # the second after the first was killed
        kept = journal(job)
        taken = kept.take(job)
        assert taken is not None
        assert not taken.replaces
        kept.close()


def test_line_that_a_power_cut_has_spoilt_costs_no_other(job: Job) -> None:
    done(job)
    assert job.root is not None
    path = job.root / FOLDER / JOURNAL
    before = path.read_bytes()
    path.write_bytes(before + b'{"result": "half')
    assert journal(job).is_done(job)
    other = Job(job.source, job.target.with_name("other.png"), job.root)
    done(other)
    assert journal(job).is_done(job)
    assert journal(job).is_done(other)


def test_no_locks_are_left(job: Job) -> None:
    done(job)
    assert job.root is not None
    assert [path.name for path in (job.root / FOLDER).iterdir()] == [JOURNAL]


def test_lines_are_json_with_places_from_the_folder(job: Job) -> None:
    done(job)
    assert job.root is not None
    lines = [json.loads(line) for line in (job.root / FOLDER / JOURNAL).read_text().splitlines()]
    assert [line["result"] for line in lines] == ["below/large.png"] * 2
    assert lines[1]["source"][0] == len(b"old")
    assert lines[1]["target"][0] == len(b"larger")


def test_vanished_folder_is_not_made_anew(job: Job) -> None:
    kept = journal(job)
    assert job.root is not None
    (job.root / FOLDER).rmdir()
    job.root.rmdir()
    with pytest.raises(UnwritableFileError, match="no longer there"):
        kept.take(job)
    assert not job.root.exists()


def test_folder_that_vanishes_with_files_in_hand_is_said_too(job: Job) -> None:
    kept = journal(job)
    taken = kept.take(job)
    assert taken is not None
    assert job.root is not None
    shutil.rmtree(job.root)
    with pytest.raises(UnwritableFileError, match="no longer there"):
        kept.end(taken, is_done=True)
    assert not job.root.exists()


def test_closed_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableFileError, match="cannot be written to"):
        Journal(tmp_path / "file", "x4")
