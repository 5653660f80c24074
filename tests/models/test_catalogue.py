"""The catalogue of architectures."""

from pathlib import Path

import pytest

import superres.models
from superres.errors import InvalidConfigError, UnknownNameError
from superres.models.architecture import Architecture
from superres.models.catalogue import ARCHITECTURES, architecture, build, build_from_card, variants


def test_catalogue_lists_every_file_with_an_architecture() -> None:
    folder = Path(superres.models.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "ARCHITECTURE = Architecture(" in path.read_text("utf-8")}
    assert files == set(ARCHITECTURES)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architecture_bears_the_name_of_its_file(name: str) -> None:
    found = architecture(name)
    assert isinstance(found, Architecture)
    assert found.name == name


def test_variants_end_in_their_scale_unless_they_take_any() -> None:
    for name, found in variants().items():
        assert name.endswith(f"_x{found.variants[name].scale}") == (found.highest_scale is None)


def test_unknown_variant_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"nearest: .*rlfn_x4"):
        build("rlfn_x5")


def test_card_builds_the_network_that_it_describes() -> None:
    network, card = build("rlfn_pruned_x4")
    rebuilt = build_from_card(card)
    shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
    assert {name: tensor.shape for name, tensor in rebuilt.state_dict().items()} == shapes


def test_unknown_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no setting of rlfn is called 'widht'; nearest: width"):
        architecture("rlfn").read_config({"widht": 48})


def test_setting_of_a_wrong_kind_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="rlfn cannot be built: width"):
        architecture("rlfn").read_config({"width": "wide"})
