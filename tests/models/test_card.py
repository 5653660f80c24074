"""The card."""

import json

import pytest

from superres.errors import InvalidWeightsError
from superres.models.card import CARD_KEY, Card, card_in
from superres.models.catalogue import build

CARD = build("rlfn_compact_x3")[1]


def test_card_survives_json() -> None:
    assert Card.from_json(CARD.to_json()) == CARD


def test_card_from_before_channels_had_a_meaning_is_one_of_rgb() -> None:
    old = {key: value for key, value in json.loads(CARD.to_json()).items() if key != "colour"}
    assert Card.from_json(json.dumps(old)).colour == "rgb"


def test_card_says_up_to_which_factor_a_network_of_any_scale_enlarges() -> None:
    card = build("liif_edsr_baseline")[1]
    assert (card.scale, card.highest_scale) == (4, 30)
    assert Card.from_json(card.to_json()) == card


def test_card_from_before_there_were_such_networks_is_of_one_scale() -> None:
    old = {key: value for key, value in json.loads(CARD.to_json()).items() if key != "highest_scale"}
    assert Card.from_json(json.dumps(old)).highest_scale is None


def test_card_knows_how_the_network_is_tiled() -> None:
    assert (CARD.scale, CARD.minimum_size, CARD.grid, CARD.overlap, CARD.tiles_are_exact) == (3, 15, 6, 30, True)


def test_stretched_attention_is_not_tiled_exactly() -> None:
    assert not build("rlfn_s_x2")[1].tiles_are_exact


def test_text_that_is_no_card_is_refused() -> None:
    with pytest.raises(InvalidWeightsError, match="cannot be read"):
        Card.from_json('{"name": 3}')


def test_luma_of_three_channels_is_refused() -> None:
    impossible = json.dumps({**json.loads(CARD.to_json()), "colour": "luma"})
    with pytest.raises(InvalidWeightsError, match="a network of luma, with 3 channels"):
        Card.from_json(impossible)


def test_metadata_without_a_card_is_refused_with_the_file_name() -> None:
    with pytest.raises(InvalidWeightsError, match=r"strange\.onnx carries no card"):
        card_in({"other": ""}, "strange.onnx")


def test_card_is_found_in_metadata() -> None:
    assert card_in({CARD_KEY: CARD.to_json()}, "file") == CARD


def test_figures_are_added_to_those_that_stand() -> None:
    card = CARD.with_figures({"a": 1.0}).with_figures({"b": 2.0})
    assert card.figures == {"a": 1.0, "b": 2.0}
