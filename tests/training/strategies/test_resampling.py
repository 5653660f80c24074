"""A reduction and a network that learn together."""

import tomllib

import pytest
import torch
from samples.recipes import HEAD, stage

from superres.errors import InvalidConfigError
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.models.resampler import Resampler
from superres.models.rlfn import RLFN, RLFNConfig
from superres.training.optimizers import optimizer, set_learning_rate
from superres.training.recipe import parse_recipe
from superres.training.strategies.resampling import Resampled, Resampling, check_resampling, disorder, rounded

SMALL = Resampling(width=4, blocks=1, reach=2, distance=2.0, smoothness=3.0)


def both() -> Resampled:
    torch.manual_seed(0)
    network = RLFN(RLFNConfig(scale=2, width=4, blocks=1, attention_width=4))
    return Resampled(network, Resampler(SMALL.config(2)), SMALL)


def high() -> torch.Tensor:
    return torch.rand(2, 3, 32, 36, generator=torch.Generator().manual_seed(0))


def test_values_are_rounded_to_eight_bit_and_gradients_pass_the_rounding_but_not_the_cut() -> None:
    values = torch.tensor([-0.2, 0.1, 0.5001, 1.3], requires_grad=True)
    result = rounded(values)
    torch.testing.assert_close(255 * result, torch.tensor([0.0, 26.0, 128.0, 255.0]), atol=1e-4, rtol=0)
    result.sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [0, 1, 1, 0]


def test_network_sees_the_rounded_reduction() -> None:
    pair = both().eval()
    expected = pair.network(rounded(pair.resampler(high())))
    assert torch.equal(pair(high()), expected)
    assert expected.shape == high().shape


def test_both_learn_from_one_loss() -> None:
    pair = both()
    ((pair(high()) - high()).abs().mean() + pair.disorder()).backward()
    touched = {name for name, each in pair.named_parameters() if each.grad is not None and each.grad.any()}
    assert {"network.head.weight", "resampler.weigh.weight", "resampler.move.weight"} <= touched


def test_offsets_cost_their_distance_and_their_differences() -> None:
    offsets = torch.zeros(1, 2, 1, 2, 2)
    offsets[0, 0, 0] = torch.tensor([[0.0, 3.0], [0.0, 3.0]])
    # Squared lengths 0, 9, 0, 9; of the four differences down and the four across two are 3.
    assert float(disorder(offsets, SMALL)) == pytest.approx(2 * 4.5 + 3 * 6 / 8)


def test_resampler_at_rest_costs_nothing() -> None:
    pair = both()
    pair(high())
    assert pair.disorder().item() == 0


def test_terms_belong_to_one_answer() -> None:
    pair = both()
    pair(high())
    pair.disorder()
    with pytest.raises(InvalidConfigError, match="there are no offsets"):
        pair.disorder()


def test_what_a_reduction_cannot_be_learned_with_is_refused() -> None:
    plain = both().network
    check_resampling(SMALL, plain, channels=3, degradation="bicubic")
    with pytest.raises(InvalidConfigError, match="channels must be 3, got 1"):
        check_resampling(SMALL, plain, channels=1, degradation="bicubic")
    with pytest.raises(InvalidConfigError, match="not camera; say bicubic"):
        check_resampling(SMALL, plain, channels=3, degradation="camera")
    with pytest.raises(InvalidConfigError, match="networks of one answer"):
        check_resampling(SMALL, LapSRN(LapSRNConfig(width=4, depth=1)), channels=3, degradation="bicubic")


@pytest.mark.parametrize(
    ("key", "message"), [("width", "at least 1"), ("distance", "must not be negative"), ("rate_factor", "above 0")]
)
def test_values_that_make_no_sense_are_refused(key: str, message: str) -> None:
    values = {"width": 4, "blocks": 1, "reach": 2, "distance": 0.0, "smoothness": 0.0, key: -1}
    with pytest.raises(InvalidConfigError, match=message):
        Resampling(**values)  # type: ignore[arg-type]


def test_resampler_may_learn_faster_than_the_network() -> None:
    head = HEAD.format(checkpoint_every=5, train="train", validation="validation")
    table = (
        "[stages.resampling]\nwidth = 4\nblocks = 1\nreach = 2\ndistance = 0.0\nsmoothness = 0.0\nrate_factor = 8.0\n"
    )
    settings = parse_recipe(tomllib.loads(head + stage() + table), "test.toml").stages[0]
    optimiser = optimizer(settings, both())
    set_learning_rate(optimiser, 0.01)
    assert sorted(group["lr"] for group in optimiser.param_groups) == [0.01, 0.08]
