"""`superres cost`."""

import json

import pytest
from samples.commands import Call

from superres.inference.calibration import fastest, timings


def test_table_lists_the_challenge_network(superres: Call) -> None:
    answer = superres("cost", "rlfn_pruned_x4", "rlfn_compact_x4")
    assert answer.code == 0
    assert "317,218" in answer.out
    assert "19.66 G" in answer.out
    assert "aten.sigmoid" in answer.out


def test_json_has_every_count_in_full(superres: Call) -> None:
    facts = json.loads(superres("cost", "rlfn_pruned_x4", "--json").out)
    assert facts["input"] == "256x256"
    (model,) = facts["models"]
    assert (model["parameters"], model["activations"], model["convolutions"]) == (317_218, 80_045_184, 39)
    assert model["flops"] == 2 * model["macs"]


def test_size_is_width_first(superres: Call) -> None:
    wide, high = (json.loads(superres("cost", "rlfn_x4", "--size", size, "--json").out) for size in ("64x32", "32x64"))
    assert wide["input"] == "64x32"
    assert wide["models"][0]["macs"] == high["models"][0]["macs"]


@pytest.mark.parametrize("size", ["256", "0x5", "axb", "-1x4"])
def test_size_that_is_none_is_said_in_a_sentence(superres: Call, size: str) -> None:
    answer = superres("cost", "rlfn_x4", f"--size={size}")
    assert answer.code == 2
    assert "is written as 256x256" in answer.err


def test_run_adds_time_and_memory_with_their_engine(superres: Call) -> None:
    (model,) = json.loads(superres("cost", "rlfn_compact_x2", "--size", "24x16", "--run", "--json").out)["models"]
    ran = model["run"]
    assert ran["latency_interval_ms"][0] <= ran["latency_ms"] <= ran["latency_interval_ms"][1]
    assert ran["peak_memory_mib"] > 40
    found = timings("rlfn_compact_x2", "auto")
    taken = fastest(found, is_small=False)
    assert ran["engine"] == next(each.described for each in found if each.engine == taken)
