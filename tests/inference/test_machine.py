"""What this machine is."""

from pathlib import Path

import pytest

from superres.inference import machine

FACTS = """processor\t: 0
model name\t: Example 9000
flags\t\t: fpu sse2 avx2 avx512f avx512_vnni avx512_bf16

processor\t: 1
model name\t: Another
"""


def test_processor_and_instructions_are_read_from_what_linux_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(FACTS, "utf-8")
    monkeypatch.setattr(machine, "_CPU_FACTS", tmp_path / "cpuinfo")
    assert machine.processor() == "Example 9000"
    assert machine.instructions() == ("AVX2", "AVX-512", "VNNI", "BF16")


def test_elsewhere_the_name_is_pythons_and_instructions_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_CPU_FACTS", tmp_path / "none")
    monkeypatch.setattr(machine.platform, "processor", lambda: "arm")
    assert machine.processor() == "arm"
    assert machine.instructions() == ()


def test_apples_processors_have_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setattr(machine.platform, "machine", lambda: "arm64")
    assert machine.has_accelerator()
