"""Films, and what happens to computers and disks meanwhile."""

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import av
import pytest
from samples.films import Sample, damaged, make_film, uneven
from samples.processes import contents, ended, started

from superres.inference.journal import FOLDER

FRAMES = 1440
SEGMENT = 240
"""Frames of a segment of so small a film."""
KILLS = 10


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    words = [(second + 0.5, second + 1.5, f"{second} s") for second in range(0, 58, 3)]
    make_film(path, Sample(lengths=uneven(FRAMES, 60.0), sounds=2, subtitles=words, chapters=(0.0, 30.0)))
    return path


@pytest.fixture(scope="module")
def undisturbed(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("undisturbed") / "clip.mp4"
    assert ended(clip, "-o", target, "-s", 2) == (0, "")
    return target.read_bytes()


def segments(folder: Path) -> int:
    """That are there as a whole."""
    return len([path for path in folder.glob(f"{FOLDER}/*.film/*.json") if path.stem.isdigit()])


def stopped_after(count: int, pause: float, how: signal.Signals, clip: Path, target: Path) -> tuple[int, str]:
    """Exit code and complaints of a run that was stopped a while after so many more segments were there."""
    before = segments(target.parent)
    process = started(clip, "-o", target, "-s", 2)
    while segments(target.parent) < before + count and process.poll() is None:
        time.sleep(0.005)
    time.sleep(pause)
    process.send_signal(how)
    _, complaints = process.communicate(timeout=60)
    return process.returncode, complaints


def test_killed_ten_times_and_resumed_is_as_if_undisturbed(clip: Path, undisturbed: bytes, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    moments = random.Random(0)
    for number in range(KILLS):
        # Of six segments, three are there at the end, so that every kill meets work.
        code, _ = stopped_after(number % 3 == 1, moments.uniform(0.05, 0.3), signal.SIGKILL, clip, target)
        assert code == -signal.SIGKILL
        assert not target.exists()
    assert 0 < segments(tmp_path) < FRAMES // SEGMENT
    assert ended(clip, "-o", target, "-s", 2) == (0, "")
    assert target.read_bytes() == undisturbed
    assert list(tmp_path.iterdir()) == [target]
    print(f"a film of {FRAMES} frames, killed {KILLS} times: the same {len(undisturbed)} bytes")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_film_says_so_and_goes_on(how: signal.Signals, clip: Path, undisturbed: bytes, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    code, complaints = stopped_after(1, 0, how, clip, target)
    assert code == 130
    assert complaints == "superres: stopped; the same command goes on with the file left\n"
    assert ended(clip, "-o", target, "-s", 2) == (0, "")
    assert target.read_bytes() == undisturbed


def test_second_process_leaves_a_film_to_the_first(clip: Path, undisturbed: bytes, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    first = started(clip, "-o", target, "-s", 2)
    while not segments(tmp_path):
        time.sleep(0.005)
    code, complaints = ended(clip, "-o", target, "-s", 2)
    assert code == 2
    assert "is being made by another process; wait for it" in complaints
    assert (first.communicate(timeout=120)[1], first.returncode) == ("", 0)
    assert target.read_bytes() == undisturbed


def test_full_disk_is_said_and_what_was_done_is_there_when_there_is_room(clip: Path, tmp_path: Path) -> None:
    room = tmp_path / "small"
    room.mkdir()
    mount = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    script = (
        f'mount -t tmpfs -o size=1m none {room} || exit 99; "$@"; code=$?; cp -r {room} {tmp_path}/kept; exit $code'
    )
    if shutil.which("unshare") is None or subprocess.run([*mount, "mount -t tmpfs none /mnt"], check=False).returncode:
        pytest.skip("no small file system can be made here")
    code, complaints = ended(clip, "-o", room / "clip.mp4", "-s", 2, before=(*mount, script, "sh"))
    assert code == 2
    assert "o space left on device" in complaints
    assert len(complaints.splitlines()) == 1
    kept = tmp_path / "kept"
    assert not (kept / "clip.mp4").exists()
    assert segments(kept) > 0


def test_vanished_output_is_said_and_not_made_anew(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    process = started(clip, "-o", out / "clip.mp4", "-s", 2)
    while not segments(out):
        time.sleep(0.005)
    out.rename(tmp_path / "elsewhere")
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "no longer there" in complaints
    assert not out.exists()


@pytest.mark.parametrize("share", [0.02, 0.5])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_film_with_broken_packets_is_made_of_what_is_whole(tmp_path: Path, suffix: str, share: float) -> None:
    clip, target = tmp_path / f"clip{suffix}", tmp_path / f"large{suffix}"
    make_film(clip, Sample(lengths=uneven(300, 10.0), sounds=1))
    damaged(clip, share)
    code, complaints = ended(clip, "-o", target, "-s", 2)
    assert code == 0
    assert "is damaged in" in complaints
    with av.open(str(target)) as film:
        frames = list(film.decode(video=0))
        assert 100 < len(frames) <= 300
        print(f"{share:.0%} of the packets of {clip.name} broken: {len(frames)} of 300 frames")
        assert (frames[0].width, frames[0].height) == (96, 64)


def test_pictures_and_films_of_a_folder_go_through_one_command(clip: Path, undisturbed: bytes, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("-ünïcødé 字幕.mp4", f"{'n' * 246}.mp4"):
        shutil.copy(clip, folder / name)
    process = started(folder, "-o", out, "-s", 2, "--films")
    while not segments(out):
        time.sleep(0.005)
    process.kill()
    process.communicate(timeout=60)
    assert ended(folder, "-o", out, "-s", 2, "--films") == (0, "")
    assert list(contents(out).values()) == [undisturbed] * 2
    assert ended(folder, "-o", out, "-s", 2, "--films") == (0, "")
