"""Networks handed to ncnn."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export import ncnn as exporting
from superres.export.ncnn import checked_text, export_ncnn, unconverted
from superres.export.parity import TOLERANCE
from superres.inference.backends.catalogue import open_model
from superres.models import carn, ecbsr, edsr, fsrcnn, rcan, srcnn
from superres.models.architecture import Architecture
from superres.models.card import Card
from superres.models.weights import write_weights

Tiny = tuple[nn.Module, Card]


@pytest.fixture
def weights(tiny: Tiny, tmp_path: Path) -> Path:
    """A file of weights."""
    write_weights(tmp_path / "tiny_x2.safetensors", tiny[0].state_dict(), tiny[1])
    return tmp_path / "tiny_x2.safetensors"


@torch.no_grad()
def test_exported_pair_answers_as_pytorch_at_any_size(weights: Path, tiny: Tiny, tmp_path: Path) -> None:
    assert export_ncnn(weights, tmp_path / "out" / "mine.param") == tiny[1]
    backend = open_model(str(tmp_path / "out" / "mine.param"), "float32")
    assert backend.card() == tiny[1]
    for height, width in ((15, 15), (33, 20), (64, 81)):
        image = torch.rand(2, 3, height, width)
        assert np.abs(backend.upscale(image.numpy()) - tiny[0](image).numpy()).max() < TOLERANCE


def test_text_whose_layers_name_tensors_needs_no_numbers_beside_the_weights(
    weights: Path, tiny: Tiny, tmp_path: Path
) -> None:
    (tmp_path / "tiny_x2.param").write_text(checked_text(*tiny), "utf-8")
    alone = open_model(str(tmp_path / "tiny_x2.param"), "float32")
    export_ncnn(weights, tmp_path / "pair.param")
    pair = open_model(str(tmp_path / "pair.param"), "float32")
    image = np.random.default_rng(0).random((1, 3, 20, 24), np.float32)
    assert np.array_equal(alone.upscale(image), pair.upscale(image))


SMALL = {
    "carn": (carn.ARCHITECTURE, {"scale": 3, "width": 8}),
    "ecbsr": (ecbsr.ARCHITECTURE, {"scale": 2, "width": 8, "blocks": 2}),
    "edsr": (edsr.ARCHITECTURE, {"scale": 4, "width": 8, "blocks": 1}),
    "fsrcnn": (fsrcnn.ARCHITECTURE, {"scale": 2}),
    "rcan": (rcan.ARCHITECTURE, {"scale": 2, "width": 8, "groups": 1, "blocks": 1, "reduction": 4}),
}


@pytest.mark.parametrize("name", SMALL)
def test_networks_of_other_kinds_are_converted(name: str, tmp_path: Path) -> None:
    known, settings = SMALL[name]
    card = known.card("small", known.read_config(settings))
    write_weights(tmp_path / "small.safetensors", built(known, card).state_dict(), card)
    export_ncnn(tmp_path / "small.safetensors", tmp_path / "small.param")
    assert open_model(str(tmp_path / "small.param"), "float32").card() == card


def built(known: Architecture, card: Card) -> nn.Module:
    torch.manual_seed(0)
    return known.network(known.read_config(card.config)).eval()


def test_network_with_an_operation_that_ncnn_lacks_is_refused_and_nothing_written(tmp_path: Path) -> None:
    config = srcnn.ARCHITECTURE.read_config({"scale": 3})
    card = srcnn.ARCHITECTURE.card("small_x3", config)
    write_weights(tmp_path / "small_x3.safetensors", built(srcnn.ARCHITECTURE, card).state_dict(), card)
    with pytest.raises(InvalidRequestError, match="small_x3 cannot become a text of ncnn, which has no layer"):
        export_ncnn(tmp_path / "small_x3.safetensors", tmp_path / "out.param")
    assert not list(tmp_path.glob("out.*"))


def test_what_was_not_converted_is_named() -> None:
    assert unconverted("7767517\n2 2\nInput a 0 1 a\nF.grid_sample b 1 1 a b\naten::roll c 1 1 b c\n") == [
        "F.grid_sample",
        "aten::roll",
    ]


def test_existing_file_is_kept(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.bin").write_bytes(b"mine")
    with pytest.raises(ExistingFileError, match=r"mine\.bin already exists"):
        export_ncnn(weights, tmp_path / "mine.param")
    assert (tmp_path / "mine.bin").read_bytes() == b"mine"


def test_other_answer_than_pytorchs_is_refused(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = exporting.converted

    def other(network: nn.Module, card: Card) -> tuple[str, bytes]:
        text, numbers = real(network, card)
        return text, numbers[:-400] + bytes(400)

    monkeypatch.setattr(exporting, "converted", other)
    with pytest.raises(InvalidWeightsError, match="the exported text of ncnn of tiny_x2 differs from PyTorch"):
        export_ncnn(weights, tmp_path / "mine.param")


def test_text_without_its_numbers_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "tiny_x2.param").write_text(checked_text(*tiny), "utf-8")
    with pytest.raises(InvalidWeightsError, match=r"has neither tiny_x2\.bin nor tiny_x2\.safetensors beside it"):
        open_model(str(tmp_path / "tiny_x2.param"), "float32")


def test_damaged_text_is_refused(weights: Path, tiny: Tiny, tmp_path: Path) -> None:
    text = checked_text(*tiny)
    (tmp_path / "tiny_x2.param").write_text(text.replace("7767517", "1"), "utf-8")
    with pytest.raises(InvalidWeightsError, match="ncnn cannot read this text"):
        open_model(str(tmp_path / "tiny_x2.param"), "float32")
    assert weights.is_file()
