"""Names in authors' files."""

import pytest
import torch

from superres.models.foreign_names import ForeignNames, TrunkSizes, trunk_sizes

NAMES = ForeignNames(ends={"conv_1": "head"}, parts={"esa.conv1": "attention.reduce"}, block="B")


def test_layers_outside_and_inside_of_blocks_are_renamed_and_blocks_count_from_zero() -> None:
    tensor = torch.zeros(1)
    found = NAMES.replaced({"conv_1.weight": tensor, "B3.esa.conv1.bias": tensor})
    assert list(found) == ["head.weight", "blocks.2.attention.reduce.bias"]
    assert all(each is tensor for each in found.values())


@pytest.mark.parametrize("name", ["conv_2.weight", "B1.esa.conv9.bias", "weight", "C1.esa.conv1.bias", "Bx.c1.bias"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        NAMES.replaced({name: torch.zeros(1)})


def test_shapes_tell_the_sizes() -> None:
    ours = {
        "head.weight": torch.zeros(7, 1, 3, 3),
        "upsample.convolution.bias": torch.zeros(9),
        "blocks.0.fuse.bias": torch.zeros(7),
        "blocks.11.fuse.bias": torch.zeros(7),
    }
    assert trunk_sizes(ours) == TrunkSizes(scale=3, channels=1, width=7, blocks=12)


def test_tensors_without_blocks_are_no_such_network() -> None:
    with pytest.raises(ValueError, match="empty"):
        trunk_sizes({"head.weight": torch.zeros(7, 1, 3, 3), "upsample.convolution.bias": torch.zeros(9)})
