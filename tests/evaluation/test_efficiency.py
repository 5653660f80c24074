"""Costs, counted and measured."""

from pathlib import Path

import pytest

from superres.errors import InvalidRequestError, UnknownNameError
from superres.evaluation.efficiency import Counts, count, latencies
from superres.models.cost import Cost

EXAMPLE = Path(__file__).parents[2] / "examples" / "lighthouse.webp"


def test_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022, team ByteESR: 0.317 M parameters, 80.05 M activations, 39 convolutions; 19.70 G with the old
    # counter, which adds interpolation.
    counts = count("rlfn_pruned_x4")
    assert (counts.cost.parameters, counts.cost.activations, counts.cost.convolutions) == (317_218, 80_045_184, 39)
    assert counts.cost.macs == pytest.approx(19.70e9, rel=0.003)
    assert counts.doubts() == []


def test_shipped_network_can_be_named_too() -> None:
    assert count("rlfn_compact_x2", height=90, width=100).cost.parameters == 312_188


@pytest.mark.parametrize("model", ["meta_edsr_baseline", "liif_edsr_baseline"])
def test_network_of_any_scale_is_counted_at_the_one_asked_for(model: str) -> None:
    own, same, other = (count(model, height=30, width=20, scale=scale) for scale in (None, 4, 2))
    assert own == same
    assert other.cost.parameters == own.cost.parameters
    assert other.cost.macs < own.cost.macs
    assert not other.doubts()


def test_few_macs_for_many_parameters_raise_a_doubt() -> None:
    # The fastest row of NTIRE 2026 lists 1.59 G for 139,104 parameters; the network has 9.1 G.
    card = count("rlfn_pruned_x4").card
    cost = Cost(parameters=139_104, macs=1_590_000_000, activations=1, convolutions=1)
    (doubt,) = Counts(card=card, height=256, width=256, cost=cost).doubts()
    assert "only 0.17 MACs were counted" in doubt


def test_unknown_operator_raises_a_doubt() -> None:
    counts = count("rlfn_pruned_x4")
    cost = Cost(parameters=1, macs=65536, activations=1, convolutions=1, uncounted={"span.attention": 4, "aten.add": 2})
    (doubt,) = Counts(card=counts.card, height=256, width=256, cost=cost).doubts()
    assert "what these operators compute: span.attention; the MACs are too few" in doubt


def test_input_below_the_networks_smallest_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="takes sides of 15 pixels and more, but 20×8"):
        count("rlfn_x4", height=8, width=20)


def test_unknown_model_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="nearest"):
        count("rlfn_compct_x4")


def test_contestants_take_turns_and_warm_up() -> None:
    calls: list[str] = []
    found = latencies({name: lambda name=name: calls.append(name) for name in "ab"}, rounds=6, warm_up=2)
    assert calls == list("ab") * 8
    assert all(0 <= each.low <= each.median <= each.high for each in found.values())
    assert found["a"].rounds == 6


def test_too_few_rounds_for_an_interval_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="at least 6 rounds"):
        latencies({"a": lambda: None}, rounds=5)
