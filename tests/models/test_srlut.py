"""SR-LUT: from the network to its table. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.layers.upsampling.lookup_table import KEYS, LookupTable, as_table, grid_values
from superres.models.srlut import SRLUT, SRLUTConfig, transfer, write_table


def small(**changes: Any) -> SRLUT:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"width": 8, "depth": 3, "scale": 2, **changes}
    return SRLUT(SRLUTConfig(**settings)).eval()


def image_of(values: Any) -> Any:
    return np.random.default_rng(0).choice(values, (9, 8)).astype(np.float32) / 255


@torch.no_grad()
def through(network: SRLUT, plane: Any) -> Any:
    return network(torch.from_numpy(plane).expand(1, 3, -1, -1)).numpy()[0, 0]


# Each of the four turns is rounded to a whole number once.
@pytest.mark.parametrize("key", KEYS.values())
def test_table_answers_as_its_network_where_all_pixels_are_on_the_grid(key: tuple[int, int]) -> None:
    network, low = small(key=key), image_of(grid_values(32))
    assert np.abs(transfer(network, 32).enlarge(low) - through(network, low)).max() <= 2.01 / 255


def test_table_of_every_value_answers_as_its_network_for_every_image() -> None:
    network, low = small(key=(1, 2)), image_of(np.arange(256))
    assert np.abs(transfer(network, 1).enlarge(low) - through(network, low)).max() <= 2.01 / 255


def test_turned_image_gives_the_turned_answer() -> None:
    network, low = small(), image_of(np.arange(256))
    turned = np.ascontiguousarray(np.rot90(low))
    assert through(network, turned) == pytest.approx(np.rot90(through(network, low)), abs=1e-5)


@torch.no_grad()
def test_colours_go_one_by_one_through_the_same_weights() -> None:
    network, low = small(), torch.rand(2, 3, 6, 7)
    for channel in range(3):
        alone = network(low[:, channel : channel + 1])
        torch.testing.assert_close(network(low)[:, channel : channel + 1], alone)


# Bytes of the files that the authors released, Model_S_x4_4bit_int8.npy (the paper's 1.274 MB) and its neighbours.
@pytest.mark.parametrize(("interval", "scale", "size"), [(16, 4, 1_336_464), (16, 2, 334_212), (32, 4, 105_104)])
def test_written_table_is_as_large_as_the_authors_and_is_read_back(
    interval: int, scale: int, size: int, tmp_path: Path
) -> None:
    table = transfer(small(scale=scale), interval)
    write_table(tmp_path / "table.npy", table)
    read = as_table(np.load(tmp_path / "table.npy"))
    assert (tmp_path / "table.npy").stat().st_size == size
    assert np.array_equal(read.values, table.values)
    assert (read.key, read.interval, read.scale) == ((2, 2), interval, scale)


def test_table_is_of_whole_numbers_within_its_range() -> None:
    table: LookupTable = transfer(small(), 64)
    assert table.values.dtype == np.int8
    assert table.values.min() >= -127


def test_interval_that_does_not_divide_is_refused() -> None:
    with pytest.raises(InvalidWeightsError, match="divides 256"):
        transfer(small(), 24)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [({"depth": 1}, "two convolutions"), ({"width": 0}, "two convolutions"), ({"key": (3, 3)}, "2×2, 1×3, 1×2 pixels")],
)
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidConfigError, match=complaint):
        SRLUTConfig(**settings)
