"""What freed memory costs to take again."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys

import pytest

COUNTING = """
import resource
import torch
from superres.training.memory import keep_freed_memory

holds = {asked} and keep_freed_memory()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def step():
    torch.ones({megabytes} // 4, 1024, 1024)

for _ in range(40):  # pieces find their places, after nine turns at most of twenty processes
    step()
before = faults()
for _ in range(4):
    step()
print(int(holds), faults() - before)
"""
MEGABYTES = 40
"""More than the 32 beyond which the C library gives every piece back by itself."""
PAGES = MEGABYTES * 1024 * 1024 // resource.getpagesize()

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library knows these settings")


def holds_and_faults(*, asked: bool) -> list[int]:
    """In a process of its own, since the settings are the process's."""
    ran = subprocess.run(
        [sys.executable, "-c", COUNTING.format(asked=asked, megabytes=MEGABYTES)],
        check=True,
        capture_output=True,
        text=True,
    )
    return [int(word) for word in ran.stdout.split()]


@glibc
def test_memory_that_is_freed_and_taken_again_costs_no_page_faults() -> None:
    holds, faults = holds_and_faults(asked=True)
    assert holds
    assert faults < PAGES


@glibc
def test_without_it_every_page_is_fetched_anew_each_time() -> None:
    assert holds_and_faults(asked=False)[1] > 3 * PAGES


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from superres.training import memory

    monkeypatch.setattr(memory.platform, "libc_ver", lambda: ("", ""))
    assert not memory.keep_freed_memory()
