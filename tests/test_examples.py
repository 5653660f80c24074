"""Every example runs, and says what it promises."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_detail_is_enlarged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(EXAMPLES / "upscale_array.py"))
    assert "became 600×400" in capsys.readouterr().out
    assert (tmp_path / "lighthouse_detail.png").exists()


def test_network_restores_more_than_bicubic(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "measure.py"))
    bicubic, network = (float(line.split()[1]) for line in capsys.readouterr().out.splitlines())
    assert network > bicubic + 1
