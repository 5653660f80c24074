"""Many machines, and what happens when some are lost."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from samples.pictures import photos_in
from samples.processes import contents, ended, results, started

COUNT = 30
KILLS = 3


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = photos_in(tmp_path_factory.mktemp("photos"), COUNT)
    (folder / "broken.png").write_bytes(b"no image at all")
    return folder


@pytest.fixture(scope="module")
def alone(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], str]:
    """Results and complaints of one process."""
    out = tmp_path_factory.mktemp("alone")
    code, complaints = ended(photos, "-o", out)
    assert code == 1
    return contents(out), complaints


def workers(of: int) -> list[int]:
    """Processes of a cluster that are at a file, started by a process."""
    return [process for process in descendants(of) if b"ray::worked_off" in command(process)]


def descendants(of: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(line.split()[0]): int(line.split()[1]) for line in listed.splitlines()}
    found = [of]
    for _ in range(4):
        found += [process for process, parent in parents.items() if parent in found and process not in found]
    return found[1:]


def command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_local_cluster_makes_the_same_bytes_as_one_process(
    photos: Path, alone: tuple[dict[str, bytes], str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert ended(photos, "-o", out, "--cluster", "local") == (1, alone[1])
    assert contents(out) == alone[0]
    assert ended(photos, "-o", out) == (2, alone[1])  # by the same journal, only the broken file is left


def test_killed_workers_lose_no_image(photos: Path, alone: tuple[dict[str, bytes], str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(photos, "-o", out, "--cluster", "local")
    killed = 0
    while killed < KILLS and process.poll() is None:
        found = workers(process.pid)
        if found and len(results(out)) >= 4 * killed + 1:
            os.kill(found[0], signal.SIGKILL)
            killed += 1
        time.sleep(0.01)
    _, complaints = process.communicate(timeout=120)
    assert killed == KILLS
    assert (process.returncode, complaints) == (1, alone[1])
    assert contents(out) == alone[0]
    assert Counter(results(out)) == dict.fromkeys(alone[0], 1)
    print(f"{killed} workers killed: {len(alone[0])} of {COUNT} pictures, the same bytes")


def test_killed_driver_goes_on_without_a_cluster(
    photos: Path, alone: tuple[dict[str, bytes], str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = started(photos, "-o", out, "--cluster", "local")
    while len(results(out)) < 5:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    assert 0 < len(results(out)) < COUNT
    assert ended(photos, "-o", out) == (1, alone[1])
    assert contents(out) == alone[0]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "nonsense"])
def test_missing_cluster_is_a_sentence_at_once(photos: Path, tmp_path: Path, address: str) -> None:
    code, complaints = ended(photos, "-o", tmp_path / "out", "--cluster", address)
    assert code == 2
    assert f"the cluster {address} was asked for, but nothing answers there" in complaints
    assert len(complaints.splitlines()) == 1
