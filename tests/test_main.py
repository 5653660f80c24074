"""The command as a process, from its first moment."""

import subprocess
import sys

PROGRAM = """
import sys
from superres.__main__ import start

class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupter())
start()
"""


def test_interrupted_while_it_loads_it_ends_without_a_trace() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
