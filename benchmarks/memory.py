"""Peak memory of one `superres upscale`, as the operating system counts it.

python benchmarks/memory.py PHOTO [upscale's options]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from superres.image.files import read_picture


def main() -> None:
    photo, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        command = [sys.executable, "-m", "superres", "upscale", photo, "-o", str(Path(scratch) / "out.png"), *options]
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    picture = read_picture(Path(photo))
    size = f"{picture.width}×{picture.height}"
    print(
        json.dumps(
            {"photo": size, "options": options, "peak_MB": round(peak / 1024), "seconds": round(seconds, 1)},
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
