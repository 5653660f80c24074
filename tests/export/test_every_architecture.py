"""Every architecture exports to ONNX and answers the same there, or says why it cannot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from superres.errors import InvalidRequestError
from superres.export.onnx import export_onnx
from superres.export.parity import TOLERANCE, check_parity
from superres.models.catalogue import ARCHITECTURES, architecture, build_from_card
from superres.models.listing import weightless
from superres.models.weights import write_weights

FEWER: Mapping[str, Mapping[str, Any]] = {
    "bsrn": {"width": 8, "blocks": 2},
    "carn": {"width": 8},
    "drcn": {"width": 8, "recursions": 3},
    "drrn": {"width": 8, "units": 3},
    "dwsr": {"width": 8, "depth": 3},
    "edsr": {"width": 8, "blocks": 2},
    "fmen": {"blocks": 1},
    "fusion": {
        "members": ({"architecture": "espcn"}, {"architecture": "residual", "config": {"width": 8, "blocks": 1}})
    },
    "han": {"width": 8, "groups": 2, "blocks": 1, "reduction": 4},
    "imdn": {"width": 16, "blocks": 2},
    "liif": {"scale": 2, "width": 8, "blocks": 1, "hidden": 16, "depth": 2},
    "lapsrn": {"width": 8, "depth": 2},
    "residual": {"width": 8, "blocks": 1},
    "meta_edsr": {"scale": 2, "width": 8, "blocks": 1, "hidden": 16},
    "mwcnn": {"scale": 3, "widths": [4, 4], "depth": 1},
    "neesr": {"blocks": 1},
    "rcan": {"width": 8, "groups": 1, "blocks": 2, "reduction": 4},
    "rfdn": {"blocks": 2},
    "rlfn": {"blocks": 2},
    "rrdb": {"width": 8, "growth": 4, "blocks": 1},
    "span": {"width": 8, "blocks": 2},
    "srresnet": {"width": 8, "blocks": 2},
    "swinir": {"width": 6, "groups": 1, "layers": 2, "heads": 2, "window": 4},
    "vdsr": {"scale": 3, "width": 6, "depth": 4},
}
"""The same parts, fewer of them, where the published network takes the exporter more than a second or two."""


def smallest(name: str) -> Any:
    """The configuration of the variant with the fewest parameters, or one of fewer parts."""
    known = architecture(name)
    cards = [known.card(variant, config) for variant, config in known.variants.items()]
    card = min(cards, key=lambda each: sum(values.numel() for values in weightless(each).parameters()))
    return known.read_config({**card.config, **FEWER.get(name, {})})


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_graph_answers_as_pytorch_or_the_card_says_why_there_is_none(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    known = architecture(name)
    card = known.card("small", smallest(name))
    network = build_from_card(card).eval()
    write_weights(tmp_path / "small.safetensors", network.state_dict(), card)
    if known.not_exportable:
        with pytest.raises(InvalidRequestError) as refused:
            export_onnx(tmp_path / "small.safetensors", tmp_path / "small.onnx")
        assert card.not_exportable in str(refused.value)
        return
    assert export_onnx(tmp_path / "small.safetensors", tmp_path / "small.onnx") == card
    assert check_parity(network, tmp_path / "small.onnx", card) < TOLERANCE
