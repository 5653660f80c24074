"""Locks that end with the process that holds them."""

import subprocess
import sys
from pathlib import Path

from superres.inference.locking import locked

HOLD = """
import sys
from pathlib import Path
from superres.inference.locking import locked
lock = locked(Path(sys.argv[1]))
print(lock is not None, flush=True)
input()
"""


def test_lock_is_held_by_one_process_and_ends_with_it(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert locked(place) is None
        other.kill()
    lock = locked(place)
    assert lock is not None
    lock.close()
