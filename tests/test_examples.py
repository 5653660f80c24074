"""Every example runs, and says what it promises."""

import runpy
from pathlib import Path

import pytest
from samples.recipes import images

from superres.models.manifest import find
from superres.models.weights import read_weights
from superres.training.run import train

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


def test_shipped_network_goes_on_with_your_own_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SUPERRES_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    images(tmp_path / "pictures", 2, size=140)
    images(tmp_path / "held-out", 1)
    quickly = ["stages.0.steps=2", "stages.0.batch_size=2", "stages.0.warmup=0", "validation.every=2"]
    result = train(EXAMPLES / "fine_tune.toml", output=tmp_path / "run", overrides=quickly)
    mine, _ = read_weights(result.weights)
    shipped, _ = read_weights(find("rlfn_compact_x4").weights_path)
    assert {name: tensor.shape for name, tensor in mine.items()} == {
        name: tensor.shape for name, tensor in shipped.items()
    }
    assert all((mine[name] - shipped[name]).abs().max() < 0.01 for name in mine)
