"""Export to a look-up table."""

from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import noise

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export.lookup_table import export_table
from superres.inference.upscaler import upscale
from superres.models.catalogue import build
from superres.models.srlut import ARCHITECTURE, SRLUT, SRLUTConfig
from superres.models.weights import write_weights


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A network that sees one pixel and the next."""
    torch.manual_seed(0)
    config = SRLUTConfig(scale=2, key=(1, 2), width=8, depth=3)
    path = tmp_path / "srlut.safetensors"
    write_weights(path, SRLUT(config).state_dict(), ARCHITECTURE.card("small_x2", config))
    return path


def test_table_of_every_value_enlarges_as_the_network(weights: Path, tmp_path: Path) -> None:
    assert export_table(weights, tmp_path / "table.npy", interval=1).name == "small_x2"
    pixels = noise(9, 11, 3)
    by_network = upscale(pixels, model=str(weights), precision="float32").astype(int)
    # Each of four turns is rounded to the table's whole numbers, half a step at the most.
    assert np.abs(upscale(pixels, model=str(tmp_path / "table.npy")) - by_network).max() <= 2


def test_table_has_the_papers_interval_where_none_is_given(weights: Path, tmp_path: Path) -> None:
    export_table(weights, tmp_path / "table.npy")
    assert np.load(tmp_path / "table.npy").shape == (17**2, 1, 2, 2)


def test_network_that_sees_more_is_refused(tmp_path: Path) -> None:
    network, card = build("espcn_x2")
    write_weights(tmp_path / "espcn.safetensors", network.state_dict(), card)
    with pytest.raises(
        InvalidRequestError, match="espcn_x2 was to become a look-up table, but it is a network of espcn"
    ):
        export_table(tmp_path / "espcn.safetensors", tmp_path / "table.npy")
    assert not (tmp_path / "table.npy").exists()


def test_existing_table_is_replaced_only_when_asked(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "table.npy").write_bytes(b"mine")
    with pytest.raises(ExistingFileError, match="give --overwrite"):
        export_table(weights, tmp_path / "table.npy")
    export_table(weights, tmp_path / "table.npy", overwrite=True)
    assert np.load(tmp_path / "table.npy").dtype == np.int8


def test_interval_that_does_not_divide_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidWeightsError, match="interval divides 256"):
        export_table(weights, tmp_path / "table.npy", interval=7)


def test_table_itself_cannot_be_exported_again(weights: Path, tmp_path: Path) -> None:
    export_table(weights, tmp_path / "table.npy")
    with pytest.raises(InvalidWeightsError, match="look-up table: it enlarges without a network"):
        export_table(tmp_path / "table.npy", tmp_path / "again.npy")
