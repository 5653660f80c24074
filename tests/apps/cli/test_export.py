"""`superres export`."""

from pathlib import Path

import numpy as np
import onnx
import torch
from samples.commands import Call

from superres.models.catalogue import build
from superres.models.weights import write_weights


def test_network_becomes_a_graph_with_its_card(superres: Call, tmp_path: Path) -> None:
    answer = superres("export", "bicubic_x2", "--output", tmp_path / "bicubic.onnx")
    assert answer.code == 0
    assert "superres.card" in {entry.key for entry in onnx.load(tmp_path / "bicubic.onnx").metadata_props}


def test_network_of_sr_lut_becomes_a_table_where_the_output_is_an_array(superres: Call, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, card = build("srlut_v_x3")
    write_weights(tmp_path / "v.safetensors", network.state_dict(), card)
    answer = superres("export", tmp_path / "v.safetensors", "--output", tmp_path / "v.npy", "--interval", 32)
    assert answer.code == 0
    assert np.load(tmp_path / "v.npy").shape == (9**2, 1, 3, 3)


def test_interval_without_a_table_is_refused(superres: Call, tmp_path: Path) -> None:
    answer = superres("export", "bicubic_x2", "--output", tmp_path / "bicubic.onnx", "--interval", 32)
    assert answer.code == 2
    assert "--interval is for look-up tables" in answer.err


def test_other_endings_are_refused(superres: Call, tmp_path: Path) -> None:
    answer = superres("export", "bicubic_x2", "--output", tmp_path / "bicubic.txt")
    assert answer.code == 2
    assert "bicubic.txt was to hold the network; graphs are called NAME.onnx, ncnn's texts NAME.param" in answer.err


def test_network_without_weights_is_refused_with_those_that_have_some(superres: Call) -> None:
    answer = superres("export", "edsr_x4")
    assert answer.code == 2
    assert "edsr_x4 is an architecture without weights here" in answer.err
    assert "rlfn_compact_x4" in answer.err


def test_eight_bit_needs_a_network_that_has_learned_it_and_a_graph(superres: Call, tmp_path: Path) -> None:
    answer = superres("export", "rlfn_compact_x2", "--int8", "--output", tmp_path / "net.onnx")
    assert answer.code == 2
    assert "rlfn_compact_x2 has not learned to compute in 8 bit" in answer.err
    answer = superres("export", "rlfn_compact_x2", "--int8", "--output", tmp_path / "net.param")
    assert "--int8 makes a graph, NAME.onnx" in answer.err
