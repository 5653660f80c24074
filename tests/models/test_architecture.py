"""What the house knows of an architecture."""

from dataclasses import dataclass

import pytest
from torch import nn

from superres.errors import InvalidConfigError, UnknownNameError
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Of a toy network."""

    scale: int = 2
    channels: int = 1
    widths: tuple[int, ...] = (8, 4)

    def __post_init__(self) -> None:
        if self.scale < 1:
            raise InvalidConfigError(f"scale must be at least 1, got {self.scale}")


TOY = Architecture(
    name="toy",
    config=Settings,
    network=lambda settings: nn.Upsample(scale_factor=settings.scale),
    source="nowhere",
    variants={"toy_x2": Settings()},
    tiling=lambda settings: Tiling(minimum_size=3, grid=settings.scale, overlap=7, is_exact=False),
)


def test_missing_settings_are_the_defaults() -> None:
    assert TOY.read_config({"scale": 3}) == Settings(scale=3)


def test_lists_become_tuples() -> None:
    assert TOY.read_config({"widths": [5, 6, 7]}).widths == (5, 6, 7)


def test_unknown_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no setting of toy is called 'scael'; nearest: scale"):
        TOY.read_config({"scael": 2})


def test_setting_of_a_wrong_kind_is_named() -> None:
    with pytest.raises(InvalidConfigError, match="toy cannot be built: scale: input should be a valid integer"):
        TOY.read_config({"scale": "two"})


def test_contradiction_keeps_its_own_words() -> None:
    with pytest.raises(InvalidConfigError, match="scale must be at least 1, got 0"):
        TOY.read_config({"scale": 0})


def test_card_repeats_what_an_engine_must_know() -> None:
    card = TOY.card("mine", Settings(scale=3))
    assert (card.name, card.architecture, card.scale, card.channels) == ("mine", "toy", 3, 1)
    assert (card.minimum_size, card.grid, card.overlap, card.tiles_are_exact) == (3, 3, 7, False)
    assert card.source == "nowhere"


def test_card_holds_the_whole_configuration() -> None:
    card = TOY.card("mine", Settings(widths=(1,)))
    assert TOY.read_config(card.config) == Settings(widths=(1,))
