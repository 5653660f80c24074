"""`superres models`."""

import json
import subprocess
import sys

import pytest
from samples.commands import Call

from superres.models.catalogue import variants
from superres.models.manifest import shipped


def without_the_lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command where PyTorch cannot be imported."""
    program = f"""
import sys
sys.modules["torch"] = None
from superres.apps.cli.main import run
sys.argv = ["superres", *{arguments!r}]
run()
"""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_every_shipped_network_is_listed_with_licence_and_figures(superres: Call) -> None:
    answer = superres("models", "--shipped")
    assert answer.code == 0
    for entry in shipped():
        assert entry.name in answer.out
        assert entry.card.licence in answer.out
        assert f"{entry.card.figures['kodak24_psnr_y']:.2f}" in answer.out


def test_json_names_data_recipe_steps_and_figures(superres: Call) -> None:
    listed = json.loads(superres("models", "--shipped", "--json").out)["models"]
    assert [each["name"] for each in listed] == ["rlfn_compact_x2", "rlfn_compact_x3", "rlfn_compact_x4"]
    for each in listed:
        assert each["is_shipped"]
        assert each["recipe"].endswith(".toml")
        assert each["steps"] > 0
        assert "bsds" in each["trained_on"]
        assert len(each["sha256"]) == 64
        assert each["set5_psnr_y"] > 30


def test_variants_of_a_scale_are_listed_with_their_costs(superres: Call) -> None:
    listed = json.loads(superres("models", "--scale", 8, "--json").out)["models"]
    assert [each["name"] for each in listed] == sorted(
        name for name, known in variants().items() if known.variants[name].scale == 8
    )
    by_name = {each["name"]: each for each in listed}
    assert by_name["lapsrn_x8"]["scale"] == 8
    assert not by_name["lapsrn_x8"]["is_shipped"]
    assert min(by_name["lapsrn_x8"][key] for key in ("parameters", "macs_1280x720")) > 0


def test_all_variants_are_listed_once_and_the_shipped_first(superres: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superres.models.listing.published_macs", lambda *_, **__: 1)  # the list takes seconds
    names = [each["name"] for each in json.loads(superres("models", "--json").out)["models"]]
    ours = [entry.name for entry in shipped()]
    assert names == [*ours, *sorted(set(variants()) - set(ours))]


def test_table_of_variants_tells_their_papers(superres: Call) -> None:
    answer = superres("models", "--scale", 8)
    (row,) = (line for line in answer.out.splitlines() if "lapsrn_x8" in line)
    assert "arXiv:1704.03915" in row


def test_card_and_layers_of_a_network_are_shown(superres: Call) -> None:
    # The totals are those of the manifest, counted when the weights were shipped.
    out = superres("models", "rlfn_compact_x4").out
    assert "rlfn_compact_x4.toml" in out
    assert "blocks.0.attention.shrink" in out
    assert "48×180×320" in out
    entry = next(entry for entry in shipped() if entry.name == "rlfn_compact_x4")
    assert f"{entry.parameters:,}" in out
    assert f"{entry.macs / 1e6:,.1f}" in out


def test_variant_without_weights_is_drawn_too(superres: Call) -> None:
    found = json.loads(superres("models", "carn_m_x2", "--json").out)
    assert found["input"] == "640x360"
    assert found["card"]["config"]["blocks"] == "efficient"
    (first,) = (layer for layer in found["layers"] if layer["name"] == "head")
    assert first == {
        "name": "head",
        "kind": "Conv2d",
        "shape": [64, 360, 640],
        "parameters": 1792,
        "macs": 1728 * 360 * 640,
        "calls": 1,
    }


def test_unknown_name_is_answered_with_the_nearest(superres: Call) -> None:
    answer = superres("models", "carn_m_x5")
    assert answer.code == 2
    assert "no model is called 'carn_m_x5'; nearest: carn_m_x" in answer.err


def test_base_installation_lists_what_it_ships_and_says_how_to_see_the_rest() -> None:
    done = without_the_lab("models")
    assert done.returncode == 0
    assert all(entry.name in done.stdout for entry in shipped())
    assert "pip install 'superres[lab]' to see" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_base_installation_shows_the_card_of_what_it_ships() -> None:
    done = without_the_lab("models", "rlfn_compact_x4")
    assert done.returncode == 0
    assert "arXiv:2205.07514" in done.stdout
    assert "pip install 'superres[lab]' to see" in done.stderr


def test_base_installation_says_what_other_networks_need() -> None:
    done = without_the_lab("models", "carn_m_x2")
    assert done.returncode == 2
    assert "the package torch, which is not installed" in done.stderr
