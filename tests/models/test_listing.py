"""The list of all variants."""

from pathlib import Path

import pytest
import torch

from superres.errors import MissingFileError, UnknownNameError
from superres.models.catalogue import build, variants
from superres.models.listing import card_of, counted, variant_cards, weightless
from superres.models.roster import roster
from superres.models.weights import write_weights


def test_every_variant_of_the_catalogue_has_its_card() -> None:
    assert [card.name for card in variant_cards()] == sorted(variants())


def test_large_network_is_counted_without_its_numbers() -> None:
    assert all(parameter.is_meta for parameter in weightless(card_of("edsr_x4")).parameters())
    (edsr,) = (each for each in roster() if each.name == "edsr_x4")  # equal to what is counted: see test_roster
    assert edsr.parameters == 43_089_923  # published with the authors' code
    # By hand: head and 65 convolutions of 256 channels, two enlargements, the last at the full size.
    square, ends = 256 * 256 * 9, 3 * 256 * 9
    small, middle, large = 320 * 180, 640 * 360, 1280 * 720
    assert edsr.macs == small * (ends + 65 * square + 4 * square) + middle * 4 * square + large * ends


def test_variants_are_counted_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superres.models.listing._counts", lambda card: (card.scale, 0))
    found = counted(["espcn"])
    assert next(found).parameters == 2
    monkeypatch.setattr("superres.models.listing._counts", lambda card: pytest.fail(f"asked for {card.name}"))


def test_card_of_a_file_is_the_one_inside(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, card = build("espcn_x3")
    write_weights(tmp_path / "mine.safetensors", network.state_dict(), card)
    assert card_of(str(tmp_path / "mine.safetensors")) == card


def test_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no model is called 'edsr_x5'; nearest: edsr_x"):
        card_of("edsr_x5")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.pth"):
        card_of(str(tmp_path / "absent.pth"))
