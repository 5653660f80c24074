"""CARN and CARN-M."""

from pathlib import Path

import pytest
import torch

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.models.carn import CARN, CARNConfig, Cascade
from superres.models.catalogue import build
from superres.models.cost import published_macs
from superres.models.weights import load_network


class Named(torch.nn.Module):
    """Answers with a constant."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.full_like(features, self.value)


@torch.no_grad()
def test_join_sees_the_input_and_every_answer_before_it() -> None:
    cascade = Cascade(1, [Named(10.0), Named(100.0), Named(1000.0)])
    for join in cascade.join:
        for parameter in join.parameters():
            parameter.fill_(0.0)
        next(join.parameters()).fill_(1.0)
    seen = torch.full((1, 1, 2, 2), 3.0)
    torch.testing.assert_close(cascade(seen), torch.full_like(seen, 3.0 + 10.0 + 100.0 + 1000.0))


def test_efficient_cascade_uses_one_block_three_times() -> None:
    network = CARN(CARNConfig(width=8, groups=4, blocks="efficient"))
    inner = [each for each in network.modules() if isinstance(each, Cascade)][1:]
    assert [len(each.parts) for each in inner] == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        *(("carn_x2", 222.8e9), ("carn_x3", 118.8e9), ("carn_x4", 90.9e9)),
        *(("carn_m_x2", 91.2e9), ("carn_m_x3", 46.1e9), ("carn_m_x4", 32.5e9)),
    ],
)
def test_macs_are_those_that_the_paper_prints(name: str, printed: float) -> None:
    network, card = build(name)
    assert published_macs(network, channels=3, scale=card.scale) == pytest.approx(printed, rel=0.003)


def test_width_that_groups_do_not_share_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="share evenly"):
        CARNConfig(width=6, groups=4)


@pytest.mark.data
@pytest.mark.parametrize(("scale", "measured"), [(2, 37.678), (3, 34.058), (4, 31.883)])
def test_authors_later_training_gives_what_it_gave_before(
    superres_data: Path, tmp_path: Path, scale: int, measured: float
) -> None:
    # The paper prints 37.53, 33.99 and 31.92; the released file is another training. These were measured here.
    link = tmp_path / f"carn_m_x{scale}.pth"
    link.symlink_to(superres_data / "weights" / "carn" / "carn_m.pth")
    folder = superres_data / "testsets" / "Set5"
    (row,) = evaluate({"Set5": folder}, subjects([str(link)], (), "float32"), metrics=["psnr"]).rows
    assert row.scale == scale
    assert row.mean("psnr") == pytest.approx(measured, abs=0.005)


@pytest.mark.data
def test_file_that_does_not_say_its_scale_is_refused(superres_data: Path) -> None:
    with pytest.raises(InvalidWeightsError, match=r"serve several; copy or link it .* carn_m_x2\.pth"):
        load_network(superres_data / "weights" / "carn" / "carn_m.pth")
