"""Several networks, and one image of their answers."""

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidConfigError, UnknownNameError
from superres.models.fusion import ARCHITECTURE, Fusion, FusionConfig, Member

SMALL = FusionConfig(
    scale=2,
    members=(
        Member(architecture="espcn", config={"widths": (4, 4)}),
        Member(architecture="edsr", config={"width": 4, "blocks": 1}),
        Member(architecture="rlfn", config={"width": 4, "blocks": 1, "attention_width": 4}),
    ),
)


def network() -> Fusion:
    torch.manual_seed(0)
    return Fusion(SMALL).eval()


def low() -> Tensor:
    return torch.rand(2, 3, 16, 19, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_fusion_begins_as_the_mean_of_its_members() -> None:
    whole = network()
    mean = torch.stack([member(low()) for member in whole.members]).mean(dim=0)
    torch.testing.assert_close(whole(low()), mean, atol=1e-6, rtol=0)
    assert (whole.members[0](low()) - whole.members[1](low())).abs().max() > 0.01


def test_fusing_convolution_sees_all_members_and_colours() -> None:
    # Three members of three colours; 3·3 taps, and three biases.
    assert sum(each.numel() for each in network().fuse.parameters()) == 9 * 9 * 3 + 3


def test_members_are_of_the_fusions_scale_and_channels() -> None:
    assert [config.scale for _, config in SMALL.read()] == [2, 2, 2]
    assert [config.channels for _, config in SMALL.read()] == [3, 3, 3]


def test_tiles_suit_every_member() -> None:
    tilings = [known.tiling(config) for known, config in SMALL.read()]
    tiling = ARCHITECTURE.tiling(SMALL)
    assert tiling.minimum_size == max(each.minimum_size for each in tilings) == 15
    assert tiling.grid == 6
    assert tiling.overlap == max(each.overlap for each in tilings) + 1


def test_card_brings_the_members_back() -> None:
    card = ARCHITECTURE.card("fused", SMALL)
    assert ARCHITECTURE.read_config(card.config).read() == SMALL.read()


def test_one_member_is_no_fusion() -> None:
    with pytest.raises(InvalidConfigError, match="at least two members, got 1"):
        FusionConfig(members=(Member(architecture="edsr"),))


def test_member_of_an_unknown_architecture_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no architecture is called 'esdr'; nearest: edsr"):
        FusionConfig(members=(Member(architecture="edsr"), Member(architecture="esdr")))


@pytest.mark.parametrize(("name", "message"), [("liif", "enlarges by any scale"), ("espcn", "is for luma")])
def test_member_that_does_not_fit_is_refused(name: str, message: str) -> None:
    channels = 1 if name == "espcn" else 3
    with pytest.raises(InvalidConfigError, match=message):
        FusionConfig(channels=channels, members=(Member(architecture="edsr"), Member(architecture=name)))


def test_member_with_branches_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match='fuse it in the form "merged"'):
        FusionConfig(members=(Member(architecture="edsr"), Member(architecture="ecbsr", config={"form": "branched"})))
