"""`superres models`."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from samples.commands import Call

from superres.models.catalogue import build, variants
from superres.models.manifest import shipped
from superres.models.roster import roster
from superres.models.weights import write_weights


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
    assert [(each["name"], each["tier"]) for each in listed] == [
        ("ecbsr_tiny_x2", "tiny"),
        ("ecbsr_tiny_x3", "tiny"),
        ("ecbsr_tiny_x4", "tiny"),
        ("rlfn_compact_gan_x4", "texture"),
        ("rlfn_compact_photo_gan_x4", "photo-texture"),
        ("rlfn_compact_photo_x4", "photo"),
        ("rlfn_compact_x2", "default"),
        ("rlfn_compact_x3", "default"),
        ("rlfn_compact_x4", "default"),
    ]
    for each in listed:
        assert each["is_shipped"]
        assert each["recipe"].endswith(".toml")
        assert each["steps"] > 0
        assert "bsds" in each["trained_on"]
        assert len(each["sha256"]) == 64
        assert each["set5_psnr_y"] > (26 if each["tier"] == "photo-texture" else 28)


def test_variants_of_a_scale_are_listed_with_their_costs(superres: Call) -> None:
    listed = json.loads(superres("models", "--scale", 8, "--json").out)["models"]
    assert [each["name"] for each in listed] == sorted(
        name for name, known in variants().items() if known.variants[name].scale == 8
    )
    by_name = {each["name"]: each for each in listed}
    assert by_name["lapsrn_x8"]["scale"] == 8
    assert not by_name["lapsrn_x8"]["is_shipped"]
    assert min(by_name["lapsrn_x8"][key] for key in ("parameters", "macs_1280x720")) > 0


def test_all_variants_are_listed_once_and_the_shipped_first(superres: Call) -> None:
    names = [each["name"] for each in json.loads(superres("models", "--json").out)["models"]]
    ours = [entry.name for entry in shipped()]
    assert names == [*ours, *sorted(set(variants()) - set(ours))]


def test_table_of_variants_tells_their_papers(superres: Call) -> None:
    answer = superres("models", "--scale", 8)
    (row,) = (line for line in answer.out.splitlines() if "lapsrn_x8" in line)
    assert "arXiv:1704.03915" in row


@pytest.mark.parametrize("name", ["rlfn_compact_x4", "bicubic_x4", "edsr_baseline_x4"])
def test_table_tells_what_a_network_costs_and_the_licence_of_its_weights(superres: Call, name: str) -> None:
    (row,) = (line for line in superres("models").out.splitlines() if line.startswith(name))
    licence = {"rlfn_compact_x4": "Apache-2.0", "bicubic_x4": "needs none", "edsr_baseline_x4": ""}[name]
    variant = next(each for each in roster() if each.name == name)
    assert "×4" in row
    assert f"{variant.parameters / 1e3:,.0f} K" in row
    assert f"{variant.macs / 1e9:,.1f} G" in row
    assert licence in row


def test_reason_against_a_graph_is_on_the_card(superres: Call, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, card = build("espcn_x3")
    reason = "its answer depends on the weather"
    write_weights(tmp_path / "odd.safetensors", network.state_dict(), replace(card, not_exportable=reason))
    assert reason in superres("models", tmp_path / "odd.safetensors").out
    refused = superres("export", tmp_path / "odd.safetensors", "--output", tmp_path / "odd.onnx")
    assert refused.code == 2
    assert f"espcn_x3 cannot become an ONNX graph: {reason}" in refused.err
    assert not (tmp_path / "odd.onnx").exists()


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


def test_base_installation_lists_everything() -> None:
    done = without_the_lab("models", "--json")
    assert done.returncode == 0
    names = [each["name"] for each in json.loads(done.stdout)["models"]]
    assert sorted(names) == sorted({*variants(), *(entry.name for entry in shipped())})
    assert not done.stderr


def test_base_installation_shows_the_card_of_what_it_ships() -> None:
    done = without_the_lab("models", "rlfn_compact_x4")
    assert done.returncode == 0
    assert "arXiv:2205.07514" in done.stdout
    assert "pip install 'superres[lab]' to see" in done.stderr


def test_base_installation_says_what_other_networks_need() -> None:
    done = without_the_lab("models", "carn_m_x2")
    assert done.returncode == 2
    assert "the package torch, which is not installed" in done.stderr
