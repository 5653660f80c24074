"""Weights files."""

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from superres.errors import InvalidWeightsError, MissingFileError, UnknownNameError
from superres.models.catalogue import build
from superres.models.weights import load_network, read_weights, write_weights

OFFICIAL = {"rlfn_x4": 543_740, "rlfn_s_x2": 454_620, "rlfn_ntire_x4": 317_218}


def saved(folder: Path, name: str = "rlfn_compact_x4") -> Path:
    torch.manual_seed(1)
    network, card = build(name)
    write_weights(folder / "w.safetensors", network.state_dict(), card)
    return folder / "w.safetensors"


def test_saved_and_loaded_network_answers_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path)
    torch.manual_seed(1)
    network, card = build("rlfn_compact_x4")
    loaded, read = load_network(path)
    image = torch.rand(1, 3, 20, 20)
    assert torch.equal(network.eval()(image), loaded(image))
    assert read == card


def test_nothing_but_the_file_is_left_after_writing(tmp_path: Path) -> None:
    saved(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InvalidWeightsError, match="no readable safetensors file"):
        load_network(path)


def test_file_without_a_card_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"head.weight": torch.zeros(1)}, tmp_path / "bare.safetensors")
    with pytest.raises(InvalidWeightsError, match="carries no card"):
        load_network(tmp_path / "bare.safetensors")


def test_weights_of_another_width_are_refused_with_the_tensor(tmp_path: Path) -> None:
    path = saved(tmp_path)
    tensors, card = read_weights(path)
    write_weights(path, tensors, replace(card, config={**card.config, "width": 64}))
    with pytest.raises(InvalidWeightsError, match=r"blocks\.0\.attention\.expand\.bias"):
        load_network(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.safetensors"):
        load_network(tmp_path / "absent.safetensors")


def test_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no model is called 'rlfn_compcat_x4'"):
        load_network("rlfn_compcat_x4")


def test_variant_without_weights_says_how_to_get_them() -> None:
    with pytest.raises(InvalidWeightsError, match="train it with a recipe"):
        load_network("rlfn_s_x3")


class Payload:
    """What an attacker would put into a checkpoint."""

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (Path("touched-by-a-pickle"),)


@pytest.mark.parametrize("protocol", [2, 4])
def test_pickle_with_code_in_it_is_refused_and_not_run(
    protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Protocol 2 is what torch.save writes.
    (tmp_path / "evil.pth").write_bytes(pickle.dumps({"conv_1.weight": Payload()}, protocol=protocol))
    with pytest.raises(InvalidWeightsError, match="never run"):
        load_network(tmp_path / "evil.pth")
    assert not (tmp_path / "touched-by-a-pickle").exists()


def test_checkpoint_of_an_unknown_network_is_refused(tmp_path: Path) -> None:
    torch.save({"layer.weight": torch.zeros(2)}, tmp_path / "other.pth")
    with pytest.raises(InvalidWeightsError, match=r"fits none of the architectures.*'layer\.weight'"):
        load_network(tmp_path / "other.pth")


@pytest.mark.parametrize("content", [[torch.zeros(1)], torch.zeros(1), 3], ids=["list", "tensor", "number"])
def test_checkpoint_that_is_no_dictionary_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "odd.pth")
    with pytest.raises(InvalidWeightsError, match="not a dictionary of tensors"):
        load_network(tmp_path / "odd.pth")


@pytest.mark.parametrize("shape", [(), (0,), (0, 0, 3, 3), (4, 3, 3)])
def test_checkpoint_with_known_names_and_impossible_shapes_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    names = ("conv_1.weight", "block_1.c1_r.weight", "upsampler.0.bias", "block_1.esa.conv1.bias")
    torch.save({name: torch.zeros(shape) for name in names}, tmp_path / "odd.pth")
    with pytest.raises(InvalidWeightsError, match=r"fits none of the architectures|does not fit this network"):
        load_network(tmp_path / "odd.pth")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02", b"text", bytes(1000)])
def test_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pth").write_bytes(content)
    with pytest.raises(InvalidWeightsError, match="was refused"):
        load_network(tmp_path / "odd.pth")


@pytest.mark.data
@pytest.mark.parametrize(("name", "parameters"), OFFICIAL.items())
def test_official_files_load_whole(superres_data: Path, name: str, parameters: int) -> None:
    network, _ = load_network(superres_data / "weights" / "rlfn" / f"{name}.pth")
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
