"""Two networks made one."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.models.architecture import Architecture
from superres.models.blending import blend, write_blend
from superres.models.catalogue import architecture
from superres.models.weights import load_network, read_weights, write_weights


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, seed: int, known: Architecture | None = None, **config: object) -> Path:
    """A small network in a file."""
    known = known or architecture("espcn")
    settings = known.read_config({"scale": 2, "channels": 3, **config})
    torch.manual_seed(seed)
    network = known.network(settings)
    for parameter in network.parameters():
        nn.init.normal_(parameter)
    card = known.card(name, settings).with_training(
        trained_on=(name,), recipe=f"{name}.toml", steps=seed, licence="MIT"
    )
    write_weights(Path(f"{name}.safetensors"), network.state_dict(), card.with_figures({"psnr": 30.0}))
    return Path(f"{name}.safetensors")


@pytest.mark.parametrize("share", [0.0, 0.25, 0.8, 1.0])
def test_every_weight_lies_between_both_at_the_share(share: float) -> None:
    first, second = written("first", 1), written("second", 2)
    tensors, _ = blend(first, second, share)
    for name, tensor in tensors.items():
        one, other = (read_weights(path)[0][name] for path in (first, second))
        torch.testing.assert_close(tensor, (1 - share) * one + share * other)


def test_ends_are_the_networks_themselves_bit_for_bit() -> None:
    first, second = written("first", 1), written("second", 2)
    for share, path in ((0.0, first), (1.0, second)):
        tensors, _ = blend(first, second, share)
        assert all(torch.equal(tensor, tensors[name]) for name, tensor in read_weights(path)[0].items())


def test_networks_with_statistics_are_blended_too() -> None:
    known = architecture("srresnet")
    first, second = (written(name, seed, known, width=4, blocks=1) for name, seed in (("first", 1), ("second", 2)))
    target, _ = write_blend(first, second, share=0.5)
    assert load_network(target)[0](torch.rand(1, 3, 8, 8)).shape == (1, 3, 16, 16)


def test_card_says_both_origins_and_claims_no_figures() -> None:
    _, card = blend(written("first", 1), written("second", 2), 0.8)
    assert (card.name, card.trained_on, card.figures) == ("first_blend_80", ("first", "second"), {})
    assert (card.recipe, card.steps, card.licence) == ("first.toml and second.toml", 2, "MIT")


def test_shipped_network_is_known_by_its_name() -> None:
    path, card = write_blend("rlfn_compact_x2", "rlfn_compact_x2", share=0.3)
    assert path == Path("rlfn_compact_x2_blend_30.safetensors")
    network, shipped = load_network(path)[0], load_network("rlfn_compact_x2")[0]
    image = torch.rand(1, 3, 20, 20)
    torch.testing.assert_close(network(image), shipped(image), atol=1e-5, rtol=1e-5)
    assert card.scale == 2


def test_setting_that_an_older_card_leaves_out_has_its_default() -> None:
    path = written("first", 1, architecture("rlfn"), width=4, blocks=1, attention_width=4)
    tensors, card = read_weights(path)
    old = {key: value for key, value in card.config.items() if key not in ("attention", "lowest")}
    write_weights(Path("old.safetensors"), tensors, replace(card, name="old", config=old))
    assert blend("old.safetensors", path, 0.5)[1].config == old


def test_other_architecture_or_configuration_is_refused() -> None:
    first = written("first", 1)
    with pytest.raises(InvalidWeightsError, match=r"one architecture .* first is espcn, other is srcnn"):
        blend(first, written("other", 1, architecture("srcnn"), widths=[4, 4]), 0.5)
    with pytest.raises(InvalidWeightsError, match=r"one configuration .* scale is 2 in first, 3 in third"):
        blend(first, written("third", 1, scale=3), 0.5)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_outside_is_refused(share: float) -> None:
    with pytest.raises(InvalidRequestError, match=r"lies in \[0, 1\]"):
        blend("rlfn_compact_x2", "rlfn_compact_x2", share)


def test_existing_file_is_replaced_only_when_asked() -> None:
    first, second = written("first", 1), written("second", 2)
    with pytest.raises(ExistingFileError, match="--overwrite"):
        write_blend(first, second, first, share=0.5)
    assert write_blend(first, second, first, share=1.0, overwrite=True)[0] == first
