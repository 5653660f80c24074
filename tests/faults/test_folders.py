"""Folders of images, and what happens to computers and disks meanwhile."""

import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from samples.pictures import photos_in
from samples.processes import contents, ended, journal, results, started

COUNT = 40
KILLS = 10
UNFINISHED = 8
"""Files that a run may be about at a time, at most."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photos_in(tmp_path_factory.mktemp("photos"), COUNT)


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    assert ended(photos, "-o", out) == (0, "")
    found = contents(out)
    assert len(found) == COUNT
    return found


def stopped_after(count: int, pause: float, how: signal.Signals, photos: Path, out: Path) -> tuple[int, str]:
    """Exit code and complaints of a run that was stopped a while after so many more results were there."""
    before = len(results(out))
    process = started(photos, "-o", out)
    while len(results(out)) < before + count and process.poll() is None:
        time.sleep(0.005)
    time.sleep(pause)
    process.send_signal(how)
    _, complaints = process.communicate(timeout=60)
    return process.returncode, complaints


def test_killed_ten_times_and_resumed_is_as_if_undisturbed(
    photos: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    moments = random.Random(0)
    for _ in range(KILLS):
        code, _ = stopped_after(moments.randrange(3), moments.uniform(0, 0.05), signal.SIGKILL, photos, out)
        assert code == -signal.SIGKILL
    assert 0 < len(results(out)) < COUNT
    assert ended(photos, "-o", out) == (0, "")
    assert contents(out) == undisturbed
    begun = Counter(str(line["result"]) for line in journal(out) if "begun" in line)
    assert begun.total() <= COUNT + UNFINISHED * KILLS
    assert Counter(results(out)) == dict.fromkeys(undisturbed, 1)
    assert not list(out.rglob("*.part"))
    print(f"a folder of {COUNT} pictures, killed {KILLS} times: {begun.total()} begun, {len(undisturbed)} done")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_run_says_what_is_left_and_goes_on(
    how: signal.Signals, photos: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, complaints = stopped_after(2, 0, how, photos, out)
    assert code == 130
    assert complaints.startswith("superres: stopped; ")
    assert complaints.endswith("files left\n")
    assert not list(out.rglob("*.part"))
    assert ended(photos, "-o", out) == (0, "")
    assert contents(out) == undisturbed


def test_two_processes_on_the_same_folder_do_everything_once(
    photos: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    processes = [started(photos, "-o", out) for _ in range(2)]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in processes] == [("", 0)] * 2
    assert contents(out) == undisturbed
    assert Counter(results(out)) == dict.fromkeys(undisturbed, 1)


def test_parts_on_several_machines_are_together_the_whole(
    photos: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    for part in ("1/3", "2/3", "3/3"):
        assert ended(photos, "-o", tmp_path / "out", "--shard", part) == (0, "")
    assert contents(tmp_path / "out") == undisturbed


def test_every_tenth_file_is_corrupt_and_the_others_are_done(
    photos: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    shutil.copytree(photos, tmp_path / "in")
    corrupt = sorted((tmp_path / "in").rglob("*.png"))[::10]
    for path in corrupt:
        path.write_bytes(path.read_bytes()[:2000])
    code, complaints = ended(tmp_path / "in", "-o", tmp_path / "out")
    assert code == 1
    assert len(complaints.splitlines()) == len(corrupt) == COUNT // 10
    assert all(str(path) in complaints for path in corrupt)
    missing = {f"{path.parent.name}/{path.stem}_x4.png" for path in corrupt}
    assert contents(tmp_path / "out") == {name: data for name, data in undisturbed.items() if name not in missing}


def test_full_disk_is_said_once_and_the_rest_goes_on_when_there_is_room(photos: Path, tmp_path: Path) -> None:
    room = tmp_path / "small"
    room.mkdir()
    mount = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    # Room for a few results only; what is there in the end is copied out, since the disk goes with the process.
    script = (
        f"mount -t tmpfs -o size=8m none {room} || exit 99; mkdir {room}/out; "
        f'"$@"; code=$?; cp -r {room}/out {tmp_path}/kept; exit $code'
    )
    if shutil.which("unshare") is None or subprocess.run([*mount, "mount -t tmpfs none /mnt"], check=False).returncode:
        pytest.skip("no small file system can be made here")
    code, complaints = ended(photos, "-o", room / "out", before=(*mount, script, "sh"))
    assert code == 1
    assert "No space left" in complaints
    assert "no room is left" in complaints.splitlines()[-1]
    assert len(complaints.splitlines()) <= UNFINISHED
    kept = tmp_path / "kept"
    assert 0 < len(results(kept)) < COUNT
    assert not list(kept.rglob("*.part"))


def test_vanished_output_stops_the_run_and_is_not_made_anew(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(photos, "-o", out)
    while len(results(out)) < 2:
        time.sleep(0.005)
    out.rename(tmp_path / "elsewhere")
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no longer there" in complaints
    assert not out.exists()


NAMES = ("-dash.png", "ünïcødé 照片 🌄.png", f"{'n' * 246}.png", "brackets[1].png", "per%cent%20.png", b"latin\xe9.png")


def test_any_name_goes_through(photos: Path, tmp_path: Path) -> None:
    source = next(photos.rglob("*.png"))
    folder = tmp_path / "in"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(source, folder / (name if isinstance(name, str) else name.decode(errors="surrogateescape")))
    assert ended(folder, "-o", tmp_path / "out") == (0, "")
    assert len(set(contents(tmp_path / "out").values())) == 1
    assert len(contents(tmp_path / "out")) == len(NAMES)
    assert ended(folder, "-o", tmp_path / "out") == (0, "")


def test_inputs_that_are_read_only_stay_so(photos: Path, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "in")
    for path in (tmp_path / "in").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert ended(tmp_path / "in", "-o", tmp_path / "out") == (0, "")
    assert contents(tmp_path / "out") == undisturbed
    assert all(path.stat().st_mode & 0o222 == 0 for path in (tmp_path / "in").rglob("*"))
