"""Two thousand damaged images: each becomes a result or a sentence."""

import json
import subprocess
import sys
from pathlib import Path

COUNT = 2000
MEMORY = 1024
"""MiB."""


def test_damaged_images_never_crash_hang_or_take_the_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "samples.mutations", str(tmp_path), str(COUNT), "0"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["results"] + found["refusals"] == COUNT
    assert min(found["results"], found["refusals"]) > COUNT // 10
    assert found["MiB"] < MEMORY
    assert found["left"] == []
    print(f"{COUNT} damaged images: {found}")
