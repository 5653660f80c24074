"""What every architecture promises, in each of its variants."""

import copy
import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.models.architecture import Architecture
from superres.models.card import Card
from superres.models.catalogue import ARCHITECTURES, architecture, build, variants
from superres.models.cost import cost, published_macs
from superres.models.roster import roster
from superres.models.weights import load_network, write_weights

GOLDEN = Path(__file__).parents[1] / "golden" / "models"
MOST_PARAMETERS = 5_000_000
"""Of a network that keeps every promise here; of larger ones, which take minutes, one for each architecture."""


def shaped(name: str) -> nn.Module:
    """The network without numbers, in no time."""
    with torch.device("meta"):
        return build(name)[0]


WRITTEN = {variant.name: variant for variant in roster()}
"""What is written down of each, so that choosing builds nothing; that it is right is tested beside."""


def chosen() -> list[str]:
    """All small variants, and the smallest of an architecture that has only large ones."""
    names: list[str] = []
    for each in ARCHITECTURES:
        own = sorted(architecture(each).variants, key=lambda name: WRITTEN[name].parameters)
        small = [name for name in own if WRITTEN[name].parameters <= MOST_PARAMETERS]
        names += small or own[:1]
    return names


VARIANTS = tuple(chosen())


@cache
def built(name: str) -> tuple[nn.Module, Card]:
    torch.manual_seed(0)
    network, card = build(name)
    return network.eval(), card


def golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))["variants"]


def counted(measure: str) -> list[tuple[str, Any]]:
    """Variants with a golden value of this kind."""
    files = (golden(path.stem) for path in sorted(GOLDEN.glob("*.json")))
    return [(name, values[measure]) for file in files for name, values in file.items() if measure in values]


def is_tiled_exactly(known: Architecture, name: str) -> bool:
    return known.tiling(known.variants[name]).is_exact


def image(card: Card, height: int, width: int, batch: int = 1) -> Tensor:
    return torch.rand(batch, card.channels, height, width, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize(("taller", "wider"), [(0, 0), (1, 8), (7, 2)], ids=["smallest", "even", "odd"])
@pytest.mark.parametrize("name", VARIANTS)
@torch.no_grad()
def test_output_is_scale_times_input(name: str, taller: int, wider: int) -> None:
    network, card = built(name)
    height, width = card.minimum_size + taller, card.minimum_size + wider
    assert network(image(card, height, width)).shape == (1, card.channels, card.scale * height, card.scale * width)


@pytest.fixture
def leaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """ReLU lets a tenth through, so that a unit that is silent for this image is still seen to be connected."""
    for place in (torch, torch.Tensor, functional):
        monkeypatch.setattr(place, "relu", lambda values, inplace=False: functional.leaky_relu(values, 0.1))


@pytest.mark.usefixtures("leaking")
@pytest.mark.parametrize("name", VARIANTS)
def test_every_parameter_gets_a_gradient(name: str) -> None:
    network, card = copy.deepcopy(built(name)[0]), built(name)[1]
    for parameter in network.parameters():
        if parameter.numel() == 1 and not parameter.any():  # a factor that training opens shuts what lies behind it
            parameter.data.fill_(0.1)
    low = image(card, card.minimum_size + 6, card.minimum_size + 6).requires_grad_()  # some have no parameters
    network(low).square().sum().backward()
    idle = [key for key, each in network.named_parameters() if each.grad is None or not each.grad.abs().sum() > 0]
    assert not idle


@pytest.mark.parametrize("name", VARIANTS)
@torch.no_grad()
def test_a_batch_equals_its_images_one_by_one(name: str) -> None:
    network, card = built(name)
    batch = image(card, card.minimum_size + 3, card.minimum_size, batch=3)
    torch.testing.assert_close(network(batch), torch.cat([network(one[None]) for one in batch]), atol=5e-5, rtol=1e-5)


@pytest.mark.parametrize("name", VARIANTS)
@torch.no_grad()
def test_saved_and_loaded_network_is_equal(name: str, tmp_path: Path) -> None:
    network, card = built(name)
    write_weights(tmp_path / "network.safetensors", network.state_dict(), card)
    loaded, read = load_network(tmp_path / "network.safetensors")
    low = image(card, card.minimum_size, card.minimum_size)
    assert read == card
    assert torch.equal(loaded(low), network(low))


SPANS = {"highest": 255.0, "lowest": -3.0}


def ranged() -> list[tuple[str, dict[str, float]]]:
    """Architectures that choose what white is before the first convolution, and black where they choose that too."""
    settings = {name: {each.name for each in fields(architecture(name).config)} for name in ARCHITECTURES}
    return [
        (name, {key: SPANS[key] for key in keys})
        for keys in (("highest",), ("highest", "lowest"))
        for name, known in settings.items()
        if known.issuperset(keys)
    ]


@pytest.mark.parametrize(("name", "span"), ranged())
@torch.no_grad()
def test_range_inside_does_not_change_what_comes_out(name: str, span: dict[str, float]) -> None:
    """A network that only copies its input gives it back, whatever black and white become inside."""
    known = architecture(name)
    network = known.network(replace(next(iter(known.variants.values())), scale=1, **span)).eval()
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    for layer in ("head", "upsample.convolution"):
        nn.init.dirac_(network.get_submodule(layer).get_parameter("weight"))
    low = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(network(low), low, atol=1e-6, rtol=0)


MOST_WORK = 1e12
"""MACs at 720p of a network whose tiles are compared here; the overlap of those that work more is tested with them."""


TILED = [name for name in VARIANTS if is_tiled_exactly(variants()[name], name) and WRITTEN[name].macs <= MOST_WORK]


@pytest.mark.parametrize("name", TILED)
@torch.no_grad()
def test_a_tile_on_the_grid_agrees_with_the_whole(name: str) -> None:
    network, card = built(name)
    start, overlap, inner = 2 * card.grid, card.overlap, 12
    side = start + 2 * overlap + inner
    low = image(card, side, side)
    middle = slice(card.scale * overlap, card.scale * (overlap + inner))
    tile = network(low[..., start:, start:])[..., middle, middle]
    moved = slice(card.scale * (start + overlap), card.scale * (start + overlap + inner))
    assert (network(low)[..., moved, moved] - tile).abs().max() < 1 / 255


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_golden_counts_exist_and_name_known_variants(name: str) -> None:
    assert set(golden(name)) <= set(architecture(name).variants)


@pytest.mark.parametrize(("name", "parameters"), counted("parameters"))
def test_parameters_are_the_golden_ones(name: str, parameters: int) -> None:
    assert sum(each.numel() for each in shaped(name).parameters()) == parameters


@pytest.mark.parametrize(("name", "macs"), counted("published_macs"))
def test_macs_at_720p_are_the_golden_ones(name: str, macs: int) -> None:
    network, card = built(name)
    assert published_macs(network, channels=card.channels, scale=card.scale) == macs


@pytest.mark.parametrize(("name", "counts"), counted("at_256"))
def test_counts_at_256_are_the_golden_ones(name: str, counts: dict[str, int]) -> None:
    network, card = built(name)
    found = cost(network, channels=card.channels, height=256, width=256)
    assert {key: getattr(found, key) for key in counts} == counts
