"""Peak memory of one `superres upscale`, as the operating system counts it.

python benchmarks/memory.py PHOTO [upscale's options]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from superres.evaluation.running import peak_memory
from superres.image.files import read_picture


def main() -> None:
    photo, *options = sys.argv[1:]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        peak = peak_memory(Path(photo), Path(scratch) / "out.png", *options)
    seconds = time.perf_counter() - started
    picture = read_picture(Path(photo))
    facts = {"photo": f"{picture.width}x{picture.height}", "options": options, "peak_MiB": round(peak)}
    print(json.dumps({**facts, "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
