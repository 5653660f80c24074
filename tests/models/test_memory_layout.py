"""Memory layout."""

import torch
from torch import nn

from superres.models.memory_layout import channels_last


@torch.no_grad()
def test_kernels_of_images_are_laid_out_and_those_of_volumes_left_alone() -> None:
    network = nn.Sequential(nn.Conv2d(4, 6, 3), nn.Conv3d(1, 1, 3))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert channels_last(network) is network
    assert network[0].get_parameter("weight").is_contiguous(memory_format=torch.channels_last)
    assert network[1].get_parameter("weight").is_contiguous()
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
