"""libvips, whose warnings go nowhere."""

import subprocess
import sys
from pathlib import Path

from PIL import Image
from samples.pictures import noise

WARNED = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from superres.image.libvips import pyvips
pyvips.Image.new_from_file(sys.argv[1]).avg()
"""


def test_messages_reach_neither_the_terminal_nor_the_loggers(tmp_path: Path) -> None:
    Image.fromarray(noise(100, 100, 3)).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])  # which libvips fills up, and warns of
    done = subprocess.run(
        [sys.executable, "-c", WARNED, str(tmp_path / "a.jpg")], capture_output=True, text=True, check=True
    )
    assert "VIPS" not in done.stdout + done.stderr
